"""A quote: the decision that a purchase would make, committed by nobody (X-05, O-29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.asking import Protocol_
from tessera.application.baskets import purchase_of
from tessera.application.deciding import decide_on
from tessera.application.finding import find_member, reference_of
from tessera.application.paying import refuse_too_much_off, shared_out
from tessera.application.quoting import quoted_result
from tessera.application.record_purchase import earning_accounts
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.commands import Purchase
from tessera.domain.decision import Decision
from tessera.domain.errors import Refused
from tessera.domain.explain import Reader


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
    decisions: list[Decision] = []
    pairs = yield from earning_accounts(found, command)
    if not pairs:
        raise Refused("not_enrolled", field="/member")
    for (account, programme), own in zip(pairs, shared_out(command, pairs), strict=True):
        decision = yield from decide_on(found.profile, account, programme, own, seed + b"\0")
        decisions.append(decision)
        results.append(
            quoted_result(account, programme, decision, command, caller.language, reader)
        )
    refuse_too_much_off(command, decisions)
    return {"member_id": found.member, "currency": command.currency, "results": results}
