"""From which day value can be spent, and until which (A-08, A-10)."""

from __future__ import annotations

from tessera.domain.calendar import NEVER, add_months, end_of_month, end_of_year, next_yearly
from tessera.domain.programme.model import Expiry, ExpiryEnd, ExpiryMode, Span


def shift(day: int, span: Span) -> int:
    """The day after that span: months first, clamped to the month's end, then days."""
    return (add_months(day, span.months) if span.months else day) + span.days


def shift_back(day: int, span: Span) -> int:
    """The day before which the span lies: months first, clamped, then days."""
    return (add_months(day, -span.months) if span.months else day) - span.days


def expires_on(expiry: Expiry, day: int) -> int:
    """The last day on which value that activates on `day` can be spent; `NEVER` without end."""
    if expiry.mode is ExpiryMode.NEVER:
        return NEVER
    if expiry.mode is ExpiryMode.YEARLY:
        return next_yearly(expiry.month, expiry.day, day)
    last = shift(day, expiry.span)
    if expiry.end is ExpiryEnd.MONTH_END:
        last = end_of_month(last)
    elif expiry.end is ExpiryEnd.YEAR_END:
        last = end_of_year(last)
    return min(last, NEVER - 1)
