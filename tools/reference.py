"""Writes every page and block that derives from code, or with --check fails when one is stale.

Each generator is a module with `--check`; this runs them all, so that one word in the Makefile and
in CI covers those that come.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

GENERATORS: Final = (
    "tools.template",
    "tools.generate_openapi",
    "tools.generate_errors",
    "tools.generate_event_schemas",
    "tools.generate_programme_schema",
    "tools.table_units.page",
    "tools.tessera.page",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was or is now up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    check = ["--check"] if parser.parse_args(arguments).check else []
    failed = [
        generator
        for generator in GENERATORS
        if subprocess.run([sys.executable, "-m", generator, *check], check=False).returncode != 0
    ]
    if failed:
        print(f"stale or broken: {', '.join(failed)}. Run: make reference", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
