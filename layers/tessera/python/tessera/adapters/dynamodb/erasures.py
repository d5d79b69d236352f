"""Deleting what an erasure left: details, look-ups, cards and their registrations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.card_faces import pointer_item
from tessera.adapters.dynamodb.card_rows import issued_of
from tessera.adapters.dynamodb.rows import entry_of_item
from tessera.adapters.dynamodb.table import Equals, Item, Store

LAYOUT = 1


@dataclass(frozen=True, slots=True)
class StoreErasures:
    """`ports.Erasures` on a `Store`. The job row goes last: a crash on the way is resumed."""

    store: Store
    lookup_secret: bytes

    def sweep(self, member: str) -> None:
        job = self.store.get(keys.erasure(member), "J")
        if job is None:
            return
        merged = job.get("mg", [])
        assert isinstance(merged, list)
        for one in merged:
            self.sweep(str(one))
        pk = keys.member(member)
        for item in self.store.query(pk, keys.DETAIL_PREFIX):
            self.store.delete(pk, str(item["sk"]))
        households = job.get("h", [])
        assert isinstance(households, list)
        for household in households:
            self._delete_brought(keys.member(str(household)), member)
        unique, shared = job["u"], job["c"]
        assert isinstance(unique, list)
        assert isinstance(shared, list)
        for lookup in unique:
            self.store.delete(str(lookup), "L", Equals("m", member))
        for lookup in shared:
            self.store.delete(str(lookup), member)
        for pointer in self.store.query(pk, keys.member_card("")):
            self._delete_card(str(pointer["sk"])[2:])
            self.store.delete(pk, str(pointer["sk"]))
        if not self.at_google(member):
            self.store.delete(keys.ERASURES, member)
            self.store.delete(keys.erasure(member), "J")

    def at_google(self, member: str) -> Sequence[str]:
        found = self.store.query(keys.erasure(member), keys.at_google(""))
        return [str(item["sk"]).removeprefix(keys.at_google("")) for item in found]

    def forgotten(self, member: str, card: str) -> None:
        self.store.delete(keys.erasure(member), keys.at_google(card))

    def unfinished(self) -> Sequence[str]:
        return [str(item["sk"]) for item in self.store.query(keys.ERASURES)]

    def _delete_brought(self, pk: str, member: str) -> None:
        """The details, on a household's account, of what this member bought there."""
        for item in self.store.query(pk, keys.ENTRY_PREFIX):
            if entry_of_item(item).contributor == member:
                self.store.delete(pk, keys.detail_of(str(item["sk"])))

    def _delete_card(self, card: str) -> None:
        """The card, every code that it ever had, and the registrations of phones that show it.

        Its codes are those of the row as it is deleted: it may have got another since the erasure
        was decided. Without a look-up it gets no more, and without a row no phone registers.
        """
        pk = keys.card(card)
        while (item := self.store.get(pk, keys.CARD)) is not None:
            issued = issued_of(item)
            held = issued.card
            if issued.on_google:
                row: Item = {"pk": keys.erasure(held.member), "sk": keys.at_google(card)}
                self.store.put({**row, "t": "J", "sv": LAYOUT})
            names = [("card", code) for code in (held.code, *held.former_codes)]
            names.append(("external", held.membership_id))
            for kind, value in names:
                lookup = keys.lookup(self.lookup_secret, kind, value)
                self.store.delete(lookup, "L", Equals("m", held.member))
            pointer = pointer_item(held.programme, card)
            self.store.delete(str(pointer["pk"]), str(pointer["sk"]))
            self.store.delete(pk, keys.CARD, Equals("v", issued.row_version))
        for item in self.store.query(pk, keys.registration("")):
            self.store.delete(str(item["sk"]), pk)
            self.store.delete(pk, str(item["sk"]))
