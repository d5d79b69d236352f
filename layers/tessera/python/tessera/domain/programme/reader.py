"""Strict reading of plain data: every refusal says where, by JSON pointer, and why, by code.

A float never passes: a decimal is a string ("0.10") or a whole number, in natural units
(points, EUR), and becomes an integer at the scale stated by the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from tessera.domain.errors import InvalidInput
from tessera.domain.images import NAME as IMAGE_NAME

IDENTIFIER = "[a-z0-9][a-z0-9_-]{0,39}"
EVENT = r"[a-z0-9][a-z0-9_]*(?:\.[a-z0-9_]+)*"
DECIMAL = r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?"
IMAGE = f"{IMAGE_NAME}|https://[^ \\t\\n\\r]{{1,500}}"
CURRENCY = "[A-Z]{3}"
HOUR = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
MONTH_AND_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))"
)
DATE = f"[0-9]{{4}}-{MONTH_AND_DAY}"
"""Forms of texts, in the dialect that Python shares with ECMAScript: the schema shows them."""

_IDENTIFIER = re.compile(IDENTIFIER)
_EVENT = re.compile(EVENT)
_DECIMAL = re.compile(DECIMAL)
_HOUR = re.compile(f"{HOUR}|24:00")
_DATE = re.compile(DATE)
_INSTANT = re.compile(f"({DATE})(?:T{HOUR})?")

_E = TypeVar("_E", bound=Enum)
_T = TypeVar("_T")


def fail(code: str, pointer: str, **params: str | int) -> InvalidInput:
    """The refusal of a value at a place; the caller raises it."""
    return InvalidInput(code, field=pointer or "/", params=params)


def is_identifier(text: str) -> bool:
    """Whether the text may name a part of a programme."""
    return bool(_IDENTIFIER.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact non-negative factor: a percentage, a coefficient or a rate."""

    numerator: int
    denominator: int

    @property
    def is_one(self) -> bool:
        return self.numerator == self.denominator


ONE = Ratio(1, 1)


