"""Mistakes at the till: a sale undone within ten minutes, or moved to the right customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer, posted_view
from tessera.application.asking import Protocol_
from tessera.application.baskets import purchase_of
from tessera.application.commit import Plan, commit
from tessera.application.deciding import decide_on
from tessera.application.finding import find_member, reference_of
from tessera.application.moments import IMPORT_SCOPE, LATE_MS_MAX
from tessera.application.posting import (
    Posted,
    entries_of,
    owners_of,
    place_of,
    plan_of,
    post_for,
)
from tessera.application.record_purchase import earning_accounts
from tessera.application.record_return import (
    UNDO_MS_MAX,
    UNDO_PREFIX,
    Reversal,
    bring_back,
    reverse,
)
from tessera.application.requests import Answer, Identity, Writing, identity_by_key
from tessera.application.returned_sales import read_row
from tessera.application.services import Services
from tessera.application.writes import ChangeReturned, PutAnswer
from tessera.domain.commands import Purchase
from tessera.domain.decide import LATE_DAYS_MAX
from tessera.domain.errors import Conflict, InvalidInput, Refused


def undo_purchase(services: Services, writing: Writing) -> Answer:
    """Take a whole sale back within ten minutes, as a credit note of its own (X-04).

    The body names the sale's `document`. Undoing twice is told the same. Raises Refused once ten
    minutes have gone: then it is a return.
    """
    writing.caller.require("purchases:write")
    body: Mapping[str, Any] = writing.body
    document = body["document"]
    services.driver.run(read_row(document, "/document"))
    note = {"store": document["store"], "number": f"{UNDO_PREFIX}{document['number']}"}
    return bring_back(
        services,
        replace(writing, body={"document": note, "original": dict(document)}),
        recorded_since_ms=writing.now_ms - UNDO_MS_MAX,
    )


def move_purchase(services: Services, writing: Writing) -> Answer:
    """Move a sale that was recorded for the wrong member to the right one, in one transaction.

    The body names the sale's `document` and the member `to` whom it belongs. What it gave the
    wrong one is reversed exactly; the right one is given what the sale gives him, by the rules of
    its own day. The document then belongs to the right member. Raises Refused for a sale of which
    something came back, or in which value of either was or would be spent; InvalidInput for one
    of more than seven days ago without the right to import; Conflict where both members share a
    household's account.
    """
    writing.caller.require("purchases:move")
    body: Mapping[str, Any] = writing.body
    identity = identity_by_key(writing.caller, writing.key, "moves", writing.body)
    return services.driver.run(
        commit(
            identity,
            lambda collisions: _attempt(writing, identity, body, collisions),
            writing.seed.hex()[:30],
        )
    )


def _attempt(
    writing: Writing, identity: Identity, body: Mapping[str, Any], collisions: int
) -> Protocol_[Plan]:
    seed = writing.seed + bytes([collisions])
    document = body["document"]
    note = {"store": document["store"], "number": f"move:{document['number']}"}
    undone = yield from reverse(
        writing, identity, seed, {"document": note, "original": dict(document)}
    )
    (sale,) = undone.sales
    if sale.before:
        raise Refused("sale_partly_returned", field="/document")
    if sale.basket.get("payments") or sale.basket.get("vouchers") or sale.has_spent:
        raise Refused("sale_spent_value", field="/document")
    right = yield from find_member(reference_of(body.get("to")))
    if right.member == undone.found.member:
        raise InvalidInput("same_member", field="/to")
    command = _sold_to(undone, writing)
    posts: list[Posted] = []
    for account, programme in (yield from earning_accounts(right, command)):
        decision = yield from decide_on(right.profile, account, programme, command, seed)
        if any(share.spent for share in decision.lines):
            # A balance that pays by itself: what the till took for the goods is past changing.
            raise Refused("sale_spent_value", field="/to")
        posts.append(post_for(identity, right, account, programme, command, decision, sale.basket))
    if not posts:
        raise Refused("not_enrolled", field="/to")
    touched = {place_of(posted) for posted in (*undone.posts, *undone.recounts)}
    if {place_of(posted) for posted in posts} & touched:
        # Two members of one household share the account: there is nothing to move.
        raise Conflict("same_household", field="/to")
    reply = answer(
        201,
        {
            "from": undone.found.member,
            "member_id": right.member,
            "document": dict(document),
            "results": [posted_view(posted, writing.caller.language) for posted in posts],
        },
    )
    entries, owners = entries_of(posts), owners_of(posts, right.member)
    given = PutAnswer(sale.known_as, right.member, sale.row.answer, entries, owners, {})
    owned = ChangeReturned(given, sale.row.returned_version)
    writes = [*undone.writes, *[write for posted in posts for write in posted.writes], owned]
    done = PutAnswer(identity, right.member, reply, entries, owners)
    return plan_of([*undone.posts, *posts], [*writes, done], reply)


def _sold_to(undone: Reversal, writing: Writing) -> Purchase:
    """The sale for the right member: when and as it was made, whenever it is moved."""
    (sale,) = undone.sales
    sold = sale.entries[0].entry
    is_late = sold.occurred_at_ms < writing.now_ms - LATE_MS_MAX
    if is_late and not sold.silent and IMPORT_SCOPE not in writing.caller.scopes:
        raise InvalidInput("time_too_old", field="/document", params={"days_max": LATE_DAYS_MAX})
    timed = {"occurred_at", "import"}
    basket = {key: value for key, value in sale.basket.items() if key not in timed}
    command = purchase_of(basket, writing.caller, writing.now_ms)
    return replace(command, occurred_at_ms=sold.occurred_at_ms, silent=sold.silent or is_late)
