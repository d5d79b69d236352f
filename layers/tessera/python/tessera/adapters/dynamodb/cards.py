"""Cards and the devices that hold them, as rows.

`C#<card>`/`C` is the card, `C#<card>`/`R#<device>` who wants to know of it. `R#<device>`/`C#<card>`
points the other way, for the one question that a device asks without naming a card.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tessera.adapters.dynamodb import keys, typed
from tessera.adapters.dynamodb.card_faces import pointer_item
from tessera.adapters.dynamodb.card_rows import LAYOUT, issued_item, issued_of
from tessera.adapters.dynamodb.card_steps import step_operations
from tessera.adapters.dynamodb.table import Equals, Item, Operation, Store, Value
from tessera.application.card_ports import ClientKind, Registration
from tessera.application.outcomes import Committed
from tessera.application.writes import IssuedCard, PutNotice
from tessera.domain.errors import Unavailable


class StoreIssuedCards:
    """`card_ports.CardStore` on a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, card: str) -> IssuedCard | None:
        item = self._store.get(keys.card(card), keys.CARD)
        return issued_of(item) if item else None

    def of_member(self, member: str) -> Sequence[IssuedCard]:
        pointers = self._store.query(keys.member(member), keys.member_card(""))
        found = [self.find(keys.card_of_pointer(str(item["sk"]))) for item in pointers]
        return [issued for issued in found if issued]

    def change(self, issued: IssuedCard, notice: PutNotice | None = None) -> IssuedCard | None:
        written = replace(issued, row_version=issued.row_version + 1)
        guard = Equals("v", issued.row_version)
        if notice is None:
            return written if self._store.put(issued_item(written), guard) else None
        operations = [Operation("put", issued_item(written), guard), *step_operations(notice)]
        if issued.visible_version == 1:
            # From now on pushes find it.
            pointer = pointer_item(issued.card.programme, issued.card.id)
            operations.append(Operation("put", pointer))
        outcome = self._store.transact(operations, secrets.token_hex(16))
        return written if isinstance(outcome, Committed) else None

    def note(self, notice: PutNotice) -> bool:
        outcome = self._store.transact(step_operations(notice), secrets.token_hex(16))
        return isinstance(outcome, Committed)

    def registration(self, card: str, device: str) -> Registration | None:
        item = self._store.get(keys.card(card), keys.registration(device))
        return _registration_of(item) if item else None

    def registrations(self, card: str) -> Sequence[Registration]:
        items = self._store.query(keys.card(card), keys.registration(""))
        return [_registration_of(item) for item in items]

    def register(self, registration: Registration, notice: PutNotice | None) -> None:
        item = _registration_item(registration)
        if notice is None:
            # Where it went meanwhile, with its card perhaps, the device says it once more.
            if not self._store.put(item, Equals("t", "R")):
                raise Unavailable
            return
        pointer: Item = {
            "pk": keys.device(registration.device),
            "sk": keys.device_card(registration.card),
            "t": "RP",
            "sv": LAYOUT,
        }
        # The card must still be there: an erased one takes its registrations with it.
        card = {"pk": keys.card(registration.card), "sk": keys.CARD}
        self._all_or_none(
            [
                Operation("put", item),
                Operation("put", pointer),
                Operation("check", card, Equals("t", "C")),
                *step_operations(notice),
            ]
        )

    def unregister(self, registration: Registration, notice: PutNotice) -> bool:
        key = {
            "pk": keys.card(registration.card),
            "sk": keys.registration(registration.device),
        }
        pointer = {
            "pk": keys.device(registration.device),
            "sk": keys.device_card(registration.card),
        }
        outcome = self._store.transact(
            [
                Operation("delete", key, Equals("at", registration.registered_at_ms)),
                Operation("delete", pointer),
                *step_operations(notice),
            ],
            secrets.token_hex(16),
        )
        return isinstance(outcome, Committed)

    def cards_of(self, device: str) -> Sequence[str]:
        items = self._store.query(keys.device(device), keys.device_card(""))
        return [keys.card_of_pointer(str(item["sk"])) for item in items]

    def _all_or_none(self, operations: Sequence[Operation]) -> None:
        if not isinstance(self._store.transact(operations, secrets.token_hex(16)), Committed):
            raise Unavailable


def _registration_item(registration: Registration) -> Item:
    return {
        "pk": keys.card(registration.card),
        "sk": keys.registration(registration.device),
        "t": "R",
        "sv": LAYOUT,
        "pt": registration.push_token,
        "k": str(registration.kind),
        "at": registration.registered_at_ms,
    }


def _registration_of(item: Mapping[str, Value]) -> Registration:
    return Registration(
        card=str(item["pk"])[2:],
        device=str(item["sk"])[2:],
        push_token=str(item["pt"]),
        kind=ClientKind(str(item["k"])),
        registered_at_ms=typed.number(item["at"]),
    )
