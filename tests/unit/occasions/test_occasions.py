"""Occasions: each once, on its day, whatever runs twice, stops half-way or is missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from tessera.adapters.dynamodb.occasions import StoreCursors, StoreDueIndex
from tessera.adapters.dynamodb.table import Item
from tessera.application.enrol_member import enrol_member
from tessera.application.fire_occasions import fire_account
from tessera.application.occasions import PAGERS, DuePage, DueRow, Lane
from tessera.application.record_purchase import record_purchase
from tessera.application.redeem_reward import redeem_reward
from tessera.domain.calendar import to_day
from tessera.domain.engine.occasions import _KINDS
from tessera.domain.errors import InvalidInput, Unavailable
from tests.fakes.scheduling import RecordingQueue, Schedules, names, set_date, told
from tests.fakes.stack import MemoryStack, said

WARN = "fire_expiry_warning_events"
EXPIRE = "expire_points"
BIRTHDAY = "fire_birthday_events"
TIER = "fire_tier_anniversary_events"


def day(text: str) -> int:
    return to_day(date.fromisoformat(text))


def opened(today: str = "2026-02-01", **changes: Any) -> tuple[MemoryStack, Schedules]:
    """A stack that begins on a day, with the demo programme, and its schedules."""
    stack = MemoryStack()
    set_date(stack, today)
    document = demo() | changes
    stack.publish(document)
    return stack, Schedules(stack)


def demo() -> dict[str, Any]:
    import yaml

    from tests.fakes.stack import PROGRAMMES

    document: dict[str, Any] = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    return document


def join(stack: MemoryStack, birthday: str | None = None, programme: str = "demo") -> str:
    profile = {"first_name": "Zoé"} | ({"birthday": birthday} if birthday else {})
    body = {"programme": programme, "profile": profile}
    member: str = said(enrol_member(stack.services, stack.writing(body)))["member_id"]
    return member


def buy(stack: MemoryStack, member: str, number: str, cents: int, **extra: Any) -> None:
    record_purchase(
        stack.services,
        stack.writing(
            {
                "member": {"id": member},
                "document": {"store": "paris", "number": number},
                "currency": "EUR",
                "lines": [{"article": "coffee", "quantity": 1, "gross": cents}],
                **extra,
            }
        ),
    )


def events(stack: MemoryStack, *wanted: str) -> list[tuple[str, str]]:
    """Name and business date of the events with the names that are wanted."""
    return [
        (event.name, str(event.detail["occurred_at"])[:10])
        for event in told(stack)
        if event.name in wanted
    ]


def test_every_kind_of_occasion_belongs_to_exactly_one_pager() -> None:
    for kind in _KINDS:
        pagers = [
            pager.name
            for pager in PAGERS.values()
            if any(kind.startswith(beginning) for beginning in pager.kinds)
        ]
        assert len(pagers) == 1, kind


def test_expiring_value_is_warned_of_once_and_expires_once() -> None:
    stack, schedules = opened("2026-02-01")
    join(stack)

    for today in ("2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03", "2027-02-01"):
        set_date(stack, today)
        schedules.run_day()
    assert events(stack, "value.expiring", "value.expired") == [("value.expiring", "2027-01-02")]

    set_date(stack, "2027-02-02")
    schedules.run_day()
    schedules.run_day()

    assert events(stack, "value.expiring", "value.expired") == [
        ("value.expiring", "2027-01-02"),
        ("value.expired", "2027-02-02"),
    ]


def test_a_worker_that_is_handed_the_same_batch_again_does_nothing_more() -> None:
    stack, schedules = opened("2026-02-01")
    join(stack)
    set_date(stack, "2027-01-02")
    schedules.page(WARN)
    batches = schedules.queue.take()
    assert batches

    for _ in range(3):
        schedules.queue.send(batches)
        schedules.work()

    assert events(stack, "value.expiring") == [("value.expiring", "2027-01-02")]


class _Crash(Exception):
    """The worker's process is gone."""


