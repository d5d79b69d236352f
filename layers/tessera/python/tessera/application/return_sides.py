"""On which accounts a return undoes its sale: whoever bought may have moved since (A-05, X-12).

Value and vouchers are where their owner is now. What the sale counted for (statistics, counters,
tiers) is where it was counted: on his own account, which rests while he is in a household, or on
that of a household which he has left. Where the two differ, each has an entry of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tessera.application.asking import Protocol_, read_entry, read_member
from tessera.application.deciding import decide_on
from tessera.application.finding import (
    ALIASES_MAX,
    Found,
    is_household,
    programme_in_force,
)
from tessera.application.posting import Posted, post_decision, post_for
from tessera.application.requests import Identity
from tessera.application.writes import Profile
from tessera.domain.account import Account
from tessera.domain.commands import Return, Undoes
from tessera.domain.errors import NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class Side:
    """An account on which a return undoes something, and whose salt its detail is tied to."""

    account: Account
    profile: Profile
    undoes: Undoes = Undoes.EVERYTHING


def sides_of(found: Found, owner: str, place: tuple[str, str]) -> Protocol_[Sequence[Side]]:
    """Where a sale on somebody's account is undone: the account with the value first.

    `found` is who bought, or who took him over; `owner` whose account the sale was on. Raises
    NotFound where the one who took him over is not in the programme.
    """
    serving = found.accounts.get(place)
    if serving is not None and serving.member == owner:
        return (Side(serving, found.profile),)
    counted = yield from _counted(owner, place)
    if counted.profile.member != found.member and not is_household(counted.account.member):
        # He had left the programme before he was merged: what he had there stayed with it.
        return (counted,)
    if serving is None:
        raise NotFound("not_enrolled", field="/original")
    value = Side(serving, found.profile, Undoes.VALUE)
    if counted.account.member == found.member:
        # As he was found: what he is served with and what rests belong to one moment.
        counted = Side(found.resting.get(place, serving), found.profile)
    if counted.account.member == serving.member:
        return (replace(value, undoes=Undoes.EVERYTHING),)
    return (value, replace(counted, undoes=Undoes.COUNTS))


def _counted(owner: str, place: tuple[str, str]) -> Protocol_[Side]:
    """The account on which a sale counts now that was made on that owner's.

    What a merged account counted went where its last entry says.
    """
    for _ in range(ALIASES_MAX):
        there = yield from read_member(owner)
        account = there.accounts.get(place)
        if account is None or there.profile is None:
            break
        if account.status != "merged":
            return Side(account, there.profile)
        last = yield from read_entry(owner, *place, account.version)
        if last is None:
            break
        owner = str(dict(last.entry.happenings)["member.merged_away"]["into"])
    # Half of a transaction: what it names can't be missing for long.
    raise Unavailable


def post_sides(
    identity: Identity, found: Found, sides: Sequence[Side], command: Return, seed: bytes
) -> Protocol_[Sequence[Posted]]:
    """One posted decision for each side, in their order; none for counts that stay as they are."""
    first, *others = sides
    account = first.account
    programme = yield from programme_in_force(account.programme, command.occurred_at_ms, account)
    recounts: list[Posted] = []
    for side in others:
        part = replace(command, undoes=side.undoes)
        decision = yield from decide_on(side.profile, side.account, programme, part, seed)
        if not decision.changes.is_empty:
            recounts.append(
                post_decision(identity, side.profile, side.account, programme, part, decision)
            )
    part = replace(command, undoes=first.undoes)
    decision = yield from decide_on(first.profile, account, programme, part, seed)
    if any(one.account.member == found.member for one in recounts):
        # His own account moves in the same transaction, which demands of it what a check would.
        return (
            post_decision(identity, found.profile, account, programme, part, decision), *recounts
        )  # fmt: skip
    if first.profile.member != found.member:
        return (post_decision(identity, first.profile, account, programme, part, decision),)
    return (post_for(identity, found, account, programme, part, decision), *recounts)
