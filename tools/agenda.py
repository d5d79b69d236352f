"""What is to come in a stack, as its due index says: when a schedule would find nobody.

A business clock that is moved by a year passes 1,460 runs of schedules, most of which find nobody.
One look at the index shows which. The rules are the pagers' own (`application/page_due.py`): the
same days of the same zones, the same letters, the same birthdays and advances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol

from tessera.adapters.dynamodb.table import Item, Page
from tessera.application.occasions import BIRTHDAYS, PAGERS, Cursor, Lane
from tessera.application.page_due import birthdays_of
from tessera.application.ports import Cursors, Programmes
from tessera.domain.calendar import day_of, to_day
from tessera.domain.programme import Programme

PAGES_MAX: Final = 1
"""An index of more pages costs more to look at than the schedules to run."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a schedule: which function, when, and for what day of the schedules' zone."""

    moment: datetime
    function: str
    day: date

    def in_force(self, programmes: Programmes) -> list[Programme]:
        """The programmes that the run acts for."""
        found = (programmes.at(name, self._now_ms) for name in programmes.ids())
        return [programme for programme in found if programme is not None]

    def until(self, zone: str) -> int:
        """The last day that the run walks in a zone, where it may be another one by then."""
        return min(to_day(self.day), day_of(self._now_ms, zone))

    @property
    def _now_ms(self) -> int:
        return round(self.moment.timestamp() * 1000)


class DueTable(Protocol):
    """A table whose due index can be read whole."""

    def scan_due(self, cursor: Item | None = None) -> Page:
        """One page of every row of the index."""
        ...


@dataclass(frozen=True, slots=True)
class Agenda:
    """Who is due: the first day by a pager's letter, and the birthdays as (month, day)."""

    first: Mapping[str, int] = field(default_factory=dict)
    birthdays: frozenset[tuple[int, int]] = frozenset()
    is_known: bool = True
    """False where the index was too long to look at: then no run is sure to find nobody."""

    @classmethod
    def of(cls, table: DueTable) -> Agenda:
        """What the index says now."""
        first: dict[str, int] = {}
        birthdays: set[tuple[int, int]] = set()
        cursor: Item | None = None
        for _ in range(PAGES_MAX):
            page = table.scan_due(cursor)
            for item in page.items:
                kind, when, _ = str(item["dk"]).split("#")
                if kind == "B":
                    month, day_of_month = when.split("-")
                    birthdays.add((int(month), int(day_of_month)))
                    continue
                letter = str(item["ds"]).partition("#")[0]
                day = to_day(date.fromisoformat(when))
                first[letter] = min(day, first.get(letter, day))
            cursor = page.cursor
            if cursor is None:
                return cls(first, frozenset(birthdays))
        return cls(is_known=False)

    def is_quiet(self, run: Run, programmes: Programmes) -> bool:
        """Whether a run is sure to find nobody, neither on its day nor on any day before."""
        if not self.is_known:
            return False
        in_force = run.in_force(programmes)
        pager = PAGERS[run.function]
        if BIRTHDAYS in pager.kinds:
            return not any(self._has_birthday(one, run.until(one.zone)) for one in in_force)
        first = self.first.get(pager.letter)
        return first is None or all(first > run.until(one.zone) for one in in_force)

    def _has_birthday(self, programme: Programme, day: int) -> bool:
        return any(
            born in self.birthdays
            for advance in {0, *programme.membership.birthday_days_before}
            for born in birthdays_of(day + advance)
        )


def pass_over(run: Run, programmes: Programmes, cursors: Cursors, shards: int) -> None:
    """Write down what a run that finds nobody leaves behind: how far it has walked.

    Without it the next run would walk every day of the year that was passed over.
    """
    lanes = 1 if BIRTHDAYS in PAGERS[run.function].kinds else shards
    for zone in sorted({programme.zone for programme in run.in_force(programmes)}):
        for shard in range(lanes):
            lane = Lane(run.function, zone, shard)
            stood = cursors.read(lane)
            if stood is None or (not stood.part and stood.day < run.until(zone)):
                cursors.save(lane, Cursor(run.until(zone)))
