"""A programme that has just begun takes its first customers, whatever a till remembers."""

from __future__ import annotations

import pytest

from tessera.application.enrol_member import enrol_member
from tessera.application.record_purchase import record_purchase
from tests.fakes.stack import MemoryStack, said


@pytest.mark.requirement("B-09")
def test_a_first_purchase_joins_a_programme_that_began_a_moment_ago() -> None:
    till = MemoryStack()
    customer = said(enrol_member(till.services, till.writing({"profile": {}})))["member_id"]
    # The till's function has looked at the list of programmes, and remembers that it is empty.
    assert till.programmes.joinable(till.clock.now_ms()) == []
    office = MemoryStack(table=till.table, clock=till.clock)
    office.publish_file("coffee")

    sold = said(
        record_purchase(
            till.services,
            till.writing(
                {
                    "member": {"id": customer},
                    "document": {"store": "petit-noir", "number": "T1"},
                    "currency": "EUR",
                    "total": 500,
                }
            ),
        )
    )

    assert sold["results"][0]["programme"] == "coffee"
    assert sold["results"][0]["joined"]["code"]
