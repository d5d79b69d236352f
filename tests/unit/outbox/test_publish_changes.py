"""The outbox: each committed change becomes its events, in order, at least once, never silently."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tessera.adapters.dynamodb.changes import change_of
from tessera.adapters.dynamodb.rows import Codec
from tessera.adapters.dynamodb.table import marshal_item
from tessera.adapters.eventbridge import BYTES_MAX, ENTRIES_MAX, EventBus, entry_bytes
from tessera.application.changes import Event, Notice
from tessera.application.enrol_member import enrol_member
from tessera.application.publish_changes import events_of, publish_changes, republish
from tessera.application.record_purchase import record_purchase
from tessera.application.writes import PutNotice
from tessera.domain.calendar import to_datetime
from tessera.domain.canonical import Json
from tessera.domain.ledger import Entry
from tests.fakes.scheduling import RecordingBus
from tests.fakes.stack import MemoryStack, said


def with_purchases(count: int, *, silent: bool = False) -> tuple[MemoryStack, str]:
    """A member of the demo programme with so many purchases of 42.50 EUR."""
    stack = MemoryStack()
    stack.publish_file("demo")
    extra = {"import": True} if silent else {}
    member = said(enrol_member(stack.services, stack.writing({"programme": "demo", **extra})))
    for number in range(count):
        record_purchase(
            stack.services,
            stack.writing(
                {
                    "member": {"id": member["member_id"]},
                    "document": {"store": "paris", "number": f"T-{number}"},
                    "currency": "EUR",
                    "lines": [{"article": "coffee", "quantity": 1, "gross": 4250}],
                    **extra,
                }
            ),
        )
    return stack, member["member_id"]


def ledger(stack: MemoryStack, member: str) -> list[Entry]:
    return list(stack.services.entries.oldest(member, "demo", "-"))


def image_of(item: dict[str, Any]) -> dict[str, Any]:
    """A row's image as Lambda hands it over: binary in base64."""
    image: dict[str, Any] = marshal_item(item)
    for value in image.values():
        if "B" in value:
            value["B"] = base64.b64encode(value["B"]).decode()
    return image


def test_every_happening_of_an_entry_is_an_event_with_its_own_identity() -> None:
    stack, member = with_purchases(1)
    purchase = ledger(stack, member)[1]

    events = events_of(purchase)

    assert events[0].name == "purchase.recorded"
    assert [event.id for event in events] == [
        f"{purchase.id}.{number}" for number in range(1, len(events) + 1)
    ]
    detail = events[0].detail
    assert (detail["member"], detail["programme"], detail["partition"]) == (member, "demo", "-")
    assert detail["sequence"] == 2
    assert detail["occurred_at"] == detail["recorded_at"] == "2026-11-18T11:06:40.000Z"


def test_a_historic_import_publishes_nothing() -> None:
    stack, member = with_purchases(2, silent=True)

    entries = ledger(stack, member)

    assert len(entries) == 3
    assert [events_of(entry) for entry in entries] == [(), (), ()]


def test_a_refused_event_names_the_first_change_that_must_come_again() -> None:
    stack, member = with_purchases(3)
    entries = ledger(stack, member)
    before = sum(len(events_of(entry)) for entry in entries[:2])

    for offset in range(len(events_of(entries[2]))):
        bus = RecordingBus(refuse_at=before + offset)
        assert publish_changes(bus, entries) == 2

    assert publish_changes(RecordingBus(), entries) == len(entries)


def test_what_the_stream_shows_of_an_entry_is_the_entry() -> None:
    stack, member = with_purchases(1)
    rows = [item for item in stack.table.scan() if item["t"] == "E"]

    changes = [change_of(image_of(row)) for row in rows]

    assert all(isinstance(change, Entry) for change in changes)
    assert sorted(changes, key=lambda change: change.sequence) == ledger(stack, member)  # type: ignore[union-attr]


def test_a_notice_becomes_one_event() -> None:
    write = PutNotice("mem_1", "n1", "card.installed", 1_795_000_000_000, {"wallet": "apple"})
    row = dict(Codec(b"x").operations(write)[0].item)

    notice = change_of(image_of(row))

    assert isinstance(notice, Notice)
    (event,) = events_of(notice)
    assert event.name == "card.installed"
    assert event.id == "mem_1.n1"
    assert event.detail["data"] == {"wallet": "apple"}


def test_rows_that_are_no_part_of_the_outbox_are_passed_over() -> None:
    stack, _ = with_purchases(0)
    others = [item for item in stack.table.scan() if item["t"] not in {"E", "O"}]

    assert others
    assert {change_of(image_of(row)) for row in others} == {None}


def test_republishing_gives_the_same_events_again() -> None:
    stack, member = with_purchases(4)
    first, again = RecordingBus(), RecordingBus()
    publish_changes(first, ledger(stack, member))

    assert republish(stack.services.entries, again, member, "demo") == 5

    assert again.events == first.events


def test_republishing_stops_where_the_bus_does_and_goes_on_from_there() -> None:
    stack, member = with_purchases(4)
    whole, parts = RecordingBus(), RecordingBus(refuse_at=4)
    republish(stack.services.entries, whole, member, "demo")

    done = republish(stack.services.entries, parts, member, "demo")
    assert done < 5
    republish(stack.services.entries, parts, member, "demo", after=done)

    assert list(dict.fromkeys(event.id for event in parts.events)) == [
        event.id for event in whole.events
    ]


class Client:
    """EventBridge's client: keeps calls, and refuses the entries whose number it is told."""

    def __init__(self, refuse: int | None = None) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self.refuse = refuse

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        sent = sum(map(len, self.calls))
        self.calls.append(Entries)
        results: list[dict[str, Any]] = [
            {"ErrorCode": "ThrottlingException"}
            if sent + place == self.refuse
            else {"EventId": str(place)}
            for place in range(len(Entries))
        ]
        return {"Entries": results, "FailedEntryCount": sum("ErrorCode" in one for one in results)}


def event(number: int, size: int = 0) -> Event:
    detail: dict[str, Json] = {"id": str(number), "data": {"text": "x" * size}}
    return Event("some.event", to_datetime(1_795_000_000_000), detail)


def test_calls_hold_ten_events_at_most() -> None:
    client = Client()

    assert EventBus("tessera", client).publish([event(number) for number in range(23)]) == 23

    assert list(map(len, client.calls)) == [ENTRIES_MAX, ENTRIES_MAX, 3]
    sent = [json.loads(entry["Detail"])["id"] for call in client.calls for entry in call]
    assert sent == [str(number) for number in range(23)]


def test_calls_respect_the_size_limit() -> None:
    client = Client()

    EventBus("tessera", client).publish([event(number, 100_000) for number in range(5)])

    assert list(map(len, client.calls)) == [2, 2, 1]
    assert all(sum(map(entry_bytes, call)) <= BYTES_MAX for call in client.calls)


@pytest.mark.parametrize("refused", [0, 9, 10, 22])
def test_a_partly_failed_call_stops_at_the_first_failure(refused: int) -> None:
    client = Client(refuse=refused)

    accepted = EventBus("tessera", client).publish([event(number) for number in range(23)])

    assert accepted == refused
    assert len(client.calls) == refused // ENTRIES_MAX + 1


def test_an_event_that_no_call_can_carry_stops_everything_before_anything_is_sent() -> None:
    client = Client()

    with pytest.raises(ValueError, match="larger than the bus"):
        EventBus("tessera", client).publish([event(1), event(2, BYTES_MAX)])

    assert client.calls == []
