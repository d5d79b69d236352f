"""Checks the programs that tests need and pip cannot bring, and installs them where it may.

As root on Debian or Ubuntu it installs what is missing; elsewhere it says the command. Runs on a
bare Python 3.11 or later.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Final

# What is run, and the Debian package that has it.
NEEDS: Final = {
    "openssl": "openssl",
    "java": "openjdk-17-jdk-headless",
    "javac": "openjdk-17-jdk-headless",
    "npm": "npm",
    "ps": "procps",
    "chromium": "chromium",
}


def missing() -> list[str]:
    """The Debian packages of the programs that are not on the path."""
    return sorted({package for program, package in NEEDS.items() if shutil.which(program) is None})


def main() -> int:
    """0 when everything is there, 1 with the command that brings it."""
    packages = missing()
    if not packages:
        return 0
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"installing {' '.join(packages)}", flush=True)
        subprocess.run(["apt-get", "update", "--quiet"], check=False)
        subprocess.run(install, check=False)
        packages = missing()
    if packages:
        print(f"tests need {', '.join(packages)}. Run: sudo {' '.join(install)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
