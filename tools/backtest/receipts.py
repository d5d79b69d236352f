"""Files of receipts as the engine's commands: any CSV, or the presets of the importer.

A CSV has a row for each line of a receipt, and a first row that names its columns:

    member, date, document, amount            at least; a date, or a date and a time with zone
    store, channel, article, quantity         where they are known
    discount, tax, cost                       of the whole line, as amount
    line.<name>, member.<name>                what else rules may ask

Amounts are written with a point, in the currency. A negative amount is goods that came back: its
`original` names the document that they were bought with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tessera.application.backtest import GoodsBack, History
from tessera.domain.calendar import to_instant_ms
from tessera.domain.commands import Document, Line, Purchase
from tessera.domain.programme import Programme
from tools.backtest.plain import plain_histories
from tools.import_purchases.presets import PRESETS
from tools.import_purchases.source import CreditNote, Customer, Sale

PLAIN = "csv"
"""The preset for a file of one's own."""


def histories(
    preset: str, path: Path, programme: Programme, customers: int | None = None
) -> list[History]:
    """Every customer of the file with his receipts; the file's amounts count as the programme's.

    Raises SourceError with the row where the file is not of its format.
    """
    currency = programme.currency
    if preset == PLAIN:
        return plain_histories(path, programme)[:customers]
    source = PRESETS[preset](path).first(customers)
    return [_history(customer, source.store, currency) for customer in source.customers]


def _history(customer: Customer, store: str, currency: str) -> History:
    attributes: Mapping[str, str] = customer.attributes
    return History(
        customer.id,
        store,
        [_receipt(document, store, currency) for document in customer.documents],
        dict(attributes),
    )


def _receipt(document: Sale | CreditNote, store: str, currency: str) -> Purchase | GoodsBack:
    at_ms = to_instant_ms(datetime.fromisoformat(document.occurred_at))
    if isinstance(document, CreditNote):
        return GoodsBack(
            at_ms,
            document.number,
            document.original,
            {line: quantity * 1000 for line, quantity in document.lines},
        )
    return Purchase(
        occurred_at_ms=at_ms,
        recorded_at_ms=at_ms,
        store=store,
        document=Document(store, document.number),
        currency=currency,
        lines=tuple(
            Line(line.article, line.quantity * 1000, line.gross) for line in document.lines
        ),
    )
