"""Reading the ledger's lines and their details."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.card_rows import card_of, issued_of
from tessera.adapters.dynamodb.rows import entry_of_item
from tessera.adapters.dynamodb.table import Store
from tessera.application.writes import Card, IssuedCard
from tessera.domain.ledger import Entry


class StoreEntries:
    """`ports.Entries` on a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def newest(
        self, member: str, programme: str, partition: str, limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        items = self._store.query(
            keys.member(member),
            keys.entry_prefix(programme, partition),
            limit=limit,
            newest_first=True,
            before=keys.entry(programme, partition, before) if before is not None else None,
        )
        return [entry_of_item(item) for item in items]

    def oldest(
        self, member: str, programme: str, partition: str, after: int = 0
    ) -> Iterable[Entry]:
        items = self._store.query(
            keys.member(member),
            keys.entry_prefix(programme, partition),
            after=keys.entry(programme, partition, after) if after else None,
        )
        return [entry_of_item(item) for item in items]

    def detail(self, member: str, programme: str, partition: str, sequence: int) -> bytes | None:
        item = self._store.get(keys.member(member), keys.detail(programme, partition, sequence))
        if item is None:
            return None
        content = item["z"]
        assert isinstance(content, bytes)
        return content


class StoreCards:
    """`ports.Cards` on a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, card: str) -> Card | None:
        item = self._store.get(keys.card(card), "C")
        return card_of(item) if item else None

    def issued(self, card: str) -> IssuedCard | None:
        item = self._store.get(keys.card(card), keys.CARD)
        return issued_of(item) if item else None

    def of_member(self, member: str) -> Sequence[Card]:
        pointers = self._store.query(keys.member(member), keys.member_card(""))
        found = [self.find(str(item["sk"])[2:]) for item in pointers]
        return [card for card in found if card]


class StoreCandidates:
    """`ports.Candidates` on a `Store`."""

    def __init__(self, store: Store, lookup_secret: bytes) -> None:
        self._store = store
        self._lookup_secret = lookup_secret

    def members(self, kind: str, value: str, limit: int) -> Sequence[str]:
        items = self._store.query(keys.lookup(self._lookup_secret, kind, value), limit=limit)
        return [str(item["m"]) for item in items]
