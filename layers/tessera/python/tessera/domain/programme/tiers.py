"""Reading tier groups, new-customer benefits, segments and clubs."""

from __future__ import annotations

from tessera.domain.programme.balances import (
    read_bounds,
    read_grant,
    read_some_span,
    read_span,
    read_stackable,
)
from tessera.domain.programme.conditions import Scales, read_balance_name, read_condition
from tessera.domain.programme.model import (
    Club,
    Drop,
    Grant,
    Metric,
    NewCustomer,
    Price,
    Segment,
    Span,
    Step,
    Tier,
    TierGroup,
    Timing,
    WindowKind,
)
from tessera.domain.programme.reader import ONE, Node, event_name, fail


def read_tier_group(node: Node, scales: Scales) -> TierGroup:
    """One ladder; its tiers are sorted by threshold, which must differ."""
    metric = node.choice("metric", Metric, Metric.BALANCE)
    balance = ""
    scale = scales.money if metric is Metric.SPENT else 0
    if metric in (Metric.BALANCE, Metric.EARNED):
        balance = node.identifier("balance", next(iter(scales.balances)))
        if balance not in scales.balances:
            raise fail("balance_unknown", node.at("balance"), balance=balance)
        scale = scales.balances[balance]
    kind, months = _read_window(node, metric)
    tiers = node.each("tiers", lambda item: _read_tier(item, scale))
    if not tiers:
        raise fail("field_missing", node.at("tiers"))
    thresholds = [tier.threshold for tier in tiers]
    if len(set(thresholds)) != len(thresholds):
        raise fail("same_threshold_twice", node.at("tiers"))
    if len({tier.id for tier in tiers}) != len(tiers):
        raise fail("same_id_twice", node.at("tiers"))
    floor = node.identifier("floor", "")
    if floor and floor not in {tier.id for tier in tiers}:
        raise fail("tier_unknown", node.at("floor"), tier=floor)
    return TierGroup(
        id=node.identifier("id"),
        names=node.texts("name"),
        metric=metric,
        balance=balance,
        window=kind,
        window_months=months,
        tiers=tuple(sorted(tiers, key=lambda tier: tier.threshold)),
        up=node.choice("up", Timing, Timing.REAL_TIME),
        down=node.choice("down", Timing, Timing.TIER_ANNIVERSARY),
        drop=node.choice("drop", Drop, Drop.FULL),
        grace=node.inside("grace", read_span) or Span(),
        floor=floor,
        advance=node.each("anniversary_events", read_span),
    )


def _read_window(node: Node, metric: Metric) -> tuple[WindowKind, int]:
    found = node.raw("window")
    if found is None:
        return WindowKind.EVER, 0
    if metric is Metric.BALANCE:
        raise fail("a_balance_has_no_window", node.at("window"))
    if isinstance(found, str):
        return WindowKind(node.one_of("window", ("ever", "calendar_year"))), 12
    inner = node.required_node("window")
    months = inner.integer("months", None, 1, 24)
    inner.end()
    return WindowKind.ROLLING, months


def _read_tier(node: Node, scale: int) -> Tier:
    return Tier(
        id=node.identifier("id"),
        threshold=node.amount("at_least", scale),
        names=node.texts("name"),
        coefficient=node.ratio("coefficient", ONE),
        colour=node.text("colour", ""),
        benefits=node.texts("benefits"),
    )


def _read_steps(node: Node, scales: Scales) -> tuple[Step, ...]:
    def read(item: Node) -> Step:
        bounds = read_bounds(item, scales.money)
        grant = read_grant(item, scales.money)
        if grant == Grant():
            raise fail("step_gives_nothing", item.pointer)
        return Step(bounds, grant)

    return node.each("steps", read)


def read_price(node: Node, scales: Scales) -> Price:
    """`{balance: points, amount: 100}`; the balance may be left out where there is only one."""
    balance = read_balance_name(node, scales)
    return Price(balance, node.amount("amount", scales.balances[balance], low=1))


def read_new_customers(node: Node, scales: Scales) -> NewCustomer:
    """The benefits of a first order (W-15 to W-19)."""
    return NewCustomer(
        earns=node.flag("earns", True),
        points=node.inside("first_order_credit", lambda item: read_price(item, scales)),
        steps=_read_steps(node, scales),
        stackable_with=read_stackable(node),
    )


def read_segment(node: Node, scales: Scales) -> Segment:
    """One segment; its place in the list is its precedence (W-21)."""
    return Segment(
        id=node.identifier("id"),
        condition=read_condition(node.required_node("if"), scales),
        earns=node.flag("earns", True),
        steps=_read_steps(node, scales),
        stackable_with=read_stackable(node),
        names=node.texts("name"),
    )


def read_club(node: Node, scales: Scales) -> Club:
    """One club with a paid period (Z-03)."""
    fee = node.node("fee_lines")
    event = event_name(node.raw("event"), node.at("event")) if node.has("event") else ""
    if fee is None and not event:
        raise fail("field_missing", node.at("fee_lines"))
    period = read_some_span(node, "period")
    return Club(
        id=node.identifier("id"),
        names=node.texts("name"),
        period=period,
        fee_lines=None if fee is None else read_condition(fee, scales, lines=True),
        event=event,
        advance_days=node.integers("renewal_days_before", 1, 366),
        steps=_read_steps(node, scales),
        coefficient=node.ratio("coefficient", ONE),
        stackable_with=read_stackable(node),
    )
