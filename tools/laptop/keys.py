"""The stack's first API key, kept in the state directory so that it survives a lost state."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools.laptop.cloud import outputs
from tools.laptop.places import REGION, ROOT, STAGE, LaptopError, Places

VARIABLE = "TESSERA_FIRST_KEY"
ENGINE = ("layers/tessera/python", "layers/passbook/python")


def ensure(places: Places) -> None:
    """Store the first key in the stack unless it is there. Raises `LaptopError`."""
    known = {VARIABLE: read(places)} if _path(places).exists() else {}
    # A process of its own: the engine's client takes its credentials from the environment, and
    # the caller's may belong to a real account.
    done = subprocess.run(
        [
            sys.executable, "-m", "tools.first_key",
            "--table", outputs(places)["TableName"], "--stage", STAGE, "--region", REGION,
        ],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("", *ENGINE)),
            **places.aws_environment(),
            **known,
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise LaptopError(f"the first API key could not be stored:\n{done.stderr}\nmake reset run")
    if not known:
        path = _path(places)
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(done.stdout.strip())


def read(places: Places) -> str:
    """The first key. Raises `LaptopError` when there is none yet."""
    try:
        return _path(places).read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise LaptopError("this stack has no API key yet. Run: make run") from error


def _path(places: Places) -> Path:
    return places.state_dir / "secrets" / "admin-api-key"
