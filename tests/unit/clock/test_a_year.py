"""A year that passes in seconds is the year that passes day by day.

The scheduled functions' handlers and the worker's run on the fakes; the population has members of
six programmes in three time zones, one of which changes its rules on the way.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import yaml

from tessera.adapters.dynamodb.occasions import StoreCursors, StoreDueIndex
from tessera.adapters.dynamodb.table import Item
from tessera.adapters.queues import batch_of, message_of
from tessera.application.enrol_member import enrol_member
from tessera.application.ports import Clock
from tessera.application.publish_programme import publish_programme
from tessera.application.record_purchase import record_purchase
from tessera.application.requests import Writing
from tessera.entrypoints.queues import OccasionWorker
from tessera.entrypoints.schedules import Schedule
from tests.fakes.gateway import Context
from tests.fakes.scheduling import RecordingQueue
from tests.fakes.stack import PROGRAMMES, MemoryStack, said
from tools.agenda import Agenda
from tools.clock import SCHEDULES, move

START = datetime(2027, 11, 18, 11, tzinfo=UTC)
"""So that the year has a 29 February, on which one of the members was born."""

DAYS = 385


class WakingUp:
    """What the handlers need of the composition root, of a stack in memory."""

    def __init__(self, stack: MemoryStack, queue: RecordingQueue) -> None:
        self.due_index = StoreDueIndex(stack.table)
        self.cursors = StoreCursors(stack.table)
        self.occasion_queue = queue
        self.programmes = stack.programmes
        self.services = stack.services
        self._clock = stack.clock

    def fresh_clock(self) -> Clock:
        return self._clock

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        del remaining_ms

    def batch_of(self, message: str) -> Any:
        return batch_of(message)


@dataclass
class Town:
    """`tools.clock.Movable` in memory."""

    stack: MemoryStack = field(default_factory=MemoryStack)
    queue: RecordingQueue = field(default_factory=RecordingQueue)
    runs: int = 0

    def __post_init__(self) -> None:
        self.stack.clock.at_ms = round(START.timestamp() * 1000)
        self.container = WakingUp(self.stack, self.queue)
        self.programmes = self.stack.programmes
        self.cursors = self.container.cursors
        self.context: Any = Context(remaining_ms=300_000)

    def stage(self) -> str:
        return "dev"

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.stack.clock.at_ms / 1000, UTC)

    def set_to(self, moment: datetime) -> None:
        assert moment >= self.now()
        self.stack.clock.at_ms = round(moment.timestamp() * 1000)

    def agenda(self) -> Agenda:
        return Agenda.of(self.stack.table)

    def run(self, function: str, day: date) -> int:
        self.runs += 1
        event = {"date": day.isoformat()}
        return Schedule(function, lambda: self.container).handler(event, self.context)["rows"]

    def settle(self) -> None:
        records = [
            {"messageId": str(number), "body": message_of(batch)}
            for number, batch in enumerate(self.queue.take())
        ]
        told = OccasionWorker(lambda: self.container).handler({"Records": records}, self.context)
        assert told == {"batchItemFailures": []}

    def publish(self, document: dict[str, Any], effective_at: datetime | None = None) -> None:
        body: dict[str, Any] = {"document": document}
        if effective_at is not None:
            body["effective_at"] = effective_at.isoformat()
        name = document["programme"]
        writing = self.stack.writing(body)
        assert isinstance(writing, Writing)
        publish_programme(self.stack.desk, writing, name)

    def join(self, programme: str, number: int, birthday: str) -> str:
        body = {
            "programme": programme,
            "external_id": f"{programme}-{number}",
            "profile": {"birthday": birthday},
        }
        found: str = said(enrol_member(self.stack.services, self.stack.writing(body)))["member_id"]
        return found

    def buy(self, member: str, number: str, cents: int) -> None:
        body = {
            "member": {"id": member},
            "document": {"store": "s1", "number": number},
            "currency": "EUR",
            "total": cents,
        }
        record_purchase(self.stack.services, self.stack.writing(body))


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROGRAMMES / f"{name}.yaml").read_text("utf-8"))
    return found


BIRTHDAYS = ("1992-02-29", "1985-02-28", "2001-11-19", "1970-01-01", "1988-06-30")


def peopled() -> Town:
    """A town with thirty members, who joined and bought over ten days."""
    town = Town()
    demo = document("demo")
    town.publish(demo | {"programme": "west", "time_zone": "America/Los_Angeles"})
    town.publish(demo | {"programme": "south", "time_zone": "Pacific/Auckland"})
    for name in ("coffee", "fashion", "hotel", "club"):
        town.publish(document(name))
    later = demo | {"programme": "west", "time_zone": "America/Los_Angeles"}
    later["membership"] = demo["membership"] | {
        "birthday": {"attribute": "birthday", "days_before": [7, 21]}
    }
    town.publish(later, START + timedelta(days=60))
    town.stack.clock.at_ms += 120_000
    for number, birthday in enumerate(BIRTHDAYS):
        for programme in ("west", "south", "coffee", "fashion", "hotel", "club"):
            member = town.join(programme, number, birthday)
            town.buy(member, f"{programme}-{number}", 9_000 + 17_000 * number)
        town.stack.clock.pass_days(2)
    return town


def happenings(town: Town, owner: str = "") -> set[str]:
    """What the ledger told the bus, of everybody or of one."""
    return {
        name
        for row in town.stack.table.scan()
        if row["t"] == "E" and owner in {"", row["pk"]}
        for name, _ in json.loads(str(row["c"])).get("e", ())
    }


def plain(town: Town) -> list[str]:
    """Every row, without what is drawn by lot and the hashes that follow from it."""
    rows = town.stack.table.scan()
    drawn = {str(row["pk"])[2:]: str(row["r"]) for row in rows if row["t"] == "V"}
    return sorted(_text(row, drawn) for row in rows)


def _text(row: Item, drawn: dict[str, str]) -> str:
    shown: dict[str, Any] = {
        name: zlib.decompress(value).decode() if isinstance(value, bytes) and name == "z" else value
        for name, value in row.items()
        if name not in {"h", "ph", "dc"}
    }
    found = json.dumps(shown, sort_keys=True, default=repr)
    for code, reward in drawn.items():
        found = found.replace(code, f"<{reward}>")
    return found


@pytest.mark.requirement("X-06", "X-08")
def test_a_year_in_one_go_leaves_what_a_year_day_by_day_leaves() -> None:
    daily, swift = peopled(), peopled()
    assert plain(daily) == plain(swift)
    end = daily.now() + timedelta(days=DAYS)

    move(daily, end, quiet=True, every_run=True)
    move(swift, end, quiet=True)

    assert plain(swift) == plain(daily)
    assert daily.runs == DAYS * len(SCHEDULES)
    assert swift.runs < daily.runs / 5
    # The year had something of every kind.
    assert happenings(swift) >= {
        "birthday.approaching", "birthday.reached", "value.expiring", "value.expired",
        "tier_anniversary.approaching", "membership_anniversary.reached",
    }  # fmt: skip


@dataclass
class Visited(Town):
    """A town to which somebody comes just before time is moved past his birthday."""

    newcomer: str = ""

    def set_to(self, moment: datetime) -> None:
        if not self.newcomer and moment - self.now() > timedelta(days=12):
            birthday = self.now() + timedelta(days=4)
            self.newcomer = self.join("coffee", 99, f"1999-{birthday:%m-%d}")
        super().set_to(moment)


def test_whoever_comes_while_time_flies_is_found_all_the_same() -> None:
    town = peopled()
    visited = Visited(town.stack, town.queue)
    visited.stack.clock.at_ms = town.stack.clock.at_ms
    move(visited, visited.now() + timedelta(days=90), quiet=True)
    assert visited.newcomer
    assert "birthday.reached" in happenings(visited, f"M#{visited.newcomer}")
