"""The end of a programme: nobody learns of it on the last day (Z-23, Z-30)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tessera.domain.calendar import to_date, to_day
from tessera.domain.programme.model import Programme
from tessera.domain.programme_check.finding import Finding, error

NOTICE_DAYS_MIN = 30
"""How long members can still spend once an end is announced."""


def find(programme: Programme, today: date, live: Programme | None) -> Iterator[Finding]:
    """An end that is new, or earlier than announced, and leaves too little time to spend."""
    closing = programme.closing
    if closing is None:
        return
    if closing.spending_until < closing.earning_until:
        yield error("/closing/spending_until", "spending_ends_before_earning")
    announced = live.closing if live is not None else None
    if announced is not None and closing.spending_until >= announced.spending_until:
        return
    earliest = to_day(today) + NOTICE_DAYS_MIN
    if closing.spending_until < earliest:
        yield error(
            "/closing/spending_until",
            "closing_too_soon",
            days=NOTICE_DAYS_MIN,
            earliest=to_date(earliest).isoformat(),
        )
