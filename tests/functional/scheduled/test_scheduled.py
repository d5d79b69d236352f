"""Birthdays, anniversaries and warnings, through the deployed handlers: each once, on its day."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tessera.domain.calendar import to_datetime
from tessera.domain.errors import InvalidInput, Unavailable
from tests.fakes.gateway import sample
from tests.functional.scheduled.conftest import PAGERS, Town


def told(town: Town, name: str) -> list[tuple[str, str]]:
    """Who was told, and on which business day: what the ledger lets the bus say."""
    found = []
    for row in town.shop.rows():
        if row["t"] == "E":
            body = json.loads(str(row["c"]))
            found += [
                (body["m"], body["r"]) for happening, _ in body.get("e", ()) if happening == name
            ]
    return [(member, day_text(at_ms)) for member, at_ms in sorted(found, key=lambda one: one[1])]


def day_text(at_ms: int) -> str:
    return to_datetime(at_ms, "Europe/Paris").date().isoformat()


def live(town: Town, *days: str, pagers: tuple[str, ...] = tuple(PAGERS)) -> None:
    for day in days:
        town.set_date(day)
        for pager in pagers:
            town.page(pager)
            assert town.work() == []


@pytest.mark.requirement("K-07", "B-11")
def test_a_birthday_is_announced_seven_days_before_and_greeted_on_the_day(town: Town) -> None:
    member = town.shop.enrol("c-1", profile={"birthday": "1990-03-10"})["member_id"]
    town.shop.enrol("c-2", profile={"birthday": "1990-03-11"})
    days = ("2027-03-02", "2027-03-03", "2027-03-09", "2027-03-10")

    live(town, *days, pagers=("fire_birthday_events",))

    assert told(town, "birthday.approaching")[0] == (member, "2027-03-03")
    assert told(town, "birthday.reached") == [(member, "2027-03-10")]


@pytest.mark.requirement("K-08", "B-36")
def test_the_anniversary_of_a_tier_is_announced_fourteen_days_before(town: Town) -> None:
    member = town.shop.enrol()["member_id"]

    town.skip_to("2028-01-02")
    live(town, "2028-01-02", pagers=("fire_expiry_warning_events",))
    town.skip_to("2028-01-17")
    live(town, "2028-01-17", "2028-01-18", "2028-01-19", pagers=("fire_tier_anniversary_events",))

    assert told(town, "tier_anniversary.approaching") == [(member, "2028-01-18")]


@pytest.mark.requirement("K-09", "B-30")
def test_a_member_is_warned_thirty_days_before_value_expires(town: Town) -> None:
    member = town.shop.enrol()["member_id"]

    town.skip_to("2028-01-01")
    live(town, "2028-01-01", "2028-01-02", "2028-01-03", pagers=("fire_expiry_warning_events",))

    assert told(town, "value.expiring") == [(member, "2028-01-02")]


@pytest.mark.requirement("B-12")
def test_the_anniversary_of_joining_is_announced(town: Town) -> None:
    member = town.shop.enrol()["member_id"]

    for day in ("2028-01-02", "2028-01-18", "2028-02-01"):
        town.skip_to(day)
        live(town, day)
    live(town, "2028-02-02")

    assert told(town, "membership_anniversary.reached") == [(member, "2028-02-01")]


@pytest.mark.requirement("B-29", "A-08")
def test_value_expires_the_day_after_its_last(town: Town) -> None:
    member = town.shop.enrol()["member_id"]
    for day in ("2028-01-02", "2028-01-18", "2028-02-01"):
        town.skip_to(day)
        live(town, day)
    balances = f"/v1/members/{member}/balances"
    before = town.shop.send("GET", balances).json["accounts"][0]["balances"][0]

    live(town, "2028-02-02", "2028-02-03")

    after = town.shop.send("GET", balances).json["accounts"][0]["balances"][0]
    assert (before["available"], after["available"]) == (60, 0)
    assert told(town, "value.expired") == [(member, "2028-02-02")]


def occasions(town: Town) -> list[tuple[str, str]]:
    """Every occasion that was fired, by its idempotency row."""
    return sorted(
        (str(row["pk"]), str(row["m"]))
        for row in town.shop.rows()
        if str(row["pk"]).startswith("I#occasion:")
    )


@pytest.mark.requirement("K-09")
def test_each_due_member_is_told_once_however_often_everything_runs(town: Town) -> None:
    members = {town.shop.enrol(f"c-{number}")["member_id"] for number in range(12)}
    town.skip_to("2028-01-02")

    town.page("fire_expiry_warning_events")
    records = town.waiting()
    assert town.work(records) == []
    assert town.work(records) == []
    town.page("fire_expiry_warning_events")
    town.page("fire_expiry_warning_events", {"date": "2028-01-02"})
    assert town.work() == []

    assert sorted(member for member, _ in told(town, "value.expiring")) == sorted(members)
    assert len(occasions(town)) == len(members)


@pytest.mark.requirement("K-09")
def test_half_a_run_is_completed_by_the_next(town: Town) -> None:
    members = {town.shop.enrol(f"c-{number}")["member_id"] for number in range(12)}
    town.skip_to("2028-01-02")
    town.page("fire_expiry_warning_events")
    records = town.waiting()
    assert len(records) > 1

    town.work(records[: len(records) // 2])
    half = len(told(town, "value.expiring"))
    assert 0 < half < len(members)
    town.set_date("2028-01-03")
    town.page("fire_expiry_warning_events")
    town.work()

    assert sorted(member for member, _ in told(town, "value.expiring")) == sorted(members)


@pytest.mark.requirement("K-07")
def test_days_without_a_run_are_made_up_for(town: Town) -> None:
    member = town.shop.enrol(profile={"birthday": "1990-03-10"})["member_id"]
    live(town, "2027-02-20", pagers=("fire_birthday_events",))

    live(town, "2027-03-05", "2027-03-12", pagers=("fire_birthday_events",))

    assert told(town, "birthday.approaching") == [(member, "2027-03-05")]
    assert told(town, "birthday.reached") == [(member, "2027-03-12")]


def test_a_message_that_makes_no_sense_comes_again_and_stops_no_other(town: Town) -> None:
    member = town.shop.enrol()["member_id"]
    town.skip_to("2028-01-02")
    town.page("fire_expiry_warning_events")
    bad = [{"messageId": "bad", "body": "{}"}, {"messageId": "worse", "body": "not JSON"}]

    assert town.work([*bad, *town.waiting()]) == ["bad", "worse"]

    assert told(town, "value.expiring") == [(member, "2028-01-02")]


def test_a_worker_that_has_no_time_left_hands_everything_back(town: Town) -> None:
    town.shop.enrol()
    town.skip_to("2028-01-02")
    town.page("fire_expiry_warning_events")
    records = town.waiting()
    town.context.remaining_ms = 4_000

    assert town.work(records) == [record["messageId"] for record in records]
    assert told(town, "value.expiring") == []

    town.context.remaining_ms = 30_000
    assert town.work(records) == []
    assert len(told(town, "value.expiring")) == 1


def test_the_samples_are_taken_as_lambda_sends_them(town: Town) -> None:
    """The samples name a member whom nobody knows: there is nothing to do for him."""
    town.set_date("2027-02-02")

    for pager in PAGERS:
        assert town.page(pager, sample(f"{pager}/schedule")).keys() == {"days", "rows"}
        assert town.page(pager, sample(f"{pager}/date"))["rows"] == 0
    assert town.work(sample("act_on_occasions/two_batches")["Records"]) == []
    assert town.publish(sample("publish_changes/two_entries")["Records"]) == []
    assert "purchase.recorded" in {envelope["detail-type"] for envelope in town.heard()}


def test_a_date_ahead_or_none_at_all_is_refused(town: Town) -> None:
    for text in ("2027-02-03", "soon", "2027-02-30"):
        with pytest.raises(InvalidInput):
            town.page("expire_points", {"date": text})


def test_a_pager_that_has_no_time_left_queues_nothing_and_says_so(town: Town) -> None:
    town.shop.enrol()
    town.skip_to("2028-01-02")
    town.context.remaining_ms = 5_000

    with pytest.raises(Unavailable):
        town.page("fire_expiry_warning_events")

    assert town.waiting() == []


@pytest.mark.requirement("K-11", "X-15")
def test_what_happens_comes_out_of_the_bus_self_contained_and_in_order(town: Town) -> None:
    member = town.shop.enrol()["member_id"]
    body: dict[str, Any] = {
        "member": {"id": member},
        "document": {"store": "paris", "number": "T-1"},
        "currency": "EUR",
        "lines": [{"article": "coffee", "gross": 4250}],
    }
    assert town.shop.send("POST", "/v1/purchases", body).status == 201

    assert town.publish() == []

    heard = town.heard()
    assert {envelope["source"] for envelope in heard} == {"tessera"}
    names = [envelope["detail-type"] for envelope in heard]
    assert names.index("member.enrolled") < names.index("purchase.recorded")
    (purchase,) = (one["detail"] for one in heard if one["detail-type"] == "purchase.recorded")
    assert purchase["member"] == member
    assert (purchase["programme"], purchase["partition"], purchase["sequence"]) == ("demo", "-", 2)
    assert purchase["data"]["earned_points"] == 42
    assert len({envelope["detail"]["id"] for envelope in heard}) == len(heard)


@pytest.mark.requirement("A-18")
def test_a_historic_import_is_not_published_and_brings_no_occasion(town: Town) -> None:
    historic: dict[str, Any] = {"import": True, "occurred_at": "2025-06-01T10:00:00+02:00"}
    member = town.shop.enrol(**historic)["member_id"]
    body: dict[str, Any] = {
        "member": {"id": member},
        "document": {"store": "paris", "number": "T-1"},
        "currency": "EUR",
        "lines": [{"article": "coffee", "gross": 4250}],
        **historic,
    }
    assert town.shop.send("POST", "/v1/purchases", body).status == 201

    assert town.publish() == []
    live(town, "2027-02-01", "2027-02-02")

    assert town.heard() == []
    assert told(town, "value.expiring") == []


def test_the_outbox_names_the_record_that_must_come_again(town: Town) -> None:
    town.shop.enrol("c-1")
    town.shop.enrol("c-2")
    records = town.records()
    broken = json.loads(json.dumps(records[1]))
    broken["dynamodb"]["NewImage"]["c"]["S"] = "not JSON"

    assert town.publish([records[0], broken]) == [broken["dynamodb"]["SequenceNumber"]]
    heard = {envelope["detail"]["member"] for envelope in town.heard()}
    assert len(heard) == 1

    assert town.publish(records[1:]) == []
    assert len({envelope["detail"]["member"] for envelope in town.heard()} | heard) == 2
