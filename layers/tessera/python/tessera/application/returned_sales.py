"""The sale of which goods come back: its row, its basket, and what has come back of each line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tessera.application.asking import Protocol_, read_answer, read_entry
from tessera.application.baskets import lines_of, quantity_milli
from tessera.application.details import unpack_detail
from tessera.application.effects import StoredAnswer
from tessera.application.finding import Found, Reference, find_member
from tessera.application.requests import Identity
from tessera.application.writes import ChangeReturned, PutAnswer
from tessera.domain.canonical import Json
from tessera.domain.commands import Line, ReturnedPart, ReturnedSale
from tessera.domain.decision import LineShare
from tessera.domain.errors import InvalidInput, NotFound, Refused, Unavailable
from tessera.domain.ledger import Entry

QUANTITY, AMOUNT = 0, 1


@dataclass(frozen=True, slots=True)
class SoldEntry:
    """What a sale did to one account: whose, of which programme and partition."""

    owner: str
    place: tuple[str, str]
    entry: Entry
    shares: tuple[LineShare, ...]


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale as it was recorded. `returned` is what has come back by line, in thousandths or in
    money; `before` what had come back when the sale was read."""

    identity: Identity
    row: StoredAnswer
    basket: Mapping[str, Json]
    lines: tuple[Line, ...]
    entries: tuple[SoldEntry, ...]
    before: Mapping[int, tuple[int, int]]
    returned: Mapping[int, tuple[int, int]]

    @property
    def parts(self) -> tuple[ReturnedPart, ...]:
        """How much of each line comes back now."""
        return tuple(
            _part(line, self.before.get(index, (0, 0)), self.returned.get(index, (0, 0)), index)
            for index, line in enumerate(self.lines)
        )

    @property
    def amount(self) -> int:
        """The part of its price that comes back now."""
        return sum(
            self.lines[part.line].net * part.after // part.whole
            - self.lines[part.line].net * part.before // part.whole
            for part in self.parts
            if part.whole
        )

    @property
    def has_spent(self) -> bool:
        """Whether it took value of its member."""
        return any(share.spent for sold in self.entries for share in sold.shares)

    @property
    def known_as(self) -> Identity:
        """The identity under which it was recorded, with the hash of its request."""
        return replace(self.identity, request_hash=self.row.request_hash)

    def undone(self, sold: SoldEntry) -> ReturnedSale:
        """What comes back now, for the account of that entry."""
        nets = tuple(line.net for line in self.lines)
        return ReturnedSale(sold.entry.changes, sold.shares, nets, self.parts)

    def change(self) -> ChangeReturned:
        """The write of what has come back; it fails where somebody else brought something back."""
        row, returned = self.row, dict(self.returned)
        answered = PutAnswer(
            self.known_as, row.member, row.answer, row.entries, row.owners, returned
        )
        return ChangeReturned(answered, row.returned_version)


def sale_identity(document: Mapping[str, Any]) -> Identity:
    """Under which identity the sale of a document was recorded."""
    return Identity(f"purchase:{document['store']}", document["number"], b"")


def read_row(document: Mapping[str, Any], field: str = "/original") -> Protocol_[StoredAnswer]:
    """The row of a sale; NotFound, naming the field, where nothing was sold under that document."""
    row = yield from read_answer(sale_identity(document))
    if row is None or row.returned is None or not row.entries:
        raise NotFound("document_unknown", field=field)
    return row


def buyer_of(row: StoredAnswer) -> Protocol_[Found]:
    """Who bought, or whoever took him over; Refused where he was erased."""
    try:
        return (yield from find_member(Reference(id=row.member)))
    except NotFound as error:
        raise Refused("sale_erased", field="/original") from error


def read_sale(identity: Identity, row: StoredAnswer) -> Protocol_[Sale]:
    """The sale of a row, of which nothing comes back yet; Refused where its lines were erased."""
    entries: list[SoldEntry] = []
    basket: Mapping[str, Json] = {}
    for name, partition, sequence in row.entries:
        owner = row.owner(name)
        stored = yield from read_entry(owner, name, partition, sequence)
        if stored is None:
            # The row names entries of its own transaction: they cannot be missing for long.
            raise Unavailable
        if stored.detail is None:
            raise Refused("sale_erased", field="/original")
        detail = unpack_detail(stored.detail)
        basket = basket or detail.basket
        entries.append(SoldEntry(owner, (name, partition), stored.entry, detail.lines))
    before = row.returned or {}
    return Sale(identity, row, basket, lines_of(basket), tuple(entries), before, before)


def bring_back_lines(sale: Sale, items: Sequence[Mapping[str, Any]] | None) -> Sale:
    """The sale with lines brought back by their places in it, or all that is left without any.

    Raises InvalidInput for a line that it has not, Refused for more than was bought.
    """
    after = dict(sale.before)
    if items is None:
        for index, line in enumerate(sale.lines):
            by_amount = after.get(index, (0, 0))[AMOUNT] > 0
            after[index] = (0, line.net) if by_amount else (line.quantity_milli, 0)
    else:
        for place, item in enumerate(items):
            _add(item, f"/lines/{place}", sale.lines, after)
    if after == sale.before:
        raise Refused("nothing_left_to_return", field="/lines")
    return replace(sale, returned=dict(sorted(after.items())))


def _add(
    item: Mapping[str, Any], field: str, lines: Sequence[Line], after: dict[int, tuple[int, int]]
) -> None:
    """Add one line of the credit note; a line comes back by quantity or by amount, not by both."""
    index: int = item["line"]
    if not 0 <= index < len(lines):
        raise InvalidInput("line_unknown", field=f"{field}/line")
    if (item.get("quantity") is None) == (item.get("amount") is None):
        raise InvalidInput("quantity_or_amount", field=field)
    line = lines[index]
    quantity, amount = after.get(index, (0, 0))
    if item.get("quantity") is not None:
        wanted, had, whole, other = (
            quantity_milli(item["quantity"], f"{field}/quantity"),
            quantity,
            line.quantity_milli,
            amount,
        )
        after[index] = (had + wanted, 0)
    else:
        wanted, had, whole, other = item["amount"], amount, line.net, quantity
        after[index] = (0, had + wanted)
    if other:
        raise Refused("return_mixes_quantity_and_amount", field=field)
    if had + wanted > whole:
        raise Refused("more_than_bought", required=wanted, available=whole - had, field=field)


def _part(line: Line, earlier: tuple[int, int], now: tuple[int, int], index: int) -> ReturnedPart:
    if now[AMOUNT]:
        return ReturnedPart(index, earlier[AMOUNT], now[AMOUNT], line.net)
    return ReturnedPart(index, earlier[QUANTITY], now[QUANTITY], line.quantity_milli)
