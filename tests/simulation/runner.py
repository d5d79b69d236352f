"""Runs worlds, one seed each, and adds up what they did."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.simulation.history import History, Violation
from tests.simulation.invariants import check
from tests.simulation.load import Load
from tests.simulation.profiles import PROFILES

Job = tuple[str, int, int]
"""A world: its profile, its seed and how many requests it lives."""

WORLD_OPERATIONS = 5_000
"""Requests per world: small enough to keep in memory and to replay in seconds."""


@dataclass(slots=True)
class Report:
    """What one world, or many, did."""

    operations: int = 0
    done: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[str, int, Violation]] = field(default_factory=list)
    seconds: float = 0.0
    worlds: int = 0

    @property
    def faults(self) -> int:
        injected = sum(count for name, count in self.done.items() if name.startswith("fault_"))
        return injected + self.done["twice"] + self.done["again"] + self.done["claims"]

    def add(self, other: Report) -> None:
        """Take another report in."""
        self.operations += other.operations
        self.done += other.done
        self.kinds += other.kinds
        self.violations += other.violations
        self.seconds += other.seconds
        self.worlds += other.worlds


def run_world(profile: str, seed: int, operations: int = WORLD_OPERATIONS) -> Report:
    """One world from its seed to the verdict."""
    started = time.perf_counter()
    load = Load(PROFILES[profile], seed)
    load.run(operations)
    world = load.world
    history = History(
        rows=world.table.scan(),
        requests=world.requests,
        surprises=world.surprises,
        published=world.published,
        projected=world.projected,
        negative_reads=load.negative_reads,
        now_ms=world.now_ms(),
    )
    found = check(history)
    kinds = Counter(str(body["k"]) for ledger in history.ledgers for body in ledger.bodies)
    return Report(
        operations=operations,
        done=world.done,
        kinds=kinds,
        violations=[(profile, seed, violation) for violation in found],
        seconds=time.perf_counter() - started,
        worlds=1,
    )


def _run(job: Job) -> tuple[Job, Report]:
    """One world among many: its garbage goes when it is over, which is a seventh faster."""
    gc.disable()
    report = run_world(*job)
    gc.collect()
    return job, report


def each_world(jobs: Sequence[Job], processes: int) -> Iterator[tuple[Job, Report]]:
    """Run many worlds on several cores, and give each as it is done."""
    if processes == 1:
        yield from map(_run, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(_run, job) for job in jobs]):
            yield done.result()
