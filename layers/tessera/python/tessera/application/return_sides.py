"""On which accounts a return undoes its sale: whoever bought may have moved since (A-05, X-12).

Value and vouchers are where their owner is now. What the sale counted for (statistics, counters,
tiers) is where it was counted: on his own account, which rests while he is in a household, or on
that of a household which he has left. Where the two differ, each has an entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from tessera.application.returned_sales import Sale
from tessera.application.writes import Profile
from tessera.domain.account import Account
from tessera.domain.commands import Return, ReturnedSale, Undoes
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


@dataclass(frozen=True, slots=True)
class Undoing:
    """All that a return undoes on one account, of one sale or of several."""

    side: Side
    sales: tuple[ReturnedSale, ...] = ()

    @property
    def is_recount(self) -> bool:
        """Whether the account counted the sales and has nothing of their value any more."""
        return all(sale.undoes is Undoes.COUNTS for sale in self.sales)


def undoings_of(found: Found, sales: Sequence[Sale]) -> Protocol_[tuple[Undoing, ...]]:
    """What is undone on each account that the sales touched, in the order of the sales."""
    undoings: list[Undoing] = []
    for sale in sales:
        for sold in sale.entries:
            for side in (yield from sides_of(found, sold.owner, sold.place)):
                part = replace(sale.undone(sold), undoes=side.undoes)
                undoings.append(Undoing(side, (part,)))
    return merged(undoings)


def merged(undoings: Iterable[Undoing]) -> tuple[Undoing, ...]:
    """One for each account: an account moves once in a transaction."""
    by_account: dict[tuple[str, str, str], Undoing] = {}
    for undoing in undoings:
        account = undoing.side.account
        key = account.member, account.programme, account.partition
        first = by_account.get(key)
        by_account[key] = (
            undoing if first is None else replace(first, sales=(*first.sales, *undoing.sales))
        )
    return tuple(by_account.values())


def post_undoings(
    identity: Identity, found: Found, undoings: Sequence[Undoing], command: Return, seed: bytes
) -> Protocol_[tuple[tuple[Posted, ...], tuple[Posted, ...]]]:
    """One posted decision for each account with value, and one for each that only counted.

    Counts that stay as they are have none.
    """
    recounts: list[Posted] = []
    for undoing in undoings:
        if undoing.is_recount:
            posted = yield from _post(identity, found, undoing, command, seed, with_check=False)
            if not posted.decision.changes.is_empty:
                recounts.append(posted)
    # His own account moves in the same transaction, which demands of it what a check would.
    own = {_place(posted.account) for posted in recounts if posted.account.member == found.member}
    posts: list[Posted] = []
    for undoing in undoings:
        if not undoing.is_recount:
            with_check = _place(undoing.side.account) not in own
            posts.append((yield from _post(identity, found, undoing, command, seed, with_check)))
    return tuple(posts), tuple(recounts)


def _post(
    identity: Identity,
    found: Found,
    undoing: Undoing,
    command: Return,
    seed: bytes,
    with_check: bool,
) -> Protocol_[Posted]:
    account, profile = undoing.side.account, undoing.side.profile
    programme = yield from programme_in_force(account.programme, command.occurred_at_ms, account)
    part = replace(command, sales=undoing.sales)
    decision = yield from decide_on(profile, account, programme, part, seed)
    if with_check and profile.member == found.member:
        return post_for(identity, found, account, programme, part, decision)
    return post_decision(identity, profile, account, programme, part, decision)


def _place(account: Account) -> tuple[str, str]:
    return account.programme, account.partition
