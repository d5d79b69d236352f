"""`python -m passbook doctor ...`"""

from __future__ import annotations

import sys

from passbook.doctor.cli import main as doctor


def main() -> int:
    """The command line of the package, which has one command; gives the exit status."""
    if sys.argv[1:2] != ["doctor"]:
        sys.stderr.write("usage: passbook doctor [-h] FILE...\n")
        return 2
    return doctor(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
