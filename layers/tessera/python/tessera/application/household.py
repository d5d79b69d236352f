"""Households: members who put what they have together, with stated rules for leaving (X-12).

A household is an account owner of its own. Its members' cards go on working: what they buy earns
for the household and what they redeem is taken from it, and every entry names the one through
whom it came. Who leaves takes his unspent share with him, lot by lot (`domain/household.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer, posted_view
from tessera.application.asking import Protocol_, read_member
from tessera.application.commit import Plan, commit
from tessera.application.finding import (
    HOUSEHOLD_MEMBERS,
    HOUSEHOLDS_LEFT,
    POOLED,
    Found,
    find_member,
    found_of,
    household_key,
    household_members,
    households_left,
    is_household,
    programme_in_force,
    reference_of,
)
from tessera.application.posting import Posted, entries_of, plan_of, post_decision
from tessera.application.requests import (
    HOUSEHOLD_PREFIX,
    TRAINING_PREFIX,
    Answer,
    Identity,
    Writing,
    identity_by_key,
)
from tessera.application.services import Services
from tessera.application.writes import Profile, PutAnswer, PutProfile
from tessera.domain.account import Account
from tessera.domain.calendar import day_of
from tessera.domain.commands import Command
from tessera.domain.decision import Decision, Ids
from tessera.domain.errors import Conflict, NotFound
from tessera.domain.household import share_of, shares_of, vouchers_of
from tessera.domain.moving import join_pool, leave_pool, open_pool
from tessera.domain.programme import Programme


def open_household(services: Services, writing: Writing) -> Answer:
    """Open a household in a programme; members join it one by one. Answers 201 with its id."""
    writing.caller.require("members:write")
    body: Mapping[str, Any] = writing.body
    identity = identity_by_key(writing.caller, writing.key, "households", writing.body)

    store = body.get("store") or ""
    if store:
        writing.caller.require_store(store)

    def attempt(collisions: int) -> Protocol_[Plan]:
        ids = Ids(writing.seed + bytes([collisions]))
        programme = yield from programme_in_force(body["programme"], writing.now_ms, None)
        kind = TRAINING_PREFIX if writing.caller.training else ""
        owner = Profile(
            member=HOUSEHOLD_PREFIX + kind + ids.code("household", 20).lower(),
            salt=ids.random("salt", 32),
            version=1,
            created_at_ms=writing.now_ms,
        )
        account = Account(
            owner.member,
            programme.id,
            programme.partition_of(store),
            enrolled_on=day_of(writing.now_ms, programme.zone),
        )
        decision = open_pool(programme, writing.now_ms)
        posted = post_decision(identity, owner, account, programme, _command(writing), decision)
        reply = answer(201, {"household": owner.member, "programme": programme.id})
        done = PutAnswer(identity, owner.member, reply, entries_of([posted]))
        return plan_of([posted], [PutProfile(owner, 0), *posted.writes, done], reply)

    return services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))


def join_household(services: Services, writing: Writing, household: str) -> Answer:
    """A member joins: his lots and vouchers go into the household's account, as they are.

    Raises Conflict where he is in a household already or has value on hold, NotFound for a
    household that is not there, or is inactive.
    """
    writing.caller.require("members:write")
    body: Mapping[str, Any] = writing.body
    writing.caller.require_kind(household)
    named = {**writing.body, "household": household}
    identity = identity_by_key(writing.caller, writing.key, "household.join", named)

    def attempt(collisions: int) -> Protocol_[Plan]:
        del collisions
        found = yield from find_member(reference_of(body.get("member")))
        writing.caller.require_member(found.member)
        home = yield from _household(household)
        place, theirs = _its_account(home)
        if theirs.status != "active":
            # It was found inactive: what came in could not be spent.
            raise NotFound("household_unknown")
        mine = found.accounts.get(place)
        if mine is None:
            raise NotFound("not_enrolled", field="/member")
        if mine.member != found.member or mine.status != "active":
            raise Conflict("already_in_household", field="/member")
        programme = yield from programme_in_force(place[0], writing.now_ms, theirs)
        out, into = join_pool(programme, mine, theirs, writing.now_ms)
        posts = _post(writing, identity, found.profile, programme, ((mine, out), (theirs, into)))
        profile = _with_household(found.profile, place, household)
        members = {*household_members(home.profile.attributes), found.member}
        profiles = (profile, _with_members(home.profile, members))
        return _plan(writing, identity, found.member, posts, profiles)

    return services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))


def leave_household(services: Services, writing: Writing, household: str) -> Answer:
    """A member leaves and takes his unspent share, lot by lot, and his vouchers.

    Raises Conflict where he is not in that household or value is on hold.
    """
    writing.caller.require("members:write")
    named = {**writing.body, "household": household}
    identity = identity_by_key(writing.caller, writing.key, "household.leave", named)
    return part_from_household(services, writing, identity, household)


def part_from_household(
    services: Services, writing: Writing, identity: Identity, household: str
) -> Answer:
    """`leave_household` for a use case that has a right and an identity of its own."""
    body: Mapping[str, Any] = writing.body

    def attempt(collisions: int) -> Protocol_[Plan]:
        del collisions
        found = yield from find_member(reference_of(body.get("member")))
        writing.caller.require_member(found.member)
        home = yield from _household(household)
        place, theirs = _its_account(home)
        state = yield from read_member(found.member)
        mine = state.accounts.get(place)
        if (
            mine is None
            or mine.status != POOLED
            or found.profile.attributes.get(household_key(place)) != household
        ):
            raise Conflict("not_in_household", field="/member")
        # The lines are read up to the version that the transaction demands: a line that comes
        # in between moves the account, and the shares are folded again.
        known = services.entries.oldest(household, *place)
        lines = [line for line in known if line.sequence <= theirs.version]
        programme = yield from programme_in_force(place[0], writing.now_ms, theirs)
        share = share_of(shares_of(lines), found.member)
        codes = vouchers_of(lines, found.member)
        given, back = leave_pool(programme, share, codes, theirs, writing.now_ms)
        posts = _post(writing, identity, found.profile, programme, ((theirs, given), (mine, back)))
        profile = _with_household(found.profile, place, None)
        members = {*household_members(home.profile.attributes)} - {found.member}
        profiles = (profile, _with_members(home.profile, members))
        return _plan(writing, identity, found.member, posts, profiles)

    return services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))


def _household(household: str) -> Protocol_[Found]:
    state = yield from read_member(household)
    if not is_household(household) or state.profile is None:
        raise NotFound("household_unknown")
    return found_of(household, state)


def _its_account(home: Found) -> tuple[tuple[str, str], Account]:
    ((place, account),) = home.accounts.items()
    return place, account


def _command(writing: Writing) -> Command:
    return Command(occurred_at_ms=writing.now_ms, recorded_at_ms=writing.now_ms)


def _post(
    writing: Writing,
    identity: Identity,
    profile: Profile,
    programme: Programme,
    moves: tuple[tuple[Account, Decision], ...],
) -> list[Posted]:
    return [
        post_decision(identity, profile, account, programme, _command(writing), decision)
        for account, decision in moves
    ]


def _with_household(profile: Profile, place: tuple[str, str], household: str | None) -> Profile:
    attributes = dict(profile.attributes)
    before = attributes.pop(household_key(place), None)
    if before is not None:
        left = {*households_left(profile.attributes), str(before)}
        attributes[HOUSEHOLDS_LEFT] = " ".join(sorted(left))
    if household is not None:
        attributes[household_key(place)] = household
    return replace(profile, attributes=attributes, version=profile.version + 1)


def _with_members(home: Profile, members: Collection[str]) -> Profile:
    attributes = {**home.attributes, HOUSEHOLD_MEMBERS: " ".join(sorted(members))}
    return replace(home, attributes=attributes, version=home.version + 1)


def _plan(
    writing: Writing,
    identity: Identity,
    member: str,
    posts: list[Posted],
    profiles: Iterable[Profile],
) -> Plan:
    reply = answer(
        201,
        {
            "member_id": member,
            "results": [
                {"owner": posted.account.member, **posted_view(posted, writing.caller.language)}
                for posted in posts
            ],
        },
    )
    own = [posted for posted in posts if posted.account.member == member]
    writes = [write for posted in posts for write in posted.writes]
    writes += [PutProfile(profile, profile.version - 1) for profile in profiles]
    writes.append(PutAnswer(identity, member, reply, entries_of(own)))
    return plan_of(posts, writes, reply)
