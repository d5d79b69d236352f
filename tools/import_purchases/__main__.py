"""Imports a file of purchases through the API: `make import FILE=… PRESET=cdnow CUSTOMERS=1000`.

An import can be stopped, killed and started again at any time: a document is imported once,
because its store and number are its identity. Where it stands is kept in the state directory of
the laptop stack; rows that were refused are listed beside it, with reasons.

Elsewhere than on the laptop: --api-url, with the API key in TESSERA_API_KEY.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tools.api_client import Api, ApiUnreachable
from tools.import_purchases.presets import PRESETS, SourceError
from tools.import_purchases.running import Run, Target
from tools.import_purchases.source import Source
from tools.import_purchases.state import ImportState
from tools.laptop.places import LaptopError, Places
from tools.laptop.stack import Stack

KEY_VARIABLE = "TESSERA_API_KEY"
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything is imported, 130 when it was stopped, 1 when it cannot go on."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (ApiUnreachable, LaptopError, SourceError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.import_purchases",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--preset", required=True, choices=sorted(PRESETS))
    parser.add_argument("--programme", default="demo")
    parser.add_argument("--currency", default="EUR", help="the programme's; the file names none")
    parser.add_argument("--customers", type=int, help="only the first so many of the file")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--live", action="store_true", help="not a historic import: tell members")
    parser.add_argument("--afresh", action="store_true", help="send everything again")
    parser.add_argument("--api-url", help="the API's address; the laptop stack's by default")
    return parser


def _run(options: argparse.Namespace) -> int:
    source = PRESETS[options.preset](options.file).first(options.customers)
    places = Places.from_environment()
    url = options.api_url or places.api_url
    key = os.environ.get(KEY_VARIABLE) or Stack(places).admin_key
    purpose = f"{options.preset} {options.programme} {options.currency} {options.live} {url}"
    directory = places.state_dir / "imports"
    state = ImportState(directory, options.file, purpose, source.refusals)
    if options.afresh:
        state.forget()
    target = Target(lambda: Api(url, key), options.programme, options.currency, not options.live)
    with state:
        run = Run(source, target, state)
        signal.signal(signal.SIGINT, lambda *_: run.stop.set())
        signal.signal(signal.SIGTERM, lambda *_: run.stop.set())
        bar = Bar(source, len(state.finished))
        try:
            complete = run(options.workers, bar.draw)
        finally:
            bar.draw(run, last=True)
    print(summary(run, source))
    if not complete:
        print("stopped: the same command goes on from here")
        return INTERRUPTED
    return 0


class Bar:
    """A progress bar on a terminal; a line every few seconds elsewhere."""

    WIDTH = 30
    LINE_EVERY_S = 10.0

    def __init__(self, source: Source, finished: int) -> None:
        self._total = len(source.customers)
        self._finished = finished
        self._is_terminal = sys.stderr.isatty()
        self._last_s = time.monotonic()

    def draw(self, run: Run, *, last: bool = False) -> None:
        """Show where the run is."""
        now_s = time.monotonic()
        if not self._is_terminal and not last and now_s - self._last_s < self.LINE_EVERY_S:
            return
        self._last_s = now_s
        done = len(run.state.finished)
        part = done / self._total if self._total else 1.0
        filled = round(self.WIDTH * part)
        tally = run.tally
        rate = tally.customers / max(0.001, now_s - tally.started_s)
        left = f", {(self._total - done) / rate:.0f} s left" if rate and done < self._total else ""
        text = (
            f"[{'#' * filled}{'.' * (self.WIDTH - filled)}] {part:4.0%}  "
            f"{done} of {self._total} customers, {tally.documents} documents, "
            f"{tally.per_second:.0f}/s{left}"
        )
        if self._is_terminal:
            print(f"\r{text:<100}", end="\n" if last else "", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)


def summary(run: Run, source: Source) -> str:
    """What this run did, and what was refused in the whole import."""
    tally, state = run.tally, run.state
    done = f"{tally.imported} documents imported, {tally.replayed} were there already"
    of_all = f"{len(state.finished)} of {len(source.customers)} customers"
    lines = [f"{done} ({tally.per_second:.0f}/s); {of_all}"]
    refused = Counter(refusal.code for refusal in state.every_refusal)
    if refused:
        reasons = ", ".join(f"{count} {code}" for code, count in refused.most_common())
        lines.append(f"refused: {reasons}")
        lines.append(f"their rows, with reasons: {state.report}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
