"""A return is tried before it is recorded: it can't be taken back afterwards (X-05, A-05)."""

from __future__ import annotations

from typing import Any

import pytest

from tessera.application.quote_return import quote_return
from tessera.application.record_return import record_return
from tessera.domain.errors import Forbidden, NotFound, Refused
from tests.fakes.stack import said
from tests.unit.ledger.shop import buy, give_back, joined

LINES = [{"article": "a", "quantity": 3, "gross": 3000}, {"article": "b", "gross": 5000}]


def credit_note(**fields: Any) -> dict[str, Any]:
    return {"document": {"store": "s1", "number": "c1"}, **fields}


def by_original(_: str) -> dict[str, Any]:
    original = {"store": "s1", "number": "r1"}
    return credit_note(original=original, lines=[{"line": 0, "quantity": 2}])


def by_goods(member: str) -> dict[str, Any]:
    goods = [{"article": "b", "gross": 5000}, {"article": "never", "gross": 900}]
    return credit_note(member={"id": member}, currency="EUR", goods=goods)


@pytest.mark.requirement("X-05")
@pytest.mark.parametrize("asked", [by_original, by_goods])
def test_a_quote_says_what_the_return_then_does_and_writes_nothing(asked: Any) -> None:
    stack, member = joined()
    buy(stack, member, "r1", lines=LINES, payments=[{"balance": "points", "amount": 100}])
    before = stack.table.scan()
    body = asked(member)
    quote: Any = quote_return(stack.services, stack.writing(body))
    assert stack.table.scan() == before
    told = said(record_return(stack.services, stack.writing(body)))
    for promised, done in zip(quote["results"], told["results"], strict=True):
        assert [(one["balance"], one["before"], one["after"]) for one in promised["balances"]] == [
            (one["balance"], one["before"], one["after"]) for one in done["balances"]
        ]
        assert promised["receipt"] == done["receipt"]
        assert promised["reasons"]
    for name in ("member_id", "original", "returned", "goods"):
        assert quote[name] == told[name]


@pytest.mark.requirement("X-05")
def test_a_quote_is_refused_as_the_return_would_be() -> None:
    stack, member = joined()
    buy(stack, member, "r1", lines=LINES)
    give_back(stack, "c0", "r1")
    with pytest.raises(Refused, match="more_than_bought"):
        quote_return(stack.services, stack.writing(by_original(member)))
    unknown = credit_note(original={"store": "s1", "number": "never"})
    with pytest.raises(NotFound, match="document_unknown"):
        quote_return(stack.services, stack.writing(unknown))


def test_a_quote_needs_the_right_to_sell() -> None:
    stack, member = joined()
    buy(stack, member, "r1", lines=LINES)
    reader = stack.with_scopes("members:read")
    with pytest.raises(Forbidden):
        quote_return(stack.services, stack.writing(by_original(member), caller=reader))
