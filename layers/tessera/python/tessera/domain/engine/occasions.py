"""What comes with time: expiry, warnings, reminders, anniversaries, reviews, renewals."""

from __future__ import annotations

from tessera.domain.account import LotKey
from tessera.domain.calendar import to_date
from tessera.domain.commands import ExpireValue, FireOccasion
from tessera.domain.decision import Decision
from tessera.domain.due import inactive_from
from tessera.domain.engine import rules, tiers
from tessera.domain.engine.draft import Draft
from tessera.domain.errors import InvalidInput
from tessera.domain.programme.model import Balance


def expire_value(draft: Draft, _: ExpireValue) -> Decision:
    """Write down the expiry of what lapsed; value held by a live hold stays (design §3)."""
    expire(draft)
    rules.cascade(draft)
    tiers.evaluate(draft, 0)
    rules.cascade(draft)
    return draft.finish("expire")


def expire(draft: Draft) -> None:
    """Take every lot past its last day out of the account."""
    held = draft.held()
    gone: dict[str, dict[int, int]] = {}
    for key in sorted(draft.account.lots):
        if key.expires_on >= draft.today:
            continue
        left = draft.lot(key) - held.get(key, 0)
        if left > 0:
            draft.move(key, -left)
            days = gone.setdefault(key.balance, {})
            days[key.expires_on] = days.get(key.expires_on, 0) + left
    for balance, days in gone.items():
        amount = sum(days.values())
        draft.note("expiry", balance, "expired", amount=amount, last_day=max(days))
        last = to_date(max(days)).isoformat()
        draft.happen("value.expired", 0, balance=balance, amount=amount, last_day=last)
    if not gone:
        draft.note("expiry", "", "skipped", reason="nothing_expired")


def fire(draft: Draft, command: FireOccasion) -> Decision:
    """One occasion has come; what it sets off depends on its kind (B-11, B-12, B-30, B-36)."""
    kind, _, subject = command.kind.partition(":")
    act = _KINDS.get(kind)
    if act is None:
        raise InvalidInput("occasion_unknown", field="/kind", params={"kind": command.kind})
    act(draft, command, subject)
    rules.cascade(draft)
    tiers.evaluate(draft, 0)
    rules.cascade(draft)
    return draft.finish("occasion")


def _birthday(draft: Draft, command: FireOccasion, _subject: str) -> None:
    days = max(0, command.due_on - draft.today) if command.due_on else 0
    _, _, before = command.period.partition("-")
    advance = int(before) if before.isdigit() else days
    if advance:
        draft.happen("birthday.approaching", 0, days_before=advance)
    else:
        draft.happen("birthday.reached", 0)


def _membership_anniversary(draft: Draft, command: FireOccasion, subject: str) -> None:
    # A worker that comes late is told on which day it fell, which may lie in the year before.
    day = command.due_on or draft.today
    years = to_date(day).year - to_date(draft.account.enrolled_on).year
    if subject:
        draft.happen("membership_anniversary.approaching", 0, days_before=int(subject))
    else:
        draft.happen("membership_anniversary.reached", 0, years=max(1, years))


def _tier_anniversary(draft: Draft, _command: FireOccasion, subject: str) -> None:
    group_id, _, place = subject.partition(":")
    group = draft.compiled.groups.get(group_id)
    state = draft.tier(group_id)
    if group is None or state is None:
        draft.note("occasion", subject, "skipped", reason="no_tier")
        return
    span = group.advance[int(place)]
    draft.happen(
        "tier_anniversary.approaching",
        0,
        group=group_id,
        tier=state.tier,
        since=to_date(state.since_on).isoformat(),
        months_before=span.months,
        days_before=span.days,
    )


def _tier_review(draft: Draft, _command: FireOccasion, subject: str) -> None:
    group = draft.compiled.groups.get(subject)
    if group is not None:
        tiers.review(draft, group, 0)


def _warn(draft: Draft, command: FireOccasion, subject: str) -> None:
    balance_id, _, before = subject.partition(":")
    balance = draft.compiled.balances.get(balance_id)
    if balance is None:
        return
    expires_on = command.due_on + int(before)
    held = draft.held()
    amount = sum(
        draft.lot(key) - held.get(key, 0)
        for key in draft.account.lots
        if key.balance == balance_id and key.expires_on == expires_on
    )
    if amount < balance.warn_at_least:
        draft.note("warning", balance_id, "skipped", reason="too_little", amount=amount)
        return
    draft.happen(
        "value.expiring",
        0,
        balance=balance_id,
        amount=amount,
        expires_on=to_date(expires_on).isoformat(),
        days_before=int(before),
    )


def _remind(draft: Draft, _command: FireOccasion, subject: str) -> None:
    balance = draft.compiled.balances.get(subject)
    if balance is None or balance.reminder is None:
        return
    available = draft.available(subject)
    deadline = next_deadline(draft, balance)
    draft.set_fact(f"reminded:{subject}", draft.today)
    draft.happen(
        "value.reminder",
        0,
        balance=subject,
        amount=available,
        deadline=None if deadline is None else to_date(deadline).isoformat(),
    )


def next_deadline(draft: Draft, balance: Balance) -> int | None:
    """The use-by day of the value that lapses first, None where none does."""
    lots: list[tuple[LotKey, int]] = draft.spendable(balance.id)
    return next((key.expires_on for key, amount in lots if amount > 0), None)


def _activate(draft: Draft, command: FireOccasion, _subject: str) -> None:
    """Pending value became spendable: tiers and awards on balances look at it now."""
    arrived: dict[str, int] = {}
    for key, amount in draft.account.lots.items():
        if key.activates_on == command.due_on and key.expires_on >= draft.today:
            arrived[key.balance] = arrived.get(key.balance, 0) + amount
    before = rules.watched(draft)
    for balance, amount in arrived.items():
        if balance in before:
            before[balance] -= amount
        draft.happen("value.activated", 0, balance=balance, amount=amount)
    rules.settle(draft, before, 0)


def _expire(draft: Draft, _command: FireOccasion, _subject: str) -> None:
    expire(draft)


def _club(draft: Draft, _command: FireOccasion, subject: str) -> None:
    club, _, before = subject.partition(":")
    until = draft.fact(f"club:{club}")
    if until is None:
        return
    if before:
        draft.happen(
            "club.renewal_approaching", 0, club=club, until=to_date(until).isoformat(),
            days_before=int(before),
        )  # fmt: skip
    elif until < draft.today:
        draft.happen("club.ended", 0, club=club)


def _inactive(draft: Draft, _command: FireOccasion, _subject: str) -> None:
    """No activity for the time that the programme states: the member leaves (B-10).

    He may have bought, or the term may have been published longer, since he was found.
    """
    after = draft.compiled.programme.membership.inactive_after
    if after is None or inactive_from(after, draft.account) > draft.today:
        draft.note("occasion", "", "skipped", reason="active")
        return
    draft.status = "left"
    draft.note("membership", "", "left", reason="inactive")
    draft.happen("member.left", 0, reason="inactive")


_KINDS = {
    "birthday": _birthday,
    "membership_anniversary": _membership_anniversary,
    "tier_anniversary": _tier_anniversary,
    "tier_review": _tier_review,
    "warn": _warn,
    "remind": _remind,
    "activate": _activate,
    "expire": _expire,
    "club": _club,
    "inactive": _inactive,
}
