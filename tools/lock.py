"""Pins every dependency from the groups of pyproject.toml: `make lock`.

Layers and development are resolved together with the same versions, so that tests run what is
shipped (a test holds it).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.environments import ROOT, TOOLS

LOCKS: Final = {
    "dev": "requirements/dev.txt",
    "sam": "requirements/sam.txt",
    "ministack": "requirements/ministack.txt",
    "layer-dependencies": "layers/dependencies/requirements.txt",
    "layer-wallet-dependencies": "layers/wallet_dependencies/requirements.txt",
}
HEADER: Final = "# Locked from pyproject.toml by `make lock`.\n"


def lock(group: str, path: Path) -> None:
    """Write the pins of a dependency group. Raises CalledProcessError when none fit together."""
    for_lambda = path.parent.parent.name == "layers"
    command = [
        str(TOOLS / "uv" / "bin" / "uv"), "pip", "compile", "--quiet",
        "--group", group, "--python-version", "3.11", "--no-header", "--no-annotate",
        # Developers have other systems; Lambda has one.
        *(["--python-platform", "x86_64-manylinux2014"] if for_lambda else ["--universal"]),
    ]  # fmt: skip
    pins = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    path.write_text(HEADER + pins, encoding="utf-8")


def main() -> int:
    """Lock all groups; 1 with uv's reason on standard error."""
    for group, path in LOCKS.items():
        try:
            lock(group, ROOT / path)
        except subprocess.CalledProcessError as error:
            print(f"{group}: {error.stderr}", file=sys.stderr)
            return 1
        print(f"{path} locked")
    return 0


if __name__ == "__main__":
    sys.exit(main())
