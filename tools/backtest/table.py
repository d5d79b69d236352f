"""The receipts of a programme's own history, from the rows of its table.

Purchases are read from the details of entries, credit notes from the answers that they were given;
what was erased cannot be tried again. Who the members are is read from their profiles, into
memory only: the report names members by their ids.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tessera.application.backtest import GoodsBack, History
from tessera.application.baskets import lines_of
from tessera.domain.commands import Advantage, Document, Purchase

Row = Mapping[str, Any]


class TableError(Exception):
    """The rows hold no history of that programme."""


@dataclass(slots=True)
class _Member:
    receipts: list[Purchase | GoodsBack] = field(default_factory=list)
    store: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    birthday: tuple[int, int] | None = None
    joined_at_ms: int | None = None


@dataclass(slots=True)
class OwnHistory:
    """What the rows say: members with their receipts, and the versions of the programme."""

    histories: list[History]
    versions: Mapping[int, Mapping[str, Any]]
    effective: list[tuple[int, int]]
    erased: int

    def live(self) -> Mapping[str, Any]:
        """The newest version of the document."""
        return self.versions[max(self.versions)]


def own_history(rows: Iterable[Row], programme: str) -> OwnHistory:
    """Everything that the rows of a table say of one programme."""
    members: dict[str, _Member] = {}
    entries: dict[tuple[str, str, int], Row] = {}
    details: dict[tuple[str, str, int], Row] = {}
    notes: list[Row] = []
    versions: dict[int, Mapping[str, Any]] = {}
    effective: list[tuple[int, int]] = []
    for row in rows:
        pk, sk = str(row["pk"]), str(row["sk"])
        if pk.startswith("M#"):
            member = pk[2:]
            kind, *parts = sk.split("#")
            if sk == "0#P":
                _profile(members.setdefault(member, _Member()), row)
            elif kind in ("E", "D") and parts[0] == programme:
                place = (member, parts[1], int(parts[2]))
                (entries if kind == "E" else details)[place] = row
        elif pk.startswith("I#return:") and "e" in row:
            notes.append(row)
        elif pk == f"P#{programme}" and sk.startswith("V#"):
            versions[int(sk[2:])] = json.loads(zlib.decompress(row["z"]))
            effective.append((int(sk[2:]), int(row["at"])))
    if not versions:
        raise TableError(f"the table has no programme {programme}")
    erased = _sales(members, entries, details)
    _credit_notes(members, entries, notes, programme)
    histories = [
        History(
            member,
            found.store,
            sorted(found.receipts, key=lambda receipt: receipt.occurred_at_ms),
            found.attributes,
            found.birthday,
            found.joined_at_ms,
        )
        for member, found in sorted(members.items())
        if found.receipts
    ]
    return OwnHistory(histories, versions, sorted(effective), erased)


def _profile(member: _Member, row: Row) -> None:
    member.attributes = json.loads(row["c"]).get("attributes") or {}
    if row.get("bd"):
        _, month, day = row["bd"]
        member.birthday = (int(month), int(day))


def _sales(
    members: dict[str, _Member],
    entries: Mapping[tuple[str, str, int], Row],
    details: Mapping[tuple[str, str, int], Row],
) -> int:
    """Put every sale with its member; the number of sales whose baskets were erased.

    A sale that was moved to another member stands in both accounts: the later one has it.
    """
    erased = 0
    sales: dict[tuple[str, str], tuple[str, Purchase]] = {}
    bodies = sorted(
        ((place, json.loads(row["c"])) for place, row in entries.items()),
        key=lambda item: (item[1]["r"], item[0]),
    )
    for place, body in bodies:
        member = members.setdefault(place[0], _Member())
        if body["k"] == "enrol" and member.joined_at_ms is None:
            member.joined_at_ms = body["o"]
        if body["k"] != "purchase":
            continue
        detail = details.get(place)
        basket = json.loads(zlib.decompress(detail["z"])).get("basket") if detail else None
        if not basket:
            erased += 1
            continue
        sale = _purchase(basket, body["o"])
        sales[sale.document.store, sale.document.number] = (place[0], sale)
    for name, sale in sales.values():
        members[name].store = members[name].store or sale.store
        members[name].receipts.append(sale)
    return erased


def _purchase(basket: Mapping[str, Any], at_ms: int) -> Purchase:
    document = basket.get("document") or {"store": "", "number": ""}
    return Purchase(
        at_ms,
        at_ms,
        document["store"],
        basket.get("channel") or "store",
        document=Document(document["store"], document["number"]),
        currency=basket["currency"],
        lines=lines_of(basket),
        advantages=tuple(
            Advantage(item["code"], item["amount"]) for item in basket.get("advantages") or ()
        ),
        promo_codes=tuple(basket.get("promo_codes") or ()),
        delivery=basket.get("delivery") or "",
        delivery_cost=basket.get("delivery_cost") or 0,
        attributes=basket.get("attributes") or {},
    )


def _credit_notes(
    members: dict[str, _Member],
    entries: Mapping[tuple[str, str, int], Row],
    notes: Iterable[Row],
    programme: str,
) -> None:
    """Answers say what had come back of a sale by then; what a note adds is the difference."""
    dated: list[tuple[int, str, Mapping[str, Any]]] = []
    for row in notes:
        packed = row["a"] if "a" in row else zlib.decompress(row["az"]).decode()
        answer = json.loads(packed)
        for name, partition, sequence in row["e"]:
            owner = (row.get("ow") or {}).get(name, row["m"])
            entry = entries.get((str(owner), partition, int(sequence)))
            if name == programme and entry is not None and answer.get("original"):
                dated.append((json.loads(entry["c"])["o"], str(owner), answer))
    before: dict[tuple[str, str], dict[int, tuple[int, int]]] = {}
    for at_ms, member, answer in sorted(dated, key=lambda item: item[0]):
        original = answer["original"]
        key = (original["store"], original["number"])
        had = before.setdefault(key, {})
        now = {int(line): (parts[0], parts[1]) for line, parts in answer["returned"].items()}
        quantities, amounts = {}, {}
        for line, (quantity, amount) in now.items():
            old = had.get(line, (0, 0))
            if quantity > old[0]:
                quantities[line] = quantity - old[0]
            if amount > old[1]:
                amounts[line] = amount - old[1]
        before[key] = now
        document = answer["document"]
        members.setdefault(member, _Member()).receipts.append(
            GoodsBack(
                at_ms,
                document["number"],
                original["number"],
                quantities,
                amounts,
                original["store"],
            )
        )


def exported_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of a table that DynamoDB exported to S3, from the files of its `data` folder."""
    paths = sorted(folder.rglob("*.json.gz"))
    if not paths:
        raise TableError(f"{folder} holds no exported rows (*.json.gz)")
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                item = json.loads(line)["Item"]
                yield {name: _value(value) for name, value in item.items()}


def _value(typed: Mapping[str, Any]) -> Any:
    ((kind, content),) = typed.items()
    match kind:
        case "N":
            return int(content)
        case "B":
            return base64.b64decode(content)
        case "NULL":
            return None
        case "L":
            return [_value(part) for part in content]
        case "M":
            return {name: _value(part) for name, part in content.items()}
        case _:
            return content
