"""The environments of the libraries that cards are compared with, one each, under .tools/."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
TOOLS: Final = HERE.parents[1] / ".tools" / "wallet_peers"
NODE_MIN: Final = (24, 12)
"""pass-js 7 needs it."""


class MissingError(RuntimeError):
    """An environment could not be made; the message ends with the remedy."""


def python(package: str) -> Path:
    """The Python of an environment that holds `package` as pinned in requirements.txt."""
    pins = (HERE / "requirements.txt").read_text("ascii").splitlines()
    pin = next(line for line in pins if line.startswith(f"{package}=="))
    directory = TOOLS / package
    executable = directory / "bin" / "python"
    if not _is_current(directory, pin):
        _run([sys.executable, "-m", "venv", str(directory)], "apt-get install python3-venv")
        pip = [str(executable), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, pin], f"check that PyPI is reachable: pip download --no-deps {pin}")
        _stamp(directory, pin)
    return executable


@cache
def node() -> tuple[Path, Path]:
    """A Node that is new enough, and the folder with the Node workers beside their libraries."""
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError(
            "npm is missing. Install Node.js with npm, for example: apt-get install npm"
        )
    directory = TOOLS / "node"
    lock = (HERE / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", *(one.name for one in HERE.glob("*.mjs"))):
        shutil.copy(HERE / name, directory / name)
    if not _is_current(directory, wanted):
        # Install scripts stay off: nothing here needs one, and they would run foreign code.
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        _run(command, "check that the npm registry is reachable: npm ping", directory)
        _stamp(directory, wanted)
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    own = directory / "node_modules" / f"node-linux-{machine}" / "bin" / "node"
    found = str(own) if own.is_file() else shutil.which("node")
    if found is None or _version(found) < NODE_MIN:
        raise MissingError(f"Node {'.'.join(map(str, NODE_MIN))} or later is needed.")
    return Path(found), directory


def node_version() -> str:
    """The version of the Node that the workers run on."""
    return ".".join(map(str, _version(str(node()[0]))))


def _version(executable: str) -> tuple[int, ...]:
    done = subprocess.run([executable, "--version"], capture_output=True, text=True, check=True)
    return tuple(int(part) for part in done.stdout.strip().removeprefix("v").split("."))


def _is_current(directory: Path, wanted: str) -> bool:
    stamp = directory / ".installed"
    return stamp.is_file() and stamp.read_text("ascii") == wanted


def _stamp(directory: Path, wanted: str) -> None:
    (directory / ".installed").write_text(wanted, "ascii")


def _run(command: list[str], remedy: str, directory: Path | None = None) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr[-800:]
        raise MissingError(f"{' '.join(command)} failed:\n{said}\nRemedy: {remedy}")
