"""Tries a programme on receipts: `tessera backtest DRAFT FILE --live LIVE --report report.html`.

The receipts come from a file (a CSV of your own, or with --preset one of the known formats), from
the programme's own history in a table (--history: that of the laptop stack, or --table), or from a
table that DynamoDB exported (--export). With --live, or with a history that knows the version in
force, that version is tried on the same receipts and the draft shown beside it.

Writes a page of HTML and the same as JSON where --report says; prints the totals. A backtest that
was stopped goes on from where it was when the same command is given again.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tessera.application.backtest import Habit, History, backtest
from tessera.application.backtest_result import Outcome, compare
from tessera.domain.calendar import start_of_day_ms, to_day
from tessera.domain.canonical import canonical
from tessera.domain.errors import InvalidInput
from tessera.domain.programme import Programme, parse
from tools.backtest.jobs import EVERY_S, FileCheckpoint, fingerprint
from tools.backtest.receipts import PLAIN, histories
from tools.backtest.report import report_page, report_view, summary
from tools.backtest.table import OwnHistory, TableError, exported_rows, own_history
from tools.import_purchases.presets import PRESETS, SourceError
from tools.laptop.places import LaptopError
from tools.tessera.documents import DocumentError, read_document
from tools.verify.raw import rows_of

JOBS = Path(".tessera/backtests")


@dataclass(frozen=True)
class Trial:
    """What is tried: a name, the document and the programme that it is."""

    name: str
    document: bytes
    programme: Programme


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the receipts were decided, 1 where a file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="backtest", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What a backtest is told."""
    parser.add_argument("draft", type=Path, help="the programme to try, YAML or JSON")
    parser.add_argument("file", type=Path, nargs="?", help="the receipts")
    parser.add_argument("--preset", default=PLAIN, choices=[PLAIN, *sorted(PRESETS)])
    parser.add_argument("--history", action="store_true", help="the laptop stack's own history")
    parser.add_argument("--table", help="the history in this table, with the AWS settings at hand")
    parser.add_argument("--export", type=Path, help="the history in a folder of exported rows")
    parser.add_argument("--live", type=Path, help="the version in force, to compare with")
    parser.add_argument("--until", type=date.fromisoformat, help="the day on which to end")
    parser.add_argument("--customers", type=int, help="only the first so many of the file")
    parser.add_argument("--pay", choices=[habit.value for habit in Habit], default="never")
    parser.add_argument("--language", choices=("fr", "en"), default="en")
    parser.add_argument("--report", type=Path, help="a page to write; JSON goes beside it")
    parser.add_argument("--jobs", type=Path, default=JOBS, help="where half-done work is kept")
    parser.add_argument("--keep-every", type=float, default=EVERY_S, metavar="SECONDS")


def run(options: argparse.Namespace) -> int:
    """Try the draft, and the version in force where there is one."""
    try:
        trials, read, source = _inputs(options)
    except (DocumentError, InvalidInput, SourceError, TableError, LaptopError, OSError) as error:
        field = f"{error.field}: " if isinstance(error, InvalidInput) else ""
        print(f"{field}{error}", file=sys.stderr)
        return 1
    # The receipts stay to the end: the collector need not walk them again and again.
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
    keeps = [_keep(trial, _origin(read, options), options) for trial in trials]
    outcomes = [_try(trial, read, options, keep) for trial, keep in zip(trials, keeps, strict=True)]
    comparison = compare(*outcomes) if len(outcomes) > 1 else None
    print(summary(outcomes, options.language))
    if options.report:
        page = report_page(outcomes, comparison, options.language, source)
        options.report.write_text(page, "utf-8")
        view = json.dumps(report_view(outcomes, comparison), ensure_ascii=False, indent=1)
        options.report.with_suffix(".json").write_text(view + "\n", "utf-8")
    for keep in keeps:
        keep.forget()
    return 0


def _inputs(options: argparse.Namespace) -> tuple[list[Trial], list[History], str]:
    """What is tried, on which receipts, and where they come from."""
    draft = _trial("draft", read_document(options.draft))
    live = _trial("live", read_document(options.live)) if options.live else None
    if options.file is None:
        own = _own(options, draft.programme.id)
        if live is None:
            live = _trial("live", own.live())
        read, source = own.histories[: options.customers], draft.programme.id
        if own.erased:
            print(f"{own.erased:,} sales were erased and are left out", file=sys.stderr)
    else:
        read = histories(options.preset, options.file, draft.programme, options.customers)
        source = options.file.name
    return [trial for trial in (live, draft) if trial is not None], read, source


def _own(options: argparse.Namespace, programme: str) -> OwnHistory:
    if options.export:
        return own_history(exported_rows(options.export), programme)
    if not options.history and not options.table:
        raise SourceError("name a file of receipts, or --history, --table or --export")
    from tools.verify.__main__ import table_of

    client, name = table_of(options.table)
    return own_history(rows_of(client, name), programme)


def _trial(name: str, document: object) -> Trial:
    plain = json.loads(json.dumps(document))
    return Trial(name, canonical(plain), parse(plain, 1))


def _origin(read: Sequence[History], options: argparse.Namespace) -> bytes:
    """What tells these receipts from others."""
    if options.file is None:
        return repr(read).encode()
    content: bytes = options.file.read_bytes()
    return f"{options.preset} {options.customers} ".encode() + content


def _keep(trial: Trial, origin: bytes, options: argparse.Namespace) -> FileCheckpoint:
    told = f"{trial.name} {options.until} {options.pay}".encode()
    inputs = fingerprint(trial.document, told, origin)
    path = options.jobs / f"{inputs[:24]}.job"
    return FileCheckpoint(path, inputs, options.keep_every)


def _try(
    trial: Trial, read: Sequence[History], options: argparse.Namespace, keep: FileCheckpoint
) -> Outcome:
    bar = Bar(trial.name, sum(len(history.receipts) for history in read))
    until_ms = None
    if options.until:
        until_ms = start_of_day_ms(to_day(options.until), trial.programme.zone)
    start = time.process_time()
    outcome = backtest(
        trial.programme,
        read,
        until_ms=until_ms,
        habit=Habit(options.pay),
        progress=bar.draw,
        checkpoint=keep,
    )
    bar.end(time.process_time() - start, keep.resumed_at)
    return outcome


class Bar:
    """A progress bar on a terminal, with the time that is left; one line at the end elsewhere."""

    WIDTH = 30

    def __init__(self, name: str, total: int) -> None:
        self._name = name
        self._total = total
        self._is_terminal = sys.stderr.isatty()
        self._first: tuple[int, float] | None = None

    def draw(self, done: int) -> None:
        """Show how many receipts are done."""
        if not self._is_terminal:
            return
        now_s = time.monotonic()
        self._first = self._first or (done, now_s)
        begun, since_s = self._first
        left = ""
        if done > begun:
            left_s = (now_s - since_s) * (self._total - done) / (done - begun)
            left = f", {left_s:.0f} s left"
        full = self.WIDTH * done // max(1, self._total)
        shown = "#" * full + "." * (self.WIDTH - full)
        line = f"{self._name} [{shown}] {done:,}/{self._total:,}{left}"
        print(f"\r{line:<79}", end="", file=sys.stderr)

    def end(self, seconds: float, resumed_at: int) -> None:
        """Say how long it took this process."""
        lead = "\r" if self._is_terminal else ""
        resumed = f", the first {resumed_at:,} kept from before" if resumed_at else ""
        line = f"{self._name}: {self._total:,} receipts in {seconds:.1f} s{resumed}"
        print(f"{lead}{line:<79}".rstrip(), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
