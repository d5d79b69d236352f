"""The mutation gate: every seeded bug on seeds that nobody has seen, and the same without it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.simulation.bugs import BUGS
from tests.simulation.patching import Bug

SEEDS = 3
SIZES = (250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
"""Requests within which a bug shows: the gate asks for the least of these that finds it."""

HEALTHY = 4_000
"""Requests that a world without a bug has to stand, on each seed and profile of the gate."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one bug (or none) did in one world: which invariants broke, within how many requests."""

    bug: str
    profile: str
    seed: int
    invariants: tuple[str, ...]
    size: int
    told: str = ""

    @property
    def is_wrong(self) -> bool:
        """A bug that got away, or an invariant that broke without one."""
        return bool(self.invariants) != bool(self.bug)


def gate(seeds: Sequence[int], processes: int) -> Iterator[Verdict]:
    """Every bug and every healthy world, each bug in a process of its own."""
    jobs: list[tuple[Bug | None, str]] = [(bug, bug.profile) for bug in BUGS]
    jobs += [(None, profile) for profile in sorted({bug.profile for bug in BUGS})]
    with ThreadPoolExecutor(processes) as pool:
        for verdicts in pool.map(lambda job: list(_verdicts(job[0], job[1], seeds)), jobs):
            yield from verdicts


def line_of(verdict: Verdict) -> str:
    """One verdict as a line of text."""
    what = ", ".join(verdict.invariants) or "nothing"
    name = verdict.bug or "no bug"
    wrong = "WRONG " if verdict.is_wrong else ""
    return (
        f"{wrong}{name}: {verdict.profile} {verdict.seed}: {what} within {verdict.size} requests"
        + (f"\n      {verdict.told}" if wrong and verdict.told else "")
    )


def _verdicts(bug: Bug | None, profile: str, seeds: Sequence[int]) -> Iterator[Verdict]:
    sizes = SIZES if bug else (HEALTHY,)
    command = [
        sys.executable, "-m", "tests.simulation", "--json", "--profile", profile,
        "--sizes", ",".join(map(str, sizes)), "--seeds", ",".join(map(str, seeds)),
    ]  # fmt: skip
    if bug is not None:
        command += ["--bug", bug.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1} or not done.stdout.startswith("["):
        raise RuntimeError(f"{bug.name if bug else 'no bug'}: {done.stderr[-2000:]}")
    for row in json.loads(done.stdout):
        yield Verdict(
            bug.name if bug else "", profile, row["seed"], tuple(row["invariants"]), row["size"],
            row["told"],
        )  # fmt: skip


def soonest(profile: str, seeds: Sequence[int], sizes: Sequence[int]) -> list[dict[str, object]]:
    """The least size of a world, seed by seed, at which an invariant breaks; else the largest."""
    from tests.simulation.runner import run_world

    rows: list[dict[str, object]] = []
    for seed in seeds:
        for size in sizes:
            broken = [one for _, one in run_world(profile, seed, size).violations]
            if broken:
                break
        names = sorted({one.invariant for one in broken})
        told = str(broken[0]) if broken else ""
        rows.append({"seed": seed, "size": size, "invariants": names, "told": told})
    return rows
