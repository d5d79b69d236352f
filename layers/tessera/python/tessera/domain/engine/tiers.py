"""Tiers: what a member's metric is, where it puts him, and when he moves (A-07, B-32 to B-36)."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.domain.account import TierState
from tessera.domain.calendar import NEVER, add_months, anniversary, month_index, to_date
from tessera.domain.engine.compiled import window_key
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.expiry import shift
from tessera.domain.programme.model import (
    Drop,
    Metric,
    Span,
    TierGroup,
    Timing,
    WindowKind,
)


def metric_value(draft: Draft, group: TierGroup, day: int | None = None) -> int:
    """The group's metric as of a day (today unless told), pending changes included.

    A rolling window of N months holds the running month and the N before it: the bound is
    drawn in the member's favour, because sums are kept by month.
    """
    on = draft.today if day is None else day
    if group.metric is Metric.BALANCE:
        return draft.owned(group.balance)
    key = window_key(group)
    if group.window is WindowKind.EVER:
        return draft.stat(key)
    last = month_index(on)
    if group.window is WindowKind.CALENDAR_YEAR:
        return draft.window(key, last - last % 12, last)
    return draft.window(key, last - group.window_months, last)


def deserved_rank(group: TierGroup, value: int) -> int:
    """The highest place in the ladder that the value reaches, -1 below it."""
    rank = -1
    for place, tier in enumerate(group.tiers):
        if value >= tier.threshold:
            rank = place
    return rank


def evaluate(draft: Draft, depth: int) -> None:
    """Move the member in every group whose timing is real time (A-14)."""
    for group in draft.compiled.programme.tier_groups:
        state = draft.tier(group.id)
        rank = group.rank(state.tier) if state is not None else -1
        value = metric_value(draft, group)
        deserved = deserved_rank(group, value)
        if deserved > rank and group.up is Timing.REAL_TIME:
            move(draft, group, deserved, value, depth)
        elif state is None and deserved_rank(group, 0) >= 0:
            # Whoever joins stands on the step that asks for nothing, whatever the timing.
            move(draft, group, deserved_rank(group, 0), value, depth)
        elif deserved < rank and group.down is Timing.REAL_TIME:
            lowered = _lowered(group, rank, deserved)
            if lowered != rank:
                move(draft, group, lowered, value, depth)


def review(draft: Draft, group: TierGroup, depth: int) -> None:
    """The anniversary has come: confirm, raise or lower, then set the next review."""
    state = draft.tier(group.id)
    rank = group.rank(state.tier) if state is not None else -1
    value = metric_value(draft, group)
    deserved = deserved_rank(group, value)
    target = rank
    if deserved > rank and _comes(draft, group, state, group.up):
        target = deserved
    elif (
        state is not None
        and deserved < rank
        and group.down is not Timing.REAL_TIME
        and _comes(draft, group, state, group.down)
    ):
        if _takes_grace(draft, group, state):
            return
        target = _lowered(group, rank, deserved)
    draft.set_fact(f"grace:{group.id}", None)
    if target == rank:
        if state is None:
            return
        draft.note(
            "tier", group.id, "kept", tier=state.tier, value=value, deserved=_name(group, deserved)
        )
        review_on = _next_review(draft, group, state.since_on, draft.today)
        following = TierState(state.tier, state.since_on, review_on)
        draft.tiers[group.id] = following
        return
    move(draft, group, target, value, depth)


def _comes(draft: Draft, group: TierGroup, state: TierState | None, timing: Timing) -> bool:
    """Whether a review is one at which members move in the direction that has this timing.

    It matters only where one direction waits for the anniversary of the membership and the other
    for that of the tier (B-35, A-07): each then has its own day. A grace that ends is a fall's.
    """
    if state is None or {group.up, group.down} != _TWO_ANNIVERSARIES:
        return True
    if timing is group.down and draft.fact(f"grace:{group.id}") is not None:
        return True
    member = timing is Timing.MEMBERSHIP_ANNIVERSARY
    start = draft.account.enrolled_on if member else state.since_on
    return next_anniversary(start, state.review_on - 1) == state.review_on


_TWO_ANNIVERSARIES = {Timing.MEMBERSHIP_ANNIVERSARY, Timing.TIER_ANNIVERSARY}


def _takes_grace(draft: Draft, group: TierGroup, state: TierState) -> bool:
    """Whether the fall is put off once by the group's period of grace."""
    if group.grace == Span() or draft.fact(f"grace:{group.id}") is not None:
        return False
    until = shift(draft.today, group.grace)
    draft.set_fact(f"grace:{group.id}", until)
    draft.tiers[group.id] = TierState(state.tier, state.since_on, until)
    draft.note("tier", group.id, "grace", tier=state.tier, until=until)
    return True


