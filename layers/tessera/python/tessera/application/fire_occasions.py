"""What a worker does with somebody who is due: decide each occasion and commit it, once.

An occasion's identity is its kind, its account and its period, never the day on which somebody
got round to it: reruns, overlaps, crashes and missed days find the idempotency row and do
nothing. One day's occasions fire in the fixed order of `domain.due` (A-14).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tessera.application.answers import answer
from tessera.application.asking import Protocol_, pause, read_member, transact
from tessera.application.commit import Plan, commit
from tessera.application.deciding import decide_on
from tessera.application.finding import programme_in_force
from tessera.application.occasions import BIRTHDAYS, PAGERS, DueBatch, DueRow, Pager
from tessera.application.outcomes import Committed
from tessera.application.posting import (
    OCCASION_LATE_DAYS_MAX,
    first_day_to_fire,
    plan_of,
    post_decision,
    put_account,
)
from tessera.application.requests import Identity, request_hash
from tessera.application.services import Services
from tessera.application.writes import PutAnswer
from tessera.domain.account import Account
from tessera.domain.calendar import day_of
from tessera.domain.commands import Command, ExpireValue, FireOccasion
from tessera.domain.decision import Decision
from tessera.domain.due import Due, birthday_occasions, occasions_due
from tessera.domain.errors import NotFound, TesseraError, Unavailable
from tessera.domain.programme import Programme

SEED_BYTES = 32
TOUCH_ATTEMPTS_MAX = 5
PAUSE_MS = 100


class NothingToDo(TesseraError):
    """The occasion has no effect on the account as it is: nothing is written for it."""


@dataclass(frozen=True, slots=True)
class Fired:
    """One occasion that this call decided and committed."""

    kind: str
    period: str


@dataclass(frozen=True, slots=True)
class _Occasion:
    """An occasion of one account that is to fire.

    `once` tells it apart for ever. `through` is the day up to which everything has fired once
    it has; None leaves that as it is.
    """

    row: DueRow
    due: Due
    once: str
    through: int | None = None


def fire_batch(services: Services, batch: DueBatch, now_ms: int) -> Sequence[Fired]:
    """Fire what is due for every row of a batch; safe to repeat after any failure.

    Raises NotFound for a pager that does not exist, Unavailable where the store gave no certain
    answer in time: the batch must then come again.
    """
    pager = PAGERS.get(batch.pager)
    if pager is None:
        raise NotFound("pager_unknown")
    fired: list[Fired] = []
    for row in batch.rows:
        if BIRTHDAYS in pager.kinds:
            fired += fire_birthday(services, row.member, batch.zone, batch.day, now_ms)
        else:
            fired += fire_account(services, row, pager, now_ms)
    return fired


def fire_account(services: Services, row: DueRow, pager: Pager, now_ms: int) -> Sequence[Fired]:
    """Fire the occasions of one account that have come, and move its place in the due index.

    Where a quiet pager found the account, what falls on today and is neither of its kinds nor
    before them in the fixed order is left to the pager whose hour has not come.
    """
    fired: list[Fired] = []
    settled: set[Due] = set()
    while True:
        token = services.entropy.bytes(16).hex()
        occasion = services.driver.run(_next(row, pager, now_ms, frozenset(settled), token))
        if occasion is None:
            return fired
        settled.add(occasion.due)
        if _fire(services, occasion, now_ms):
            fired.append(Fired(occasion.due.kind, occasion.due.period))


def fire_birthday(
    services: Services, member: str, zone: str, day: int, now_ms: int
) -> Sequence[Fired]:
    """Fire the birthday occasions that fell on a day, in every programme of that time zone."""
    return [
        Fired(occasion.due.kind, occasion.due.period)
        for occasion in services.driver.run(_birthdays(member, zone, day, now_ms))
        if _fire(services, occasion, now_ms)
    ]


def _next(
    row: DueRow, pager: Pager, now_ms: int, settled: frozenset[Due], token: str
) -> Protocol_[_Occasion | None]:
    """The next occasion to fire; None once there is none and the due index says so too."""
    for attempt in range(TOUCH_ATTEMPTS_MAX):
        found = yield from _standing(row, now_ms)
        if found is None:
            return None
        account, programme = found
        today = day_of(now_ms, programme.zone)
        first = first_day_to_fire(account, today)
        dues = [
            due for due in occasions_due(programme, account, today, first) if due not in settled
        ]
        if any(due.day < today or _has_come(due, pager) for due in dues):
            through = dues[1].day - 1 if len(dues) > 1 else today
            return _Occasion(row, dues[0], _once(dues[0], account), through)
        through = max(account.fired_through, dues[0].day - 1 if dues else today)
        if through == account.fired_through and not (dues and settled):
            return None
        # What was just settled wrote no entry that could have moved the row.
        moved = replace(account, fired_through=through)
        write = put_account(programme, moved, account.version, today)
        outcome = yield from transact((write,), f"{token}-{attempt}")
        if isinstance(outcome, Committed):
            return None
        yield from pause(PAUSE_MS)
    raise Unavailable


def _has_come(due: Due, pager: Pager) -> bool:
    """Whether an occasion of today may fire at this pager's hour."""
    return not pager.quiet or due.kind.startswith(pager.kinds)


