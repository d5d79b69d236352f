"""A bad day at Apple's: pushes put off, a service that breaks down, senders sent away."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tools.http_client import send, send_json

EVERY_S: Final = 0.5
REFUSALS: Final = ((429, "TooManyRequests"), (503, "ServiceUnavailable"))
CHANCE: Final = 0.5


@dataclass
class Weather:
    """What goes wrong at the stand-in, drawn from a seed."""

    apns_url: str
    """The plain side of the stand-in."""
    random: random.Random
    goaways: int = 0

    def worsen(self) -> None:
        """Let the next pushes be refused, perhaps, and send senders away.

        What nobody met is forgotten: else refusals would pile up before the last phones of a day,
        and a quarter of an hour of them makes dead letters.
        """
        self.clear()
        for status, reason in REFUSALS:
            if self.random.random() < CHANCE:
                fault = {"token": "*", "status": status, "reason": reason, "times": 1}
                _told("faults", fault, self.apns_url)
        # Half of the time what is on its way is still answered, else it must be sent again.
        refuse = self.random.random() < 0.5
        _told("goaway", {"refuse_open_streams": refuse}, self.apns_url)
        self.goaways += 1

    def clear(self) -> None:
        """Apple's service is well again."""
        send("DELETE", f"{self.apns_url}/faults")

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Worse every half second, from another thread; clear in the end."""
        over = threading.Event()

        def make() -> None:
            while not over.wait(EVERY_S):
                self.worsen()

        thread = threading.Thread(target=make, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self.clear()


def _told(command: str, what: dict[str, object], apns_url: str) -> None:
    answer = send_json("POST", f"{apns_url}/{command}", what)
    if answer.status not in {200, 201}:
        raise RuntimeError(f"Apple's stand-in answered {answer.status} to {command}")
