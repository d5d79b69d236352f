"""Reads a CSV of receipts, one row for each line; its columns stand in `receipts`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from tessera.application.backtest import GoodsBack, History
from tessera.domain.calendar import to_instant_ms
from tessera.domain.commands import Document, Line, Purchase
from tessera.domain.errors import InvalidInput
from tessera.domain.programme import Programme
from tessera.domain.programme.reader import decimal
from tools.import_purchases.presets import SourceError

NEEDED = ("member", "date", "document", "amount")
KNOWN = frozenset(
    {*NEEDED, "store", "channel", "article", "quantity", "discount", "tax", "cost", "original"}
)
NOON = time(12)


@dataclass(slots=True)
class _Receipt:
    at_ms: int
    store: str
    channel: str
    number: str
    original: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class _Customer:
    receipts: dict[tuple[str, str], _Receipt] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


def plain_histories(path: Path, programme: Programme) -> list[History]:
    """Every member of the file with his receipts, oldest first."""
    customers: dict[str, _Customer] = {}
    with path.open(encoding="utf-8-sig", newline="") as text:
        sample = text.read(4096)
        text.seek(0)
        delimiter = ";" if sample.partition("\n")[0].count(";") else ","
        rows = csv.DictReader(text, delimiter=delimiter)
        _check_columns(path, rows.fieldnames or ())
        for number, row in enumerate(rows, start=2):
            try:
                _take(customers, row, programme)
            except (InvalidInput, ValueError) as error:
                what = error.field if isinstance(error, InvalidInput) else str(error)
                raise SourceError(f"{path.name}, row {number}: {what} is malformed") from error
    return [
        History(name, "", list(_documents(customer, programme.currency)), dict(customer.attributes))
        for name, customer in customers.items()
    ]


def _check_columns(path: Path, names: object) -> None:
    found = list(names) if isinstance(names, list | tuple) else []
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise SourceError(f"{path.name} lacks the column {missing[0]}")
    for name in found:
        if name not in KNOWN and not name.startswith(("line.", "member.")):
            raise SourceError(f"{path.name}: the column {name} is not known")


def _take(
    customers: dict[str, _Customer], row: Mapping[str, str | None], programme: Programme
) -> None:
    def amount(name: str) -> int:
        return decimal(row.get(name) or "0", name, programme.exponent)

    customer = customers.setdefault(row["member"] or "", _Customer())
    customer.attributes |= _named(row, "member.")
    store = row.get("store") or ""
    key = (store, row["document"] or "")
    receipt = customer.receipts.get(key)
    if receipt is None:
        receipt = customer.receipts[key] = _Receipt(
            _instant(row["date"] or "", programme.zone),
            store,
            row.get("channel") or "store",
            key[1],
            row.get("original") or "",
        )
    gross = amount("amount")
    receipt.lines.append(
        Line(
            article=row.get("article") or "",
            quantity_milli=decimal(row.get("quantity") or "1", "quantity", 3),
            gross=gross,
            discount=amount("discount"),
            tax=amount("tax"),
            cost=amount("cost") if row.get("cost") else None,
            attributes=_named(row, "line."),
        )
    )
    if gross < 0 and not receipt.original:
        raise InvalidInput("field_missing", field="original")


def _named(row: Mapping[str, str | None], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value
        for name, value in row.items()
        if name and name.startswith(prefix) and value
    }


def _instant(text: str, zone_name: str) -> int:
    """A time without a zone is of the programme's; a date alone is noon there."""
    if len(text) == len("2027-01-04"):
        moment = datetime.combine(date.fromisoformat(text), NOON)
    else:
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone_name))
    return to_instant_ms(moment)


def _documents(customer: _Customer, currency: str) -> Iterator[Purchase | GoodsBack]:
    for receipt in sorted(customer.receipts.values(), key=lambda found: found.at_ms):
        if receipt.original:
            yield _goods_back(customer, receipt)
        else:
            yield Purchase(
                receipt.at_ms,
                receipt.at_ms,
                receipt.store,
                receipt.channel,
                document=Document(receipt.store, receipt.number),
                currency=currency,
                lines=tuple(receipt.lines),
            )


def _goods_back(customer: _Customer, receipt: _Receipt) -> GoodsBack:
    """By line of the sale: what its article came back for. Other articles came from elsewhere."""
    sale = customer.receipts.get((receipt.store, receipt.original))
    amounts: dict[int, int] = {}
    for back in receipt.lines:
        for index, line in enumerate(sale.lines if sale else ()):
            left = line.net - amounts.get(index, 0)
            if line.article == back.article and left >= -back.net:
                amounts[index] = amounts.get(index, 0) - back.net
                break
    return GoodsBack(
        receipt.at_ms,
        receipt.number,
        receipt.original if amounts else "",
        {},
        amounts,
        receipt.store,
    )
