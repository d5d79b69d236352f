"""What the cards of a programme share, the designs that were uploaded, and who has a card.

`P#<programme>`/`F` is the face, `S#card-designs`/`<design>` an uploaded design. The cards that were
given out lie under `CP#<programme>#<digit>`, sixteen partitions that follow each other in the order
of the cards' positions, so that a push reads them page by page and never twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Item, Operation, Store, Value
from tessera.application.card_face import (
    Announcement,
    CardPointer,
    Face,
    ProgrammeFace,
    Push,
    PushState,
    StoredDesign,
    position_of,
)

LAYOUT = 1
_DIGITS = "0123456789abcdef"


def face_operation(face: ProgrammeFace) -> Operation:
    """The whole row, at the version that follows; the row must be at the face's own."""
    expected: Condition = Equals("v", face.version) if face.version else Absent()
    return Operation("put", face_item(replace(face, version=face.version + 1)), expected)


def face_item(face: ProgrammeFace) -> Item:
    """The face as an item."""
    item: Item = {
        "pk": keys.programme(face.programme),
        "sk": keys.PROGRAMME_FACE,
        "t": "F",
        "sv": LAYOUT,
        "v": face.version,
        "b": _packed(face.before),
        "a": _packed(face.after),
    }
    push = face.push
    if push is not None:
        item["p"] = {
            "id": push.id,
            "k": push.kind,
            "st": str(push.state),
            "at": push.started_ms,
            "g": push.goal,
            "cl": push.cards_left,
            "cm": push.cards_per_minute,
            "r": push.reach,
            "td": push.told,
            "bk": push.back,
            "n": [push.seen, push.changed, push.failed],
        }
    return item


def face_of(programme: str, item: Mapping[str, Any]) -> ProgrammeFace:
    """The face of an item."""
    packed = item.get("p")
    push = None
    if packed:
        seen, changed, failed = packed["n"]
        push = Push(
            id=packed["id"],
            kind=packed["k"],
            state=PushState(packed["st"]),
            started_ms=packed["at"],
            goal=packed["g"],
            cards_left=packed["cl"],
            cards_per_minute=packed["cm"],
            reach=packed["r"],
            told=packed["td"],
            back=packed["bk"],
            seen=seen,
            changed=changed,
            failed=failed,
        )
    return ProgrammeFace(programme, item["v"], _unpacked(item["b"]), _unpacked(item["a"]), push)


def _packed(face: Face) -> dict[str, Value]:
    packed: dict[str, Value] = {"d": face.design}
    if face.news is not None:
        news = face.news
        packed["m"] = {
            "id": news.id,
            "t": dict(news.texts),
            "n": news.notify,
            "d": [news.day, news.number],
        }
    return packed


def _unpacked(packed: Mapping[str, Any]) -> Face:
    news = packed.get("m")
    if not news:
        return Face(packed["d"])
    return Face(packed["d"], Announcement(news["id"], news["t"], news["n"], *news["d"]))


def pointer_item(programme: str, card: str) -> Item:
    """The row by which a push finds a card that was given out."""
    position = position_of(card)
    return {"pk": keys.issued_cards(programme, position), "sk": position, "t": "CI", "sv": LAYOUT}


class StoreFaces:
    """`card_face.Faces` on a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, programme: str) -> ProgrammeFace:
        item = self._store.get(keys.programme(programme), keys.PROGRAMME_FACE)
        return face_of(programme, item) if item else ProgrammeFace(programme)

    def change(self, face: ProgrammeFace) -> ProgrammeFace | None:
        operation = face_operation(face)
        if not self._store.put(operation.item, operation.condition):
            return None
        return replace(face, version=face.version + 1)

    def cards(self, programme: str, after: str, upto: str, limit: int) -> Sequence[CardPointer]:
        found: list[CardPointer] = []
        for digit in _DIGITS[_DIGITS.index(after[0]) if after else 0 :]:
            if digit > upto or len(found) >= limit:
                break
            items = self._store.query(
                keys.issued_cards(programme, digit),
                limit=limit - len(found),
                after=after or None,
            )
            positions = [str(item["sk"]) for item in items if str(item["sk"]) <= upto]
            found += [CardPointer(one, one.partition("#")[2]) for one in positions]
        return found


class StoreDesigns:
    """`card_face.DesignShelf`: rows that name the designs, and a vault that holds them."""

    def __init__(
        self,
        store: Store,
        shipped: Callable[[str], bool],
        keep: Callable[[str, bytes], None],
    ) -> None:
        """`shipped` says whether a design came with the code; `keep` stores a bundle by its id."""
        self._store = store
        self._shipped = shipped
        self._keep = keep

    def has(self, design: str) -> bool:
        """Whether cards can be made of it."""
        if "." not in design:
            return self._shipped(design)
        return self._store.get(keys.CARD_DESIGNS, design) is not None

    def put(self, design: StoredDesign, bundle: bytes) -> StoredDesign:
        """The content first: a row promises that it is there."""
        self._keep(design.id, bundle)
        item: Item = {
            "pk": keys.CARD_DESIGNS,
            "sk": design.id,
            "t": "CD",
            "sv": LAYOUT,
            "at": design.created_at_ms,
            "by": design.created_by,
            "n": design.bundle_bytes,
            "w": design.warnings,
        }
        if self._store.put(item, Absent()):
            return design
        found = self._store.get(keys.CARD_DESIGNS, design.id)
        return _design_of(found) if found else design

    def listed(self) -> Sequence[StoredDesign]:
        """Every uploaded design, by id."""
        return [_design_of(item) for item in self._store.query(keys.CARD_DESIGNS)]


def _design_of(item: Mapping[str, Any]) -> StoredDesign:
    return StoredDesign(item["sk"], item["at"], item["by"], item["n"], item["w"])
