"""Who is due: a walk over dates, a page of keys at a time, queued for the worker (design §4).

A cursor per pager, time zone and shard says how far the walk has come, so that a run that
crashed goes on where it stood, a run that was missed is made up for, and a run that comes twice
finds little. Whatever is queued twice costs nothing: an occasion fires once because its
idempotency row says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tessera.application.occasions import (
    BIRTHDAYS,
    PAGERS,
    Cursor,
    DueBatch,
    DuePage,
    Lane,
    Pager,
)
from tessera.application.ports import Cursors, DueIndex, OccasionQueue, Programmes
from tessera.domain.calendar import day_of, days_in_month, to_date
from tessera.domain.errors import InvalidInput, NotFound, Unavailable
from tessera.domain.programme import Programme

ROWS_PER_BATCH = 10
"""Accounts in one message: a worker's time, and what is done again when one of them fails."""

DAYS_AGAIN = 2
"""Days before the cursor that each run walks again, for rows that were written late."""

RESERVE_MS = 10_000
"""No page is begun with less time than this left."""

SAVE_ROWS = 1_000
"""How many rows may be queued again after a crash."""


@dataclass(frozen=True, slots=True)
class Paging:
    """What a pager works with. `time_left_ms` tells how long the invocation may still last."""

    index: DueIndex
    cursors: Cursors
    queue: OccasionQueue
    programmes: Programmes
    time_left_ms: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Walked:
    """What one run did: days walked over all lanes, rows queued."""

    days: int = 0
    rows: int = 0


def page_due(paging: Paging, name: str, now_ms: int, day: int | None = None) -> Walked:
    """Walk every lane of the pager up to today, or up to the day that is named.

    A day that was walked before is walked again when it is named, and the cursor stays where it
    is. Raises NotFound for an unknown pager, InvalidInput for a day that lies ahead everywhere
    (its occasions would be passed over), Unavailable where time ran out: the cursor then stands
    where the next run goes on.
    """
    pager = PAGERS.get(name)
    if pager is None:
        raise NotFound("pager_unknown")
    zones = _zones(paging.programmes, now_ms)
    todays = {zone: day_of(now_ms, zone) for zone in zones}
    if day is not None and todays and day > max(todays.values()):
        raise InvalidInput("date_in_future", field="/date")
    walked = Walked()
    for zone, programmes in sorted(zones.items()):
        until = todays[zone] if day is None else min(day, todays[zone])
        begun = min(
            day_of(paging.programmes.begun_at_ms(item.id) or now_ms, zone) for item in programmes
        )
        advances = sorted(
            {0} | {days for item in programmes for days in item.membership.birthday_days_before}
        )
        shards = 1 if BIRTHDAYS in pager.kinds else paging.index.shards
        for shard in range(shards):
            walk = _Walk(paging, pager, Lane(name, zone, shard), tuple(advances))
            done = walk.run(min(begun, until), until, named=day is not None)
            walked = Walked(walked.days + done.days, walked.rows + done.rows)
    return walked


def _zones(programmes: Programmes, now_ms: int) -> dict[str, list[Programme]]:
    """The programmes in force, by their time zone."""
    zones: dict[str, list[Programme]] = {}
    for name in programmes.ids():
        programme = programmes.at(name, now_ms)
        if programme is not None:
            zones.setdefault(programme.zone, []).append(programme)
    return zones


@dataclass(slots=True)
class _Part:
    """One partition of the due index under one day."""

    name: str
    page: Callable[[str | None], DuePage]


@dataclass(slots=True)
class _Walk:
    """The walk of one lane. `keep` leaves the cursor alone."""

    paging: Paging
    pager: Pager
    lane: Lane
    advances: tuple[int, ...]
    keep: bool = False
    _saved: bool = False

    def run(self, begun: int, until: int, *, named: bool) -> Walked:
        """From the cursor to `until`; from `begun` where the lane was never walked."""
        cursor = self.paging.cursors.read(self.lane) or Cursor(begun - 1)
        if named and until <= cursor.day:
            self.keep = True
            return Walked(1, self._day(until, None))
        first = cursor.day + 1
        if not cursor.part:
            first = max(begun, min(first, until) - DAYS_AGAIN)
        rows = 0
        for day in range(first, until + 1):
            resumed = cursor if cursor.part and day == cursor.day + 1 else None
            found = self._day(day, resumed)
            rows += found
            if found and cursor.day < day < until:
                self._save(Cursor(day))
        if self._saved or until > cursor.day:
            self._save(Cursor(max(until, cursor.day)))
        return Walked(max(0, until - first + 1), rows)

    def _day(self, day: int, resumed: Cursor | None) -> int:
        """Queue everything under one day; gives how many rows that was."""
        parts = list(self._parts(day))
        if resumed is not None and all(part.name != resumed.part for part in parts):
            resumed = None
        rows = unsaved = 0
        for part in parts:
            position: str | None = None
            if resumed is not None:
                if part.name != resumed.part:
                    continue
                position, resumed = resumed.position or None, None
            while True:
                if self.paging.time_left_ms() < RESERVE_MS:
                    self._save(Cursor(day - 1, part.name, position or ""))
                    raise Unavailable("not_finished")
                page = part.page(position)
                self.paging.queue.send(self._batches(day, page))
                rows += len(page.rows)
                unsaved += len(page.rows)
                position = page.position
                if position is None:
                    break
                if unsaved >= SAVE_ROWS:
                    self._save(Cursor(day - 1, part.name, position))
                    unsaved = 0
        return rows

    def _save(self, cursor: Cursor) -> None:
        if not self.keep:
            self.paging.cursors.save(self.lane, cursor)
            self._saved = True

    def _batches(self, day: int, page: DuePage) -> Sequence[DueBatch]:
        return [
            DueBatch(
                self.lane.pager, self.lane.zone, day, page.rows[start : start + ROWS_PER_BATCH]
            )
            for start in range(0, len(page.rows), ROWS_PER_BATCH)
        ]

    def _parts(self, day: int) -> Iterator[_Part]:
        if BIRTHDAYS in self.pager.kinds:
            for advance in self.advances:
                for month, day_of_month in birthdays_of(day + advance):
                    yield _birthday_part(self.paging.index, month, day_of_month)
            return
        yield _account_part(self.paging.index, day, self.lane.shard, self.pager.letter)


def birthdays_of(day: int) -> Sequence[tuple[int, int]]:
    """The birthdays, as (month, day), that are kept on a day.

    In a common year 29 February is kept on the 28th (A-10).
    """
    moment = to_date(day)
    born = [(moment.month, moment.day)]
    if born == [(2, 28)] and days_in_month(moment.year, 2) == 28:
        born.append((2, 29))
    return born


def _birthday_part(index: DueIndex, month: int, day_of_month: int) -> _Part:
    return _Part(
        f"{month:02d}-{day_of_month:02d}",
        lambda position: index.birthdays(month, day_of_month, position),
    )


def _account_part(index: DueIndex, day: int, shard: int, letter: str) -> _Part:
    return _Part(letter, lambda position: index.accounts(day, shard, letter, position))
