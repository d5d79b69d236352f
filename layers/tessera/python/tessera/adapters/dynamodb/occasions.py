"""The due index by pages, and the cursors that say how far it has been walked."""

from __future__ import annotations

import json
from datetime import date

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Item, Store
from tessera.application.occasions import Cursor, DuePage, DueRow, Lane
from tessera.domain.calendar import to_date, to_day
from tessera.domain.canonical import canonical

LAYOUT = 1


class StoreDueIndex:
    """`ports.DueIndex` on a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def shards(self) -> int:
        return keys.DUE_SHARDS

    def accounts(self, day: int, shard: int, letter: str, position: str | None) -> DuePage:
        return self._page(keys.due(day, shard), keys.due_sort(letter, ""), position)

    def birthdays(self, month: int, day_of_month: int, position: str | None) -> DuePage:
        return self._page(keys.birthday(month, day_of_month), "", position)

    def _page(self, partition: str, prefix: str, position: str | None) -> DuePage:
        cursor: Item | None = json.loads(position) if position else None
        page = self._store.query_due(partition, prefix, cursor)
        rows = tuple(_row_of(item) for item in page.items)
        return DuePage(rows, canonical(page.cursor).decode() if page.cursor else None)


class StoreCursors:
    """`ports.Cursors` on a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, lane: Lane) -> Cursor | None:
        item = self._store.get(keys.cursor(lane.pager, lane.zone, lane.shard), "J")
        if item is None:
            return None
        day, part, position = item["d"], item.get("p", ""), item.get("at", "")
        assert isinstance(day, str)
        return Cursor(to_day(date.fromisoformat(day)), str(part), str(position))

    def save(self, lane: Lane, cursor: Cursor) -> None:
        item: Item = {
            "pk": keys.cursor(lane.pager, lane.zone, lane.shard),
            "sk": "J",
            "t": "J",
            "sv": LAYOUT,
            "d": to_date(cursor.day).isoformat(),
        }
        if cursor.part:
            item |= {"p": cursor.part, "at": cursor.position}
        self._store.put(item)


def _row_of(item: Item) -> DueRow:
    member = str(item["pk"])[2:]
    sort = str(item["sk"])
    if sort == keys.PROFILE:
        return DueRow(member)
    _, _, programme, partition = sort.split("#")
    return DueRow(member, programme, partition)
