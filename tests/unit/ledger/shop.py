"""A shop with points, stamps and tiers, for the tests of returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tessera.application.adjust_balance import adjust_balance
from tessera.application.enrol_member import enrol_member
from tessera.application.record_purchase import record_purchase
from tessera.application.record_return import record_return
from tessera.domain.account import Account
from tests.fakes.stack import MemoryStack, said

PROGRAMME: dict[str, Any] = {
    "programme": "shop",
    "internal_name": "Shop",
    "name": "Shop",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "earning": {"base": "net"},
    "balances": [
        {
            "id": "points",
            "name": "Points",
            "expiry": {"after": {"months": 12}},
            "caps": [{"credit": 5000, "per": "month"}],
            "spending": {"value": {"points": 10, "gives": "1.00"}},
        },
        {"id": "stamps", "kind": "stamps", "name": "Stamps"},
    ],
    "rules": [
        {
            "id": "euro",
            "when": "purchase.recorded",
            "then": [{"credit": {"balance": "points", "per_amount": {"every": "1.00", "give": 1}}}],
        },
        {
            "id": "stamp",
            "when": "purchase.recorded",
            "then": [{"credit": {"balance": "stamps", "amount": 1}}],
        },
    ],
    "tier_groups": [
        {
            "id": "status",
            "name": "Status",
            "metric": "earned",
            "balance": "points",
            "window": {"months": 12},
            "tiers": [
                {"id": "silver", "at_least": 0, "name": "Silver", "coefficient": "1.5"},
                {"id": "gold", "at_least": 200, "name": "Gold", "coefficient": "2"},
            ],
        }
    ],
}


def with_policy(policy: str) -> dict[str, Any]:
    return {**PROGRAMME, "returns": {"shortfall": policy}}


def joined(document: Mapping[str, Any] = PROGRAMME, points: int = 300) -> tuple[MemoryStack, str]:
    """A stack with the programme published and one member who holds so many points."""
    stack = MemoryStack()
    stack.publish(document)
    member = enrol(stack)
    if points:
        adjust_balance(
            stack.services,
            stack.writing(
                {
                    "member": {"id": member},
                    "programme": "shop",
                    "balance": "points",
                    "amount": points,
                    "reason": "opening",
                }
            ),
        )
    return stack, member


def enrol(stack: MemoryStack, programme: str | None = "shop", member: str = "") -> str:
    """A new member, or one who joins another programme; without any he is a customer."""
    body: dict[str, Any] = {"member_id": member} if member else {"profile": {"first_name": "Anna"}}
    if programme:
        body["programme"] = programme
    found: str = said(enrol_member(stack.services, stack.writing(body)))["member_id"]
    return found


def buy(stack: MemoryStack, member: str, number: str, **fields: Any) -> dict[str, Any]:
    body = {
        "member": {"id": member},
        "document": {"store": "s1", "number": number},
        "currency": "EUR",
        **fields,
    }
    return said(record_purchase(stack.services, stack.writing(body)))


def give_back(stack: MemoryStack, number: str, original: str, **fields: Any) -> dict[str, Any]:
    body = {
        "document": {"store": "s1", "number": number},
        "original": {"store": "s1", "number": original},
        **fields,
    }
    return said(record_return(stack.services, stack.writing(body)))


def standing(account: Account) -> Account:
    """The account without what every entry moves on by being an entry."""
    return replace(account, version=0, head=b"", last_day=0)
