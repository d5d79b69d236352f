"""Files of receipts, read by the presets of the importer, as the engine's commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tessera.application.backtest import GoodsBack, History
from tessera.domain.calendar import to_instant_ms
from tessera.domain.commands import Document, Line, Purchase
from tools.import_purchases.presets import PRESETS
from tools.import_purchases.source import CreditNote, Customer, Sale


def histories(
    preset: str, path: Path, currency: str, customers: int | None = None
) -> list[History]:
    """Every customer of the file with his receipts; the file's amounts count as `currency`."""
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
