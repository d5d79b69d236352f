"""A long run in pieces: every world that is done is written down, and not done again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.simulation.history import Violation
from tests.simulation.runner import Job, Report

ROOT = Path(__file__).resolve().parents[2]
JUDGED = ("layers/tessera/python/tessera", "tests/simulation", "tests/fakes/memory_table.py")


class Journal:
    """What of a run was done, in a file with one world a line.

    The file begins with a hash of the sources: of other sources it proves nothing, and it is
    begun anew.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.done: dict[Job, Report] = {}
        head = json.dumps({"sources": sources_hash()})
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        if lines[:1] != [head]:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(head + "\n", "utf-8")
            return
        for line in lines[1:]:
            # A last line that a crash cut short is a world that was not done.
            if line.endswith("}"):
                row = json.loads(line)
                self.done[(row["profile"], row["seed"], row["size"])] = _report(row)

    def left(self, jobs: Iterable[Job]) -> list[Job]:
        """The worlds that are still to be done."""
        return [job for job in jobs if job not in self.done]

    def add(self, job: Job, report: Report) -> None:
        """Write down a world that is done."""
        self.done[job] = report
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(_row(job, report)) + "\n")

    def total(self, jobs: Sequence[Job]) -> Report:
        """What these worlds did in all; their seconds are those of one core."""
        total = Report()
        for job in jobs:
            total.add(self.done[job])
        return total


def sources_hash() -> str:
    """One hash of everything that a run judges or judges by."""
    digest = hashlib.sha256()
    for name in JUDGED:
        place = ROOT / name
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _row(job: Job, report: Report) -> dict[str, Any]:
    profile, seed, size = job
    broken = [[one.invariant, one.told] for _, one in report.violations]
    return {
        "profile": profile, "seed": seed, "size": size, "operations": report.operations,
        "done": dict(report.done), "kinds": dict(report.kinds), "violations": broken,
        "seconds": round(report.seconds, 3),
    }  # fmt: skip


def _report(row: dict[str, Any]) -> Report:
    job = (row["profile"], row["seed"], row["size"])
    return Report(
        row["operations"], Counter(row["done"]), Counter(row["kinds"]),
        [(job, Violation(*one)) for one in row["violations"]],
        row["seconds"], 1,
    )  # fmt: skip
