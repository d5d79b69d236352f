"""What the till's function costs to start, beside making boto3's client of the table (design §10).

    python -m tools.bench_start [--rounds 15] [--function till_api] [--modules 20]

Each start is a process of its own that imports the function and makes the first client. The two
take turns, with compiled modules on both sides, and the processor's time is counted rather than
the wall's, so that a busy machine slows both alike; the ratio is that of the medians. `--modules`
prints where the time goes, dearest first.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REGION = "eu-west-3"
RATIO_MAX = 1.5

REFERENCE = f"import boto3; boto3.client('dynamodb', region_name='{REGION}')"
START = f"""
import functions.{{function}}.app
from pynamodb.connection.base import Connection
Connection(region='{REGION}').client
"""
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")


def environment(compiled: str) -> dict[str, str]:
    """The variables of a start: none of the function's own, and compiled modules in a place."""
    paths = (ROOT, ROOT / "layers/tessera/python", ROOT / "layers/passbook/python")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONPYCACHEPREFIX": compiled,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def processor_ms(code: str, variables: Mapping[str, str]) -> float:
    """The processor's time of one process that runs the code, its interpreter's start included."""
    process = subprocess.Popen([sys.executable, "-c", code], env=dict(variables), cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, code)
    return (usage.ru_utime + usage.ru_stime) * 1000


def measure(function: str, rounds: int) -> tuple[float, float]:
    """Medians in milliseconds: the function's start, and the reference's."""
    code = START.format(function=function)
    with tempfile.TemporaryDirectory() as compiled:
        variables = environment(compiled)
        for warming in (code, REFERENCE):
            processor_ms(warming, variables)
        pairs = [
            (processor_ms(code, variables), processor_ms(REFERENCE, variables))
            for _ in range(rounds)
        ]
    ours, theirs = zip(*pairs, strict=True)
    return statistics.median(ours), statistics.median(theirs)


def dearest(function: str, shown: int) -> list[tuple[str, float]]:
    """Packages by the time that their own modules take to import, in milliseconds."""
    code = START.format(function=function)
    with tempfile.TemporaryDirectory() as compiled:
        variables = environment(compiled)
        processor_ms(code, variables)
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", code],
            env=variables,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    spent: Counter[str] = Counter()
    for found in _LINE.finditer(done.stderr):
        parts = found[2].split(".")
        spent[".".join(parts[: 2 if parts[0] == "tessera" else 1])] += int(found[1])
    return [(name, own_us / 1000) for name, own_us in spent.most_common(shown)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the ratio; return 0 where it meets the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--function", default="till_api")
    parser.add_argument("--modules", type=int, default=0)
    options = parser.parse_args(arguments)
    ours, theirs = measure(options.function, options.rounds)
    ratio = ours / theirs
    print(
        f"start of {options.function}: {ours:.0f} ms of processor time,"
        f" boto3.client('dynamodb') {theirs:.0f} ms: ratio {ratio:.2f} (budget {RATIO_MAX})"
    )
    if options.modules:
        for name, own_ms in dearest(options.function, options.modules):
            print(f"{own_ms:8.1f} ms  {name}")
    return 0 if ratio <= RATIO_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
