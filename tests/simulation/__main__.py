"""Run the simulator: `python -m tests.simulation --operations 5000000`.

One world again: `--profile midnight --seed 17` (the size is part of the seed: `--size`). The
mutation gate: `--bugs`. One bug: `--bug "nothing ever expires" --profile sweep_and_till --seed 3`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.simulation.bugs import BUGS, Bug, install, named

SEEDS = Path(__file__).with_name("seeds.txt")
FRESH_SEED = 1_000
BUG_SEEDS = (101, 102, 103)
BUG_OPERATIONS = 1_500
"""Requests within which each bug must show, and without it nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 1 where an invariant was broken or a bug got away."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--operations", type=int, default=0, help="over every profile")
    parser.add_argument("--profile", help="one world of this profile")
    parser.add_argument("--seed", type=int, default=FRESH_SEED)
    parser.add_argument("--size", type=int, default=5_000, help="requests per world")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--bugs", action="store_true", help="every seeded bug on three seeds")
    parser.add_argument("--bug", help="one seeded bug")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    options = parser.parse_args(arguments)
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets of strings must come in the same order when a seed is replayed.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])
    if options.bugs:
        return gate(options.processes)
    if options.bug:
        install(named(options.bug))
    if options.profile:
        return _one(options)
    return _many(options)


def _one(options: argparse.Namespace) -> int:
    from tests.simulation.runner import run_world

    report = run_world(options.profile, options.seed, options.size)
    broken = [violation for _, _, violation in report.violations]
    if options.json:
        names = sorted({violation.invariant for violation in broken})
        print(json.dumps({"invariants": names, "told": [str(one) for one in broken[:3]]}))
        return 1 if broken else 0
    print(f"{options.profile}, seed {options.seed}: {report.operations:,} operations, "
          f"{report.faults:,} faults, {report.seconds:.1f} s")  # fmt: skip
    for violation in broken[:20]:
        print(f"  {violation}")
    print(f"violations {len(broken)}")
    return 1 if broken else 0


def _many(options: argparse.Namespace) -> int:
    from tests.simulation.coverage import floors, missed
    from tests.simulation.profiles import PROFILES
    from tests.simulation.runner import run_worlds

    worlds = max(1, -(-options.operations // options.size))
    names = list(PROFILES)
    # Half of the work is uniform, the directed profiles share the rest.
    wanted = [
        ("uniform" if number % 2 else names[1 + number // 2 % (len(names) - 1)],
         options.seed + number, options.size)
        for number in range(worlds)
    ]  # fmt: skip
    report = run_worlds([*kept_seeds(), *wanted], options.processes)
    print(f"operations   {report.operations:>12,}\nfaults       {report.faults:>12,}")
    for name in ("transactions", "reads", "deliveries", "acks", "replays"):
        print(f"{name:<12} {report.done[name]:>12,}")
    covered = floors(report)
    for name, (count, floor) in covered.items():
        print(f"{name:<12} {count:>12,}   (at least {floor:,})")
    print(f"seconds      {report.seconds:>12,.1f}\nviolations   {len(report.violations):>12,}")
    for profile, seed, violation in report.violations[:20]:
        print(f"  {violation}\n    python -m tests.simulation --profile {profile} --seed {seed}"
              f" --size {options.size}")  # fmt: skip
    short = missed(report)
    for name in short:
        print(f"coverage of {name} is below its floor: this run proves little")
    return 1 if report.violations or short else 0


def kept_seeds() -> list[tuple[str, int, int]]:
    """Worlds that broke an invariant once: profile, seed and size, one a line."""
    lines = SEEDS.read_text(encoding="utf-8").splitlines()
    rows = [line.split("#")[0].split() for line in lines]
    return [(row[0], int(row[1]), int(row[2])) for row in rows if row]


def gate(processes: int) -> int:
    """Every bug on every seed, each in a process of its own; then the same worlds without it."""
    started = time.perf_counter()
    jobs: list[tuple[Bug | None, str, int]] = [
        (bug, bug.profile, seed) for bug in BUGS for seed in BUG_SEEDS
    ]
    worlds = {(bug.profile, seed) for bug in BUGS for seed in BUG_SEEDS}
    jobs += [(None, profile, seed) for profile, seed in sorted(worlds)]
    away = 0
    with ThreadPoolExecutor(processes) as pool:
        verdicts = pool.map(lambda job: _verdict(*job), jobs)
        for (bug, profile, seed), names in zip(jobs, verdicts, strict=True):
            wrong = bool(names) if bug is None else not names
            away += wrong
            print(f"{'WRONG ' if wrong else '      '}{bug.name if bug else 'no bug'}: "
                  f"{profile} {seed}: {', '.join(names) or 'nothing'}", flush=True)  # fmt: skip
    print(f"{len(BUGS)} bugs, {len(BUG_SEEDS)} seeds each, {BUG_OPERATIONS} operations a world, "
          f"{time.perf_counter() - started:.0f} s: {away} wrong")  # fmt: skip
    return 1 if away else 0


def _verdict(bug: Bug | None, profile: str, seed: int) -> list[str]:
    command = [
        sys.executable, "-m", "tests.simulation", "--json", "--profile", profile,
        "--seed", str(seed), "--size", str(BUG_OPERATIONS),
    ]  # fmt: skip
    if bug is not None:
        command += ["--bug", bug.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1} or not done.stdout.startswith("{"):
        raise RuntimeError(f"{bug.name if bug else 'no bug'}: {done.stderr[-2000:]}")
    found: list[str] = json.loads(done.stdout)["invariants"]
    return found


if __name__ == "__main__":
    raise SystemExit(main())
