"""Reading balances: kind, limits, expiry, rounding, reminders and how they are spent."""

from __future__ import annotations

import re

from tessera.domain.calendar import Period
from tessera.domain.money import Rounding
from tessera.domain.programme.model import (
    AfterUse,
    Balance,
    BalanceKind,
    Bounds,
    Bracket,
    Cap,
    Expiry,
    ExpiryEnd,
    ExpiryMode,
    Grant,
    Overtaking,
    Reminder,
    Span,
    Spending,
    Value,
)
from tessera.domain.programme.reader import MONTH_AND_DAY, Node, event_name, fail, read_image

_YEARLY = re.compile(MONTH_AND_DAY)
BENEFIT_CLASSES = frozenset({"promo_code", "new_customer", "segment", "club", "loyalty"})


def read_span(node: Node) -> Span:
    """`{months: 12}`, `{years: 1}`, `{weeks: 2}`, `{days: 14}`, or several of them together."""
    months = node.integer("years", 0, high=100) * 12 + node.integer("months", 0, high=1200)
    days = node.integer("weeks", 0, high=5000) * 7 + node.integer("days", 0, high=36600)
    return Span(months, days)


def read_some_span(node: Node, key: str) -> Span:
    """A length of time that must be there and may not be nothing."""
    node.require(key)
    span = node.inside(key, read_span) or Span()
    if span == Span():
        raise fail("empty_span", node.at(key))
    return span


def read_yearly(node: Node, key: str) -> tuple[int, int]:
    """A day of every year, "12-31", as month and day; 29 February counts as one."""
    found = node.text(key)
    if not _YEARLY.fullmatch(found):
        raise fail("not_a_yearly_date", node.at(key))
    return int(found[:2]), int(found[3:])


def read_expiry(node: Node, key: str) -> Expiry | None:
    """`never`, `{after: {months: 12}, to: month_end}`, `{yearly: "12-31"}` or `{sliding: ...}`."""
    found = node.raw(key)
    if found is None:
        return None
    if isinstance(found, str):
        node.one_of(key, ("never",))
        return Expiry()
    return node.inside(key, _read_expiry_terms)


def _read_expiry_terms(node: Node) -> Expiry:
    ways = [word for word in ("after", "yearly", "sliding") if node.has(word)]
    if len(ways) != 1:
        raise fail("one_way_of_expiry", node.pointer)
    if ways[0] == "yearly":
        month, day = read_yearly(node, "yearly")
        return Expiry(ExpiryMode.YEARLY, month=month, day=day)
    span = read_some_span(node, ways[0])
    end = node.choice("to", ExpiryEnd, ExpiryEnd.DAY)
    return Expiry(ExpiryMode(ways[0]), span, end)


def read_bounds(node: Node, scale: int) -> Bounds:
    """`from`/`above` and `through`/`below`: the word carries the inclusion (A-06)."""
    if node.has("from") and node.has("above"):
        raise fail("two_lower_bounds", node.at("above"))
    if node.has("through") and node.has("below"):
        raise fail("two_upper_bounds", node.at("below"))
    low = node.optional_amount("from", scale)
    above = node.optional_amount("above", scale)
    through = node.optional_amount("through", scale)
    below = node.optional_amount("below", scale)
    return Bounds(
        low if above is None else above,
        above is None,
        through if below is None else below,
        below is None,
    )


def read_grant(node: Node, money_scale: int) -> Grant:
    """`discount: "5.00"`, `percent: "10"` and/or `free_delivery: [colissimo]` (or `all`)."""
    if node.has("discount") and node.has("percent"):
        raise fail("amount_or_percent", node.at("percent"))
    delivery: tuple[str, ...] | None = None
    if node.has("free_delivery"):
        modes = node.words("free_delivery")
        delivery = () if modes == ("all",) else modes
    percent = node.ratio("percent") if node.has("percent") else None
    if percent is not None and percent.numerator > 100 * percent.denominator:
        raise fail("more_than_all", node.at("percent"))
    return Grant(node.amount("discount", money_scale, 0), percent, delivery)


def read_value(node: Node, scale: int, money_scale: int) -> Value:
    """`{points: 10, gives: "1.00"}`: whole steps of so many points pay so much (A-01)."""
    return Value(node.amount("points", scale, low=1), node.amount("gives", money_scale, low=1))


def read_stackable(node: Node, key: str = "stackable_with") -> frozenset[str]:
    """The classes of benefit that this one may be combined with (A-11)."""
    found = node.words(key)
    if found == ("all",):
        return BENEFIT_CLASSES
    for index, word in enumerate(found):
        if word not in BENEFIT_CLASSES:
            allowed = ", ".join(sorted(BENEFIT_CLASSES))
            raise fail("value_unknown", f"{node.at(key)}/{index}", allowed=allowed)
    return frozenset(found)


