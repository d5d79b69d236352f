"""Writes the description and the explanations of docs/how-to/programmes.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.tessera.baskets import sentences, simulate
from tools.tessera.description import description
from tools.tessera.documents import read_document, read_programme

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/programmes.md"
BASKETS = ("first-thursday", "happy-hour", "remainder", "cap-of-the-day", "not-yet")
DESCRIBED = ROOT / "programmes/fashion.yaml"


def written(page: str) -> str:
    """The page with its description and explanations as the engine gives them now."""
    page = _replaced(page, "description", "".join(_description()))
    return _replaced(page, "traces", "".join(_sections()))


def _replaced(page: str, block: str, text: str) -> str:
    begin, end = f"<!-- {block} -->\n", f"<!-- /{block} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{text}{end}{after}"


def _description() -> Iterator[str]:
    programme = read_programme(DESCRIBED)
    for language in ("fr", "en"):
        lines = "\n".join(description(programme, language))
        yield f"\n```text\n{lines}\n```\n"
    yield "\n"


def _sections() -> Iterator[str]:
    for name in BASKETS:
        path = ROOT / "docs/how-to/baskets" / f"{name}.yaml"
        basket = read_document(path)
        programme = read_programme(ROOT / "programmes" / f"{basket['programme']}.yaml")
        comment = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        link = f"[basket](baskets/{name}.yaml)"
        yield f"\n### {name}\n\n{comment} Programme `{programme.id}`, {link}.\n"
        decision = simulate(programme, basket)
        for language in ("fr", "en"):
            receipt, trace = sentences(programme, decision, language)
            lines = "\n".join([*trace, "", *receipt])
            yield f"\n```text\n{lines}\n```\n"
    yield "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or with --check say whether it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    page = PAGE.read_text("utf-8")
    fresh = written(page)
    if options.check:
        if fresh != page:
            print(f"{PAGE.name} is stale: make reference", file=sys.stderr)
        return 0 if fresh == page else 1
    PAGE.write_text(fresh, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
