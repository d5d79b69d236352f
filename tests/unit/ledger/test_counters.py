"""Counters by business day, whatever order sales are recorded in (A-18, X-04)."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tessera.adapters.dynamodb.ledger_rows import StoreLedgerRows
from tessera.application.record_purchase import record_purchase
from tessera.application.verify_ledger import verify_ledger
from tessera.domain.calendar import to_datetime
from tests.fakes.stack import PROGRAMMES, MemoryStack
from tests.unit.ledger.deeds import bring_back, buy, member

DAY_MS = 86_400_000
A_DAY_AT_MOST = 50


@pytest.fixture
def stack() -> MemoryStack:
    document: dict[str, Any] = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    document["balances"][0]["caps"] = [{"credit": A_DAY_AT_MOST, "per": "day"}]
    document["rules"] = document["rules"][1:]
    stack = MemoryStack()
    stack.publish(document)
    return stack


def bring_in(stack: MemoryStack, who: str, number: str, days_ago: int) -> None:
    """Record a sale of 40 EUR as an import of the past."""
    at = to_datetime(stack.clock.at_ms - days_ago * DAY_MS).isoformat()
    body = {
        "member": {"id": who},
        "document": {"store": "s1", "number": number},
        "currency": "EUR",
        "total": 4_000,
        "occurred_at": at,
        "import": True,
    }
    record_purchase(stack.services, stack.writing(body))


@pytest.mark.requirement("A-18")
@pytest.mark.parametrize("bought_before", [(), (0,), (0, 300)])
def test_an_import_keeps_to_the_caps_of_its_days_beside_sales_of_today(
    stack: MemoryStack, bought_before: tuple[int, ...]
) -> None:
    who = member(stack, "Anna")
    for days_ago in bought_before:
        bring_in(stack, who, f"before {days_ago}", days_ago)
    has = stack.account(who, "demo").total("points")
    for place, days_ago in enumerate((90, 90, 60, 60)):
        bring_in(stack, who, f"import {place}", days_ago)
    assert stack.account(who, "demo").total("points") == has + 2 * A_DAY_AT_MOST
    assert verify_ledger(StoreLedgerRows(stack.table)).breaks == []


@pytest.mark.requirement("X-04")
def test_a_return_of_a_day_that_is_forgotten_counts_nothing(stack: MemoryStack) -> None:
    who = member(stack, "Anna")
    for day in ("r0", "r1", "r2"):
        buy(stack, who, day, 1_000)
        stack.clock.pass_days(1)
    for day in ("r1", "r2", "r0"):
        bring_back(stack, day)
    assert stack.account(who, "demo").counters == {}
    assert verify_ledger(StoreLedgerRows(stack.table)).breaks == []
