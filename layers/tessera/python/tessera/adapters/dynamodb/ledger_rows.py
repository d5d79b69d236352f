"""The ledger's rows for the verifier, read by code that writing doesn't use."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from tessera.adapters.dynamodb.table import Item, Page, Store
from tessera.application.verify_ledger import NamedEntries, Place
from tessera.domain.audit import Lot, StoredAccount, StoredLine

_LOT = struct.Struct(">HHi")


class ScannedStore(Store, Protocol):
    """A store that can be read whole."""

    def scan_page(self, cursor: Item | None = None) -> Page:
        """One page of every item there is."""
        ...


class StoreLedgerRows:
    """`verify_ledger.LedgerRows` on a store. It reads the whole table twice."""

    def __init__(self, store: ScannedStore) -> None:
        self._store = store

    def places(self) -> Iterable[Place]:
        for item in self._scan("A"):
            _, _, programme, partition = str(item["sk"]).split("#")
            yield Place(str(item["pk"])[2:], programme, partition)

    def answers(self) -> Iterable[NamedEntries]:
        for item in self._scan("I"):
            owners: Any = item.get("ow", {})
            entries: Any = item.get("e", ())
            yield NamedEntries(
                str(item["pk"]),
                tuple(
                    (
                        Place(owners.get(programme, item["m"]), programme, partition),
                        number,
                    )
                    for programme, partition, number in entries
                ),
            )

    def account(self, place: Place) -> StoredAccount | None:
        item: Any = self._store.get(f"M#{place.member}", f"0#A#{place.programme}#{place.partition}")
        if item is None:
            return None
        lots: dict[Lot, int] = {}
        for balance, packed in item["l"].items():
            for first, last, amount in _LOT.iter_unpack(packed):
                lots[balance, first, last] = lots.get((balance, first, last), 0) + amount
        state: Mapping[str, Any] = json.loads(item["s"])
        return StoredAccount(
            place.member, place.programme, place.partition, item["v"], item["st"], item["ld"],
            item["h"], lots, state, item.get("lm", 0),
        )  # fmt: skip

    def lines(self, place: Place) -> Sequence[StoredLine]:
        found: list[Any] = [*self._store.query(f"M#{place.member}", _prefix("E", place))]
        return [
            StoredLine(
                int(item["sk"].rpartition("#")[2]), item["c"], item["ph"], item["h"],
                item.get("dc", b""),
            )
            for item in found
        ]  # fmt: skip

    def salt(self, member: str) -> bytes | None:
        item: Any = self._store.get(f"M#{member}", "0#P")
        return item.get("salt") if item is not None else None

    def details(self, place: Place) -> Iterable[tuple[int, bytes]]:
        for item in self._store.query(f"M#{place.member}", _prefix("D", place)):
            content: Any = item["z"]
            yield int(str(item["sk"]).rpartition("#")[2]), content

    def _scan(self, kind: str) -> Iterator[Item]:
        cursor: Item | None = None
        while True:
            page = self._store.scan_page(cursor)
            yield from (item for item in page.items if item.get("t") == kind)
            cursor = page.cursor
            if cursor is None:
                return


def _prefix(kind: str, place: Place) -> str:
    return f"{kind}#{place.programme}#{place.partition}#"