def read_balance(node: Node, money_scale: int, currency: str) -> Balance:
    """One balance of the document."""
    kind = node.choice("kind", BalanceKind, BalanceKind.POINTS)
    if kind is BalanceKind.CASH:
        decimals = money_scale
        node.one_of("currency", (currency,), currency)
    else:
        decimals = node.integer("decimals", 0, high=4)
    rounding = node.node("rounding") or Node({}, node.at("rounding"))
    warning = node.node("expiry_warning") or Node({}, node.at("expiry_warning"))
    balance = Balance(
        id=node.identifier("id"),
        kind=kind,
        decimals=decimals,
        currency=currency if kind is BalanceKind.CASH else "",
        names=node.texts("name"),
        logo=read_image(node, "logo"),
        minimum=node.amount("minimum", decimals, 0),
        maximum=node.optional_amount("maximum", decimals),
        caps=tuple(cap for item in node.nodes("caps") for cap in _read_cap(item, decimals)),
        expiry=read_expiry(node, "expiry") or Expiry(),
        sliding_events=frozenset(node.words("kept_alive_by")) or frozenset({"purchase.recorded"}),
        credit_rounding=rounding.choice("credit", Rounding, Rounding.DOWN),
        debit_rounding=rounding.choice("debit", Rounding, Rounding.UP),
        rounding_unit=rounding.amount(
            "to", decimals, 1 if kind is BalanceKind.CASH else 10**decimals, low=1
        ),
        warn_days=warning.integers("days_before", 1, 3660),
        warn_at_least=warning.amount("at_least", decimals, 1, low=1),
        reminder=node.inside("reminder", _read_reminder),
        spending=node.inside(
            "spending", lambda item: _read_spending(item, kind, decimals, money_scale)
        ),
        stamps_per_card=node.integer("stamps_per_card", 0, high=100),
    )
    rounding.end()
    warning.end()
    return balance


def _read_cap(node: Node, scale: int) -> list[Cap]:
    """`{credit: 100, per: day}`, `{credit_operations: 3, per: week}`, the same for debits."""
    words = ("credit", "credit_operations", "debit", "debit_operations")
    present = [word for word in words if node.has(word)]
    if len(present) != 1:
        raise fail("one_limit_per_cap", node.pointer)
    word = present[0]
    debit, counts = word.startswith("debit"), word.endswith("operations")
    period = node.one_of("per", ("operation", *(member.value for member in Period)), "operation")
    if counts and period == "operation":
        raise fail("operations_need_a_period", node.at("per"))
    activity = event_name(node.raw("activity"), node.at("activity")) if node.has("activity") else ""
    default = Overtaking.REJECT if debit else Overtaking.CUT
    cap = Cap(
        debit=debit,
        period=None if period == "operation" else Period(period),
        amount=None if counts else node.amount(word, scale),
        count=node.integer(word) if counts else None,
        activity=activity,
        overtaking=node.choice("exceeding", Overtaking, default),
    )
    node.end()
    return [cap]


def _read_reminder(node: Node) -> Reminder:
    every = read_some_span(node, "every")
    deadline = node.inside("deadline_within", read_span)
    return Reminder(node.flag("threshold_reached", True), deadline, every)


def _read_spending(node: Node, kind: BalanceKind, scale: int, money_scale: int) -> Spending:
    value = node.inside("value", lambda item: read_value(item, scale, money_scale))
    brackets = node.each("brackets", lambda item: _read_bracket(item, scale, money_scale))
    if value is not None and brackets:
        raise fail("value_or_brackets", node.at("brackets"))
    if value is None and not brackets:
        if kind is not BalanceKind.CASH:
            raise fail("field_missing", node.at("value"))
        value = Value(1, 1)
    after_use = node.choice("after_use", AfterUse, AfterUse.DEDUCT_USED)
    if node.has("partial_use"):
        if node.has("after_use"):
            raise fail("partial_use_or_after_use", node.at("partial_use"))
        after_use = AfterUse.DEDUCT_USED if node.flag("partial_use") else AfterUse.RESET
    return Spending(
        value=value,
        threshold=node.amount("threshold", scale, 0),
        after_use=after_use,
        from_order=node.integer("from_order", 1, 1),
        from_amount=node.amount("from_amount", money_scale, 0),
        brackets=brackets,
        stackable_with=read_stackable(node),
        automatic=node.flag("automatic"),
        channels=node.words("channels"),
    )


def _read_bracket(node: Node, scale: int, money_scale: int) -> Bracket:
    bounds = read_bounds(node, scale)
    value = node.inside("value", lambda item: read_value(item, scale, money_scale))
    grant = read_grant(node, money_scale)
    if value is None and grant == Grant():
        raise fail("bracket_gives_nothing", node.pointer)
    if value is not None and (grant.amount or grant.percent):
        raise fail("amount_or_percent", node.at("value"))
    return Bracket(bounds, grant, value)
