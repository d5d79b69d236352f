"""Writes docs/reference/programme.schema.json from the form that the checker judges by.

Editors complete and check programme files by it: `# yaml-language-server: $schema=…` names it in
the first line of every example.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tessera.domain.programme_shape import json_schema

FILE = Path(__file__).resolve().parents[1] / "docs/reference/programme.schema.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, or with --check say whether it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    fresh = json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"
    if parser.parse_args(arguments).check:
        stale = not FILE.is_file() or FILE.read_text("utf-8") != fresh
        if stale:
            print(f"{FILE.name} is stale: make reference", file=sys.stderr)
        return int(stale)
    FILE.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
