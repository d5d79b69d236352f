"""`tessera print`: posters, signs, staff sheets and plastic cards from a programme's file."""

from __future__ import annotations

import argparse
from pathlib import Path

from tessera.adapters.designs import Designs
from tessera.adapters.printing.layouts import sheets_of
from tessera.adapters.printing.pdf import pdf_of
from tessera.adapters.printing.printer import SheetPrinter
from tessera.adapters.printing.svg import svg_of
from tessera.application.printing import LANGUAGES, Colours, Paper, PrintKind, printable_of
from tessera.domain.codes import is_card_code, normalise_card_code
from tools.tessera.documents import DocumentError, read_programme

ASSETS = Path(__file__).resolve().parents[2] / "wallet_assets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("kind", choices=[str(kind) for kind in PrintKind])
    parser.add_argument("programme", type=Path, help="the programme's file")
    parser.add_argument("--url", help="the join link: GET /v1/programmes/{programme}/join-link")
    parser.add_argument("--code", action="append", default=[], help="a card's code, for plastic")
    parser.add_argument("--codes", type=Path, help="a file with a code on each line, for plastic")
    parser.add_argument("--out", type=Path, required=True, help="….pdf or ….svg")


def run(options: argparse.Namespace) -> int:
    """Write the file; DocumentError says what is missing or wrong."""
    paper = options.out.suffix.removeprefix(".")
    if paper not in set(Paper):
        raise DocumentError(f"{options.out.name}: a file ends in .pdf or .svg")
    kind = PrintKind(options.kind)
    contents = _codes(options) if kind is PrintKind.PLASTIC else [options.url]
    if not contents or not contents[0]:
        wanted = "--code or --codes" if kind is PrintKind.PLASTIC else "--url"
        raise DocumentError(f"{kind} takes {wanted}: what its QR code says")
    if len(contents) > 1 and paper == Paper.SVG:
        raise DocumentError("an SVG has one side: print several cards as .pdf")
    programme = read_programme(options.programme)
    designs = Designs(roots=(ASSETS,))
    printer = SheetPrinter(lambda name: Colours(*designs.design(name).colours))
    language = options.language if options.language in LANGUAGES else LANGUAGES[0]
    sheets = [
        sheet
        for content in contents
        for sheet in sheets_of(printable_of(programme, printer, kind, language, content))
    ]
    options.out.write_bytes(pdf_of(sheets) if paper == Paper.PDF else svg_of(sheets[0]))
    print(f"{options.out}: {len(sheets)} side(s), {options.out.stat().st_size} bytes")
    return 0


def _codes(options: argparse.Namespace) -> list[str]:
    lines = options.codes.read_text("utf-8").split() if options.codes else []
    codes = [normalise_card_code(code) for code in (*options.code, *lines)]
    wrong = [code for code in codes if not is_card_code(code)]
    if wrong:
        raise DocumentError(f"{wrong[0]}: no card code (its check character does not fit)")
    return codes
