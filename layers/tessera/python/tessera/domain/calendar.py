"""Days, months and periods in the programme's time zone.

Instants are integers: milliseconds since 1970-01-01T00:00Z. Days are integers: days since
1970-01-01 in the programme's zone. Nothing here reads a clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

NEVER = 0xFFFF
"""The day on which a lot without expiry would expire: the last one that a lot can hold (2149)."""


class Period(StrEnum):
    """What a cap or a counter runs over (B-24, B-25, B-27, B-28)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    EVER = "ever"


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; `ZoneInfoNotFoundError` where there is none."""
    return ZoneInfo(name)


def to_datetime(instant_ms: int, zone_name: str = "UTC") -> datetime:
    """The instant as an aware local time."""
    return (_EPOCH + timedelta(milliseconds=instant_ms)).astimezone(zone(zone_name))


def to_instant_ms(moment: datetime) -> int:
    """Milliseconds since the epoch of an aware time; a naive one is refused."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone is not an instant")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def day_of(instant_ms: int, zone_name: str) -> int:
    """The business day on which the instant falls in that zone."""
    return to_datetime(instant_ms, zone_name).date().toordinal() - _EPOCH_ORDINAL


@lru_cache(maxsize=8192)
def to_date(day: int) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def to_day(moment: date) -> int:
    """The day number of a calendar date."""
    return moment.toordinal() - _EPOCH_ORDINAL


def start_of_day_ms(day: int, zone_name: str) -> int:
    """The first instant of a local day (a day may last 23 or 25 hours: never add 24 h)."""
    local = to_date(day)
    return to_instant_ms(datetime(local.year, local.month, local.day, tzinfo=zone(zone_name)))


def add_months(day: int, months: int) -> int:
    """Calendar months, clamped to the month's end: 31 January + 1 month = 28 February (A-10)."""
    start = to_date(day)
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    return to_day(date(year, month, min(start.day, days_in_month(year, month))))


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days


def end_of_month(day: int) -> int:
    """The last day of the month in which the day lies."""
    moment = to_date(day)
    return to_day(moment.replace(day=days_in_month(moment.year, moment.month)))


def end_of_year(day: int) -> int:
    """31 December of the year in which the day lies."""
    return to_day(date(to_date(day).year, 12, 31))


def anniversary(month: int, day_of_month: int, year: int) -> int:
    """That date in that year; 29 February falls on 28 February in common years (A-10)."""
    return to_day(date(year, month, min(day_of_month, days_in_month(year, month))))


def next_yearly(month: int, day_of_month: int, on_or_after: int) -> int:
    """The first occurrence of a yearly date that is not before the day given."""
    year = to_date(on_or_after).year
    found = anniversary(month, day_of_month, year)
    return found if found >= on_or_after else anniversary(month, day_of_month, year + 1)


@lru_cache(maxsize=8192)
def month_index(day: int) -> int:
    """Months since year 0: comparable, and one apart for neighbouring months."""
    moment = to_date(day)
    return moment.year * 12 + moment.month - 1


def period_of(period: Period, day: int) -> int:
    """A number for the calendar period in which the day lies; later periods are larger.

    Weeks begin on Monday. `ever` is one period, numbered 0.
    """
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - to_date(day).weekday()
    if period is Period.MONTH:
        return month_index(day)
    if period is Period.YEAR:
        return to_date(day).year
    return 0
