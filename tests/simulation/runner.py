"""Runs worlds, one seed each, and adds up what they did."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice, takewhile
from math import inf
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
    violations: list[tuple[Job, Violation]] = field(default_factory=list)
    seconds: float = 0.0
    """Of the processor, not of the wall."""
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
    started = time.process_time()
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
        violations=[((profile, seed, operations), violation) for violation in found],
        seconds=time.process_time() - started,
        worlds=1,
    )


def _run(job: Job) -> tuple[Job, Report]:
    """One world among many: its garbage goes when it is over, which is a seventh faster."""
    gc.disable()
    report = run_world(*job)
    gc.collect()
    return job, report


def each_world(
    jobs: Sequence[Job], processes: int, seconds_max: float = inf
) -> Iterator[tuple[Job, Report]]:
    """Run worlds on several cores, and give each as it is done.

    After `seconds_max` no further world is begun; those that were are finished and given.
    """
    until = time.perf_counter() + seconds_max
    waiting = takewhile(lambda _: time.perf_counter() < until, jobs)
    if processes == 1:
        yield from map(_run, waiting)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        # One world more than there are processes, so that none of them waits for its next.
        running = {pool.submit(_run, job) for job in islice(waiting, processes + 1)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(_run, job) for job in islice(waiting, len(done))}
            yield from (one.result() for one in done)
