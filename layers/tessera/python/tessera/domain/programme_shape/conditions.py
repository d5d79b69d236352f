"""The form of conditions: fields compared with operands, joined by `all`, `any` and `not`."""

from __future__ import annotations

from functools import cache

from tessera.domain.programme.conditions import FIELDS, OPEN_PREFIXES, Kind, Operator
from tessera.domain.programme_shape import leaves
from tessera.domain.programme_shape.asking import Beside
from tessera.domain.programme_shape.parts import (
    Either,
    Field,
    Leaf,
    ListOf,
    Named,
    Needs,
    Object,
    Shape,
)

_LISTS = frozenset({Operator.IN, Operator.NOT_IN, Operator.BETWEEN})
_ABOUT = {
    "all": "Every one of these conditions holds.",
    "any": "At least one of these conditions holds.",
    "not": "This condition does not hold.",
    "any_line": "At least one line of the basket satisfies this.",
    "every_line": "Every line of the basket satisfies this.",
    "bought": "The member has ever bought a line that satisfies this; `times`: so many at least.",
}


def condition() -> Shape:
    """A condition on the member, the sale, the store, the time or the event."""
    return Named("condition", _condition)


def line_condition() -> Shape:
    """A condition that is asked of one line at a time."""
    return Named("line_condition", _line_condition)


@cache
def _condition() -> Shape:
    fields = _fields(lines=False) | {
        "all": _joined("all", condition()),
        "any": _joined("any", condition()),
        "not": Field(condition(), _ABOUT["not"], present=True),
        "any_line": Field(line_condition(), _ABOUT["any_line"], present=True),
        "every_line": Field(line_condition(), _ABOUT["every_line"], present=True),
    }
    return Object(
        fields,
        others=_others(lines=False),
        least=1,
        unknown=lambda key: "no_line_here" if key.startswith("line.") else "field_unknown",
    )


@cache
def _line_condition() -> Shape:
    return Object(_line_fields(), others=_others(lines=True), least=1, unknown=_unknown_of_line)


@cache
def _bought() -> Shape:
    """Lines that were bought, and how often; `times` alone names no line."""
    times = Field(leaves.whole(1), "How many such lines at least; one unless told.")
    return Object(
        {**_line_fields(), "times": times},
        laws=(Needs(Beside("times"), "empty_condition"),),
        others=_others(lines=True),
        unknown=_unknown_of_line,
    )


def _line_fields() -> dict[str, Field]:
    return _fields(lines=True) | {
        "all": _joined("all", line_condition()),
        "any": _joined("any", line_condition()),
        "not": Field(line_condition(), _ABOUT["not"], present=True),
    }


def _unknown_of_line(key: str) -> str:
    return "line_within_line" if key in ("any_line", "every_line") else "field_unknown"


def _joined(word: str, item: Shape) -> Field:
    return Field(ListOf(item, least=1, code="empty_condition"), _ABOUT[word], present=True)


def _fields(*, lines: bool) -> dict[str, Field]:
    found = {
        name: Field(test(kind), present=True)
        for name, (kind, _) in FIELDS.items()
        if lines or not name.startswith("line.")
    }
    found["bought"] = Field(Named("bought", _bought), _ABOUT["bought"], present=True)
    return found


def _others(*, lines: bool) -> dict[str, Field]:
    prefixes = [prefix for prefix in OPEN_PREFIXES if lines or prefix != "line."]
    open_names = "|".join(prefix.replace(".", r"\.") for prefix in prefixes)
    return {
        r"member\.balance\.[\s\S]*": Field(test(Kind.NUMBER), present=True),
        r"member\.tier\.[\s\S]*": Field(test(Kind.TEXT), present=True),
        r"member\.club\.[\s\S]*": Field(test(Kind.FLAG), present=True),
        rf"(?:{open_names})[\s\S]*[^.]": Field(test(Kind.OPEN), present=True),
    }


def test(kind: Kind) -> Shape:
    """A value, a list of values, or operators with their operands."""
    return Named(f"test_of_{kind.value}", lambda: _test(kind))


@cache
def _test(kind: Kind) -> Shape:
    one = leaves.operand(kind)
    return Either(
        plain=one,
        mapping=Object(
            {operator.value: _operator(operator, one) for operator in Operator},
            least=1,
            unknown=lambda _: "operator_unknown",
        ),
        many=ListOf(one, least=1, code="list_too_short"),
    )


def _operator(operator: Operator, one: Leaf) -> Field:
    if operator is Operator.EXISTS:
        return Field(leaves.FLAG, present=True)
    if operator is Operator.BETWEEN:
        return Field(ListOf(one, 2, "not_two_bounds", most=2), present=True)
    if operator in _LISTS:
        return Field(ListOf(one, least=1, code="list_too_short"), present=True)
    return Field(one, present=True)
