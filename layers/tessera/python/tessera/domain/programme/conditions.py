"""Structured conditions: `all`, `any`, `not` over every field of purchase, line, member,
store, time and event (B-17, W-25, O-20, O-21).

A condition is written as a mapping of fields to tests; several fields in one mapping must all
hold:

    if:
      member.city: Paris
      purchase.total: {at_least: "80.00"}
      any: [{purchase.channel: web}, {time.weekday: [thursday, friday]}]
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from tessera.domain.calendar import to_day
from tessera.domain.programme.reader import Node, calendar_date, decimal, fail, hour_minutes, whole

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Operator(StrEnum):
    """How a field is compared with its operand."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    BETWEEN = "between"
    EXISTS = "exists"


Operand = str | int | bool | tuple[str | int | bool, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """One field compared with one operand; numbers are already at the field's scale."""

    field: str
    operator: Operator
    operand: Operand


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; no part at all holds too."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class AnyLine:
    """At least one line of the basket satisfies the part."""

    part: Condition


@dataclass(frozen=True, slots=True)
class EveryLine:
    """Every line of the basket satisfies the part."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Bought:
    """The member has ever bought a line that satisfies the part (W-25).

    `key` names the account counter that remembers it: it depends on the condition only, so that
    the counter survives later versions of the programme.
    """

    key: str
    part: Condition
    count: int = 1


Condition = Test | AllOf | AnyOf | Not | AnyLine | EveryLine | Bought

ALWAYS = AllOf(())
"""The condition that holds whatever happens."""


class Kind(StrEnum):
    """The type of a field, which decides how its operands are read."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    WEEKDAY = "weekday"
    HOUR = "hour"
    DATE = "date"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Scales:
    """What conditions must know of the programme to read amounts and names."""

    money: int
    balances: Mapping[str, int]


FIELDS: Mapping[str, tuple[Kind, int | None]] = {
    "member.orders": (Kind.NUMBER, 0),
    "member.spent": (Kind.NUMBER, None),
    "member.days_since_enrolment": (Kind.NUMBER, 0),
    "member.days_since_purchase": (Kind.NUMBER, 0),
    "member.birthday_today": (Kind.FLAG, 0),
    "member.birthday_month": (Kind.FLAG, 0),
    "member.segment": (Kind.TEXT, 0),
    "purchase.total": (Kind.NUMBER, None),
    "purchase.total_excl_tax": (Kind.NUMBER, None),
    "purchase.advantages": (Kind.NUMBER, None),
    "purchase.order": (Kind.NUMBER, 0),
    "purchase.first": (Kind.FLAG, 0),
    "purchase.quantity": (Kind.NUMBER, 3),
    "purchase.store": (Kind.TEXT, 0),
    "purchase.channel": (Kind.TEXT, 0),
    "purchase.delivery": (Kind.TEXT, 0),
    "purchase.promo_code": (Kind.TEXT, 0),
    "line.article": (Kind.TEXT, 0),
    "line.amount": (Kind.NUMBER, None),
    "line.quantity": (Kind.NUMBER, 3),
    "line.discounted": (Kind.FLAG, 0),
    "time.weekday": (Kind.WEEKDAY, 0),
    "time.hour": (Kind.HOUR, 0),
    "time.date": (Kind.DATE, 0),
    "time.month": (Kind.NUMBER, 0),
    "time.day": (Kind.NUMBER, 0),
    "store.id": (Kind.TEXT, 0),
    "event.name": (Kind.TEXT, 0),
    "event.store": (Kind.TEXT, 0),
    "event.channel": (Kind.TEXT, 0),
}
OPEN_PREFIXES = ("purchase.attributes.", "member.", "line.", "store.", "event.")


def field_kind(field: str, scales: Scales, pointer: str) -> tuple[Kind, int]:
    """The type and scale of a field; refuses a name that no part of the engine provides."""
    fixed = FIELDS.get(field)
    if fixed is not None:
        return fixed[0], scales.money if fixed[1] is None else fixed[1]
    if field.startswith("member.balance."):
        balance = field.removeprefix("member.balance.")
        if balance not in scales.balances:
            raise fail("balance_unknown", pointer, balance=balance)
        return Kind.NUMBER, scales.balances[balance]
    if field.startswith("member.tier."):
        return Kind.TEXT, 0
    if field.startswith("member.club."):
        return Kind.FLAG, 0
    if field.startswith(OPEN_PREFIXES) and field.rpartition(".")[2]:
        return Kind.OPEN, 0
    raise fail("field_unknown", pointer)


def read_balance_name(node: Node, scales: Scales) -> str:
    """The balance named, or the only one there is."""
    if not node.has("balance"):
        if len(scales.balances) > 1:
            raise fail("balance_not_named", node.at("balance"))
        return next(iter(scales.balances))
    found = node.identifier("balance")
    if found not in scales.balances:
        raise fail("balance_unknown", node.at("balance"), balance=found)
    return found


def read_condition(
    node: Node | None, scales: Scales, *, lines: bool = False, pointer: str = ""
) -> Condition:
    """A condition from its mapping; `lines` says that it is asked of one line at a time.

    A condition on a line is refused where there is no line at hand: `any_line` and
    `every_line` bring one.
    """
    if node is None:
        return ALWAYS
    parts = [_read_part(node, key, scales, lines=lines) for key in node.names()]
    node.end()
    if not parts:
        raise fail("empty_condition", pointer or node.pointer)
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _read_part(node: Node, key: str, scales: Scales, *, lines: bool) -> Condition:
    if key in ("all", "any"):
        parts = tuple(read_condition(item, scales, lines=lines) for item in node.nodes(key))
        if not parts:
            raise fail("empty_condition", node.at(key))
        return AllOf(parts) if key == "all" else AnyOf(parts)
    if key == "not":
        return Not(read_condition(node.required_node(key), scales, lines=lines))
    if key in ("any_line", "every_line"):
        if lines:
            raise fail("line_within_line", node.at(key))
        part = read_condition(node.required_node(key), scales, lines=True)
        return AnyLine(part) if key == "any_line" else EveryLine(part)
    if key == "bought":
        return _read_bought(node, key, scales)
    kind, scale = field_kind(key, scales, node.at(key))
    if key.startswith("line.") and not lines:
        raise fail("no_line_here", node.at(key))
    return _read_test(node, key, kind, scale)


def _read_bought(node: Node, key: str, scales: Scales) -> Condition:
    inner = node.required_node(key)
    count = inner.integer("times", 1, 1) if "times" in inner.names() else 1
    lines = Node({name: inner.raw(name) for name in inner.names() if name != "times"}, node.at(key))
    part = read_condition(lines, scales, lines=True)
    digest = sha256(json.dumps(_plain(part), sort_keys=True).encode()).hexdigest()
    return Bought(f"bought:{digest[:8]}", part, count)


def _plain(condition: Condition) -> object:
    """The condition as plain data, to name the counter that follows from it."""
    match condition:
        case Test(field, operator, operand):
            return [field, operator.value, operand]
        case AllOf(parts):
            return ["all", [_plain(part) for part in parts]]
        case AnyOf(parts):
            return ["any", [_plain(part) for part in parts]]
        case Not(part):
            return ["not", _plain(part)]
        case AnyLine(part) | EveryLine(part):
            return ["line", _plain(part)]
        case Bought(key, _, count):
            return ["bought", key, count]


def _read_test(node: Node, key: str, kind: Kind, scale: int) -> Condition:
    found = node.require(key)
    pointer = node.at(key)
    read = operand_reader(kind, scale)
    if isinstance(found, list | tuple):
        return Test(key, Operator.IN, _many(found, pointer, read))
    if not isinstance(found, Mapping):
        return Test(key, Operator.IS, read(found, pointer))
    tests = []
    operators = Node(found, pointer)
    for word in operators.names():
        try:
            operator = Operator(word)
        except ValueError:
            raise fail("operator_unknown", operators.at(word)) from None
        tests.append(Test(key, operator, _read_operand(operators, word, operator, read)))
    if not tests:
        raise fail("empty_condition", pointer)
    return tests[0] if len(tests) == 1 else AllOf(tuple(tests))


Reader = Callable[[object, str], str | int | bool]


def _read_operand(node: Node, word: str, operator: Operator, read: Reader) -> Operand:
    found = node.require(word)
    pointer = node.at(word)
    if operator is Operator.EXISTS:
        return node.flag(word)
    if operator in (Operator.IN, Operator.NOT_IN, Operator.BETWEEN):
        if not isinstance(found, list | tuple):
            raise fail("list_expected", pointer)
        many = _many(found, pointer, read)
        if operator is Operator.BETWEEN and len(many) != 2:
            raise fail("not_two_bounds", pointer)
        return many
    return read(found, pointer)


def _many(found: object, pointer: str, read: Reader) -> tuple[str | int | bool, ...]:
    if not isinstance(found, list | tuple) or not found:
        raise fail("list_too_short", pointer, least=1)
    return tuple(read(item, f"{pointer}/{index}") for index, item in enumerate(found))


def operand_reader(kind: Kind, scale: int) -> Reader:
    """What reads an operand of a field of that kind."""

    def number(value: object, pointer: str) -> int:
        return decimal(value, pointer, scale)

    readers: dict[Kind, Reader] = {
        Kind.TEXT: _text,
        Kind.FLAG: _flag,
        Kind.NUMBER: number,
        Kind.WEEKDAY: _weekday,
        Kind.HOUR: hour_minutes,
        Kind.DATE: _date,
        Kind.OPEN: _open,
    }
    return readers[kind]


def _text(value: object, pointer: str) -> str:
    if not isinstance(value, str):
        raise fail("text_expected", pointer)
    return value


def _flag(value: object, pointer: str) -> bool:
    if not isinstance(value, bool):
        raise fail("boolean_expected", pointer)
    return value


def _weekday(value: object, pointer: str) -> int:
    if value not in WEEKDAYS:
        raise fail("not_a_weekday", pointer, allowed=", ".join(WEEKDAYS))
    return WEEKDAYS.index(str(value))


def _date(value: object, pointer: str) -> int:
    return to_day(calendar_date(value, pointer))


def _open(value: object, pointer: str) -> str | int | bool:
    if isinstance(value, str | bool):
        return value
    return whole(value, pointer, -(10**12), 10**12)


def bought_parts(condition: Condition) -> list[Bought]:
    """Every "has ever bought" inside the condition: what the account must count."""
    match condition:
        case Bought():
            return [condition]
        case AllOf(parts) | AnyOf(parts):
            return [found for part in parts for found in bought_parts(part)]
        case Not(part) | AnyLine(part) | EveryLine(part):
            return bought_parts(part)
        case _:
            return []
