"""Erasure: everything personal goes, the ledger still sums and its chain still verifies (X-14).

One transaction closes the accounts, empties the profile and destroys its salt, without which the
commitments of the entries lead nowhere. In the same transaction it writes down what is left to
delete (details, look-ups, cards); deleting is resumable and may be repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer
from tessera.application.asking import Protocol_, read_answer
from tessera.application.commit import Plan, commit
from tessera.application.enrol_member import CANDIDATE_FIELDS, comparable
from tessera.application.finding import (
    Found,
    Reference,
    find_member,
    households_left,
    programme_in_force,
    reference_of,
)
from tessera.application.household import part_from_household
from tessera.application.posting import Posted, plan_of, post_decision
from tessera.application.requests import Answer, Identity, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.writes import (
    Card,
    Profile,
    PutAnswer,
    PutErasure,
    PutNotice,
    PutProfile,
    Write,
)
from tessera.domain.commands import Command
from tessera.domain.errors import Unavailable
from tessera.domain.moving import erase


def erase_member(services: Services, writing: Writing) -> Answer:
    """Erase the member that the body names. What was his value is forfeited; it can't be undone.

    Answers 201 with the member id and what was deleted. Raises NotFound for an unknown member,
    Conflict where a household of his has value on hold. Who is in a household leaves it first, in
    a transaction of its own: only his share is forfeited, what the others own is not.
    Point-in-time backups keep what they kept for 35 days more.
    """
    writing.caller.require("members:erase")
    body: Mapping[str, Any] = writing.body
    identity = identity_by_key(writing.caller, writing.key, "erasures", writing.body)
    for household in services.driver.run(_households(identity, reference_of(body.get("member")))):
        # Drawn anew each time: who has left already is in no household that is found here.
        seed = hashlib.sha256(writing.seed + household.encode()).digest()
        part = Identity("erasure", seed.hex(), identity.request_hash)
        part_from_household(services, replace(writing, seed=seed), part, household)

    def attempt(collisions: int) -> Protocol_[Plan]:
        del collisions
        found = yield from find_member(reference_of(body.get("member")))
        return (yield from _plan(services, writing, identity, found))

    reply = services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))
    stored = services.driver.run(find_erasure(identity))
    if stored:
        services.erasures.sweep(stored)
    return reply


def _households(identity: Identity, reference: Reference) -> Protocol_[Sequence[str]]:
    """The households that the member is in; none where he was erased already."""
    if (yield from read_answer(identity)) is not None:
        return ()
    found = yield from find_member(reference)
    return sorted({one.member for one in found.accounts.values() if one.member != found.member})


def find_erasure(identity: Identity) -> Protocol_[str | None]:
    """The member of an erasure that was committed, None where it was not."""
    row = yield from read_answer(identity)
    return row.member if row else None


def _plan(
    services: Services, writing: Writing, identity: Identity, found: Found
) -> Protocol_[Plan]:
    command = Command(occurred_at_ms=writing.now_ms, recorded_at_ms=writing.now_ms)
    posts: list[Posted] = []
    for (name, _), account in sorted(found.accounts.items()):
        if account.member != found.member:
            # He joined a household after he was seen to be in none.
            raise Unavailable
        if account.status != "active":
            continue
        programme = yield from programme_in_force(name, writing.now_ms, account)
        decision = erase(programme, account, writing.now_ms)
        posts.append(post_decision(identity, found.profile, account, programme, command, decision))
    cards = services.cards.of_member(found.member)
    reply = answer(201, {"member_id": found.member, "accounts": len(posts), "cards": len(cards)})
    emptied = Profile(
        member=found.member,
        salt=b"",
        version=found.profile.version + 1,
        created_at_ms=found.profile.created_at_ms,
        status="erased",
    )
    writes: list[Write] = [write for posted in posts for write in posted.writes]
    writes += [
        PutProfile(emptied, found.profile.version),
        PutErasure(
            found.member,
            _lookups(found.profile, cards),
            _candidates(found.profile),
            households_left(found.profile.attributes),
        ),
        PutNotice(found.member, f"erased-{identity.cause}", "member.erased", writing.now_ms, {}),
        PutAnswer(
            identity,
            found.member,
            reply,
            tuple(
                (posted.account.programme, posted.account.partition, posted.entry.sequence)
                for posted in posts
            ),
        ),
    ]
    return plan_of(posts, writes, reply)


def _lookups(profile: Profile, cards: Sequence[Card]) -> tuple[tuple[str, str], ...]:
    """The unique look-ups by which the member could still be found."""
    found = [("card", card.code) for card in cards]
    found += [
        ("external", card.membership_id)
        for card in cards
        if card.membership_id and card.membership_id != card.code
    ]
    if profile.personal.get("external_id"):
        found.append(("external", profile.personal["external_id"]))
    return tuple(found)


def _candidates(profile: Profile) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, comparable(name, profile.personal[name]))
        for name in CANDIDATE_FIELDS
        if name in profile.personal
    )
