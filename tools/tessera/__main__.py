"""Programmes as files, and proofs: `make tessera ARGS="check programmes/fashion.yaml"`.

check            what is wrong with a document, where, and what to do about it
plan             what a draft changes against the version in force, in words
publish          a document to a deployed stack: the plan first, then, with --yes, the version
rollback         an older version of a deployed stack, published anew
close            the end of a programme there: the plan first, then, with --yes, announced
duplicate        a draft there that begins from a programme
versions         who published what there, when and why
drafts           the programmes of a deployed stack; drafts read, saved or thrown away
requests         publications there that wait for another person
backtest         a draft on a file of receipts, beside the version in force
simulate-basket  what a basket earns and pays: the receipt
explain          the same with every rule looked at, and why not
describe         a programme as its customers read it
print            a poster, counter sign, staff sheet or plastic cards, as PDF or SVG
set, remove      one value of a file changed, its comments kept
format           a file written as it is always written
verify           the ledger of a running stack, against its signed roots
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from tessera.domain.calendar import to_day
from tessera.domain.errors import TesseraError
from tessera.domain.programme_check import Severity, check
from tessera.domain.programme_plan import sentences as plan_sentences
from tools.backtest import __main__ as backtest
from tools.tessera import edits, printing, remote, verifying
from tools.tessera.baskets import sentences, simulate
from tools.tessera.description import description
from tools.tessera.documents import DocumentError, read_document, read_programme

WORDS = {
    "fr": {"error": "erreur", "warning": "attention", "clean": "Rien à redire."},
    "en": {"error": "error", "warning": "warning", "clean": "Nothing found."},
}

FAILURES: tuple[type[Exception], ...] = (
    DocumentError, TesseraError, OSError, *remote.FAILURES,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all is well, 1 where a document has errors or a file cannot be read."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except FAILURES as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tessera", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    checked = commands.add_parser("check", help="what is wrong with a document")
    checked.add_argument("draft", type=Path)
    checked.add_argument("--live", type=Path, help="the version in force")
    checked.add_argument("--today", type=date.fromisoformat, default=datetime.now(UTC).date())
    checked.add_argument("--json", action="store_true", help="findings as JSON")
    checked.set_defaults(run=_check)
    planned = commands.add_parser("plan", help="what a draft changes, against a file or a stack")
    planned.add_argument("files", type=Path, nargs="+", metavar="LIVE DRAFT | DRAFT --stack URL")
    remote.add_stack(planned)
    planned.set_defaults(run=_plan)
    remote.add_commands(commands)
    for name, run in (("simulate-basket", _simulate), ("explain", _explain)):
        tried = commands.add_parser(name)
        tried.add_argument("draft", type=Path)
        tried.add_argument("basket", type=Path)
        tried.set_defaults(run=run)
    described = commands.add_parser("describe", help="a programme as its customers read it")
    described.add_argument("draft", type=Path)
    described.add_argument(
        "--today", type=date.fromisoformat, help="leave out what is over by then"
    )
    described.set_defaults(run=_describe)
    printed = commands.add_parser("print", help="posters, signs, staff sheets, plastic cards")
    printing.add_arguments(printed)
    printed.set_defaults(run=printing.run)
    edits.add_commands(commands)
    for command in commands.choices.values():
        command.add_argument("--language", choices=("fr", "en"), default="en")
    verified = commands.add_parser("verify", help="prove the ledger of a stack")
    verifying.add_arguments(verified)
    tested = commands.add_parser("backtest", help="a draft on a file of receipts")
    backtest.add_arguments(tested)
    tested.set_defaults(run=backtest.run)
    return parser


def _check(options: argparse.Namespace) -> int:
    live = read_document(options.live) if options.live else None
    found = check(read_document(options.draft), options.today, live)
    words = WORDS[options.language]
    if options.json:
        views = [
            {
                "pointer": item.pointer,
                "code": item.code,
                "severity": item.severity.value,
                "remedy": item.remedy(options.language),
            }
            for item in found
        ]
        print(json.dumps(views, ensure_ascii=False, indent=1))
    else:
        for item in found:
            print(f"{words[item.severity.value]} {item.pointer} {item.code}")
            print(f"    {item.remedy(options.language)}")
        if not found:
            print(words["clean"])
    return 1 if any(item.severity is Severity.ERROR for item in found) else 0


def _plan(options: argparse.Namespace) -> int:
    if len(options.files) == 1:
        return remote.plan(options, options.files[0])
    if len(options.files) > 2:
        raise DocumentError("plan compares two files, or one file with a stack")
    live, draft = (read_document(path) for path in options.files)
    print("\n".join(plan_sentences(live, draft, options.language)))
    return 0


def _simulate(options: argparse.Namespace) -> int:
    programme = read_programme(options.draft)
    decision = simulate(programme, read_document(options.basket))
    receipt, _ = sentences(programme, decision, options.language)
    print("\n".join(receipt))
    return 0


def _explain(options: argparse.Namespace) -> int:
    programme = read_programme(options.draft)
    decision = simulate(programme, read_document(options.basket))
    receipt, trace = sentences(programme, decision, options.language)
    print("\n".join([*trace, "", *receipt]))
    return 0


def _describe(options: argparse.Namespace) -> int:
    today = to_day(options.today) if options.today else None
    programme = read_programme(options.draft)
    print("\n".join(description(programme, options.language, today)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
