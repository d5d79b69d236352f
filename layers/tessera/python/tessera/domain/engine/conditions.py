"""Conditions as closures: compiled once per programme version, asked thousands of times.

A predicate takes the draft and, where the condition is about one line, the line. A field that
has no value satisfies only `is_not`, `not_in` and `exists: false`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tessera.domain.calendar import anniversary, to_date
from tessera.domain.commands import Line, Purchase
from tessera.domain.engine.draft import Draft
from tessera.domain.programme.conditions import (
    AllOf,
    AnyLine,
    AnyOf,
    Bought,
    Condition,
    EveryLine,
    Not,
    Operator,
    Test,
)

Predicate = Callable[[Draft, Line | None], bool]
Getter = Callable[[Draft, Any], Any]


def compile_condition(condition: Condition) -> Predicate:
    """The predicate of a condition."""
    match condition:
        case Test():
            return _compile_test(condition)
        case AllOf(parts):
            return _all([compile_condition(part) for part in parts])
        case AnyOf(parts):
            return _any([compile_condition(part) for part in parts])
        case Not(part):
            inner = compile_condition(part)
            return lambda draft, line: not inner(draft, line)
        case AnyLine(part) | EveryLine(part):
            return _compile_lines(part, every=isinstance(condition, EveryLine))
        case Bought(key, _, count):
            return lambda draft, _: draft.account.stats.get(key, 0) >= count


def _compile_lines(part: Condition, *, every: bool) -> Predicate:
    inner = compile_condition(part)
    if every:
        return lambda draft, _: bool(draft.lines) and all(inner(draft, one) for one in draft.lines)
    return lambda draft, _: any(inner(draft, line) for line in draft.lines)


def clauses(condition: Condition) -> list[Condition]:
    """The parts that must all hold, so that a trace can name the one that did not."""
    return list(condition.parts) if isinstance(condition, AllOf) else [condition]


def describe(condition: Condition) -> dict[str, str | int | bool]:
    """A clause in the values of a trace step: the field asked, how, and against what."""
    match condition:
        case Test(field, operator, operand):
            shown = ", ".join(map(str, operand)) if isinstance(operand, tuple) else operand
            return {"field": field, "operator": operator.value, "operand": shown}
        case AllOf() | AnyOf():
            return {"field": "all" if isinstance(condition, AllOf) else "any"}
        case Not(part):
            return {**describe(part), "negated": True}
        case AnyLine(part) | EveryLine(part):
            word = "any_line" if isinstance(condition, AnyLine) else "every_line"
            return {**describe(part), "lines": word}
        case Bought(_, part, count):
            return {**describe(part), "bought": count}


def _all(parts: list[Predicate]) -> Predicate:
    if not parts:
        return lambda _draft, _line: True
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        first, second = parts
        return lambda draft, line: first(draft, line) and second(draft, line)
    return lambda draft, line: all(part(draft, line) for part in parts)


def _any(parts: list[Predicate]) -> Predicate:
    if len(parts) == 2:
        first, second = parts
        return lambda draft, line: first(draft, line) or second(draft, line)
    return lambda draft, line: any(part(draft, line) for part in parts)


def _compile_test(test: Test) -> Predicate:
    if test.field == "purchase.promo_code":
        return _compile_promo_code(test)
    get = getter(test.field)
    operand: Any = test.operand
    negated = test.operator in (Operator.IS_NOT, Operator.NOT_IN)
    if test.operator in (Operator.IS, Operator.IS_NOT):
        return _compile_equality(get, operand, negated=negated)
    if test.operator in (Operator.IN, Operator.NOT_IN):
        return _compile_membership(get, frozenset(operand), negated=negated)
    if test.operator is Operator.EXISTS:
        return lambda draft, line: (get(draft, line) is not None) is operand
    return _compile_comparison(test.operator, get, operand)


def _compile_equality(get: Getter, operand: Any, *, negated: bool) -> Predicate:
    if negated:
        return lambda draft, line: get(draft, line) != operand
    return lambda draft, line: get(draft, line) == operand


def _compile_membership(get: Getter, members: frozenset[Any], *, negated: bool) -> Predicate:
    if negated:
        return lambda draft, line: get(draft, line) not in members
    return lambda draft, line: get(draft, line) in members


def _compile_promo_code(test: Test) -> Predicate:
    """The customer may type several codes: `is` asks whether one of them is the one meant."""
    operand: Any = test.operand
    wanted = frozenset(operand if isinstance(operand, tuple) else (operand,))

    def typed(draft: Draft) -> frozenset[str]:
        command = draft.command
        return frozenset(command.promo_codes) if isinstance(command, Purchase) else frozenset()

    if test.operator is Operator.EXISTS:
        return lambda draft, _: bool(typed(draft)) is operand
    if test.operator in (Operator.IS_NOT, Operator.NOT_IN):
        return lambda draft, _: not typed(draft) & wanted
    return lambda draft, _: bool(typed(draft) & wanted)


def _compile_comparison(operator: Operator, get: Getter, operand: Any) -> Predicate:
    """A comparison of numbers; an attribute that holds a text is no match, and no error."""
    if operator is Operator.AT_LEAST:

        def at_least(draft: Draft, line: Line | None) -> bool:
            value = get(draft, line)
            return isinstance(value, int) and bool(value >= operand)

        return at_least
    if operator is Operator.AT_MOST:
        return _holding(get, lambda value: value <= operand)
    if operator is Operator.MORE_THAN:
        return _holding(get, lambda value: value > operand)
    if operator is Operator.LESS_THAN:
        return _holding(get, lambda value: value < operand)
    low, high = operand
    return _holding(get, lambda value: low <= value <= high)


def _holding(get: Getter, holds: Callable[[int], bool]) -> Predicate:
    def predicate(draft: Draft, line: Line | None) -> bool:
        value = get(draft, line)
        return isinstance(value, int) and holds(value)

    return predicate


def getter(field: str) -> Getter:
    """How the value of a field is read."""
    found = _GETTERS.get(field)
    if found is not None:
        return found
    head, _, name = field.partition(".")
    if head == "member":
        return _member_getter(field, name)
    if field.startswith("purchase.attributes."):
        attribute = field.removeprefix("purchase.attributes.")
        return lambda draft, _: _purchase(draft, "attributes", {}).get(attribute)
    if head == "store":
        return lambda draft, _: draft.facts.store.get(name)
    if head == "line":
        return lambda _, line: line.attributes.get(name)
    return lambda draft, _: draft.event_data.get(name)


def _member_getter(field: str, name: str) -> Getter:
    if field.startswith("member.balance."):
        balance = field.removeprefix("member.balance.")
        return lambda draft, _: draft.available(balance)
    if field.startswith("member.tier."):
        group = field.removeprefix("member.tier.")
        return lambda draft, _: _tier(draft, group)
    if field.startswith("member.club."):
        key = "club:" + field.removeprefix("member.club.")
        return lambda draft, _: (draft.fact(key) or -1) >= draft.today
    return lambda draft, _: draft.facts.attributes.get(name)


def _tier(draft: Draft, group: str) -> str | None:
    state = draft.tier(group)
    return state.tier if state is not None else None


def _purchase(draft: Draft, name: str, default: Any) -> Any:
    command = draft.command
    return getattr(command, name) if isinstance(command, Purchase) else default


def _birthday(draft: Draft) -> tuple[int, int] | None:
    """The member's birthday as (month, day) this year: 29 February falls on the 28th (A-10)."""
    if draft.facts.birthday is None:
        return None
    moment = to_date(anniversary(*draft.facts.birthday, to_date(draft.today).year))
    return moment.month, moment.day


