"""A basket tried on a programme: the receipt's sentences and the whole trace.

A basket file (YAML or JSON) holds `lines` or `total`, in the smallest unit of the currency, and
optionally `occurred_at`, `store`, `channel`, `promo_codes`, `advantages`, `payments`, `delivery`,
and a `member`: `attributes`, `birthday` ("MM-DD"), and `history`, earlier baskets that he bought.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tessera.application.baskets import lines_of
from tessera.domain.account import Account
from tessera.domain.calendar import to_instant_ms, zone
from tessera.domain.commands import Advantage, Document, Enrol, Payment, Purchase
from tessera.domain.decide import after, decide
from tessera.domain.decision import Decision, Facts, Ids
from tessera.domain.errors import InvalidInput
from tessera.domain.explain import receipt_texts, trace_texts
from tessera.domain.programme import Programme


def simulate(programme: Programme, basket: Mapping[str, Any]) -> Decision:
    """The decision on a basket for the member that it describes; raises what `decide` raises."""
    member = basket.get("member") or {}
    history = list(member.get("history") or ())
    account = Account("member", programme.id)
    facts = _facts(member, basket)
    first = _purchase(programme, history[0] if history else basket, 0)
    joined = Enrol(first.occurred_at_ms, first.occurred_at_ms, first.store)
    account = after(account, decide(programme, account, facts, joined, Ids(b"enrol")))
    for number, earlier in enumerate(history, start=1):
        sale = _purchase(programme, earlier, number)
        ids = Ids(f"sale {number}".encode())
        account = after(account, decide(programme, account, facts, sale, ids))
    return decide(programme, account, facts, _purchase(programme, basket, 0), Ids(b"basket"))


def sentences(programme: Programme, decision: Decision, language: str) -> tuple[list[str], ...]:
    """The receipt's sentences, and the trace's."""
    return (
        receipt_texts(programme, decision, language),
        trace_texts(programme, decision.trace, language),
    )


def _facts(member: Mapping[str, Any], basket: Mapping[str, Any]) -> Facts:
    birthday = None
    if member.get("birthday"):
        month, _, day = str(member["birthday"]).partition("-")
        if not (month.isdecimal() and day.isdecimal()):
            raise InvalidInput("birthday_malformed", field="/member/birthday")
        birthday = int(month), int(day)
    return Facts(birthday, member.get("attributes") or {}, {"id": basket.get("store", "shop")})


def _purchase(programme: Programme, basket: Mapping[str, Any], number: int) -> Purchase:
    written = basket.get("occurred_at", "2027-01-04T12:00")
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError) as error:
        raise InvalidInput("time_malformed", field="/occurred_at") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(programme.zone))
    at_ms = to_instant_ms(moment)
    store = basket.get("store", "shop")
    return Purchase(
        at_ms,
        at_ms,
        store,
        basket.get("channel", "store"),
        document=Document(store, str(number)),
        currency=programme.currency,
        lines=lines_of(basket),
        advantages=tuple(
            Advantage(item["code"], item["amount"]) for item in basket.get("advantages") or ()
        ),
        promo_codes=tuple(basket.get("promo_codes") or ()),
        payments=tuple(
            Payment(item["balance"], item.get("amount")) for item in basket.get("payments") or ()
        ),
        delivery=basket.get("delivery", ""),
        delivery_cost=basket.get("delivery_cost", 0),
    )
