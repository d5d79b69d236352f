"""A bus that may refuse, a queue that may deliver twice, and a day of schedules on a stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from tessera.adapters.dynamodb.occasions import StoreCursors, StoreDueIndex
from tessera.adapters.dynamodb.rows import entry_of_item
from tessera.application.changes import Event
from tessera.application.fire_occasions import Fired, fire_batch
from tessera.application.occasions import PAGERS, DueBatch
from tessera.application.page_due import Paging, Walked, page_due
from tessera.application.ports import DueIndex
from tessera.application.publish_changes import publish_changes
from tessera.domain.calendar import start_of_day_ms, to_day
from tessera.domain.errors import Unavailable
from tests.fakes.stack import MemoryStack

AMPLE_MS = 300_000
HOUR_MS = 3_600_000


@dataclass
class RecordingBus:
    """`ports.Bus` that keeps what it accepted; refuses from event number `refuse_at` on, once."""

    events: list[Event] = field(default_factory=list)
    refuse_at: int | None = None

    def publish(self, events: Sequence[Event]) -> int:
        accepted = list(events)
        if self.refuse_at is not None:
            accepted = accepted[: self.refuse_at]
            self.refuse_at = None
        self.events += accepted
        return len(accepted)


@dataclass
class RecordingQueue:
    """`ports.OccasionQueue` in memory; breaks after `breaks_after` batches, once."""

    batches: list[DueBatch] = field(default_factory=list)
    breaks_after: int | None = None

    def send(self, batches: Sequence[DueBatch]) -> None:
        for batch in batches:
            if self.breaks_after is not None and len(self.batches) >= self.breaks_after:
                self.breaks_after = None
                raise Unavailable("not_queued")
            self.batches.append(batch)

    def take(self) -> list[DueBatch]:
        """Everything that waits, which then waits no more."""
        taken, self.batches = self.batches, []
        return taken


@dataclass
class Schedules:
    """The scheduled functions of a stack, run by hand."""

    stack: MemoryStack
    queue: RecordingQueue = field(default_factory=RecordingQueue)
    index: DueIndex | None = None
    time_left_ms: Callable[[], int] = lambda: AMPLE_MS

    def page(self, pager: str, day: int | None = None) -> Walked:
        """Run one pager at the clock's instant."""
        paging = Paging(
            index=self.index or StoreDueIndex(self.stack.table),
            cursors=StoreCursors(self.stack.table),
            queue=self.queue,
            programmes=self.stack.programmes,
            time_left_ms=self.time_left_ms,
        )
        return page_due(paging, pager, self.stack.clock.now_ms(), day)

    def work(self) -> list[Fired]:
        """Let the worker take everything that is queued."""
        now_ms = self.stack.clock.now_ms()
        fired: list[Fired] = []
        for batch in self.queue.take():
            fired += fire_batch(self.stack.services, batch, now_ms)
        return fired

    def run(self, pager: str) -> list[Fired]:
        """One pager, then the worker."""
        self.page(pager)
        return self.work()

    def run_day(self) -> list[Fired]:
        """Every pager in the order of its hour, the worker after each."""
        return [fired for pager in PAGERS for fired in self.run(pager)]


def set_date(stack: MemoryStack, text: str, hour: int = 9, zone: str = "Europe/Paris") -> None:
    """Set the stack's clock to an hour of a date in a zone."""
    start_ms = start_of_day_ms(to_day(date.fromisoformat(text)), zone)
    stack.clock.at_ms = start_ms + hour * HOUR_MS


def told(stack: MemoryStack) -> list[Event]:
    """Every event of every entry in the table, as the outbox would publish it."""
    bus = RecordingBus()
    entries = [entry_of_item(item) for item in stack.table.scan() if item["t"] == "E"]
    entries.sort(key=lambda entry: (entry.recorded_at_ms, entry.member, entry.sequence))
    publish_changes(bus, entries)
    return bus.events


def names(events: Sequence[Event]) -> list[str]:
    """The names of events."""
    return [event.name for event in events]
