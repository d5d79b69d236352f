"""The block of units in docs/reference/table.md; `--check` fails when it is stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fakes.memory_table import MemoryTable
from tools.table_units.counting import CountingStore, Units
from tools.table_units.operations import OPERATIONS, Reference
from tools.table_units.sizes import item_bytes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "table.md"
BEGIN, END = "<!-- units: generated -->", "<!-- units: end -->"


def calculated() -> dict[str, Units]:
    """Units of each operation by the calculator, on the table in memory."""
    store = CountingStore(MemoryTable())
    one = Reference(store)
    one.prepare()
    found: dict[str, Units] = {}
    for name, operation in OPERATIONS:
        store.reset()
        operation(one)
        found[name] = store.reset()
    return found


def sizes() -> dict[str, tuple[int, int]]:
    """Smallest and largest size of each type of item that the operations leave, in bytes."""
    table = MemoryTable()
    one = Reference(table)
    one.prepare()
    for _, operation in OPERATIONS:
        operation(one)
    found: dict[str, tuple[int, int]] = {}
    for item in table.scan():
        size = item_bytes(item)
        low, high = found.get(str(item["t"]), (size, size))
        found[str(item["t"])] = (min(low, size), max(high, size))
    return found


def block() -> str:
    """The generated block."""
    lines = ["| operation | write units | read units | index write units |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {units.writes} | {units.reads} | {units.index_writes} |"
        for name, units in calculated().items()
    ]
    lines += ["", "| type | bytes in these operations |", "|---|---|"]
    lines += [
        f"| `{kind}` | {low} |" if low == high else f"| `{kind}` | {low} to {high} |"
        for kind, (low, high) in sorted(sizes().items())
    ]
    return "\n".join(lines)


def main() -> int:
    """Write the block, or with `--check` say whether it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    wanted = f"{head}{BEGIN}\n{block()}\n{END}{tail}"
    if wanted == text:
        return 0
    if options.check:
        print(f"{PAGE.name} is stale: python -m tools.table_units.page", file=sys.stderr)
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
