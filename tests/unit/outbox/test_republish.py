"""What fell out of the stream is published again from the ledger, whole and in order."""

from __future__ import annotations

import pytest

from tests.fakes.scheduling import RecordingBus
from tests.unit.outbox.test_publish_changes import ledger, with_purchases
from tools.republish import Account, RepublishError, of_account, since


def test_an_account_is_published_again_after_a_number() -> None:
    stack, member = with_purchases(4)
    bus = RecordingBus()

    last = of_account(stack.services.entries, bus, Account(member, "demo"), 2)  # type: ignore[arg-type]

    assert last == 5
    assert {event.detail["sequence"] for event in bus.events} == {3, 4, 5}


def test_a_refusal_says_where_to_go_on() -> None:
    stack, member = with_purchases(4)
    bus = RecordingBus(refuse_at=0)

    with pytest.raises(RepublishError, match="--after 2"):
        of_account(stack.services.entries, bus, Account(member, "demo"), 2)  # type: ignore[arg-type]


def test_everything_since_an_instant_is_published_again() -> None:
    stack, member = with_purchases(3)
    entries = ledger(stack, member)
    bus = RecordingBus()

    assert since(reversed(entries), bus, entries[1].recorded_at_ms) == 4

    assert [event.detail["sequence"] for event in bus.events] == sorted(
        event.detail["sequence"]  # type: ignore[type-var]
        for event in bus.events
    )
