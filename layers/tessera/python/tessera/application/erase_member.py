"""Erasure: everything personal goes, the ledger still sums and its chain still verifies (X-14).

One transaction closes the accounts, empties the profile and destroys its salt, without which the
commitments of the entries lead nowhere. In the same transaction it writes down what is left to
delete (details, look-ups, cards); deleting is resumable and may be repeated. Whoever erases does it
at once, and the notice that the stream publishes has it done where he died on the way.

Memberships that were merged are one person (decision 0022): who is asked for under any of their
names is erased under all of them, with what each still held of him.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer
from tessera.application.asking import Protocol_, read_answer, read_member
from tessera.application.commit import Plan, commit
from tessera.application.enrol_member import CANDIDATE_FIELDS, comparable
from tessera.application.finding import (
    CLOSED,
    MERGED_INTO,
    Found,
    Reference,
    find_member,
    find_membership,
    find_whole,
    households_left,
    merged_members,
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

MERGED_AT_ONCE = 12
"""So many merged memberships are erased in the transaction of the member who took them over,
which holds 100 rows: 4 for each of them, some 20 for a member of five programmes."""

MERGED_MAX = 18
"""For how many there is room, where some were merged while others were being erased."""


def erase_member(services: Services, writing: Writing) -> Answer:
    """Erase the member that the body names. What was his value is forfeited; it can't be undone.

    Answers 201 with the member id, the memberships that had been merged into it and were erased
    with it, and what was deleted. The id or card of a merged membership leads to the member who
    took it over, as everywhere. Raises NotFound for an unknown member, Conflict where a household
    of his has value on hold. Who is in a household leaves it first, in a transaction of its own:
    only his share is forfeited, what the others own is not. Merged memberships go first too
    where they are more than one transaction holds.
    Point-in-time backups keep what they kept for 35 days more.
    """
    writing.caller.require("members:erase")
    body: Mapping[str, Any] = writing.body
    reference = reference_of(body.get("member"))
    identity = identity_by_key(writing.caller, writing.key, "erasures", writing.body)
    for household in services.driver.run(_households(identity, reference)):
        one, part = _part(writing, identity, household)
        part_from_household(services, one, part, household)
    cards = 0
    for batch in services.driver.run(_batches(identity, reference)):
        one, part = _part(writing, identity, batch[0])
        cards += _erase_batch(services, one, part, batch)

    def attempt(collisions: int) -> Protocol_[Plan]:
        del collisions
        found = yield from find_whole(reference)
        return (yield from _plan(services, writing, identity, found, cards))

    reply = services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))
    stored = services.driver.run(find_erasure(identity))
    if stored:
        services.erasures.sweep(stored)
    return reply


def finish_erasure(services: Services, member: str) -> None:
    """Delete what an erasure left, for whoever reads its notice; mostly nothing is left.

    Who was erased was promised that all of it goes, and whoever promised may have died since.
    Raises Unavailable where the table doesn't answer.
    """
    services.erasures.sweep(member)


def find_erasure(identity: Identity) -> Protocol_[str | None]:
    """The member of an erasure that was committed, None where it was not."""
    row = yield from read_answer(identity)
    return row.member if row else None


def _part(writing: Writing, identity: Identity, name: str) -> tuple[Writing, Identity]:
    """A step of an erasure that has a transaction of its own, under what it is about.

    Drawn anew each time: what was done already is not found again and asks for no step.
    """
    seed = hashlib.sha256(writing.seed + name.encode()).digest()
    return replace(writing, seed=seed), Identity("erasure", seed.hex(), identity.request_hash)


def _households(identity: Identity, reference: Reference) -> Protocol_[Sequence[str]]:
    """The households that the member is in; none where he was erased already."""
    if (yield from read_answer(identity)) is not None:
        return ()
    found = yield from find_member(reference)
    return sorted({one.member for one in found.accounts.values() if one.member != found.member})


def _batches(identity: Identity, reference: Reference) -> Protocol_[Sequence[Sequence[str]]]:
    """The merged memberships that the member's own transaction has no room for, a part at a time.

    None where he was erased already. The one by whose name he was asked for is in none of them:
    whoever asks again, because the first asking died on the way, must find him by it.
    """
    if (yield from read_answer(identity)) is not None:
        return ()
    asked = yield from find_membership(reference)
    found = yield from find_member(reference)
    left = yield from _standing(merged_members(found.profile.attributes))
    names = sorted((one.member for one in left), key=lambda name: (name != asked, name))
    return [
        names[start : start + MERGED_AT_ONCE]
        for start in range(MERGED_AT_ONCE, len(names), MERGED_AT_ONCE)
    ]


def _standing(members: Sequence[str]) -> Protocol_[list[Profile]]:
    """The tombstones among them that still hold what is personal."""
    found = []
    for member in members:
        profile = (yield from read_member(member)).profile
        if profile is not None and profile.salt:
            found.append(profile)
    return found


def _erase_batch(
    services: Services, writing: Writing, identity: Identity, members: Sequence[str]
) -> int:
    """Erase merged memberships before the one that took them over; gives how many cards."""

    def attempt(collisions: int) -> Protocol_[Plan]:
        del collisions
        writes: list[Write] = []
        cards = 0
        for profile in (yield from _standing(members)):
            held = services.cards.of_member(profile.member)
            writes += _emptied(profile, held, identity, writing.now_ms)
            cards += len(held)
        reply = answer(201, {"cards": cards})
        return Plan((*writes, PutAnswer(identity, members[0], reply)), reply)

    done = services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))
    found: int = json.loads(done.body)["cards"]
    return found


def _plan(
    services: Services, writing: Writing, identity: Identity, found: Found, cards_before: int
) -> Protocol_[Plan]:
    command = Command(occurred_at_ms=writing.now_ms, recorded_at_ms=writing.now_ms)
    posts: list[Posted] = []
    for (name, _), account in sorted(found.accounts.items()):
        if account.member != found.member:
            # He joined a household after he was seen to be in none.
            raise Unavailable
        if account.status in CLOSED:
            continue
        programme = yield from programme_in_force(name, writing.now_ms, account)
        decision = erase(programme, account, writing.now_ms)
        posts.append(post_decision(identity, found.profile, account, programme, command, decision))
    merged = merged_members(found.profile.attributes)
    tombstones = yield from _standing(merged)
    if len(tombstones) > MERGED_MAX:
        # So many were merged since they were counted that they must be counted again.
        raise Unavailable
    writes: list[Write] = [write for posted in posts for write in posted.writes]
    cards = cards_before
    for profile in (found.profile, *tombstones):
        held = services.cards.of_member(profile.member)
        also = merged if profile is found.profile else ()
        writes += _emptied(profile, held, identity, writing.now_ms, also)
        cards += len(held)
    reply = answer(
        201,
        {
            "member_id": found.member,
            "merged": list(merged),
            "accounts": len(posts),
            "cards": cards,
        },
    )
    entries = tuple(
        (posted.account.programme, posted.account.partition, posted.entry.sequence)
        for posted in posts
    )
    return plan_of(posts, [*writes, PutAnswer(identity, found.member, reply, entries)], reply)


def _emptied(
    profile: Profile,
    cards: Sequence[Card],
    identity: Identity,
    now_ms: int,
    merged: Sequence[str] = (),
) -> Sequence[Write]:
    """The profile without what is personal, what is left to delete, and the news of it.

    A tombstone stays one: it leads to the member who took the membership over, erased or about
    to be.
    """
    heir = profile.attributes.get(MERGED_INTO)
    emptied = Profile(
        member=profile.member,
        salt=b"",
        version=profile.version + 1,
        attributes={MERGED_INTO: heir} if heir else {},
        created_at_ms=profile.created_at_ms,
        status="merged" if heir else "erased",
    )
    return (
        PutProfile(emptied, profile.version),
        PutErasure(
            profile.member,
            _lookups(profile, cards),
            _candidates(profile),
            households_left(profile.attributes),
            tuple(merged),
        ),
        PutNotice(profile.member, f"erased-{identity.cause}", "member.erased", now_ms, {}),
    )


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
