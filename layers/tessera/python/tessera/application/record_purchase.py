"""A sale earns, spends and moves tiers in every programme of the member, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer, posted_view
from tessera.application.asking import Protocol_
from tessera.application.baskets import purchase_of
from tessera.application.commit import Plan, commit
from tessera.application.deciding import decide_on
from tessera.application.finding import (
    Found,
    find_member,
    programme_in_force,
    reference_of,
    renewed,
)
from tessera.application.joining import follow, joinable, joined_by
from tessera.application.journal import SALE, Happened, journal_of
from tessera.application.paying import left_to_pay, refuse_too_much_off, shared_out
from tessera.application.posting import Posted, entries_of, owners_of, plan_of, post_for
from tessera.application.prove_spending import prove_spending
from tessera.application.requests import Answer, Identity, Writing, identity_by_document
from tessera.application.services import Services
from tessera.application.writes import PutAnswer, Write
from tessera.domain.account import Account
from tessera.domain.canonical import Json
from tessera.domain.commands import Purchase
from tessera.domain.errors import Refused
from tessera.domain.programme import Programme

PROGRAMMES_MAX = 5


def record_purchase(services: Services, writing: Writing) -> Answer:
    """Record a sale (K-02, B-01, O-01). The document (store, number) is its identity for ever.

    Answers 201 with, for each programme, what was earned and spent, the benefits, the tiers and
    the receipt text. Raises NotFound for an unknown member or card, Refused where a rule says
    no, KeyReused where the document came before with another body.
    """
    writing.caller.require("purchases:write")
    body: Mapping[str, Any] = writing.body
    document = body["document"]
    writing.caller.require_store(document["store"])
    identity = identity_by_document(document["store"], document["number"], "purchase", writing.body)
    return services.driver.run(
        commit(
            identity,
            lambda collisions: _attempt(services, writing, identity, collisions),
            writing.seed.hex()[:30],
        )
    )


def _attempt(
    services: Services, writing: Writing, identity: Identity, collisions: int
) -> Protocol_[Plan]:
    # Within the attempt: a sale that is handed in again after a week is too late to be recorded,
    # and is answered as it was the first time.
    command = purchase_of(writing.body, writing.caller, writing.now_ms)
    found = yield from find_member(reference_of(writing.body.get("member")))
    writing.caller.require_member(found.member)
    seed = writing.seed + bytes([collisions])
    basket = basket_of(writing)
    posts: list[Posted] = []
    writes: list[Write] = []
    results: list[Json] = []
    pairs = yield from earning_accounts(found, command)
    for (account, programme), own in zip(pairs, shared_out(command, pairs), strict=True):
        decision = yield from decide_on(found.profile, account, programme, own, seed)
        decision = yield from prove_spending(
            services, writing, found, account, programme, own, decision
        )
        posted = post_for(identity, found, account, programme, own, decision, basket)
        posts.append(posted)
        writes += posted.writes
        results.append(posted_view(posted, writing.caller.language))
    # What pays is elsewhere already: whoever joins by this sale has nothing to pay with.
    plain = replace(command, payments=(), vouchers=()) if pairs else command
    # Without an account the sale would be refused: a programme that has just begun may take it.
    for programme in (yield from joinable(found, command, afresh=not pairs)):
        joined = yield from joined_by(identity, found, programme, plain, seed)
        if joined is None:
            continue
        account = joined.posted.account
        decision = yield from decide_on(found.profile, account, programme, plain, seed)
        posted = post_for(identity, found, account, programme, plain, decision, basket)
        posts.append(posted)
        writes += follow(joined, posted)
        view = posted_view(posted, writing.caller.language)
        results.append({**view, "joined": joined.view(services)})
    if not posts:
        raise Refused("not_enrolled", field="/member")
    refuse_too_much_off(command, [posted.decision for posted in posts])
    if len(posts) > len(pairs):
        writes.append(renewed(found.profile))
    if len(posts) > PROGRAMMES_MAX:
        raise Refused("too_many_programmes", params={"programmes_max": PROGRAMMES_MAX})
    reply = answer(
        201,
        {
            "member_id": found.member,
            "document": {"store": command.document.store, "number": command.document.number},
            "currency": command.currency,
            "results": results,
        },
    )
    owners = owners_of(posts, found.member)
    writes.append(PutAnswer(identity, found.member, reply, entries_of(posts), owners, returned={}))
    writes += journal_of(writing.caller, identity, command, posts, _sold(command, posts))
    return plan_of(posts, writes, reply)


def _sold(command: Purchase, posts: Sequence[Posted]) -> Happened:
    """What the till's journal keeps: the sale, and what was left to pay after every programme."""
    total = sum(line.net for line in command.lines)
    paid = max(0, left_to_pay(command, [posted.decision for posted in posts]))
    return Happened(SALE, total, paid, command.currency, command.document.number)


def earning_accounts(found: Found, command: Purchase) -> Protocol_[list[tuple[Account, Programme]]]:
    """The member's active accounts on which a sale in this store counts, in a fixed order."""
    pairs: list[tuple[Account, Programme]] = []
    for (name, partition), account in sorted(found.accounts.items()):
        if account.status != "active":
            continue
        programme = yield from programme_in_force(name, command.occurred_at_ms, account)
        if programme.partition_of(command.store) == partition:
            pairs.append((account, programme))
    return pairs


def basket_of(writing: Writing) -> dict[str, Json]:
    """What the detail keeps of the request: everything but how the member was named."""
    return {key: value for key, value in writing.body.items() if key != "member"}
