"""Run the simulator: `python -m tests.simulation --operations 5000000`.

A long run is kept in a journal and goes on where it stopped, in as many processes as are started
on it one after the other: `--journal build/simulation.jsonl`. `--report` keeps the result.

A run on the clock: `--operations 1000000 --minutes-max 9` does what fits, and says how much.

One world again: `--profile midnight --seed 17` (the size is part of the seed: `--size`). The
mutation gate: `--bugs`. One bug: `--bug "nothing ever expires" --profile sweep_and_till --seed 3`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.simulation.bugs import BUGS, named
from tests.simulation.patching import install


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where an invariant was broken or a bug got away."""
    options = _parser().parse_args(arguments)
    options.seed = unseen_seeds()[0] if options.seed is None else options.seed
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets of strings must come in the same order when a seed is replayed.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    if options.bugs:
        return _gate(options)
    if options.bug:
        install(named(options.bug))
    if options.sizes:
        return _soonest(options)
    if options.profile:
        return _one(options)
    from tests.simulation.many import many

    return many(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--operations", type=int, default=0, help="over every profile")
    parser.add_argument("--profile", help="one world of this profile")
    parser.add_argument("--seed", type=int, help="of the first world; that of today's date")
    parser.add_argument("--size", type=int, default=5_000, help="requests per world")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes-max", type=float, help="begin no world after so long")
    parser.add_argument("--journal", type=Path, help="go on with the run that is kept here")
    parser.add_argument("--report", action="store_true", help="keep the result in docs/reports")
    parser.add_argument("--bugs", action="store_true", help="every seeded bug on three seeds")
    parser.add_argument("--bug", help="one seeded bug")
    parser.add_argument("--json", action="store_true", help="print verdicts as JSON")
    parser.add_argument("--seeds", type=_numbers, help="seeds of the gate; those of today's date")
    parser.add_argument("--sizes", type=_numbers, help=argparse.SUPPRESS)
    return parser


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _one(options: argparse.Namespace) -> int:
    from tests.simulation.runner import run_world

    report = run_world(options.profile, options.seed, options.size)
    broken = [violation for _, violation in report.violations]
    print(f"{options.profile}, seed {options.seed}: {report.operations:,} operations, "
          f"{report.faults:,} faults, {report.seconds:.1f} s")  # fmt: skip
    for violation in broken[:20]:
        print(f"  {violation}")
    print(f"violations {len(broken)}")
    return 1 if broken else 0


def _soonest(options: argparse.Namespace) -> int:
    from tests.simulation.gate import soonest

    rows = soonest(options.profile, options.seeds, options.sizes)
    print(json.dumps(rows))
    return 1 if any(row["invariants"] for row in rows) else 0


def unseen_seeds() -> list[int]:
    """Seeds that no bug was chosen by: those of the day."""
    from tests.simulation.gate import SEEDS as COUNT

    first = int(dt.datetime.now(dt.UTC).strftime("%y%m%d")) * 10
    return [first + number for number in range(1, COUNT + 1)]


def _gate(options: argparse.Namespace) -> int:
    from tests.simulation.gate import gate, line_of

    seeds = options.seeds or unseen_seeds()
    started = time.perf_counter()
    verdicts = []
    for verdict in gate(seeds, options.processes):
        print(line_of(verdict), flush=True)
        verdicts.append(verdict)
    seconds = time.perf_counter() - started
    wrong = sum(verdict.is_wrong for verdict in verdicts)
    text = (
        f"{len(BUGS)} bugs, seeds {', '.join(map(str, seeds))}, {seconds:.0f} s: {wrong} wrong, "
        f"{len(verdicts) - len(BUGS) * len(seeds)} worlds without a bug"
    )
    print(text)
    if options.report:
        from tools.reports import keep, machine

        rows = "\n".join(f"- {line_of(verdict)}" for verdict in verdicts)
        keep("seeded-bugs", "Seeded bugs of the ledger", f"{machine()}\n\n{text}.\n\n{rows}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
