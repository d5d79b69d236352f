"""A long run: many worlds, kept as they are done, told as a table."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from math import inf
from pathlib import Path

from tests.simulation.coverage import floors, missed
from tests.simulation.journal import Journal
from tests.simulation.profiles import PROFILES
from tests.simulation.runner import Job, Report, each_world
from tools.reports import keep, machine

SEEDS = Path(__file__).with_name("seeds.txt")
PROGRESS_S = 15


def many(options: argparse.Namespace) -> int:
    """The command of a long run; 1 where an invariant was broken or too little was met."""
    jobs = [*kept_seeds(), *fresh_worlds(options.operations, options.seed, options.size)]
    started = time.perf_counter()
    journal = Journal(options.journal or Path(os.devnull))
    left = journal.left(jobs)
    seconds_max = options.minutes_max * 60 if options.minutes_max else inf
    _run(journal, left, options.processes, seconds_max)
    done = [job for job in jobs if job in journal.done]
    report = journal.total(done)
    worlds = len(done) - len(jobs) + len(left)
    text = _told(report, time.perf_counter() - started, worlds)
    if len(done) < len(jobs):
        text += f"\nthe time was up: {len(done):,} of {len(jobs):,} worlds were lived"
    print(text)
    short = missed(report)
    for name in short:
        print(f"coverage of {name} is below its floor: this run proves little")
    if options.report:
        command = f"python -m tests.simulation --operations {options.operations}"
        profiles = ", ".join(PROFILES)
        keep("simulation", "The ledger under faults", (
            f"{machine()}\n\n`{command} --seed {options.seed}`: {len(done)} worlds of "
            f"{options.size:,} requests; profiles: {profiles}.\n\n```\n{text}\n```\n"
        ))  # fmt: skip
    return 1 if report.violations or short else 0


def fresh_worlds(operations: int, seed: int, size: int) -> list[Job]:
    """Worlds for so many operations: half of them uniform, the directed profiles share the rest."""
    names = list(PROFILES)
    return [
        ("uniform" if number % 2 else names[1 + number // 2 % (len(names) - 1)],
         seed + number, size)
        for number in range(max(1, -(-operations // size)))
    ]  # fmt: skip


def kept_seeds() -> list[Job]:
    """Worlds that broke an invariant once: profile, seed and size, one a line."""
    lines = SEEDS.read_text(encoding="utf-8").splitlines()
    rows = [line.split("#")[0].split() for line in lines]
    return [(row[0], int(row[1]), int(row[2])) for row in rows if row]


def _run(journal: Journal, left: Sequence[Job], processes: int, seconds_max: float) -> None:
    """Live the worlds that are left, and say now and then how far it is."""
    started = told = time.perf_counter()
    broken = 0
    for number, (job, report) in enumerate(each_world(left, processes, seconds_max), start=1):
        journal.add(job, report)
        broken += len(report.violations)
        now = time.perf_counter()
        if now - told >= PROGRESS_S:
            told = now
            minutes = (now - started) / number * (len(left) - number) / 60
            print(
                f"{number:,} of {len(left):,} worlds, violations {broken}, "
                f"{minutes:.0f} minutes to go",
                file=sys.stderr,
                flush=True,
            )


def _told(report: Report, seconds: float, worlds: int) -> str:
    """What a run did, as a table of text."""
    lines = [f"{'operations':<14} {report.operations:>12,}", f"{'faults':<14} {report.faults:>12,}"]
    lines += [f"  {name[6:]:<12} {count:>12,}" for name, count in sorted(report.done.items())
              if name.startswith("fault_")]  # fmt: skip
    for name in ("transactions", "reads", "deliveries", "acks", "replays", "fired"):
        lines.append(f"{name:<14} {report.done[name]:>12,}")
    for name, (count, floor) in floors(report).items():
        lines.append(f"{name:<14} {count:>12,}   (at least {floor:,})")
    lines += [
        f"{'core seconds':<14} {report.seconds:>12,.1f}",
        f"{'this time':<14} {seconds:>12,.1f}   seconds for {worlds:,} worlds",
        f"{'violations':<14} {len(report.violations):>12,}",
    ]
    for (profile, seed, size), violation in report.violations[:20]:
        lines += [
            f"  {violation}",
            f"    python -m tests.simulation --profile {profile} --seed {seed} --size {size}",
        ]
    return "\n".join(lines)
