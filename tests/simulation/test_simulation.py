"""The simulator at the size of every build; `make simulate` runs it large."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.__main__ import kept_seeds
from tests.simulation.bugs import BUGS, Bug, patched_sources
from tests.simulation.coverage import FLOORS

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = 40_000
"""Requests in every build, over all profiles; `make simulate` takes five million."""

pytestmark = pytest.mark.xdist_group("simulation")


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


def test_no_invariant_is_broken_and_the_floors_of_coverage_are_met() -> None:
    done = simulate("--operations", str(OPERATIONS))
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(name in done.stdout for name in FLOORS)


def test_a_seed_replays_the_same_world() -> None:
    runs = [simulate("--profile", "claims", "--seed", "5", "--size", "600") for _ in range(2)]
    first, second = (run.stdout.rsplit(",", 1)[0] for run in runs)
    assert runs[0].returncode == 0
    assert first == second


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "_"))
def test_a_seeded_bug_is_caught(bug: Bug) -> None:
    name, profile = bug.name, bug.profile
    found = simulate("--bug", name, "--profile", profile, "--seed", "101", "--size", "1500")
    assert found.returncode == 1, found.stdout + found.stderr
    assert "  I" in found.stdout


def test_every_bug_still_fits_its_source() -> None:
    assert all(patched_sources(bug) for bug in BUGS)
    assert len(BUGS) >= 20


def test_worlds_that_broke_once_are_kept() -> None:
    assert kept_seeds()
