"""Raw rows of the table, as the catalogue in docs/reference/table.md describes them."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Row = Mapping[str, Any]

NEVER: Final = 0xFFFF
GENESIS: Final = bytes(32)
LOT: Final = struct.Struct(">HHi")

Lot = tuple[str, int, int]
"""A lot's identity: its balance, the day from which and the last day on which it counts."""


def rows_of(client: Any, table: str) -> Iterator[dict[str, Any]]:
    """Every row of a table, by a boto3 client: strings, whole numbers, bytes, lists and maps."""
    request: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
    while True:
        page = client.scan(**request)
        for item in page["Items"]:
            yield {name: _value(value) for name, value in item.items()}
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _value(typed: Mapping[str, Any]) -> Any:
    ((kind, content),) = typed.items()
    match kind:
        case "N":
            return int(content)
        case "NULL":
            return None
        case "L":
            return [_value(part) for part in content]
        case "M":
            return {name: _value(part) for name, part in content.items()}
        case "B":
            return bytes(content)
        case _:
            return content


@dataclass(slots=True)
class RawAccount:
    """What the table holds of one account: its row, its entries by number, its details."""

    member: str
    programme: str
    partition: str
    row: Row | None = None
    entries: dict[int, Row] = field(default_factory=dict)
    details: dict[int, Row] = field(default_factory=dict)

    @property
    def name(self) -> str:
        shown = "" if self.partition == "-" else f", partition {self.partition}"
        return f"member {self.member}, programme {self.programme}{shown}"


@dataclass(slots=True)
class RawTable:
    """The rows that an audit needs, by what they belong to."""

    accounts: dict[tuple[str, str, str], RawAccount] = field(default_factory=dict)
    profiles: dict[str, Row] = field(default_factory=dict)
    answers: list[Row] = field(default_factory=list)
    cards: list[Row] = field(default_factory=list)
    card_pointers: set[tuple[str, str]] = field(default_factory=set)
    clock_offset_ms: int = 0
    rows: int = 0

    @classmethod
    def of(cls, rows: Iterable[Row]) -> RawTable:
        """Sort rows by what they belong to."""
        table = cls()
        for row in rows:
            table.rows += 1
            table._take(row)
        return table

    def _take(self, row: Row) -> None:
        pk, sk = str(row["pk"]), str(row["sk"])
        if pk.startswith("M#"):
            self._take_of_member(pk[2:], sk, row)
        elif pk.startswith("I#"):
            self.answers.append(row)
        elif pk.startswith("C#") and sk == "C":
            self.cards.append(row)
        elif pk == "S#clock":
            self.clock_offset_ms = row["o"]

    def _take_of_member(self, member: str, sk: str, row: Row) -> None:
        kind, *parts = sk.split("#")
        if sk == "0#P":
            self.profiles[member] = row
        elif kind == "0":
            _, programme, partition = parts
            self._account(member, programme, partition).row = row
        elif kind == "E":
            programme, partition, number = parts
            self._account(member, programme, partition).entries[int(number)] = row
        elif kind == "D":
            programme, partition, number = parts
            self._account(member, programme, partition).details[int(number)] = row
        elif kind == "C":
            self.card_pointers.add((member, parts[0]))

    def _account(self, member: str, programme: str, partition: str) -> RawAccount:
        key = (member, programme, partition)
        if key not in self.accounts:
            self.accounts[key] = RawAccount(*key)
        return self.accounts[key]


def lots_of(row: Row) -> dict[Lot, int]:
    """The packed lots of an account's row: eight bytes each, large amounts in several pieces."""
    lots: dict[Lot, int] = {}
    for balance, packed in row["l"].items():
        for start in range(0, len(packed), LOT.size):
            activates_on, expires_on, amount = LOT.unpack(packed[start : start + LOT.size])
            lot = (balance, activates_on, expires_on)
            lots[lot] = lots.get(lot, 0) + amount
    return lots


def cause_of(answer: Row) -> str:
    """The name under which an idempotency row's entries know it."""
    scope, _, request = str(answer["pk"])[2:].partition("#")
    return hashlib.sha256(f"{scope}\0{request}".encode()).hexdigest()[:32]


def body_of(entry: Row) -> dict[str, Any]:
    """An entry's content. Raises ValueError where it is not the canonical form of itself."""
    text = str(entry["c"])
    body: dict[str, Any] = json.loads(text)
    again = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if again != text:
        raise ValueError("the content is not canonical JSON")
    return body
