"""A quote: the decision that a purchase would make, committed by nobody (X-05, O-29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.answers import decision_view, step_view
from tessera.application.asking import Protocol_
from tessera.application.baskets import purchase_of
from tessera.application.deciding import decide_on
from tessera.application.finding import find_member, reference_of
from tessera.application.paying import shared_out
from tessera.application.record_purchase import earning_accounts
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.account import apply
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
from tessera.domain.commands import Purchase
from tessera.domain.errors import Refused
from tessera.domain.explain import Reader, sentences, step_text


def quote_purchase(
    services: Services,
    caller: Caller,
    body: Mapping[str, Any],
    now_ms: int,
    seed: bytes,
    reader: Reader = Reader.AUDITOR,
) -> dict[str, Json]:
    """What a sale would earn, cost and grant, with the reasons; nothing is written.

    Takes the body of a purchase; the document may be left out. Raises what the purchase would.
    """
    caller.require("purchases:write")
    command = purchase_of(body, caller, now_ms)
    return services.driver.run(_quote(caller, body, command, seed, reader))


def _quote(
    caller: Caller, body: Mapping[str, Any], command: Purchase, seed: bytes, reader: Reader
) -> Protocol_[dict[str, Json]]:
    found = yield from find_member(reference_of(body.get("member")))
    caller.require_member(found.member)
    results: list[Json] = []
    pairs = yield from earning_accounts(found, command)
    if not pairs:
        raise Refused("not_enrolled", field="/member")
    for (account, programme), own in zip(pairs, shared_out(command, pairs), strict=True):
        decision = yield from decide_on(found.profile, account, programme, own, seed + b"\0")
        after = apply(account, decision.changes)
        today = day_of(command.recorded_at_ms, programme.zone)
        view = decision_view(decision, programme, caller.language)
        # A quote promises no code: whoever buys is given one drawn for him.
        view["vouchers"] = [{"reward": voucher.reward} for voucher in decision.vouchers]
        view |= {
            "partition": account.partition,
            "balances": [
                {
                    "balance": balance.id,
                    "before": account.available(balance.id, today, command.recorded_at_ms),
                    "after": after.available(balance.id, today, command.recorded_at_ms),
                }
                for balance in programme.balances
            ],
            "lines": [
                {"line": share.line, "earned": dict(share.earned), "discount": share.discount}
                for share in decision.lines
                if share.discount or share.earned
            ],
            "reasons": list[Json](sentences(programme, decision.trace, caller.language, reader)),
            "trace": [
                {**step_view(step), "text": step_text(programme, step, caller.language)}
                for step in (decision.trace if reader is Reader.AUDITOR else ())
            ],
        }
        results.append(view)
    return {"member_id": found.member, "currency": command.currency, "results": results}
