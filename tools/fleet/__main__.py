"""A fleet of simulated phones on a running laptop stack: none misses a change or asks for nothing.

Each phone holds one member's card. It registers, its member buys once, it waits for its push, asks
what changed and fetches the card, while Apple's stand-in answers 410, 429, 503 and GOAWAY at
random. Then one card changes a hundred times in a row, and in the end phones buy one after the
other, with nothing else going on.

    python -m tools.fleet [--phones 10000] [--report build/fleet.json]     (make fleet)
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tools.fleet.day import Day
from tools.fleet.report import Report
from tools.laptop import Stack
from tools.laptop.places import Places


def run(stack: Stack, phones: int, seed: int) -> Report:
    """Let a fleet of so many phones live for a day; gives what it saw."""
    day = Day(stack, phones, random.Random(seed), Report(phones, seed))  # noqa: S311 - weather
    for name, part in day.morning().items():
        day.timed(name, part)
    with day.awake():
        with day.weather.changing():
            day.timed("shop", day.shop)
            day.timed("settle", day.settle)
        day.measure()
        day.timed("burst", day.burst)
        day.timed("rest", day.rest)
    return day.conclude()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; 1 where a phone missed a change, fetched for nothing, or the like."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--phones", type=int, default=10_000)
    parser.add_argument("--seed", type=int, help="of the weather at Apple's (default: any)")
    parser.add_argument("--report", type=Path, help="write the report to this file too")
    options = parser.parse_args(arguments)
    stack = Stack(Places.from_environment())
    if not stack.is_up():
        print("the laptop stack is not running: make run", file=sys.stderr)
        return 1
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    report = run(stack, options.phones, seed)
    text = json.dumps(asdict(report), indent=2)
    print(text)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(text + "\n", encoding="utf-8")
    faults = report.faults()
    for fault in faults:
        print(f"WRONG: {fault}")
    if not faults:
        print(f"{report.phones} phones: none missed a change, none fetched twice for nothing")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
