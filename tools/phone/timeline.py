"""The phone's own log: what it asked, what it was told, what it showed, and when."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `monotonic_ms` is the machine's clock, the same in every process."""

    at: str
    monotonic_ms: float
    kind: str
    detail: dict[str, Any]


class Timeline:
    """Events in order; safe to write and read from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[Event] = []

    def add(self, kind: str, **detail: Any) -> Event:
        """Note an event now. Details must be plain JSON and hold no secret."""
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._lock:
            event = Event(at, time.monotonic() * 1000, kind, detail)
            self._events.append(event)
        return event

    def events(self, kind: str | None = None, after_ms: float = 0.0) -> list[Event]:
        """Events of a kind (or all), later than a moment of the monotonic clock."""
        with self._lock:
            return [
                event
                for event in self._events
                if kind in {None, event.kind} and event.monotonic_ms > after_ms
            ]