def _once(due: Due, account: Account) -> str:
    """What tells an occasion apart: its period.

    Value on hold outlives its last day, and expires in a second step under the same period:
    there the account's version tells the steps apart, and the lots see to it that none is taken
    twice.
    """
    return f"{due.period}/{account.version}" if due.kind == "expire" else due.period


def _birthdays(member: str, zone: str, day: int, now_ms: int) -> Protocol_[list[_Occasion]]:
    state = yield from read_member(member)
    profile = state.profile
    occasions: list[_Occasion] = []
    today = day_of(now_ms, zone)
    if profile is None or profile.birthday is None or profile.status != "active":
        return occasions
    if not today - OCCASION_LATE_DAYS_MAX <= day <= today:
        return occasions
    for (name, partition), account in sorted(state.accounts.items()):
        programme = yield from programme_in_force(name, now_ms, account)
        if programme.zone == zone:
            row = DueRow(member, name, partition)
            occasions += [
                _Occasion(row, due, due.period)
                for due in birthday_occasions(programme, profile.birthday[1:], day)
            ]
    return occasions


def _fire(services: Services, occasion: _Occasion, now_ms: int) -> bool:
    """Decide one occasion and commit it; False where it had fired before or has no effect."""
    row, due = occasion.row, occasion.due
    identity = Identity(
        f"occasion:{due.kind}",
        f"{row.member}#{row.programme}#{row.partition}#{occasion.once}",
        request_hash("occasion", {"kind": due.kind, "period": due.period}),
    )
    seed = services.entropy.bytes(SEED_BYTES)
    try:
        done = services.driver.run(
            commit(
                identity,
                lambda collisions: _attempt(identity, occasion, now_ms, seed + bytes([collisions])),
                seed.hex()[:30],
            )
        )
    except NothingToDo:
        return False
    return not done.replayed


def _attempt(identity: Identity, occasion: _Occasion, now_ms: int, seed: bytes) -> Protocol_[Plan]:
    row, due = occasion.row, occasion.due
    state = yield from read_member(row.member)
    account = state.accounts.get((row.programme, row.partition))
    profile = state.profile
    if account is None or account.status != "active" or profile is None:
        raise NothingToDo("not_enrolled")
    programme = yield from programme_in_force(row.programme, now_ms, account)
    command = occasion_of(due, now_ms)
    decision = yield from decide_on(profile, account, programme, command, seed)
    if not _has_effect(decision):
        raise NothingToDo("no_effect")
    posted = post_decision(
        identity,
        profile,
        account,
        programme,
        command,
        decision,
        fired_through=occasion.through,
    )
    reply = answer(200, {"kind": due.kind, "period": due.period, "entry_id": posted.entry.id})
    entries = ((row.programme, row.partition, posted.entry.sequence),)
    done = PutAnswer(identity, row.member, reply, entries)
    return plan_of([posted], (*posted.writes, done), reply)


def occasion_of(due: Due, now_ms: int) -> Command:
    """The command that fires an occasion."""
    if due.kind == "expire":
        return ExpireValue(occurred_at_ms=now_ms, recorded_at_ms=now_ms)
    return FireOccasion(
        occurred_at_ms=now_ms,
        recorded_at_ms=now_ms,
        kind=due.kind,
        period=due.period,
        due_on=due.day,
    )


def _has_effect(decision: Decision) -> bool:
    """Whether anything is to be written: an occasion that changes and says nothing leaves none."""
    return bool(decision.happenings or decision.vouchers) or not decision.changes.is_empty


def _standing(row: DueRow, now_ms: int) -> Protocol_[tuple[Account, Programme] | None]:
    """The account of a row with the programme in force; None where there is nobody any more."""
    state = yield from read_member(row.member)
    account = state.accounts.get((row.programme, row.partition))
    if account is None or state.profile is None or state.profile.status != "active":
        return None
    programme = yield from programme_in_force(row.programme, now_ms, account)
    return account, programme
