"""Tries a programme on a file of receipts: `python -m tools.backtest DRAFT FILE --preset cdnow`.

With --live, the version in force is tried on the same receipts and the draft shown beside it.
Writes a page of HTML and the same as JSON where --report says; prints the totals.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tessera.application.backtest import Habit, History, backtest
from tessera.application.backtest_result import Outcome, compare
from tessera.domain.calendar import start_of_day_ms, to_day
from tessera.domain.errors import InvalidInput
from tessera.domain.programme import Programme
from tools.backtest.receipts import histories
from tools.backtest.report import report_page, report_view, summary
from tools.import_purchases.presets import PRESETS, SourceError
from tools.tessera.documents import DocumentError, read_programme


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the receipts were decided, 1 where a file cannot be read."""
    parser = argparse.ArgumentParser(prog="backtest", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What a backtest is told."""
    parser.add_argument("draft", type=Path, help="the programme to try, YAML or JSON")
    parser.add_argument("file", type=Path, help="the receipts")
    parser.add_argument("--preset", required=True, choices=sorted(PRESETS))
    parser.add_argument("--live", type=Path, help="the version in force, to compare with")
    parser.add_argument("--until", type=date.fromisoformat, help="the day on which to end")
    parser.add_argument("--customers", type=int, help="only the first so many of the file")
    parser.add_argument("--pay", choices=[habit.value for habit in Habit], default="never")
    parser.add_argument("--language", choices=("fr", "en"), default="en")
    parser.add_argument("--report", type=Path, help="a page to write; JSON goes beside it")


def run(options: argparse.Namespace) -> int:
    """Try the draft, and the version in force where there is one."""
    try:
        draft = read_programme(options.draft)
        live = read_programme(options.live) if options.live else None
        read = histories(options.preset, options.file, draft.currency, options.customers)
    except (DocumentError, InvalidInput, SourceError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    # The receipts stay to the end: the collector need not walk them again and again.
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)
    outcomes = [_try(live, "live", read, options)] if live else []
    outcomes.append(_try(draft, "draft", read, options))
    comparison = compare(*outcomes) if live else None
    print(summary(outcomes, options.language))
    if options.report:
        page = report_page(outcomes, comparison, options.language, options.file.name)
        options.report.write_text(page, "utf-8")
        view = json.dumps(report_view(outcomes, comparison), ensure_ascii=False, indent=1)
        options.report.with_suffix(".json").write_text(view + "\n", "utf-8")
    return 0


def _try(
    programme: Programme, name: str, read: Sequence[History], options: argparse.Namespace
) -> Outcome:
    bar = Bar(name, sum(len(history.receipts) for history in read))
    until_ms = None
    if options.until:
        until_ms = start_of_day_ms(to_day(options.until), programme.zone)
    start = time.process_time()
    outcome = backtest(
        programme, read, until_ms=until_ms, habit=Habit(options.pay), progress=bar.draw
    )
    bar.end(time.process_time() - start)
    return outcome


class Bar:
    """A progress bar on a terminal; one line at the end elsewhere."""

    WIDTH = 30

    def __init__(self, name: str, total: int) -> None:
        self._name = name
        self._total = total
        self._is_terminal = sys.stderr.isatty()

    def draw(self, done: int) -> None:
        """Show how many receipts are done."""
        if self._is_terminal:
            full = self.WIDTH * done // max(1, self._total)
            shown = "#" * full + "." * (self.WIDTH - full)
            print(f"\r{self._name} [{shown}] {done:,}/{self._total:,}", end="", file=sys.stderr)

    def end(self, seconds: float) -> None:
        """Say how long it took this process."""
        lead = "\r" if self._is_terminal else ""
        print(f"{lead}{self._name}: {self._total:,} receipts in {seconds:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
