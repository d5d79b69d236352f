"""The simulator at the size of every build; `make simulate` runs it large."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.journal import Journal, sources_hash
from tests.simulation.many import fresh_worlds, kept_seeds
from tests.simulation.patching import patched_sources
from tests.simulation.profiles import PROFILES
from tests.simulation.runner import each_world

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = 2_500
"""Requests for each profile: what fits the time of `make test` (decision 0027). `.ci/run` takes a
million; `make simulate` takes five, and puts every seeded bug to the proof."""


def simulate(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the simulator's command."""
    paths = [ROOT, ROOT / "layers/tessera/python"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_no_invariant_is_broken(profile: str) -> None:
    done = simulate("--profile", profile, "--seed", "101", "--size", str(OPERATIONS))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_seed_replays_the_same_world() -> None:
    runs = [simulate("--profile", "claims", "--seed", "5", "--size", "600") for _ in range(2)]
    first, second = (run.stdout.rsplit(",", 1)[0] for run in runs)
    assert runs[0].returncode == 0
    assert first == second


def test_every_bug_still_fits_its_source() -> None:
    assert all(patched_sources(bug) for bug in BUGS)
    assert len(BUGS) >= 20


def test_worlds_that_broke_once_are_kept() -> None:
    assert kept_seeds()


def test_a_run_that_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    jobs = [("uniform", 1, 20), ("claims", 2, 20)]
    ((job, report),) = each_world(jobs[:1], 1)
    journal.add(job, report)
    with journal.file.open("a") as out:
        out.write('{"profile": "claims", "se')
    again = Journal(journal.file)
    assert again.left(jobs) == jobs[1:]
    assert again.done[jobs[0]].done == report.done
    changed = journal.file.read_text().replace(sources_hash(), "0" * 64)
    journal.file.write_text(changed)
    assert Journal(journal.file).left(jobs) == jobs


def test_a_run_on_the_clock_begins_nothing_after_its_time() -> None:
    assert list(each_world(fresh_worlds(60, 1, 20), 1, seconds_max=0.0)) == []
    assert len(list(each_world(fresh_worlds(60, 1, 20), 2))) == 3
