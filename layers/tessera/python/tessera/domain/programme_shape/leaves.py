"""The values that stand at the ends of a document, each read by the reader's own function."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from tessera.domain.canonical import Json
from tessera.domain.programme import reader
from tessera.domain.programme.balances import BENEFIT_CLASSES, read_stackable, read_yearly
from tessera.domain.programme.conditions import WEEKDAYS, Kind, operand_reader
from tessera.domain.programme.earning import read_events, read_weekdays
from tessera.domain.programme.reader import (
    Node,
    decimal,
    event_name,
    fail,
    hour_minutes,
    read_currency,
    read_image,
)
from tessera.domain.programme_shape.parts import Leaf, whole_text

UNSCALED = 6
"""The most decimals that anything may have: how many of them count is the balance's to say."""

_POINT = r"(?:\.[0-9]{1,6})?"


def _text_form(pattern: str) -> dict[str, Json]:
    return {"type": "string", "pattern": whole_text(pattern)}


def _words_form(word: dict[str, Json], least: int = 0) -> dict[str, Json]:
    """One text, or a list of texts."""
    many: dict[str, Json] = {"type": "array", "items": word}
    return {"anyOf": [word, {**many, "minItems": least} if least else many]}


TEXT = Leaf(Node.text, {"type": "string"})
IDENTIFIER = Leaf(Node.identifier, _text_form(reader.IDENTIFIER))
IDENTIFIER_OR_NOTHING = Leaf(
    lambda node, key: node.identifier(key, ""), _text_form(f"(?:{reader.IDENTIFIER})?")
)
FLAG = Leaf(Node.flag, {"type": "boolean"})
WORDS = Leaf(Node.words, _words_form({"type": "string"}))
TEXTS = Leaf(
    Node.texts,
    {
        "anyOf": [
            {"type": "string"},
            {"type": "object", "additionalProperties": {"type": "string"}},
        ]
    },
)
CURRENCY = Leaf(read_currency, _text_form(reader.CURRENCY))
IMAGE = Leaf(read_image, _text_form(f"(?:{reader.IMAGE})?"))
INSTANT = Leaf(Node.instant, _text_form(f"{reader.DATE}(?:T{reader.HOUR})?"))
DATE = Leaf(Node.date, _text_form(reader.DATE))
HOUR = Leaf(
    lambda node, key: hour_minutes(node.raw(key), node.at(key)),
    _text_form(f"{reader.HOUR}|24:00"),
)
YEARLY = Leaf(read_yearly, _text_form(reader.MONTH_AND_DAY))
EVENT = Leaf(
    lambda node, key: event_name(node.raw(key), node.at(key)),
    _text_form(reader.EVENT),
)
EVENTS = Leaf(read_events, _words_form(_text_form(reader.EVENT), least=1))
WEEKDAY_LIST = Leaf(read_weekdays, _words_form({"enum": [*WEEKDAYS]}))
STACKABLE = Leaf(
    read_stackable,
    {
        "anyOf": [
            {"enum": ["all", *sorted(BENEFIT_CLASSES)]},
            {"type": "array", "items": {"enum": sorted(BENEFIT_CLASSES)}},
            {"const": ["all"]},
        ]
    },
)


def _some_words(node: Node, key: str) -> tuple[str, ...]:
    found = node.words(key)
    if not found:
        raise fail("field_missing", node.at(key))
    return found


SOME_WORDS = Leaf(_some_words, _words_form({"type": "string"}, least=1))


def whole(low: int = 0, high: int = 10**9) -> Leaf:
    """A whole number within bounds."""
    return Leaf(
        lambda node, key: node.integer(key, None, low, high),
        {"type": "integer", "minimum": low, "maximum": high},
    )


def wholes(low: int, high: int) -> Leaf:
    """A whole number within bounds, or a list of them."""
    form: dict[str, Json] = {"type": "integer", "minimum": low, "maximum": high}
    return Leaf(
        lambda node, key: node.integers(key, low, high),
        {"anyOf": [form, {"type": "array", "items": form}]},
    )


def _decimal_form(low: int | None, high: int, pattern: str) -> dict[str, Json]:
    number: dict[str, Json] = {"type": "integer", "minimum": -high if low is None else low}
    number["maximum"] = high
    return {"anyOf": [number, _text_form(pattern)]}


_MOST = 10**12 - 1
NUMBER = Leaf(
    lambda node, key: decimal(node.raw(key), node.at(key), UNSCALED),
    _decimal_form(None, _MOST, reader.DECIMAL),
)
AMOUNT = Leaf(
    lambda node, key: node.amount(key, UNSCALED),
    _decimal_form(0, _MOST, rf"[0-9]{{1,12}}{_POINT}|-0{{1,12}}(?:\.0{{1,6}})?"),
)
POSITIVE = Leaf(
    lambda node, key: node.amount(key, UNSCALED, low=1),
    _decimal_form(1, _MOST, rf"(?=.*[1-9])[0-9]{{1,12}}{_POINT}"),
)
RATIO = Leaf(Node.ratio, AMOUNT.form)


def _percent(node: Node, key: str) -> object:
    found = node.ratio(key)
    if found.numerator > 100 * found.denominator:
        raise fail("more_than_all", node.at(key))
    return found


PERCENT = Leaf(
    _percent,
    _decimal_form(
        0,
        100,
        rf"(?=-?[0-9]{{1,12}}(?:\.|$))0*(?:[0-9]{{1,2}}{_POINT}|100(?:\.0{{1,6}})?)"
        r"|-0{1,12}(?:\.0{1,6})?",
    ),
)


def word(words: Iterable[str]) -> Leaf:
    """One of a few words."""
    allowed = tuple(words)
    return Leaf(lambda node, key: node.one_of(key, allowed), {"enum": [*allowed]})


def choice(kind: type[Enum]) -> Leaf:
    """One word of an enumeration."""
    return Leaf(
        lambda node, key: node.choice(key, kind), {"enum": [str(item.value) for item in kind]}
    )


def operand(kind: Kind) -> Leaf:
    """What a field of that kind is compared with."""
    read = operand_reader(kind, UNSCALED)
    return Leaf(lambda node, key: read(node.raw(key), node.at(key)), _OPERANDS[kind])


_OPERANDS: dict[Kind, dict[str, Json]] = {
    Kind.TEXT: {"type": "string"},
    Kind.FLAG: {"type": "boolean"},
    Kind.NUMBER: dict(NUMBER.form),
    Kind.WEEKDAY: {"enum": [*WEEKDAYS]},
    Kind.HOUR: dict(HOUR.form),
    Kind.DATE: dict(DATE.form),
    Kind.OPEN: {
        "anyOf": [
            {"type": "string"},
            {"type": "boolean"},
            {"type": "integer", "minimum": -(10**12), "maximum": 10**12},
        ]
    },
}
