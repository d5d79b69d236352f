"""The spine: a purchase at the till changes the card on the phone."""

from __future__ import annotations

import pytest

from tools.api_client import Api
from tools.demo.loading import load
from tools.demo.showing import phone_for, show, timeline
from tools.laptop import Stack
from tools.laptop.cloud import client, outputs
from tools.verify.raw import rows_of


@pytest.mark.requirement("K-02", "K-04", "K-12")
def test_a_purchase_changes_the_card_on_the_phone_by_itself(stack: Stack) -> None:
    places = stack.places
    phone = phone_for(stack.api_url, places.apns_control_url, places.state_dir)
    said: list[str] = []

    with Api(stack.api_url, stack.admin_key) as api:
        shown = show(api, phone, said.append)

    assert any("60 + 42 = 102 points" in line for line in said)
    changed = phone.timeline.events("card-changed")
    assert ["balance" in event.detail["fields"] for event in changed] == [True, True]
    assert phone.timeline.events("push")[0].monotonic_ms < changed[0].monotonic_ms
    lines = timeline(shown)
    assert any("the card is another" in line for line in lines)
    assert [line for line in lines if "till:" in line][1].endswith("a purchase of 42.50 EUR")


def test_the_card_follows_after_the_stack_was_stopped_and_started(stack: Stack) -> None:
    assert stack.stop()
    stack.up()
    places = stack.places
    phone = phone_for(stack.api_url, places.apns_control_url, places.state_dir)

    with Api(stack.api_url, stack.admin_key) as api:
        show(api, phone, lambda _: None)

    assert len(phone.timeline.events("card-changed")) == 2


def test_loading_the_demonstration_again_adds_nothing(stack: Stack) -> None:
    with Api(stack.api_url, stack.admin_key) as api:
        load(api)
        before = _entries(stack)

        lines = load(api)

    assert all(line.endswith("was there") for line in lines)
    assert _entries(stack) == before


def _entries(stack: Stack) -> int:
    table = outputs(stack.places)["TableName"]
    return sum(row["t"] == "E" for row in rows_of(client(stack.places, "dynamodb"), table))
