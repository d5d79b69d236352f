"""Between Python values and the JSON that pass.json holds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring
from typing import cast

from passbook.errors import Finding, InvalidPassError

quoted: Callable[[str], str] = encode_basestring
"""A text as JSON writes it."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def join(parent: str, key: str | int) -> str:
    """The path of a member below `parent`, as findings print it: `storeCard.backFields[2]`."""
    if isinstance(key, int):
        return f"{parent}[{key}]"
    return f"{parent}.{key}" if parent else key


def refuse(rule: str, path: str, message: str, remedy: str) -> InvalidPassError:
    """An InvalidPassError with a single finding, ready to be raised."""
    return InvalidPassError((Finding(rule, path, message, remedy),))


def w3c_date(moment: datetime, path: str = "") -> str:
    """`moment` to the second with its offset, the only shape of date that Wallet reads.

    A naive datetime is refused: Wallet would need a zone and a guess would show the wrong hour.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise refuse(
            "date-time-zone",
            path,
            f"The datetime {moment.isoformat()} has no time zone.",
            "Give it one, for example datetime(..., tzinfo=ZoneInfo('Europe/Paris')).",
        )
    text = moment.replace(microsecond=0).isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _number(value: Decimal, path: str) -> int | float:
    """`value` as the JSON number that reads back as the same decimal, or a refusal."""
    if not value.is_finite():
        raise refuse("number-finite", path, f"{value} is not a number.", "Give a finite amount.")
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value.normalize():
        raise refuse(
            "number-precision",
            path,
            f"{value} has more digits than a JSON number keeps.",
            "Round it, or give it as text.",
        )
    return number


def plain(value: object, path: str = "") -> object:
    """`value` as dicts, lists, strings, numbers and booleans, ready for JSON.

    Dataclasses give up their own names and merge `extra`; absent (`None`) members are left out;
    datetimes become W3C dates and Decimals become exact numbers.
    """
    # Strings first: nearly every value of a pass is one.
    if isinstance(value, str):
        return value.value if isinstance(value, Enum) else value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise refuse("number-finite", path, f"{value} is not a number.", "Give a finite one.")
        return value
    if isinstance(value, Decimal):
        return _number(value, path)
    if isinstance(value, datetime):
        return w3c_date(value, path)
    return _plain_container(value, path)


def _plain_container(value: object, path: str) -> object:
    if isinstance(value, Mapping):
        # Texts and whole numbers, which most are, need neither a change nor a path.
        return {
            str(key): member
            if type(member) is str or type(member) is int
            else plain(member, join(path, str(key)))
            for key, member in cast("Mapping[object, object]", value).items()
            if member is not None
        }
    if is_dataclass(value) and not isinstance(value, type):
        document: dict[str, object] = {}
        for field in fields(value):
            member = getattr(value, field.name)
            if field.name == "extra":
                for key, added in cast("Mapping[str, object]", member).items():
                    document[key] = plain(added, join(path, key))
            elif member is not None and member != ():
                document[field.name] = plain(member, join(path, field.name))
        return document
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [plain(member, join(path, index)) for index, member in enumerate(value)]
    if isinstance(value, date):
        message = f"The date {value.isoformat()} has no time of day."
        raise refuse("date-format", path, message, "Give an aware datetime.")
    raise refuse(
        "value-type",
        path,
        f"{type(value).__name__} cannot be written to pass.json.",
        "Use text, numbers, booleans, aware datetimes, lists or mappings.",
    )


def dumps(value: object) -> str:
    """Compact JSON text of a plain value, keeping accents as they are."""
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int:
        return int.__repr__(value)
    return _encode(value)