@pytest.mark.parametrize("last_read", range(1, 10))
def test_a_worker_that_dies_between_two_occasions_leaves_the_rest_to_its_successor(
    last_read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, its_schedules = opened("2026-02-01")
    join(undisturbed)
    set_date(undisturbed, "2027-02-02")
    assert len(its_schedules.run(WARN)) == 4
    stack, schedules = opened("2026-02-01")
    member = join(stack)
    set_date(stack, "2027-02-02")
    schedules.page(WARN)
    (batch,) = schedules.queue.take()
    reads = 0
    read = stack.table.query

    def query(*args: Any, **kwargs: Any) -> list[Item]:
        nonlocal reads
        reads += 1
        if reads == last_read:
            raise _Crash
        return read(*args, **kwargs)

    monkeypatch.setattr(stack.table, "query", query)
    schedules.queue.send([batch])
    with pytest.raises(_Crash):
        schedules.work()
    monkeypatch.undo()
    schedules.queue.send([batch, batch])
    schedules.work()

    assert names(told(stack)) == names(told(undisturbed))
    assert stack.account(member, "demo").fired_through == day("2027-02-02")


def test_missed_days_are_walked_and_each_occasion_fires_once_in_its_order() -> None:
    stack, schedules = opened("2026-02-01")
    member = join(stack, birthday="1990-02-03")
    schedules.run_day()

    set_date(stack, "2027-02-04")
    fired = schedules.run_day() + schedules.run_day()

    assert set(events(stack, "value.expired", "birthday.approaching", "birthday.reached")) == {
        ("value.expired", "2027-02-04"),
        ("birthday.approaching", "2027-02-04"),
        ("birthday.reached", "2027-02-04"),
    }
    # The warning of 2 January is more than a month late: nobody wants it any more.
    assert events(stack, "value.expiring") == []
    assert len(fired) == len(set(fired))
    account = stack.account(member, "demo")
    assert account.fired_through == day("2027-02-04")


def test_a_purchase_on_the_morning_of_an_occasion_does_not_hide_it() -> None:
    stack, schedules = opened("2026-02-01")
    member = join(stack)
    set_date(stack, "2027-01-02", hour=7)
    buy(stack, member, "T-1", 100)

    set_date(stack, "2027-01-02", hour=9)
    schedules.run(WARN)

    assert events(stack, "value.expiring") == [("value.expiring", "2027-01-02")]


def test_what_members_are_told_waits_for_the_morning() -> None:
    """One lot expires in the night of the day on which the other one's warning is due."""
    stack, schedules = opened("2026-02-01")
    member = join(stack)
    set_date(stack, "2026-03-04")
    buy(stack, member, "T-1", 1000)
    for today in ("2027-01-02", "2027-01-18", "2027-02-01"):
        set_date(stack, today)
        schedules.run_day()
    assert stack.account(member, "demo").total("points") == 70

    set_date(stack, "2027-02-02", hour=0)
    assert [fired.kind for fired in schedules.run(EXPIRE)] == ["expire"]
    assert ("value.expiring", "2027-02-02") not in events(stack, "value.expiring")

    set_date(stack, "2027-02-02", hour=9)
    assert [fired.kind for fired in schedules.run(WARN)] == ["warn:points:30"]


@pytest.mark.parametrize("breaks_after", [0, 1, 2, 3])
def test_a_pager_that_breaks_off_goes_on_where_it_stood(breaks_after: int) -> None:
    stack, schedules = opened("2026-02-01")
    members = [join(stack) for _ in range(45)]
    set_date(stack, "2027-01-02")
    schedules.queue = RecordingQueue(breaks_after=breaks_after)

    with pytest.raises(Unavailable):
        schedules.page(WARN)
    schedules.page(WARN)
    schedules.page(WARN)
    schedules.work()

    warned = [event.detail["member"] for event in told(stack) if event.name == "value.expiring"]
    assert sorted(map(str, warned)) == sorted(members)


class _SmallPages:
    """The due index a few rows a page."""

    def __init__(self, stack: MemoryStack, rows: int) -> None:
        stack.table.page_rows = rows
        self._index = StoreDueIndex(stack.table)
        self.pages = 0

    @property
    def shards(self) -> int:
        return self._index.shards

    def accounts(self, day: int, shard: int, letter: str, position: str | None) -> DuePage:
        self.pages += 1
        return self._index.accounts(day, shard, letter, position)

    def birthdays(self, month: int, day_of_month: int, position: str | None) -> DuePage:
        self.pages += 1
        return self._index.birthdays(month, day_of_month, position)


def test_a_pager_out_of_time_stops_between_pages_and_the_next_run_continues() -> None:
    stack, schedules = opened("2026-02-01")
    members = [join(stack, birthday="1990-01-09") for _ in range(30)]
    set_date(stack, "2027-01-01")
    schedules.run_day()
    set_date(stack, "2027-01-02")
    index = _SmallPages(stack, rows=4)
    schedules.index = index
    left = iter([300_000] * 12)
    schedules.time_left_ms = lambda: next(left, 0)

    with pytest.raises(Unavailable):
        schedules.page(BIRTHDAY)
    queued = sum(len(batch.rows) for batch in schedules.queue.batches)
    assert 0 < queued < 30
    schedules.time_left_ms = lambda: 300_000
    schedules.page(BIRTHDAY)
    assert sum(len(batch.rows) for batch in schedules.queue.batches) == 30
    schedules.work()

    greeted = [e.detail["member"] for e in told(stack) if e.name == "birthday.approaching"]
    assert sorted(map(str, greeted)) == sorted(members)


def test_a_birthday_is_approaching_seven_days_before_and_reached_on_the_day() -> None:
    stack, schedules = opened("2026-12-01")
    join(stack, birthday="1990-01-31")

    for today in ("2027-01-23", "2027-01-24", "2027-01-25", "2027-01-31", "2027-02-01"):
        set_date(stack, today)
        schedules.run_day()

    assert events(stack, "birthday.approaching", "birthday.reached") == [
        ("birthday.approaching", "2027-01-24"),
        ("birthday.reached", "2027-01-31"),
    ]


@pytest.mark.parametrize(("year", "reached"), [(2027, "2027-02-28"), (2028, "2028-02-29")])
def test_a_birthday_on_29_february_is_kept_on_the_28th_of_common_years(
    year: int, reached: str
) -> None:
    stack, schedules = opened(f"{year}-02-01")
    join(stack, birthday="1992-02-29")
    join(stack, birthday="1992-02-28")

    for number in range(26, 30):
        if number == 29 and year == 2027:
            continue
        set_date(stack, f"{year}-02-{number}")
        schedules.run_day()
    set_date(stack, f"{year}-03-01")
    schedules.run_day()

    assert sorted(on for _, on in events(stack, "birthday.reached")) == sorted(
        [f"{year}-02-28", reached]
    )


def test_a_birthday_whose_year_is_unknown_is_kept_too() -> None:
    stack, schedules = opened("2026-12-01")
    join(stack, birthday="--12-25")

    set_date(stack, "2026-12-25")
    schedules.run_day()

    assert events(stack, "birthday.reached") == [("birthday.reached", "2026-12-25")]


def test_a_tier_anniversary_approaches_once_a_year() -> None:
    stack, schedules = opened("2026-02-01")
    member = join(stack)
    buy(stack, member, "T-1", 50_000)

    for today in ("2027-01-17", "2027-01-18", "2027-01-19", "2027-02-01", "2028-01-18"):
        set_date(stack, today)
        schedules.run_day()

    assert events(stack, "tier_anniversary.approaching") == [
        ("tier_anniversary.approaching", "2027-01-18"),
        ("tier_anniversary.approaching", "2028-01-18"),
    ]


def test_days_are_those_of_the_programmes_time_zone() -> None:
    """At 09:00 on 31 January in Auckland it is still the 30th in Paris."""
    stack, schedules = opened("2026-12-01")
    stack.publish(demo() | {"programme": "south", "time_zone": "Pacific/Auckland"})
    here, there = join(stack, birthday="1990-01-31"), join(stack, "1990-01-31", "south")

    set_date(stack, "2027-01-31", hour=9, zone="Pacific/Auckland")
    schedules.run(BIRTHDAY)
    first = [e.detail["member"] for e in told(stack) if e.name == "birthday.reached"]
    set_date(stack, "2027-01-31", hour=9)
    schedules.run(BIRTHDAY)
    both = [e.detail["member"] for e in told(stack) if e.name == "birthday.reached"]

    assert first == [there]
    assert both == [there, here]


def test_an_account_whose_zone_is_behind_waits_for_its_own_day() -> None:
    stack, schedules = opened("2026-02-01", time_zone="America/Los_Angeles")
    stack.publish(demo() | {"programme": "east", "time_zone": "Asia/Tokyo"})
    join(stack)

    set_date(stack, "2027-01-02", hour=1, zone="Asia/Tokyo")
    schedules.run_day()
    assert events(stack, "value.expiring") == []
    set_date(stack, "2027-01-02", hour=1, zone="America/Los_Angeles")
    schedules.run_day()

    assert len(events(stack, "value.expiring")) == 1


def test_a_historic_import_brings_no_occasion_of_the_past() -> None:
    stack, schedules = opened("2026-02-01")
    member = join(stack)
    for year in (2023, 2024, 2025):
        buy(
            stack,
            member,
            f"T-{year}",
            10_000,
            occurred_at=f"{year}-06-01T10:00:00+02:00",
            **{"import": True},
        )

    for today in ("2026-02-01", "2026-02-02", "2026-02-03", "2026-02-10"):
        set_date(stack, today)
        schedules.run_day()

    assert events(stack, "value.expiring", "tier_anniversary.approaching") == []


def test_nothing_is_written_for_an_occasion_without_effect() -> None:
    stack, schedules = opened("2026-02-01")
    member = join(stack)
    redeemed = {"member": {"id": member}, "programme": "demo", "reward": "free-coffee"}
    buy(stack, member, "T-1", 4000)
    redeem_reward(stack.services, stack.writing(redeemed))
    version = stack.account(member, "demo").version

    set_date(stack, "2027-01-02")
    schedules.run(WARN)

    assert stack.account(member, "demo").version == version


def test_a_date_that_lies_ahead_is_refused() -> None:
    stack, schedules = opened("2026-02-01")
    join(stack)

    with pytest.raises(InvalidInput):
        schedules.page(WARN, day("2026-02-02"))


def test_a_date_of_the_past_is_walked_again_and_the_cursor_stays() -> None:
    stack, schedules = opened("2026-02-01")
    join(stack)
    set_date(stack, "2027-01-02")
    schedules.run_day()
    lane = Lane(WARN, "Europe/Paris", 3)
    cursor = StoreCursors(stack.table).read(lane)

    walked = schedules.page(WARN, day("2026-12-24"))

    assert walked.days == StoreDueIndex(stack.table).shards
    assert StoreCursors(stack.table).read(lane) == cursor


def test_a_walk_reads_no_more_than_the_days_it_walks() -> None:
    stack, schedules = opened("2026-02-01")
    schedules.run_day()
    index = _SmallPages(stack, rows=100)
    schedules.index = index
    set_date(stack, "2026-02-02")

    schedules.page(WARN)

    assert index.pages == 2 * index.shards


def due_row(stack: MemoryStack, member: str) -> Item:
    (item,) = [
        item for item in stack.table.scan() if item["t"] == "A" and item["pk"] == f"M#{member}"
    ]
    return item


def test_the_due_row_moves_on_to_the_next_occasion() -> None:
    stack, schedules = opened("2026-02-01")
    member = join(stack)
    seen: list[Sequence[Any]] = [[due_row(stack, member)["dk"], due_row(stack, member)["ds"]]]

    for today in ("2027-01-02", "2027-01-18", "2027-02-01", "2027-02-02"):
        set_date(stack, today)
        schedules.run_day()
        item = due_row(stack, member)
        seen.append([item["dk"], item["ds"]])

    assert [(str(dk)[2:12], str(ds).split("#")[0]) for dk, ds in seen] == [
        ("2027-01-02", "W"),
        ("2027-01-18", "T"),
        ("2027-02-01", "X"),
        ("2027-02-02", "X"),
        ("2028-01-18", "T"),
    ]


def test_an_account_that_left_has_no_occasions() -> None:
    stack, _ = opened("2026-02-01")
    member = join(stack)
    set_date(stack, "2027-01-02")

    gone = DueRow(member, "demo", "another-partition")

    assert fire_account(stack.services, gone, PAGERS[WARN], stack.clock.now_ms()) == []
    assert names(told(stack)).count("value.expiring") == 0
