"""When an account must be looked at next, and for what (design §4).

One day's occasions follow a fixed order: activate, tiers, expire, warn, remind (A-14). An
occasion's kind and period name it for ever: firing it twice is impossible because its
idempotency row says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tessera.domain.account import Account
from tessera.domain.calendar import NEVER, next_yearly, to_date
from tessera.domain.engine.expiry import shift, shift_back
from tessera.domain.engine.tiers import next_anniversary
from tessera.domain.programme.model import Balance, Programme, Span, Timing

_ORDER = {"activate": 0, "tier_review": 1, "expire": 2, "warn": 3, "remind": 4}
"""The order within a day; everything else comes after, by name."""


@dataclass(frozen=True, slots=True)
class Due:
    """An occasion: the business day on which it falls, what it is, and what makes it unique."""

    day: int
    kind: str
    period: str

    @property
    def order(self) -> tuple[int, int, str, str]:
        head = self.kind.partition(":")[0]
        return self.day, _ORDER.get(head, 9), self.kind, self.period


def next_due(programme: Programme, account: Account, after_day: int) -> Due | None:
    """The earliest account occasion that falls strictly after that day, None where none does.

    Value whose expiry was never written down is due on the day after, however old it is.
    """
    if account.status != "active":
        return None
    return min(upcoming(programme, account, after_day), key=lambda due: due.order, default=None)


def occasions_due(
    programme: Programme, account: Account, today: int, since: int | None = None
) -> list[Due]:
    """The occasions that fall from `since` (today unless told) to `today`, in order.

    A worker that missed days hands in the account's stored due day: each occasion is found on
    its own day, and its idempotency row keeps it from firing twice.
    """
    if account.status != "active":
        return []
    found: dict[tuple[str, str], Due] = {}
    day = min(today, today if since is None else since)
    while day <= today:
        following = [due for due in upcoming(programme, account, day - 1) if due.day <= today]
        if not following:
            break
        for due in following:
            # What is overdue is due again each day: its first day is its own.
            found.setdefault((due.kind, due.period), due)
        # The next of a kind may fall within the same stretch: walk on from the earliest.
        day = min(due.day for due in following) + 1
    return sorted(found.values(), key=lambda due: due.order)


def birthday_occasions(programme: Programme, birthday: tuple[int, int], today: int) -> list[Due]:
    """The birthday occasions of today: the day itself and each advance that is configured.

    The period names the year of the birthday and the advance, never the date: it goes into
    events and keys.
    """
    found = []
    for advance in sorted({0, *programme.membership.birthday_days_before}):
        day = next_yearly(*birthday, today + advance)
        if day == today + advance:
            found.append(Due(today, "birthday", f"{to_date(day).year}-{advance}"))
    return found


def next_birthday_day(programme: Programme, birthday: tuple[int, int], after_day: int) -> int:
    """The next day strictly after that one on which a birthday occasion falls."""
    advances = {0, *programme.membership.birthday_days_before}
    return min(next_yearly(*birthday, after_day + 1 + advance) - advance for advance in advances)


def upcoming(
    programme: Programme, account: Account, after_day: int, *, telling: bool = True
) -> Iterator[Due]:
    """The first occasion of each kind and subject that falls after the day.

    Without `telling`, warnings and reminders, which are the dearest to find, are left out.
    """
    yield from _activations(account, after_day)
    yield from _expiries(account, after_day)
    if telling:
        for balance in programme.balances:
            yield from _warnings(account, balance, after_day)
            yield from _reminders(account, balance, after_day)
    yield from _tiers(programme, account, after_day)
    yield from _membership(programme, account, after_day)
    yield from _clubs(programme, account, after_day)


def _iso(day: int) -> str:
    return to_date(day).isoformat()


def _activations(account: Account, after_day: int) -> Iterator[Due]:
    days = {key.activates_on for key in account.lots if key.activates_on > after_day}
    if days:
        yield Due(min(days), "activate", _iso(min(days)))


def _expiries(account: Account, after_day: int) -> Iterator[Due]:
    ends = {
        key.expires_on
        for key, amount in account.lots.items()
        if key.expires_on != NEVER and amount > 0
    }
    if ends:
        first = min(ends)
        # A lot that was already expired when it was written (an import) is due at once.
        yield Due(max(first + 1, after_day + 1), "expire", _iso(first))


def _warnings(account: Account, balance: Balance, after_day: int) -> Iterator[Due]:
    for before in balance.warn_days:
        days = {
            key.expires_on - before
            for key, amount in account.lots.items()
            if key.balance == balance.id and key.expires_on != NEVER and amount > 0
        }
        later = [day for day in days if day > after_day]
        if later:
            day = min(later)
            yield Due(day, f"warn:{balance.id}:{before}", _iso(day + before))


def _reminders(account: Account, balance: Balance, after_day: int) -> Iterator[Due]:
    """The first day on which both conditions hold and the last reminder is old enough (A-03)."""
    reminder = balance.reminder
    if reminder is None:
        return
    last = account.facts.get(f"reminded:{balance.id}")
    earliest = after_day + 1 if last is None else max(after_day + 1, shift(last, reminder.every))
    threshold = balance.spending.usable_from if balance.spending is not None else 0
    for day in sorted(_reminder_days(account, balance, reminder.deadline_within, earliest)):
        if not reminder.threshold or _spendable_on(account, balance.id, day) >= max(1, threshold):
            yield Due(day, f"remind:{balance.id}", _iso(day))
            return


def _reminder_days(
    account: Account, balance: Balance, within: Span | None, earliest: int
) -> set[int]:
    """The days from which a condition may begin to hold: deadlines near, value activating."""
    found: set[int] = set()
    for key, amount in account.lots.items():
        if key.balance != balance.id or amount <= 0 or key.expires_on < earliest:
            continue
        start = max(earliest, key.activates_on)
        if within is not None:
            if key.expires_on == NEVER:
                continue
            start = max(start, shift_back(key.expires_on, within))
        found.add(start)
    if within is not None and found:
        # Value without deadline counts towards the threshold from the day it activates.
        found |= {
            key.activates_on
            for key in account.lots
            if key.balance == balance.id and key.activates_on > min(found)
        }
    return {day for day in found if _deadline_near(account, balance, within, day)}


def _deadline_near(account: Account, balance: Balance, within: Span | None, day: int) -> bool:
    if within is None:
        return True
    return any(
        key.balance == balance.id
        and amount > 0
        and key.expires_on != NEVER
        and shift_back(key.expires_on, within) <= day <= key.expires_on
        and key.activates_on <= day
        for key, amount in account.lots.items()
    )


def _spendable_on(account: Account, balance: str, day: int) -> int:
    return sum(
        amount
        for key, amount in account.lots.items()
        if key.balance == balance and key.activates_on <= day <= key.expires_on
    )


def _tiers(programme: Programme, account: Account, after_day: int) -> Iterator[Due]:
    for group in programme.tier_groups:
        state = account.tiers.get(group.id)
        if state is None:
            if group.up is not Timing.REAL_TIME:
                # Nobody below the ladder has a tier's anniversary: membership's looks at him.
                coming = next_anniversary(account.enrolled_on, after_day)
                yield Due(coming, f"tier_review:{group.id}", _iso(coming))
            continue
        reviewed = {group.up, group.down} != {Timing.REAL_TIME}
        if reviewed and state.review_on != NEVER:
            day = max(state.review_on, after_day + 1)
            yield Due(day, f"tier_review:{group.id}", _iso(state.review_on))
        for place, advance in enumerate(group.advance):
            coming = next_anniversary(state.since_on, after_day)
            day = shift_back(coming, advance)
            if day <= after_day:
                coming = next_anniversary(state.since_on, coming)
                day = shift_back(coming, advance)
            if day > state.since_on:
                yield Due(day, f"tier_anniversary:{group.id}:{place}", _iso(coming))


def _membership(programme: Programme, account: Account, after_day: int) -> Iterator[Due]:
    membership = programme.membership
    if membership.anniversary:
        coming = next_anniversary(account.enrolled_on, after_day)
        yield Due(coming, "membership_anniversary", _iso(coming))
        for before in membership.anniversary_days_before:
            if before:
                coming = next_anniversary(account.enrolled_on, after_day + before)
                yield Due(coming - before, f"membership_anniversary:{before}", _iso(coming))
    if membership.inactive_after is not None:
        day = inactive_from(membership.inactive_after, account)
        yield Due(max(day, after_day + 1), "inactive", _iso(day))


def inactive_from(after: Span, account: Account) -> int:
    """The day on which a member has bought nothing for that long, nor joined since (B-10)."""
    return shift(max(account.facts.get("last_purchase", 0), account.enrolled_on), after)


def _clubs(programme: Programme, account: Account, after_day: int) -> Iterator[Due]:
    for club in programme.clubs:
        until = account.facts.get(f"club:{club.id}")
        if until is None:
            continue
        if until + 1 > after_day:
            yield Due(until + 1, f"club:{club.id}", _iso(until))
        for before in club.advance_days:
            if until - before > after_day:
                yield Due(until - before, f"club:{club.id}:{before}", _iso(until))


__all__ = [
    "Due", "birthday_occasions", "inactive_from", "next_birthday_day", "next_due", "occasions_due",
    "upcoming",
]  # fmt: skip
