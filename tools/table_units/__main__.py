"""Prints what each operation costs: by the calculator, on DynamoDB Local and on MiniStack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tessera.adapters.dynamodb.table import DynamoTable
from tools.engines import dynamodb_local, ministack
from tools.engines.tables import create_table, table_on
from tools.table_units.counting import Units
from tools.table_units.operations import OPERATIONS, Reference
from tools.table_units.page import calculated

READS = {"GetItem", "Query"}


def main() -> None:
    """Command line."""
    columns = {"calculator": calculated()}
    with dynamodb_local.running() as engine:
        columns["DynamoDB Local"] = measured(engine.url)
    with ministack.running() as url:
        columns["MiniStack"] = measured(url)
    print(f"{'':34}" + "".join(f"{name:>28}" for name in columns))
    for name, _ in OPERATIONS:
        print(f"{name:34}" + "".join(f"{units[name]!s:>28}" for units in columns.values()))


def measured(url: str) -> dict[str, Units]:
    """What an engine says that each operation consumed."""
    table = table_on(url, create_table(url))
    return {name: _units(consumed) for name, consumed in _run(table)}


def _run(table: DynamoTable) -> Iterable[tuple[str, list[Mapping[str, Any]]]]:
    one = Reference(table)
    one.prepare()
    for name, operation in OPERATIONS:
        consumed: list[Mapping[str, Any]] = []
        table.consumed = consumed
        operation(one)
        table.consumed = None
        yield name, consumed


def _units(consumed: Iterable[Mapping[str, Any]]) -> Units:
    found = Units()
    for part in consumed:
        amount = part.get("Table", {}).get("CapacityUnits", part.get("CapacityUnits", 0))
        index = part.get("GlobalSecondaryIndexes", {}).get("due", {}).get("CapacityUnits", 0)
        if part["operation"] in READS:
            found.reads += amount
        else:
            found.writes += amount
            found.index_writes += index
    return found


if __name__ == "__main__":
    main()
