"""The formats of two public files of real purchases."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from tools.import_purchases.source import (
    CreditNote,
    Customer,
    Line,
    Refusal,
    Sale,
    Source,
    cents,
)


class SourceError(ValueError):
    """The file is not of the preset's format; the message says where."""


def read_cdnow(path: Path) -> Source:
    """CDNOW's master file: customer, date (YYYYMMDD), number of CDs, dollars, between blanks.

    The file has no document numbers and some rows twice, so the document of a row is the file's
    name and the number of the row. It has no times either: all sales are at noon, UTC.
    """
    customers: dict[str, Customer] = {}
    refusals: list[Refusal] = []
    with path.open(encoding="ascii") as lines:
        for row, text in enumerate(lines, start=1):
            parts = text.split()
            if not parts or (row == 1 and not parts[0].isdigit()):
                continue
            number = f"{path.name}:{row}"
            try:
                sale = _cdnow_sale(row, number, parts)
            except (ValueError, InvalidOperation):
                refusals.append(Refusal(row, parts[0], number, "row_malformed", text.strip()))
                continue
            customers.setdefault(parts[0], Customer(parts[0])).documents.append(sale)
    return Source("cdnow", _in_order(customers), tuple(refusals))


def _cdnow_sale(row: int, number: str, parts: list[str]) -> Sale:
    _, day, quantity, dollars = parts
    # The digits are a date without a time; the zone is put in by the text below.
    moment = datetime.strptime(day, "%Y%m%d")  # noqa: DTZ007
    line = Line("cd", int(quantity), cents(Decimal(dollars)))
    return Sale(row, number, f"{moment:%Y-%m-%d}T12:00:00Z", (line,))


_COLUMNS: Final = (
    "InvoiceNo",
    "StockCode",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
_LONDON: Final = ZoneInfo("Europe/London")


def read_online_retail(path: Path) -> Source:
    """UCI's Online Retail: one row for each invoice line; numbers with `C` are credit notes.

    A credit note does not name the sale that it undoes: each of its lines is taken back from the
    newest earlier line of the same customer, article and price that still has enough left.
    """
    customers: dict[str, Customer] = {}
    refusals: list[Refusal] = []
    for invoice in sorted(_invoices(path, refusals), key=lambda found: found.moment):
        customer = customers.setdefault(
            invoice.customer, Customer(invoice.customer, attributes={"country": invoice.country})
        )
        if invoice.number.startswith("C"):
            _take_back(customer, invoice, refusals)
        else:
            sale = _sale(invoice, refusals)
            if sale.lines:
                customer.documents.append(sale)
    found = {name: customer for name, customer in customers.items() if customer.documents}
    return Source("online-retail", _in_order(found), tuple(refusals))


@dataclass(frozen=True, slots=True)
class _Row:
    row: int
    article: str
    quantity: int
    price: Decimal


@dataclass(slots=True)
class _Invoice:
    number: str
    customer: str
    country: str
    moment: datetime
    rows: list[_Row] = field(default_factory=list)


def _invoices(path: Path, refusals: list[Refusal]) -> Iterator[_Invoice]:
    invoices: dict[tuple[str, str], _Invoice] = {}
    # The full file is in Latin-1; its extract, in ASCII, is both.
    with path.open(encoding="latin-1", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = set(_COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise SourceError(f"{path.name} lacks the columns {', '.join(sorted(missing))}")
        for row, fields in enumerate(reader, start=2):
            number, customer = fields["InvoiceNo"].strip(), fields["CustomerID"].strip()
            if not customer:
                refusals.append(
                    Refusal(row, "", number, "customer_missing", "nobody to give points to")
                )
                continue
            try:
                found = _row(row, fields)
                moment = _moment(fields["InvoiceDate"])
            except (ValueError, InvalidOperation):
                text = f"{fields['Quantity']} x {fields['UnitPrice']}, {fields['InvoiceDate']}"
                refusals.append(Refusal(row, customer, number, "row_malformed", text))
                continue
            invoice = invoices.setdefault(
                (number, customer),
                _Invoice(number, customer, fields["Country"].strip(), moment),
            )
            invoice.rows.append(found)
    return iter(invoices.values())


def _row(row: int, fields: Mapping[str, str]) -> _Row:
    return _Row(
        row, fields["StockCode"].strip(), int(fields["Quantity"]), Decimal(fields["UnitPrice"])
    )


def _moment(text: str) -> datetime:
    # The file gives local times of the shop.
    return datetime.strptime(text.strip(), "%m/%d/%Y %H:%M").replace(tzinfo=_LONDON)


def _sale(invoice: _Invoice, refusals: list[Refusal]) -> Sale:
    lines: list[Line] = []
    for found in invoice.rows:
        if found.quantity <= 0 or found.price < 0:
            refusals.append(
                Refusal(
                    found.row,
                    invoice.customer,
                    invoice.number,
                    "quantity_not_positive",
                    "a sale of nothing, or of less",
                )
            )
            continue
        gross = cents(found.price * found.quantity)
        lines.append(Line(found.article, found.quantity, gross))
    return Sale(invoice.rows[0].row, invoice.number, _text(invoice.moment), tuple(lines))


def _take_back(customer: Customer, invoice: _Invoice, refusals: list[Refusal]) -> None:
    """Turn a credit note into returns, one for each sale that it undoes."""
    taken: dict[str, list[tuple[int, int]]] = {}
    for found in invoice.rows:
        left = -found.quantity
        if left <= 0:
            refusals.append(
                Refusal(
                    found.row,
                    customer.id,
                    invoice.number,
                    "quantity_not_negative",
                    "a credit note takes goods back",
                )
            )
            continue
        for sale, line, available in _earlier(customer, taken, found):
            part = min(left, available)
            taken.setdefault(sale.number, []).append((line, part))
            left -= part
            if not left:
                break
        if left:
            refusals.append(
                Refusal(
                    found.row,
                    customer.id,
                    invoice.number,
                    "sale_unknown",
                    f"{left} of {found.article} at {found.price} are in no earlier sale",
                )
            )
    for place, (original, lines) in enumerate(taken.items(), start=1):
        number = invoice.number if place == 1 else f"{invoice.number}/{place}"
        customer.documents.append(
            CreditNote(
                invoice.rows[0].row,
                number,
                _text(invoice.moment),
                original,
                tuple((line, sum(q for at, q in lines if at == line)) for line in dict(lines)),
            )
        )


def _earlier(
    customer: Customer, taken: Mapping[str, list[tuple[int, int]]], wanted: _Row
) -> Iterator[tuple[Sale, int, int]]:
    """Lines of earlier sales of the article at the price, newest first, with what is left."""
    for document in reversed(list(customer.documents)):
        if not isinstance(document, Sale):
            continue
        for place, line in enumerate(document.lines):
            if line.article != wanted.article or cents(wanted.price * line.quantity) != line.gross:
                continue
            gone = sum(q for at, q in taken.get(document.number, ()) if at == place) + sum(
                quantity
                for note in customer.documents
                if isinstance(note, CreditNote) and note.original == document.number
                for at, quantity in note.lines
                if at == place
            )
            if line.quantity > gone:
                yield document, place, line.quantity - gone


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _in_order(customers: Mapping[str, Customer]) -> tuple[Customer, ...]:
    """Each customer's documents by time, then by row: the order in which they happened."""
    for customer in customers.values():
        customer.documents.sort(key=lambda document: (document.occurred_at, document.row))
    return tuple(customers.values())


PRESETS: Final[Mapping[str, Callable[[Path], Source]]] = {
    "cdnow": read_cdnow,
    "online-retail": read_online_retail,
}
