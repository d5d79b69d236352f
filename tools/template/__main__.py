"""Writes the generated blocks of template.yaml, or with --check fails when they are stale.

Run with the engine on the path: `make template`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.template.blocks import RouteLike, replace_block, routes_block, watch_block
from tools.template.read import dead_queues, function_names, load, stream_readers

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"


def generate(text: str, routes: Sequence[RouteLike]) -> str:
    """The template with its generated blocks as they must be."""
    # Read without the generated blocks, so that a broken block can be mended by generating again.
    written_by_hand = replace_block(replace_block(text, "routes", ""), "watch", "")
    template = load(written_by_hand)
    names = function_names(template)
    text = replace_block(text, "routes", routes_block(routes, names))
    return replace_block(
        text, "watch", watch_block(names, stream_readers(template), dead_queues(template))
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when the template is up to date or was brought up to date, 1 when it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    options = parser.parse_args(arguments)
    from tessera.entrypoints.routes import ROUTES

    before = TEMPLATE.read_text(encoding="utf-8")
    after = generate(before, ROUTES)
    if before == after:
        return 0
    if options.check:
        print("template.yaml is stale: run `make template` and commit it", file=sys.stderr)
        return 1
    TEMPLATE.write_text(after, encoding="utf-8")
    print("template.yaml: generated blocks written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
