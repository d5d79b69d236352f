"""The business clock of the deployed stack: days go by, and each occasion comes once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tools import clock
from tools.api_client import Api
from tools.demo.loading import expect, publish
from tools.demo.showing import phone_for
from tools.laptop import Stack
from tools.laptop.cloud import client, outputs
from tools.verify.raw import rows_of


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with Api(stack.api_url, stack.admin_key) as found:
        publish(found, "demo")
        yield found


def happenings(stack: Stack, member: str) -> Counter[str]:
    """What the ledger told the bus of a member."""
    rows = rows_of(client(stack.places, "dynamodb"), outputs(stack.places)["TableName"])
    return Counter(
        name
        for row in rows
        if row["t"] == "E" and row["pk"] == f"M#{member}"
        for name, _ in json.loads(row["c"]).get("e", ())
    )


def noon(day: datetime) -> str:
    return f"{day:%Y-%m-%d}T12:00:00Z"


def a_year_before(day: datetime) -> datetime:
    """The day of the year before whose anniversary falls on that day."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def join(api: Api, name: str, **more: Any) -> dict[str, Any]:
    body = {"programme": "demo", "external_id": name, **more}
    return expect(api.post("/v1/members", body, key=f"join {name}")).body


@pytest.mark.requirement("K-07", "K-08", "K-09", "X-08")
def test_a_day_that_goes_by_brings_each_occasion_once(stack: Stack, api: Api) -> None:
    moved = clock.Stack.of(stack.places)
    today = moved.now()
    tomorrow = today + timedelta(days=1)
    marker = f"{today:%Y%m%d%H%M%S%f}"
    born = join(
        api, f"born-{marker}", profile={"birthday": f"1990-{tomorrow + timedelta(days=7):%m-%d}"}
    )["member_id"]
    anniversary = a_year_before(tomorrow + timedelta(days=14))
    risen = join(api, f"risen-{marker}", occurred_at=noon(anniversary), **{"import": True})[
        "member_id"
    ]
    lapsing = a_year_before(tomorrow + timedelta(days=30))
    warned = join(api, f"warned-{marker}", occurred_at=noon(lapsing), **{"import": True})[
        "member_id"
    ]

    due = clock.move(moved, clock.end_of(None, "26h", moved.now()), quiet=True)
    for function, _ in clock.SCHEDULES:
        day = moved.now().astimezone(clock.ZONE).date()
        moved.run(function, day)
        moved.run(function, day)
    moved.settle()

    assert due["fire_birthday_events"] >= 1
    assert happenings(stack, born)["birthday.approaching"] == 1
    assert happenings(stack, risen)["tier_anniversary.approaching"] == 1
    assert happenings(stack, warned)["value.expiring"] == 1


@pytest.mark.requirement("K-04", "O-26")
def test_the_phone_shows_on_the_cards_back_until_when_points_last(stack: Stack, api: Api) -> None:
    moved = clock.Stack.of(stack.places)
    marker = f"{moved.now():%Y%m%d%H%M%S%f}"
    joined = join(api, f"back-{marker}", profile={"language": "en"})
    places = stack.places
    phone = phone_for(stack.api_url, places.apns_control_url, places.state_dir)

    card = phone.add_card(joined["card"]["url"])

    lots = api.get(f"/v1/members/{joined['member_id']}/lots").body["lots"]
    last_day = datetime.fromisoformat(lots[0]["expires_on"])
    back = " ".join(field.text for field in card.fields("backFields"))
    assert f"{last_day.day} {last_day:%B %Y}" in " ".join(back.split())


def test_the_clock_never_goes_back(stack: Stack) -> None:
    moved = clock.Stack.of(stack.places)

    with pytest.raises(clock.ClockError):
        clock.move(moved, moved.now() - timedelta(hours=1))
