"""The nightly verification's walk over all accounts, and its place in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Absent, Equals, Item, Page, Store
from tessera.application.verify_ledger import Place
from tessera.application.verify_nightly import Part, Progress
from tessera.domain.canonical import canonical

LAYOUT = 1


class IndexedStore(Protocol):
    """A store whose due index can be read whole."""

    def scan_due(self, cursor: Item | None = None) -> Page:
        """One page of the index, as keys."""
        ...


class StoreAccountPages:
    """`verify_nightly.AccountPages` on the due index, in which every account stands once."""

    def __init__(self, store: IndexedStore) -> None:
        self._store = store

    def page(self, position: str | None) -> tuple[Sequence[Place], str | None]:
        page = self._store.scan_due(json.loads(position) if position else None)
        places: list[Place] = []
        for item in page.items:
            kind, _, rest = str(item["sk"]).partition("#")
            if kind == "0" and rest.startswith("A#"):
                programme, partition = rest[2:].split("#")
                places.append(Place(str(item["pk"])[2:], programme, partition))
        return places, canonical(page.cursor).decode() if page.cursor else None


class StoreProgress:
    """`verify_nightly.ProgressRow` on a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self) -> Progress | None:
        item = self._store.get(keys.VERIFICATION, "J")
        if item is None:
            return None
        content = json.loads(str(item["c"]))
        parts = tuple(Part(**part) for part in content.pop("parts"))
        return Progress(**{**content, "parts": parts, "told": tuple(content["told"])})

    def save(self, progress: Progress) -> bool:
        item: Item = {
            "pk": keys.VERIFICATION,
            "sk": "J",
            "t": "J",
            "sv": LAYOUT,
            "n": progress.turn,
            "c": canonical(asdict(progress)).decode(),
        }
        before = progress.turn - 1
        return self._store.put(item, Equals("n", before) if before else Absent())
