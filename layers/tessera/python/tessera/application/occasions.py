"""Occasions on their way from the due index to the worker: values that pagers pass on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BIRTHDAYS = "birthday"
"""The kind of occasion that hangs on a member and not on an account."""


@dataclass(frozen=True, slots=True)
class Pager:
    """One scheduled function: what it asks the due index for.

    `kinds` are the beginnings of the kinds that it pages; in the index its `letter` stands for
    all of them, so that one query finds them. Every kind that `domain.due` knows belongs to
    exactly one pager: a kind without a pager would never be looked at. A `quiet` pager runs at
    night: what members are told of today waits for the pagers of the morning.
    """

    name: str
    letter: str
    kinds: tuple[str, ...]
    quiet: bool = False


PAGERS: Mapping[str, Pager] = {
    pager.name: pager
    for pager in (
        Pager("expire_points", "X", ("activate", "tier_review", "expire", "inactive"), quiet=True),
        Pager(
            "fire_tier_anniversary_events",
            "T",
            ("tier_anniversary", "membership_anniversary", "club"),
        ),
        Pager("fire_birthday_events", "B", (BIRTHDAYS,)),
        Pager("fire_expiry_warning_events", "W", ("warn", "remind")),
    )
}
"""The pagers in the order in which one day's schedules run them."""


def letter_of(kind: str) -> str:
    """The letter under which an occasion of that kind stands in the due index."""
    return next(pager.letter for pager in PAGERS.values() if kind.startswith(pager.kinds))


@dataclass(frozen=True, slots=True)
class DueRow:
    """An account that is due, or (birthdays) a member with neither programme nor partition."""

    member: str
    programme: str = ""
    partition: str = ""


@dataclass(frozen=True, slots=True)
class DuePage:
    """One page of the due index; `position` says where the next begins, None on the last one."""

    rows: tuple[DueRow, ...]
    position: str | None


@dataclass(frozen=True, slots=True)
class Lane:
    """What has a cursor of its own: one pager, in one time zone, on one shard of the index."""

    pager: str
    zone: str
    shard: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a lane has been walked.

    Every day up to `day` is done. Of the day after, the partitions before `part` are done, and
    of `part` everything up to `position`; both are empty where that day was not begun.
    """

    day: int
    part: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class DueBatch:
    """Rows for one worker: found by `pager` under business day `day` of `zone`."""

    pager: str
    zone: str
    day: int
    rows: tuple[DueRow, ...]
