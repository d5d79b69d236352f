"""`python -m passbook doctor ...`"""

from __future__ import annotations

import sys

from passbook.doctor.cli import main

if __name__ == "__main__":
    if sys.argv[1:2] != ["doctor"]:
        sys.stderr.write("usage: python -m passbook doctor [-h] FILE...\n")
        sys.exit(2)
    sys.exit(main(sys.argv[2:]))
