"""Two members, one transaction: value given away, and two memberships made one (X-12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tessera.application.answers import answer, posted_view
from tessera.application.asking import Protocol_
from tessera.application.commit import Plan, commit
from tessera.application.finding import (
    Found,
    Reference,
    find_member,
    find_whole,
    merged_profiles,
    programme_in_force,
    reference_of,
)
from tessera.application.posting import Posted, post_for
from tessera.application.prove_spending import prove_spending
from tessera.application.requests import Answer, Identity, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.writes import PutAnswer, PutProfile
from tessera.domain.account import Account
from tessera.domain.commands import Command
from tessera.domain.decision import Decision
from tessera.domain.errors import Conflict, InvalidInput, NotFound
from tessera.domain.moving import merge, transfer
from tessera.domain.programme import Programme

Decide = Callable[[Programme, Account, Account], tuple[Decision, Decision]]


def transfer_value(services: Services, writing: Writing) -> Answer:
    """Move an amount of a balance from `member` to `to`, lot by lot, validity unchanged.

    Raises Refused where the giver has too little, NotFound where either is not enrolled, Conflict
    where both share a household's account.
    """
    writing.caller.require("transfers:write")
    body: Mapping[str, Any] = writing.body
    identity = identity_by_key(writing.caller, writing.key, "transfers", writing.body)

    def decide(programme: Programme, source: Account, target: Account) -> tuple[Decision, Decision]:
        return transfer(programme, source, target, body["balance"], body["amount"], writing.now_ms)

    def attempt(collisions: int) -> Protocol_[Plan]:
        del collisions
        giver = yield from find_member(reference_of(body.get("member")))
        receiver = yield from find_member(_other(body.get("to"), giver))
        writing.caller.require_member(giver.member)
        store = body.get("store") or ""
        if store:
            writing.caller.require_store(store)
        posts = yield from _post(
            writing, identity, (giver, receiver), body["programme"], store, decide
        )
        given = posts[0]
        command = Command(occurred_at_ms=writing.now_ms, recorded_at_ms=writing.now_ms)
        yield from prove_spending(
            services, writing, giver, given.before, given.programme, command, given.decision
        )
        return _plan(writing, identity, posts)

    return services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))


def merge_members(services: Services, writing: Writing) -> Answer:
    """Merge `member` into `into`: every account moves in one transaction, nothing is lost.

    The merged member keeps a tombstone that names the other; cards, look-ups and vouchers follow
    through the tombstone. The other's profile names the merged one, so that whoever erases one
    erases both. Raises Conflict where value is on hold, or where he is in a household:
    what others share can't be merged away, so he leaves it first.
    """
    writing.caller.require("members:merge")
    body: Mapping[str, Any] = writing.body
    identity = identity_by_key(writing.caller, writing.key, "merges", writing.body)

    def decide(programme: Programme, source: Account, target: Account) -> tuple[Decision, Decision]:
        return merge(programme, source, target, writing.now_ms)

    def attempt(collisions: int) -> Protocol_[Plan]:
        del collisions
        source = yield from find_whole(reference_of(body.get("member")))
        target = yield from find_member(_other(body.get("into"), source))
        posts: list[Posted] = []
        for (name, partition), account in sorted(source.accounts.items()):
            if account.member != source.member:
                raise Conflict("leave_household_first", field="/member")
            if account.status != "active":
                continue
            if (name, partition) not in target.accounts:
                raise NotFound("not_enrolled", field="/into", params={"programme": name})
            posts += yield from _post_pair(
                writing, identity, (source, target), (name, partition), decide
            )
        if not posts:
            raise NotFound("not_enrolled", field="/member")
        tombstone, survivor = merged_profiles(source.profile, target.profile)
        plan = _plan(writing, identity, posts)
        profiles = (
            PutProfile(tombstone, source.profile.version),
            PutProfile(survivor, target.profile.version),
        )
        return Plan((*profiles, *plan.writes), plan.answer)

    return services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))


def _other(body: Any, one: Found) -> Reference:
    reference = reference_of(body)
    if reference.id == one.member:
        raise InvalidInput("same_member", field="/member")
    return reference


def _post(
    writing: Writing,
    identity: Identity,
    pair: tuple[Found, Found],
    name: str,
    store: str,
    decide: Decide,
) -> Protocol_[list[Posted]]:
    programme = yield from programme_in_force(name, writing.now_ms, None)
    partition = programme.partition_of(store)
    return (yield from _post_pair(writing, identity, pair, (name, partition), decide))


def _post_pair(
    writing: Writing,
    identity: Identity,
    pair: tuple[Found, Found],
    place: tuple[str, str],
    decide: Decide,
) -> Protocol_[list[Posted]]:
    """Decide on both accounts at that place and post both decisions."""
    source, target = pair
    if source.member == target.member:
        raise InvalidInput("same_member", field="/member")
    accounts = [found.accounts.get(place) for found in pair]
    if any(account is None or account.status != "active" for account in accounts):
        raise NotFound("not_enrolled", field="/programme")
    giving, taking = (account for account in accounts if account is not None)
    if giving.member == taking.member:
        raise Conflict("same_household", field="/member")
    newest = giving if giving.programme_version > taking.programme_version else taking
    programme = yield from programme_in_force(place[0], writing.now_ms, newest)
    decisions = decide(programme, giving, taking)
    command = Command(occurred_at_ms=writing.now_ms, recorded_at_ms=writing.now_ms)
    return [
        post_for(identity, found, account, programme, command, decision)
        for found, account, decision in zip(pair, (giving, taking), decisions, strict=True)
    ]


def _plan(writing: Writing, identity: Identity, posts: list[Posted]) -> Plan:
    reply = answer(
        201,
        {
            "results": [
                {"member_id": posted.account.member, **posted_view(posted, writing.caller.language)}
                for posted in posts
            ]
        },
    )
    done = PutAnswer(
        identity,
        posts[0].account.member,
        reply,
        tuple(
            (posted.account.programme, posted.account.partition, posted.entry.sequence)
            for posted in posts
            if posted.account.member == posts[0].account.member
        ),
    )
    return Plan((*[write for posted in posts for write in posted.writes], done), reply)
