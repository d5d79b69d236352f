"""Makes the Python environments that development needs, from the locks under requirements/.

`dev` becomes .venv; `sam` and `ministack` become .tools/sam and .tools/ministack, because each of
those two pins a botocore of its own that no other package can share. `dev313` is the development
environment of a second Python, for tests that run on both. An environment that already matches its
lock is left alone. Runs on a bare Python 3.11 or later: `make venv` starts it.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
STAMP = ".installed"
UV = "uv==0.13.9"
LOCKS = {"dev313": "dev"}
PYTHON_MIN = (3, 11)
PYTHON_TOO_NEW = (3, 14)


class SetupError(RuntimeError):
    """An environment could not be made; the message ends with the remedy."""


def directory_of(name: str) -> Path:
    """Where the environment `name` lies."""
    return ROOT / ".venv" if name == "dev" else TOOLS / name


def ensure(name: str) -> Path:
    """Make the environment `name` unless it matches its lock, and return its directory.

    Raises `SetupError` when nothing can be installed.
    """
    directory = directory_of(name)
    lock = ROOT / "requirements" / f"{LOCKS.get(name, name)}.txt"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest() + f" {sys.version_info[:2]}\n"
    stamp = directory / STAMP
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        # Make compares times: the environment is as new as the lock that it already matches.
        stamp.touch()
        return directory
    started = time.monotonic()
    if not (directory / "bin" / "python").exists():
        _run([sys.executable, "-m", "venv", *_options(name), str(directory)], _VENV_REMEDY)
    _install(directory, ["-r", str(lock)])
    stamp.write_text(wanted, encoding="ascii")
    print(f"environment {name}: ready in {time.monotonic() - started:.1f} s", flush=True)
    return directory


_VENV_REMEDY = (
    "Python's venv module is missing or broken. On Debian and Ubuntu: apt-get install python3-venv"
)
_INSTALL_REMEDY = (
    "Packages could not be installed. Check that PyPI, or the mirror that pip is configured for, "
    "is reachable: python3 -m pip download --no-deps -d /dev/shm six"
)


def _options(name: str) -> list[str]:
    # Developers expect pip in .venv; SAM builds layers with the pip of its own environment.
    return [] if name in {"dev", "sam"} else ["--without-pip"]


def _install(directory: Path, what: Sequence[str]) -> None:
    """Install with uv, which takes seconds; where uv cannot be had or fails, with pip."""
    python = str(directory / "bin" / "python")
    uv = _uv()
    if uv is not None:
        command = [str(uv), "pip", "install", "--quiet", "--python", python, *what]
        if subprocess.run(command, env=_uv_environment(), check=False).returncode == 0:
            return
        print("uv could not install, trying pip", flush=True)
    _run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *what],
        _INSTALL_REMEDY,
    )


def _uv() -> Path | None:
    uv = TOOLS / "uv" / "bin" / "uv"
    if not uv.exists():
        TOOLS.mkdir(exist_ok=True)
        _run([sys.executable, "-m", "venv", str(TOOLS / "uv")], _VENV_REMEDY)
        python = str(TOOLS / "uv" / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=False)
    return uv if uv.exists() else None


def _uv_environment() -> dict[str, str]:
    # pip and uv name the same settings differently; a proxy or mirror set for pip holds for both.
    environment = dict(os.environ)
    for pip_name, uv_name in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_CERT", "SSL_CERT_FILE")):
        if pip_name in environment:
            environment.setdefault(uv_name, environment[pip_name])
    return environment


def _run(command: Sequence[str], remedy: str) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        raise SetupError(f"{' '.join(command)} failed.\n{remedy}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the environments that are named; return 0, or 1 with the remedy on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=["dev", "sam", "ministack", "dev313"])
    if not PYTHON_MIN <= sys.version_info[:2] < PYTHON_TOO_NEW:
        found = ".".join(map(str, sys.version_info[:2]))
        print(f"Python {found} will not do. Use 3.11 to 3.13: make PYTHON=python3.13 venv")
        return 1
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / ".lock").open("w") as lock:
        # Two `make` at once must not install into one environment.
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            for name in parser.parse_args(arguments).names:
                ensure(name)
        except SetupError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
