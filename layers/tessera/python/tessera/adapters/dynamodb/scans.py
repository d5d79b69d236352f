"""Fresh scans as rows that forget themselves.

`S#scan#<id>`: the id is derived from the card and the thirty seconds that it showed, so the row's
existence is what burns the value.
"""

from __future__ import annotations

from dataclasses import dataclass

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Absent, Item, Store
from tessera.application.card_codes import FreshScan
from tessera.domain.errors import Unavailable

LAYOUT = 1
KEPT_S = 86_400
"""Long after the value and the scan are over; the table then drops the row by itself."""


@dataclass(frozen=True, slots=True)
class StoreScans:
    """`card_codes.Scans` on a `Store`."""

    store: Store

    def burn(self, scan: FreshScan) -> FreshScan:
        item: Item = {
            "pk": keys.scan(scan.id),
            "sk": "S",
            "t": "N",
            "sv": LAYOUT,
            "cd": scan.card,
            "m": scan.member,
            "by": scan.credential,
            "at": scan.at_ms,
            keys.FORGET_AT: scan.at_ms // 1000 + KEPT_S,
        }
        if self.store.put(item, Absent()):
            return scan
        found = self.find(scan.id)
        if found is None:
            raise Unavailable
        return found

    def find(self, scan_id: str) -> FreshScan | None:
        item = self.store.get(keys.scan(scan_id), "S")
        if item is None:
            return None
        at_ms = item["at"]
        assert isinstance(at_ms, int)
        return FreshScan(scan_id, str(item["cd"]), str(item["m"]), str(item["by"]), at_ms)