def _birthday_today(draft: Draft, _: Line | None) -> bool:
    moment = to_date(draft.today)
    return _birthday(draft) == (moment.month, moment.day)


def _birthday_month(draft: Draft, _: Line | None) -> bool:
    birthday = draft.facts.birthday
    return birthday is not None and birthday[0] == to_date(draft.today).month


def _segment(draft: Draft, _: Line | None) -> str | None:
    """The first segment that the member is in now; a sale has looked for it already (W-21)."""
    if not draft.segment_known:
        # A segment that asks for the segment finds none.
        draft.segment_known = True
        for one in draft.compiled.segments:
            if all(predicate(draft, None) for predicate, _step in one.clauses.parts):
                draft.segment = one.segment.id
                break
    return draft.segment


def _days_since_purchase(draft: Draft, _: Line | None) -> int | None:
    last = draft.account.facts.get("last_purchase")
    return None if last is None else draft.today - last


_GETTERS: dict[str, Getter] = {
    "member.orders": lambda draft, _: draft.orders,
    "member.spent": lambda draft, _: draft.account.stats.get("spent", 0),
    "member.days_since_enrolment": lambda draft, _: draft.today - draft.account.enrolled_on,
    "member.days_since_purchase": _days_since_purchase,
    "member.birthday_today": _birthday_today,
    "member.birthday_month": _birthday_month,
    "member.segment": _segment,
    "purchase.total": lambda draft, _: draft.total,
    "purchase.total_excl_tax": lambda draft, _: draft.total - sum(line.tax for line in draft.lines),
    "purchase.advantages": lambda draft, _: sum(
        advantage.amount for advantage in _purchase(draft, "advantages", ())
    ),
    "purchase.order": lambda draft, _: draft.orders + 1,
    "purchase.first": lambda draft, _: draft.orders == 0,
    "purchase.quantity": lambda draft, _: sum(line.quantity_milli for line in draft.lines),
    "purchase.store": lambda draft, _: draft.command.store,
    "purchase.channel": lambda draft, _: draft.command.channel,
    "purchase.delivery": lambda draft, _: _purchase(draft, "delivery", "") or None,
    "line.article": lambda _, line: line.article,
    "line.amount": lambda _, line: line.gross - line.discount,
    "line.quantity": lambda _, line: line.quantity_milli,
    "line.discounted": lambda _, line: line.discount > 0,
    "time.weekday": lambda draft, _: (draft.today + 3) % 7,
    "time.hour": lambda draft, _: draft.local.hour * 60 + draft.local.minute,
    "time.date": lambda draft, _: draft.today,
    "time.month": lambda draft, _: to_date(draft.today).month,
    "time.day": lambda draft, _: to_date(draft.today).day,
    "store.id": lambda draft, _: draft.command.store,
    "event.name": lambda draft, _: draft.event,
    "event.store": lambda draft, _: draft.command.store,
    "event.channel": lambda draft, _: draft.command.channel,
}
"""1970-01-01 was a Thursday, hence the three days added to find the weekday (Monday is 0)."""

__all__ = ["Predicate", "clauses", "compile_condition", "describe"]
