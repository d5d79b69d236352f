"""Reading rewards: what they are, how they are awarded, and on which terms they are used."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.domain.programme.balances import read_expiry, read_grant
from tessera.domain.programme.conditions import Scales, read_condition
from tessera.domain.programme.earning import read_limits
from tessera.domain.programme.model import (
    AwardTrigger,
    CodeMode,
    CodeSource,
    Expiry,
    Grant,
    Price,
    Reward,
    RewardKind,
    TierGroup,
    Trigger,
    Use,
)
from tessera.domain.programme.reader import Node, event_name, fail, read_image
from tessera.domain.programme.tiers import read_price

CHARACTERS = ("base32", "digits", "letters")


def read_reward(node: Node, scales: Scales, groups: Mapping[str, TierGroup]) -> Reward:
    """One reward of the document."""
    kind = node.choice("kind", RewardKind)
    group, tiers = _read_tiers(node, groups)
    grant, credit = _read_worth(node, kind, scales)
    public = node.node("public") or Node({}, node.at("public"))
    reward = Reward(
        id=node.identifier("id"),
        kind=kind,
        names=public.texts("name") or node.texts("name"),
        internal_name=node.text("internal_name", ""),
        descriptions=public.texts("description") or node.texts("description"),
        image=read_image(public, "image"),
        grant=grant,
        credit=credit,
        products=node.words("products"),
        price=node.inside("price", lambda item: read_price(item, scales)),
        requires=node.inside("requires", lambda item: read_price(item, scales)),
        tier_group=group,
        tiers=tiers,
        condition=read_condition(node.node("if"), scales),
        awards=node.each("award", lambda item: _read_trigger(item, scales, groups)),
        starts_at=node.instant("starts_at"),
        ends_at=node.instant("ends_at"),
        limits=read_limits(node, "limits"),
        budget=node.optional_integer("budget"),
        code=node.inside("code", read_code) or CodeSource(),
        use=node.inside("use", lambda item: _read_use(item, scales)) or Use(),
        listed=node.flag("listed", True),
    )
    public.end()
    return reward


def _read_tiers(node: Node, groups: Mapping[str, TierGroup]) -> tuple[str, tuple[str, ...]]:
    """`reserved_to: {group: status, tiers: [vip]}` (Q-20)."""
    inner = node.node("reserved_to")
    if inner is None:
        return "", ()
    group = inner.identifier("group", next(iter(groups), ""))
    tiers = inner.words("tiers")
    inner.end()
    _check_tiers(inner, group, tiers, groups)
    return group, tiers


def _check_tiers(
    node: Node, group: str, tiers: tuple[str, ...], groups: Mapping[str, TierGroup]
) -> None:
    if group not in groups:
        raise fail("tier_group_unknown", node.at("group"), group=group)
    if not tiers:
        raise fail("field_missing", node.at("tiers"))
    for index, tier in enumerate(tiers):
        if groups[group].rank(tier) < 0:
            raise fail("tier_unknown", f"{node.at('tiers')}/{index}", tier=tier)


def _read_worth(node: Node, kind: RewardKind, scales: Scales) -> tuple[Grant, Price | None]:
    """What the reward is worth, as its kind needs it."""
    grant = node.inside("worth", lambda item: read_grant(item, scales.money)) or Grant()
    credit = node.inside("credit", lambda item: read_price(item, scales))
    if kind is RewardKind.CREDIT and credit is None:
        raise fail("field_missing", node.at("credit"))
    if kind is RewardKind.DISCOUNT and not grant.amount and grant.percent is None:
        raise fail("field_missing", node.at("worth"))
    if kind is RewardKind.GIFT_CARD and not grant.amount:
        raise fail("field_missing", node.at("worth"))
    if kind is RewardKind.FREE_DELIVERY and not grant.delivers:
        grant = Grant(free_delivery=())
    if kind is RewardKind.PRODUCT and not node.words("products"):
        raise fail("field_missing", node.at("products"))
    return grant, credit


def _read_trigger(node: Node, scales: Scales, groups: Mapping[str, TierGroup]) -> AwardTrigger:
    trigger = node.choice("trigger", Trigger)
    if trigger is Trigger.BALANCE:
        price = node.inside("reaches", lambda item: read_price(item, scales))
        if price is None:
            raise fail("field_missing", node.at("reaches"))
        every_time = node.flag("every_time")
        return AwardTrigger(trigger, price.balance, price.amount, every_time)
    if trigger is Trigger.TIER:
        group = node.identifier("group", next(iter(groups), ""))
        tiers = node.words("tiers")
        _check_tiers(node, group, tiers, groups)
        return AwardTrigger(trigger, group=group, tiers=tiers, keep=node.flag("keep_on_leaving"))
    if trigger is Trigger.EVENT:
        event = event_name(node.require("event"), node.at("event"))
        return AwardTrigger(trigger, event=event, condition=read_condition(node.node("if"), scales))
    return AwardTrigger(trigger)


def read_code(node: Node) -> CodeSource:
    """`{mode: generated, prefix: CAFE-, length: 8}`, `{mode: shared, code: ...}` or a pool."""
    mode = node.choice("mode", CodeMode)
    if mode is CodeMode.SHARED:
        return CodeSource(mode, code=node.text("code"))
    if mode is CodeMode.POOL:
        return CodeSource(mode, pool=node.identifier("pool"))
    return CodeSource(
        mode,
        prefix=node.text("prefix", ""),
        suffix=node.text("suffix", ""),
        length=node.integer("length", 12, 6, 32),
        characters=node.one_of("characters", CHARACTERS, "base32"),
    )


def _read_use(node: Node, scales: Scales) -> Use:
    return Use(
        expiry=read_expiry(node, "expiry") or Expiry(),
        times=node.integer("times", 1, 1, 1000),
        price=node.inside("price", lambda item: read_price(item, scales)),
        stores=node.words("stores"),
        channels=node.words("channels"),
        from_amount=node.amount("from_amount", scales.money, 0),
        condition=read_condition(node.node("if"), scales),
        stackable=node.flag("stackable", True),
    )
