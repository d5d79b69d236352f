"""What every worker has in common: the folder it works from, and the loop that is timed.

Uses the standard library only, since each worker lives in an environment of its own.
"""

from __future__ import annotations

import base64
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_WHOSE = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


@dataclass(frozen=True, slots=True)
class Job:
    """The folder of one run: keys, images, accounts, and the cards that they should become."""

    directory: Path

    @property
    def certificate(self) -> str:
        return str(self.directory / "pass.pem")

    @property
    def key(self) -> str:
        return str(self.directory / "pass.key.pem")

    @property
    def wwdr(self) -> str:
        return str(self.directory / "wwdr.pem")

    def files(self) -> dict[str, bytes]:
        """The images that every card holds."""
        paths = sorted((self.directory / "files").iterdir())
        return {path.name: path.read_bytes() for path in paths}

    def accounts(self) -> list[dict[str, Any]]:
        """The accounts, one after the other another member, balance and language."""
        found: list[dict[str, Any]] = json.loads((self.directory / "accounts.json").read_text())
        return found

    def cards(self) -> list[dict[str, Any]]:
        """The pass.json that each account should become, in the same order."""
        found: list[dict[str, Any]] = json.loads((self.directory / "cards.json").read_text())
        return found


def serve(make: Callable[[int], bytes]) -> None:
    """Answers each line of standard input, a number of seconds, with one timed round.

    The answer is a line of JSON: how many cards were made, in how many CPU seconds, and the first
    and the last of them for verification. CPU seconds, those of child processes included, are
    wall seconds on an idle core and stay comparable on a shared one.
    """
    number = 0
    for line in sys.stdin:
        seconds = float(line)
        count = 0
        first = last = b""
        begin = _cpu_seconds()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            last = make(number)
            first = first or last
            number += 1
            count += 1
        answer = {
            "count": count,
            "seconds": _cpu_seconds() - begin,
            "first": base64.b64encode(first).decode("ascii"),
            "last": base64.b64encode(last).decode("ascii"),
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _cpu_seconds() -> float:
    own, children = (resource.getrusage(who) for who in _WHOSE)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def job() -> Job:
    """The job named on the command line."""
    return Job(Path(sys.argv[1]))
