"""Reading rules (When / If / Then) and operations."""

from __future__ import annotations

from tessera.domain.calendar import Period
from tessera.domain.programme.balances import read_expiry, read_span
from tessera.domain.programme.conditions import (
    ALWAYS,
    WEEKDAYS,
    AllOf,
    AnyOf,
    Condition,
    Operator,
    Scales,
    Test,
    read_balance_name,
    read_condition,
)
from tessera.domain.programme.model import (
    Action,
    Award,
    Credit,
    CreditKind,
    Earning,
    EarningBase,
    Emit,
    Instalment,
    Limit,
    Multiply,
    Operation,
    PutInTier,
    Rule,
)
from tessera.domain.programme.reader import Node, event_name, fail, hour_minutes

PURCHASE = "purchase.recorded"
_ACTIONS = ("credit", "multiply", "award", "tier", "emit")


def read_earning(node: Node, scales: Scales) -> Earning:
    """What counts for earning, whatever the rule."""
    return Earning(
        base=node.choice("base", EarningBase, EarningBase.NONE),
        tax_included=node.one_of("tax", ("included", "excluded"), "included") == "included",
        discounted_articles=node.flag("discounted_articles", True),
        lines=read_condition(node.node("lines"), scales, lines=True),
        condition=read_condition(node.node("if"), scales),
    )


def read_rule(node: Node, scales: Scales) -> Rule:
    """One rule of the document."""
    events = read_events(node, "when")
    actions = node.nodes("then")
    if not actions:
        raise fail("field_missing", node.at("then"))
    return Rule(
        id=node.identifier("id"),
        events=frozenset(events),
        condition=read_condition(node.node("if"), scales),
        lines=read_condition(node.node("lines"), scales, lines=True),
        actions=tuple(read_action(item, scales, events) for item in actions),
        limits=read_limits(node, "limits"),
        precedence=node.integer("precedence", 0, -1000, 1000),
        names=node.texts("name"),
    )


def read_events(node: Node, key: str) -> tuple[str, ...]:
    """One event, or a list of them."""
    events = node.words(key)
    if not events:
        raise fail("field_missing", node.at(key))
    return tuple(event_name(name, node.at(key)) for name in events)


def read_limits(node: Node, key: str) -> tuple[Limit, ...]:
    """`[{per: year, count: 1}]`: at most so many times per period and member."""
    return node.each(
        key,
        lambda item: Limit(item.choice("per", Period, Period.EVER), item.integer("count", None, 1)),
    )


def read_action(node: Node, scales: Scales, events: tuple[str, ...]) -> Action:
    """One action: its only key says what it does."""
    keys = node.names()
    if len(keys) != 1 or keys[0] not in _ACTIONS:
        raise fail("one_action", node.pointer, allowed=", ".join(_ACTIONS))
    word = keys[0]
    if word == "award":
        return Award(node.identifier("award"))
    if word == "emit":
        return Emit(event_name(node.raw("emit"), node.at("emit")))
    inner = node.required_node(word)
    action: Action
    if word == "tier":
        action = PutInTier(inner.identifier("group"), inner.identifier("tier"))
    elif word == "multiply":
        action = Multiply(read_balance_name(inner, scales), inner.ratio("by"))
    else:
        action = _read_credit(inner, scales, events)
    inner.end()
    return action


def _read_credit(node: Node, scales: Scales, events: tuple[str, ...]) -> Credit:
    balance = read_balance_name(node, scales)
    scale = scales.balances[balance]
    ways = [word for word in ("amount", "per_amount", "per_step", "per_item") if node.has(word)]
    if len(ways) != 1:
        raise fail("one_way_to_credit", node.pointer)
    way = ways[0]
    give, every, cumulative = 0, 1, False
    if way == "amount":
        give = node.amount("amount", scale)
    else:
        if events != (PURCHASE,):
            raise fail("needs_a_purchase", node.at(way))
        inner = node.required_node(way)
        give = inner.amount("give", scale)
        if way == "per_item":
            every = inner.amount("every", 3, 1000, low=1)
        else:
            every = inner.amount("every", scales.money, low=1)
        cumulative = way == "per_step" and inner.flag("cumulative")
        inner.end()
    schedule = node.each(
        "schedule",
        lambda item: Instalment(
            item.ratio("percent"), item.inside("after", read_span) or read_span(item)
        ),
    )
    if schedule and not _is_whole(schedule):
        raise fail("instalments_are_not_100_percent", node.at("schedule"))
    by_tier = node.node("by_tier")
    metadata = node.node("metadata")
    return Credit(
        balance=balance,
        kind=CreditKind.FIXED if way == "amount" else CreditKind(way),
        give=give,
        every=every,
        cumulative=cumulative,
        multiplied=node.flag("multiplied", way != "amount"),
        by_tier={tier: by_tier.amount(tier, scale) for tier in by_tier.names()} if by_tier else {},
        expiry=read_expiry(node, "expiry"),
        pending=node.inside("pending", read_span),
        schedule=schedule,
        metadata={key: metadata.text(key) for key in metadata.names()} if metadata else {},
    )


def _is_whole(schedule: tuple[Instalment, ...]) -> bool:
    """Whether the percentages sum to one hundred, exactly."""
    total = sum(part.percent.numerator * 10**6 // part.percent.denominator for part in schedule)
    return total == 100 * 10**6


def read_operation(node: Node, scales: Scales) -> Operation:
    """One operation: a coefficient over a period, weekdays, hours, articles and customers."""
    parts: list[Condition] = []
    if node.has("weekdays"):
        parts.append(Test("time.weekday", Operator.IN, read_weekdays(node, "weekdays")))
    if node.has("hours"):
        parts.append(AnyOf(tuple(_hours(item) for item in node.nodes("hours"))))
    if node.has("birthday"):
        when = node.one_of("birthday", ("day", "month"))
        field = "member.birthday_today" if when == "day" else "member.birthday_month"
        parts.append(Test(field, Operator.IS, True))
    if node.flag("first_purchase"):
        parts.append(Test("purchase.first", Operator.IS, True))
    condition = read_condition(node.node("if"), scales)
    if condition is not ALWAYS:
        parts.append(condition)
    balance = read_balance_name(node, scales)
    return Operation(
        id=node.identifier("id"),
        balance=balance,
        coefficient=node.ratio("coefficient"),
        starts_at=node.instant("starts_at"),
        ends_at=node.instant("ends_at"),
        condition=parts[0] if len(parts) == 1 else AllOf(tuple(parts)) if parts else ALWAYS,
        lines=read_condition(node.node("lines"), scales, lines=True),
        budget=node.optional_amount("budget", scales.balances[balance]),
        names=node.texts("name"),
    )


def read_weekdays(node: Node, key: str) -> tuple[int, ...]:
    """Days of the week by their English names, as numbers from Monday, 0."""
    days = node.words(key)
    for index, day in enumerate(days):
        if day not in WEEKDAYS:
            raise fail("not_a_weekday", f"{node.at(key)}/{index}", allowed=", ".join(WEEKDAYS))
    return tuple(WEEKDAYS.index(day) for day in days)


def _hours(node: Node) -> Condition:
    """`{from: "12:00", until: "14:00"}`, the end excluded; over midnight where it is earlier."""
    start = hour_minutes(node.require("from"), node.at("from"))
    end = hour_minutes(node.require("until"), node.at("until"))
    node.end()
    after = Test("time.hour", Operator.AT_LEAST, start)
    before = Test("time.hour", Operator.LESS_THAN, end)
    return AllOf((after, before)) if start < end else AnyOf((after, before))
