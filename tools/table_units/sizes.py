"""Item sizes and capacity units by DynamoDB's published rules; code of its own.

Rules: "DynamoDB item sizes and formats" and "Read and write operations" in the DynamoDB
developer guide. Names and strings weigh their UTF-8 bytes, binary its bytes, a number a byte for
each two significant digits and one more (one more again when negative), null and booleans one
byte, a list or map three bytes and one for each element. A write takes a unit for each begun
kilobyte of the larger of the item before and after, a strong read one for each begun four
kilobytes; a transaction doubles both. An index row is written when it appears, changes or
disappears; a changed key is a removal and an insertion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

KEY_NAMES = ("pk", "sk", "dk", "ds")

ItemLike = Mapping[str, object]


def item_bytes(item: ItemLike) -> int:
    """The size of a whole item, names included."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: object) -> int:
    """The size of one attribute's value; a type that the table doesn't hold raises TypeError."""
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bytes | bytearray):
        return len(value)
    if isinstance(value, int):
        return number_bytes(value)
    if isinstance(value, Mapping):
        return 3 + sum(
            1 + len(str(name).encode()) + value_bytes(part) for name, part in value.items()
        )
    if isinstance(value, Sequence):
        return 3 + sum(1 + value_bytes(part) for part in value)
    raise TypeError(f"no size for {type(value).__name__}")


def number_bytes(number: int) -> int:
    """The size of a whole number: zeros at its end cost nothing."""
    digits = str(abs(number)).rstrip("0")
    return 1 + ceil(len(digits) / 2) + (number < 0)


def write_units(before: ItemLike | None, after: ItemLike | None) -> int:
    """Units of one plain write: 1 for each begun kilobyte, at least 1."""
    weight = max(item_bytes(item) if item else 0 for item in (before, after))
    return max(1, ceil(weight / 1024))


def read_units(total_bytes: int) -> int:
    """Units of one strong read of so many bytes: 1 for each begun four kilobytes, at least 1."""
    return max(1, ceil(total_bytes / 4096))


def index_row(item: ItemLike | None) -> dict[str, object] | None:
    """What the keys-only index holds of an item; None for an item outside it."""
    if item is None or "dk" not in item or "ds" not in item:
        return None
    return {name: item[name] for name in KEY_NAMES}


def index_units(before: ItemLike | None, after: ItemLike | None) -> int:
    """Units that one write costs in the due index."""
    old, new = index_row(before), index_row(after)
    if old == new:
        return 0
    return sum(max(1, ceil(item_bytes(row) / 1024)) for row in (old, new) if row)
