"""Brings the merchant's articles into the catalogue: `make articles FILE=docs/how-to/articles.csv`.

The file is a CSV with a header: `code`, `name_fr` and/or `name_en`, and as wished `price` (1.90),
`available` (yes or no); every further column is an attribute that rules may ask of a line. Sending
a file again changes nothing; an article that is there already is replaced. `--dry-run` reads the
file and sends nothing.

Elsewhere than on the laptop: --api-url, with the API key in TESSERA_API_KEY.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from tools.api_client import Api, ApiUnreachable
from tools.laptop.places import LaptopError, Places
from tools.laptop.stack import Stack

ARTICLES_MAX: Final = 100
"""How many the API takes at once."""

KEY_VARIABLE: Final = "TESSERA_API_KEY"
KNOWN: Final = frozenset({"code", "name_fr", "name_en", "price", "available"})
YES_AND_NO: Final = {"": True, "yes": True, "oui": True, "no": False, "non": False}


class ArticleError(ValueError):
    """A row that is no article; the message names the row, the column and the remedy."""


def read_articles(rows: Iterable[Mapping[str, str | None]], decimals: int) -> list[dict[str, Any]]:
    """The articles of a CSV's rows, as the API takes them. Raises `ArticleError`."""
    return [_article(row, place, decimals) for place, row in enumerate(rows, start=2)]


def _article(row: Mapping[str, str | None], place: int, decimals: int) -> dict[str, Any]:
    cells = {name: (value or "").strip() for name, value in row.items() if name}
    names = {
        language: cells[f"name_{language}"]
        for language in ("fr", "en")
        if cells.get(f"name_{language}")
    }
    if not cells.get("code"):
        raise ArticleError(f"row {place}: the column code is empty. Every article needs one")
    if not names:
        raise ArticleError(f"row {place}: give a name in the column name_fr or name_en")
    available = YES_AND_NO.get(cells.get("available", "").lower())
    if available is None:
        raise ArticleError(f"row {place}: the column available says yes or no")
    found: dict[str, Any] = {"code": cells["code"], "name": names, "available": available}
    if cells.get("price"):
        found["price"] = _price(cells["price"], place, decimals)
    attributes = {name: value for name, value in cells.items() if name not in KNOWN and value}
    return {**found, "attributes": attributes} if attributes else found


def _price(text: str, place: int, decimals: int) -> int:
    """A price in the smallest unit; a comma may stand for the point."""
    try:
        price = Decimal(text.replace(",", ".")).scaleb(decimals)
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price < 0 or price != price.to_integral_value():
        raise ArticleError(f"row {place}: {text!r} is no price with {decimals} decimals")
    return int(price)


def send(api: Api, currency: str, articles: Sequence[Mapping[str, Any]]) -> int:
    """Send the articles, a hundred at a time; gives how many arrived. Raises `ArticleError`."""
    done = 0
    for first in range(0, len(articles), ARTICLES_MAX):
        part = articles[first : first + ARTICLES_MAX]
        reply = api.post("/v1/articles", {"currency": currency, "articles": list(part)})
        if not reply.ok:
            raise ArticleError(f"after {done} of {len(articles)} articles: {reply.reason}")
        done += len(part)
        print(f"{done} of {len(articles)} articles", file=sys.stderr, flush=True)
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every article is there, 1 with the reason where one is not."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.import_articles",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--currency", default="EUR")
    parser.add_argument("--decimals", type=int, default=2, help="of the currency (2)")
    parser.add_argument("--dry-run", action="store_true", help="read the file, send nothing")
    parser.add_argument("--api-url", help="the API's address; the laptop stack's by default")
    options = parser.parse_args(arguments)
    try:
        with options.file.open(encoding="utf-8-sig", newline="") as file:
            articles = read_articles(csv.DictReader(file), options.decimals)
        if options.dry_run:
            print(f"{len(articles)} articles would be sent")
            return 0
        places = Places.from_environment()
        key = os.environ.get(KEY_VARIABLE) or Stack(places).admin_key
        with Api(options.api_url or places.api_url, key) as api:
            print(f"{send(api, options.currency, articles)} articles are in the catalogue")
    except (ApiUnreachable, ArticleError, LaptopError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