def decimal(value: object, pointer: str, scale: int) -> int:
    """A decimal as an integer of `10 ** -scale`; more digits than that are refused, not rounded."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise fail("not_a_decimal", pointer)
    text = str(value)
    if _DECIMAL.fullmatch(text) is None:
        raise fail("not_a_decimal", pointer)
    whole, _, fraction = text.removeprefix("-").partition(".")
    digits = fraction.rstrip("0")
    if len(digits) > scale:
        raise fail("too_many_decimals", pointer, allowed=scale)
    number = int(whole + digits.ljust(scale, "0"))
    return -number if text.startswith("-") else number


def ratio(value: object, pointer: str) -> Ratio:
    """A factor with up to six decimals, exact, reduced by powers of ten only."""
    number, scale = decimal(value, pointer, 6), 10**6
    if number < 0:
        raise fail("number_too_small", pointer, least=0)
    while scale > 1 and number % 10 == 0:
        number, scale = number // 10, scale // 10
    return Ratio(number, scale)


class Node:
    """A mapping being read: what nobody asked for is refused at the end."""

    __slots__ = ("_asked", "_data", "pointer")

    def __init__(self, data: object, pointer: str) -> None:
        if not isinstance(data, Mapping):
            raise fail("object_expected", pointer)
        for key in data:
            if not isinstance(key, str):
                raise fail("key_not_text", pointer)
        self._data: Mapping[str, Any] = data
        self.pointer = pointer
        self._asked: set[str] = set()

    def at(self, key: str) -> str:
        """The pointer of one field, escaped as RFC 6901 says."""
        return f"{self.pointer}/{key.replace('~', '~0').replace('/', '~1')}"

    def has(self, key: str) -> bool:
        self._asked.add(key)
        return self._data.get(key) is not None

    def raw(self, key: str) -> Any:
        """The value as it stands, None where absent."""
        self._asked.add(key)
        return self._data.get(key)

    def names(self) -> list[str]:
        return list(self._data)

    def end(self) -> None:
        """Refuse every field that nobody asked for."""
        for key in self._data:
            if key not in self._asked:
                raise fail("field_unknown", self.at(key))

    def require(self, key: str) -> Any:
        found = self.raw(key)
        if found is None:
            raise fail("field_missing", self.at(key))
        return found

    def text(self, key: str, default: str | None = None) -> str:
        found = self.raw(key)
        if found is None:
            if default is None:
                raise fail("field_missing", self.at(key))
            return default
        if not isinstance(found, str):
            raise fail("text_expected", self.at(key))
        return found

    def identifier(self, key: str, default: str | None = None) -> str:
        found = self.text(key, default)
        if found != default and not is_identifier(found):
            raise fail("not_an_identifier", self.at(key))
        return found

    def flag(self, key: str, default: bool = False) -> bool:
        found = self.raw(key)
        if found is None:
            return default
        if not isinstance(found, bool):
            raise fail("boolean_expected", self.at(key))
        return found

    def integer(self, key: str, default: int | None = None, low: int = 0, high: int = 10**9) -> int:
        found = self.raw(key)
        if found is None:
            if default is None:
                raise fail("field_missing", self.at(key))
            return default
        return whole(found, self.at(key), low, high)

    def optional_integer(self, key: str, low: int = 0, high: int = 10**9) -> int | None:
        found = self.raw(key)
        return None if found is None else whole(found, self.at(key), low, high)

    def amount(self, key: str, scale: int, default: int | None = None, low: int = 0) -> int:
        """A decimal at a scale, not below `low` (in the scaled unit)."""
        found = self.raw(key)
        if found is None:
            if default is None:
                raise fail("field_missing", self.at(key))
            return default
        number = decimal(found, self.at(key), scale)
        if number < low:
            raise fail("number_too_small", self.at(key), least=low)
        return number

    def optional_amount(self, key: str, scale: int, low: int = 0) -> int | None:
        return self.amount(key, scale, 0, low) if self.has(key) else None

    def ratio(self, key: str, default: Ratio | None = None) -> Ratio:
        found = self.raw(key)
        if found is None:
            if default is None:
                raise fail("field_missing", self.at(key))
            return default
        return ratio(found, self.at(key))

    def choice(self, key: str, kind: type[_E], default: _E | None = None) -> _E:
        """One word of an enumeration."""
        found = self.raw(key)
        if found is None and default is not None:
            return default
        if found is None:
            raise fail("field_missing", self.at(key))
        try:
            return kind(found)
        except ValueError:
            allowed = ", ".join(str(member.value) for member in kind)
            raise fail("value_unknown", self.at(key), allowed=allowed) from None

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        found = self.text(key, default)
        words = tuple(allowed)
        if found not in words:
            raise fail("value_unknown", self.at(key), allowed=", ".join(words))
        return found

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone stands for a list of one."""
        found = self.raw(key)
        if found is None:
            return ()
        if isinstance(found, str):
            return (found,)
        if not isinstance(found, list | tuple):
            raise fail("list_expected", self.at(key))
        for index, item in enumerate(found):
            if not isinstance(item, str):
                raise fail("text_expected", f"{self.at(key)}/{index}")
        return tuple(found)

    def integers(self, key: str, low: int = 0, high: int = 10**9) -> tuple[int, ...]:
        """A list of whole numbers; one alone stands for a list of one."""
        found = self.raw(key)
        if found is None:
            return ()
        if not isinstance(found, list | tuple):
            return (whole(found, self.at(key), low, high),)
        return tuple(
            whole(item, f"{self.at(key)}/{index}", low, high) for index, item in enumerate(found)
        )

    def node(self, key: str) -> Node | None:
        found = self.raw(key)
        return None if found is None else Node(found, self.at(key))

    def required_node(self, key: str) -> Node:
        return Node(self.require(key), self.at(key))

    def nodes(self, key: str) -> list[Node]:
        """A list of mappings."""
        found = self.raw(key)
        if found is None:
            return []
        if not isinstance(found, list | tuple):
            raise fail("list_expected", self.at(key))
        return [Node(item, f"{self.at(key)}/{index}") for index, item in enumerate(found)]

    def each(self, key: str, read: Callable[[Node], _T]) -> tuple[_T, ...]:
        """A list of mappings, each read to its end."""
        found = []
        for node in self.nodes(key):
            found.append(read(node))
            node.end()
        return tuple(found)

    def inside(self, key: str, read: Callable[[Node], _T]) -> _T | None:
        """One mapping, read to its end; None where absent."""
        node = self.node(key)
        if node is None:
            return None
        found = read(node)
        node.end()
        return found

    def texts(self, key: str) -> Mapping[str, str]:
        """A text per language; one text alone serves every language."""
        found = self.raw(key)
        if found is None:
            return {}
        if isinstance(found, str):
            return {"": found}
        node = Node(found, self.at(key))
        return {language: node.text(language) for language in node.names()}

    def instant(self, key: str) -> str | None:
        """A local date and time without zone ("2027-11-26T08:00") or a date; None where absent."""
        if not self.has(key):
            return None
        found = self.text(key)
        match = _INSTANT.fullmatch(found)
        if match is None or not _exists(match.group(1)):
            raise fail("not_a_local_time", self.at(key))
        return found

    def date(self, key: str) -> date | None:
        """A day, "2027-11-26"; None where absent."""
        return calendar_date(self.text(key), self.at(key)) if self.has(key) else None


def whole(value: object, pointer: str, low: int = 0, high: int = 10**9) -> int:
    """An integer within bounds; booleans, floats and texts are refused."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise fail("integer_expected", pointer)
    if not low <= value <= high:
        raise fail("number_out_of_range", pointer, least=low, most=high)
    return value


def read_currency(node: Node, key: str) -> str:
    """A currency's code of three letters (ISO 4217)."""
    found = node.text(key)
    if not re.fullmatch(CURRENCY, found):
        raise fail("not_a_currency", node.at(key))
    return found


def read_image(node: Node, key: str) -> str:
    """An image that was uploaded, by its name, or one elsewhere, by its address; "" for none."""
    found = node.text(key, "")
    if found and not re.fullmatch(IMAGE, found):
        raise fail("not_an_image", node.at(key))
    return found


def event_name(value: object, pointer: str) -> str:
    """The name of an event: lower-case words with dots, such as `review.posted`."""
    if not isinstance(value, str) or not _EVENT.fullmatch(value):
        raise fail("not_an_event_name", pointer)
    return value


def hour_minutes(value: object, pointer: str) -> int:
    """ "HH:MM" as minutes since midnight; 24:00 ends a day."""
    match = _HOUR.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise fail("not_an_hour", pointer)
    hours, _, minutes = match.group().partition(":")
    return int(hours) * 60 + int(minutes)


def calendar_date(value: object, pointer: str) -> date:
    """A day of the calendar, "2027-11-26"."""
    if not isinstance(value, str):
        raise fail("text_expected", pointer)
    if not _DATE.fullmatch(value) or not _exists(value):
        raise fail("date_malformed", pointer)
    return date.fromisoformat(value)


def _exists(text: str) -> bool:
    """Whether the calendar has the day: 29 February, and the year 0, it may not."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
