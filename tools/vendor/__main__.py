"""Fetches the vendored files of the web faces, or with --pin writes their hashes down.

`make vendor` runs it; so do `make run` and `make deploy`, by themselves.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tools.vendor.files import VendorError, ensure, pin


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every file is in its place and has the hash it must have."""
    parser = argparse.ArgumentParser(prog="python -m tools.vendor", description=__doc__)
    parser.add_argument("--pin", action="store_true", help="take the hashes of what npm gave")
    options = parser.parse_args(arguments)
    try:
        if options.pin:
            pin()
        ensure()
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