def _lowered(group: TierGroup, rank: int, deserved: int) -> int:
    """Where a fall ends: none, one level or full, and never below the floor."""
    if group.drop is Drop.NONE:
        return rank
    target = max(deserved, rank - 1) if group.drop is Drop.ONE_LEVEL else deserved
    floor = group.rank(group.floor) if group.floor else -1
    return min(rank, max(target, floor))


def move(draft: Draft, group: TierGroup, rank: int, value: int, depth: int) -> None:
    """Put the member on a place of the ladder and let everybody know."""
    before = draft.tier(group.id)
    after: TierState | None = None
    if rank >= 0:
        tier = group.tiers[rank]
        # The years of the new tier begin today, whatever the one before it began with.
        review_on = _next_review(draft, group, draft.today, draft.today)
        after = TierState(tier.id, draft.today, review_on)
    draft.tiers[group.id] = after
    # A grace belongs to the fall that it puts off: whoever moves has a new one before him.
    draft.set_fact(f"grace:{group.id}", None)
    old = before.tier if before else None
    new = after.tier if after else None
    if old == new:
        return
    upward = rank > group.rank(old)
    draft.note(
        "tier",
        group.id,
        "up" if upward else "down",
        before=old,
        after=new,
        value=value,
        threshold=group.tiers[rank].threshold if rank >= 0 else None,
    )
    draft.happen(
        "tier.changed",
        depth + 1,
        group=group.id,
        before=old,
        after=new,
        direction="up" if upward else "down",
    )


def _next_review(draft: Draft, group: TierGroup, since: int, day: int) -> int:
    """The next day on which the group looks at a member again who has his tier since a day."""
    timings = {group.up, group.down}
    found = NEVER
    if Timing.MEMBERSHIP_ANNIVERSARY in timings:
        found = next_anniversary(draft.account.enrolled_on, day)
    if Timing.TIER_ANNIVERSARY in timings or (group.advance and found == NEVER):
        of_tier = next_anniversary(since, day) if since <= day else add_months(day, 12)
        found = min(found, of_tier)
    return found


def next_anniversary(start: int, after: int) -> int:
    """The first anniversary of a day that lies strictly after another day."""
    origin = to_date(start)
    year = max(to_date(after).year, origin.year + 1)
    found = anniversary(origin.month, origin.day, year)
    return found if found > after else anniversary(origin.month, origin.day, year + 1)


def _name(group: TierGroup, rank: int) -> str | None:
    return group.tiers[rank].id if rank >= 0 else None


@dataclass(frozen=True, slots=True)
class TierView:
    """Where a member stands in a group, what is next, and what the next review would say."""

    group: str
    tier: str | None
    since_on: int | None
    review_on: int | None
    value: int
    next_tier: str | None
    required: int | None
    missing: int | None
    projected: str | None


def view(draft: Draft, group: TierGroup) -> TierView:
    """The member's place, the next tier with what is missing, and the projected tier (X-06).

    The projection assumes that nothing more is earned: it is what the next review would decide
    on what is there.
    """
    state = draft.tier(group.id)
    rank = group.rank(state.tier) if state else -1
    value = metric_value(draft, group)
    following = group.tiers[rank + 1] if rank + 1 < len(group.tiers) else None
    review_on = state.review_on if state and state.review_on != NEVER else None
    later = metric_value(draft, group, review_on) if review_on else value
    deserved = deserved_rank(group, later)
    projected = rank
    if deserved > rank and _comes(draft, group, state, group.up):
        projected = deserved
    elif deserved < rank and _comes(draft, group, state, group.down):
        projected = _lowered(group, rank, deserved)
    return TierView(
        group=group.id,
        tier=state.tier if state else None,
        since_on=state.since_on if state else None,
        review_on=review_on,
        value=value,
        next_tier=following.id if following else None,
        required=following.threshold if following else None,
        missing=max(0, following.threshold - value) if following else None,
        projected=_name(group, projected),
    )
