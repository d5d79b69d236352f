"""What Google remembers: classes, objects, who saved them, what phones were told, and a log.

All of it is guarded by one lock, because the HTTP server answers in threads. With a file it
outlives a restart of the laptop stack.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

LOG_LIMIT: Final = 100_000
NOTIFICATIONS_PER_DAY_MAX: Final = 3
_DAY_S: Final = 86_400.0


@dataclass(slots=True)
class Stored:
    """A class or an object as it stands. `version` grows with each change that phones can see."""

    resource: dict[str, Any]
    version: int
    users: list[str] = field(default_factory=list)
    notified_at: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Notification:
    """A banner that a phone would show. The text of field updates is Google's own."""

    seq: int
    at: str
    monotonic_ms: float
    object_id: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call of the REST service. `warnings` is what Google accepts but shows badly."""

    seq: int
    at: str
    monotonic_ms: float
    method: str
    path: str
    status: int
    reason: str | None
    message: str | None
    warnings: list[str]


@dataclass(slots=True)
class PlannedFailure:
    """An answer that a test asked for, given `times` times to calls whose path contains `path`."""

    status: int
    times: int = 1
    path: str = ""
    message: str = "A failure that a test asked for."


@dataclass(slots=True)
class Switches:
    """What a test may change while the service runs. `rate_per_second` None lifts the limit."""

    rate_per_second: int | None = 20
    strict_lengths: bool = False
    failures: list[PlannedFailure] = field(default_factory=list)


def wall_now() -> str:
    """This instant on the wall clock, RFC 3339 with milliseconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store:
    """The state. Callers hold `lock` around reads that belong together."""

    def __init__(
        self, file: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._file = file
        # Begins at the clock, so that numbers grow across restarts and no waiting phone is fooled.
        self._sequence = time.time_ns() // 1000
        self._calls: deque[float] = deque()
        self.classes: dict[str, Stored] = {}
        self.objects: dict[str, Stored] = {}
        self.notifications: deque[Notification] = deque(maxlen=LOG_LIMIT)
        self.log: deque[LoggedCall] = deque(maxlen=LOG_LIMIT)
        self.switches = Switches()
        if file is not None and file.exists():
            self._load(file)

    def _load(self, file: Path) -> None:
        content = json.loads(file.read_text("utf-8"))
        self._sequence = max(self._sequence, content["sequence"])
        for name, kept in (("classes", self.classes), ("objects", self.objects)):
            for identifier, stored in content[name].items():
                kept[identifier] = Stored(**stored)

    def save(self) -> None:
        """Write everything to the file, if there is one; called when the service stops."""
        if self._file is None:
            return
        with self.lock:
            content = {
                "sequence": self._sequence,
                "classes": {name: asdict(stored) for name, stored in self.classes.items()},
                "objects": {name: asdict(stored) for name, stored in self.objects.items()},
            }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        beside = self._file.with_name(f".{self._file.name}")
        beside.write_text(json.dumps(content), "utf-8")
        beside.replace(self._file)

    def next_seq(self) -> int:
        """The next number of the one sequence that changes, notifications and log lines share."""
        with self.lock:
            self._sequence += 1
            return self._sequence

    def put(self, kept: dict[str, Stored], resource: dict[str, Any]) -> Stored:
        """Keep a new or changed resource and wake the phones that wait for changes."""
        with self._changed:
            before = kept.get(resource["id"])
            stored = Stored(resource, self.next_seq())
            if before is not None:
                stored.users, stored.notified_at = before.users, before.notified_at
            kept[resource["id"]] = stored
            self._changed.notify_all()
            return stored

    def touch(self, stored: Stored) -> None:
        """Mark a resource as changed in another way than by its fields (saved, removed)."""
        with self._changed:
            stored.version = self.next_seq()
            self._changed.notify_all()

    def wait_for_change(self, after: int, timeout_s: float) -> tuple[int, list[str]]:
        """Ids of objects that changed after a sequence number, waiting for the first of them.

        A change of a class is a change of all its objects. Returns the number to ask after next.
        """
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                changed = self._changed_after(after)
                remaining = deadline - time.monotonic()
                if changed or remaining <= 0:
                    return (self._sequence if changed else after), changed
                self._changed.wait(remaining)

    def _changed_after(self, after: int) -> list[str]:
        classes = {name for name, stored in self.classes.items() if stored.version > after}
        return [
            name
            for name, stored in self.objects.items()
            if stored.version > after or stored.resource.get("classId") in classes
        ]

    def take_call(self) -> bool:
        """Count one call against the rate; False when this second already held all it may."""
        with self.lock:
            now = self._clock()
            while self._calls and now - self._calls[0] >= 1.0:
                self._calls.popleft()
            limit = self.switches.rate_per_second
            if limit is not None and len(self._calls) >= limit:
                return False
            self._calls.append(now)
            return True

    def take_failure(self, path: str) -> PlannedFailure | None:
        """The answer that a test asked this call to fail with, or None."""
        with self.lock:
            for failure in self.switches.failures:
                if failure.path in path:
                    failure.times -= 1
                    if failure.times <= 0:
                        self.switches.failures.remove(failure)
                    return failure
        return None

    def notify(self, stored: Stored, kind: str, text: str) -> bool:
        """Show a banner to those who saved the object; False when today's quota is used up."""
        with self.lock:
            now = time.time()
            stored.notified_at = [at for at in stored.notified_at if now - at < _DAY_S]
            if len(stored.notified_at) >= NOTIFICATIONS_PER_DAY_MAX:
                return False
            stored.notified_at.append(now)
            self.notifications.append(
                Notification(
                    self.next_seq(),
                    wall_now(),
                    time.monotonic() * 1000,
                    stored.resource["id"],
                    kind,
                    text,
                )
            )
            return True

    def record(
        self,
        method: str,
        path: str,
        status: int,
        reason: str | None,
        message: str | None,
        warnings: list[str],
    ) -> None:
        """Add a line to the log."""
        with self.lock:
            self.log.append(
                LoggedCall(
                    self.next_seq(),
                    wall_now(),
                    time.monotonic() * 1000,
                    method,
                    path,
                    status,
                    reason,
                    message,
                    warnings,
                )
            )
