"""Reading the whole document, and the checks that need more than one of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from tessera.domain.calendar import to_day, zone
from tessera.domain.programme.balances import read_balance, read_span
from tessera.domain.programme.codes import Codes, read_codes
from tessera.domain.programme.conditions import Scales, read_condition
from tessera.domain.programme.earning import read_earning, read_operation, read_rule
from tessera.domain.programme.model import (
    Award,
    Closing,
    Credit,
    Earning,
    Emit,
    Gate,
    Identifier,
    IdentifierMode,
    Membership,
    Programme,
    PutInTier,
    ReturnPolicy,
    Returns,
    Reward,
    Rule,
    Stacking,
    TierGroup,
)
from tessera.domain.programme.objectives import read_objective
from tessera.domain.programme.reader import Node, event_name, fail, read_currency
from tessera.domain.programme.rewards import CHARACTERS, read_reward
from tessera.domain.programme.tiers import (
    read_club,
    read_new_customers,
    read_segment,
    read_tier_group,
)

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS = dict.fromkeys(_NO_DECIMALS.split(), 0) | dict.fromkeys(_THREE_DECIMALS.split(), 3)
"""Decimals of the currencies that do not have two (ISO 4217); the pages have the same list."""

CASCADE_DEPTH = 5
"""How deep rules may set off rules (design §2)."""


def parse(document: Mapping[str, Any], version: int) -> Programme:
    """The programme of a document of plain data, as JSON or YAML gives it.

    Raises `InvalidInput` with a JSON pointer in `field` for the first thing that is wrong:
    unknown fields, wrong types, floats, names that nothing answers to, rules that could set
    each other off deeper than five times.
    """
    root = Node(document, "")
    root.text("$schema", "")
    currency = read_currency(root, "currency")
    exponent = EXPONENTS.get(currency, 2)
    balances = root.each("balances", lambda node: read_balance(node, exponent, currency))
    if not balances:
        raise fail("field_missing", "/balances")
    scales = Scales(exponent, {balance.id: balance.decimals for balance in balances})
    groups = root.each("tier_groups", lambda node: read_tier_group(node, scales))
    by_group = {group.id: group for group in groups}
    programme = Programme(
        id=root.identifier("programme"),
        version=version,
        internal_name=root.text("internal_name", ""),
        currency=currency,
        exponent=exponent,
        zone=_read_zone(root),
        names=root.texts("name"),
        membership=root.inside("membership", lambda node: _read_membership(node, scales))
        or Membership(),
        earning=root.inside("earning", lambda node: read_earning(node, scales)) or Earning(),
        returns=root.inside("returns", _read_returns) or Returns(),
        balances=balances,
        rules=root.each("rules", lambda node: read_rule(node, scales)),
        stacking=root.choice("stacking", Stacking, Stacking.BEST),
        operations=root.each("operations", lambda node: read_operation(node, scales)),
        tier_groups=groups,
        rewards=root.each("rewards", lambda node: read_reward(node, scales, by_group)),
        new_customers=root.inside("new_customers", lambda node: read_new_customers(node, scales)),
        segments=root.each("segments", lambda node: read_segment(node, scales)),
        clubs=root.each("clubs", lambda node: read_club(node, scales)),
        partitions=_read_partitions(root),
        texts=_read_texts(root),
        card_design=root.text("card_design", ""),
        codes=root.inside("codes", lambda node: read_codes(node, scales.balances)) or Codes(),
        objectives=root.each("objectives", lambda node: read_objective(node, scales)),
        closing=root.inside("closing", _read_closing),
    )
    root.end()
    _check_names(programme, by_group)
    _check_cascade(programme.rules)
    return programme


def _read_zone(root: Node) -> str:
    name = root.text("time_zone")
    try:
        zone(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise fail("time_zone_unknown", "/time_zone") from None
    return name


def _read_membership(node: Node, scales: Scales) -> Membership:
    def gate(item: Node) -> Gate:
        event = event_name(item.require("event"), item.at("event"))
        return Gate(event, read_condition(item.node("if"), scales))

    birthday = node.node("birthday") or Node({}, node.at("birthday"))
    anniversary = node.node("anniversary")
    membership = Membership(
        identifier=node.inside("identifier", _read_identifier) or Identifier(),
        join=node.each("join", gate),
        leave=node.each("leave", gate),
        inactive_after=node.inside("leave_when_inactive_for", read_span),
        birthday_attribute=birthday.text("attribute", "birthday"),
        birthday_days_before=birthday.integers("days_before", 0, 364),
        anniversary=anniversary is not None,
        anniversary_days_before=anniversary.integers("days_before", 0, 364) if anniversary else (),
        conditions=read_condition(node.node("if"), scales),
    )
    birthday.end()
    if anniversary is not None:
        anniversary.end()
    return membership


def _read_identifier(node: Node) -> Identifier:
    mode = node.choice("mode", IdentifierMode, IdentifierMode.AUTOMATIC)
    if mode is IdentifierMode.POOL:
        return Identifier(mode, pool=node.identifier("pool"))
    if mode is IdentifierMode.AUTOMATIC:
        return Identifier(mode)
    return Identifier(
        mode,
        prefix=node.text("prefix", ""),
        suffix=node.text("suffix", ""),
        length=node.integer("length", 12, 4, 32),
        characters=node.one_of("characters", CHARACTERS, "base32"),
    )


def _read_returns(node: Node) -> Returns:
    return Returns(
        node.flag("reduce_balance", True),
        node.choice("shortfall", ReturnPolicy, ReturnPolicy.WITHIN_BALANCE),
    )


def _read_closing(node: Node) -> Closing:
    """`closing: {earning_until: "2027-03-31", spending_until: "2027-09-30"}` (Z-30)."""
    return Closing(_day(node, "earning_until"), _day(node, "spending_until"))


def _day(node: Node, key: str) -> int:
    found = node.date(key)
    if found is None:
        raise fail("field_missing", node.at(key))
    return to_day(found)


def _read_partitions(root: Node) -> Mapping[str, str]:
    """`partitions: {angers: [store-1, store-2]}` as store -> partition (O-37)."""
    node = root.node("partitions")
    if node is None:
        return {}
    found: dict[str, str] = {}
    for partition in node.names():
        for store in node.words(partition):
            if store in found:
                raise fail("store_in_two_partitions", node.at(partition), store=store)
            found[store] = partition
    return found


def _read_texts(root: Node) -> Mapping[str, Mapping[str, str]]:
    """Free texts of the programme by name, then language: terms, slogan, card captions."""
    node = root.node("texts")
    return {} if node is None else {name: node.texts(name) for name in node.names()}


def _unique(kind: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise fail("same_id_twice", f"/{kind}/{index}/id", id=name)
        seen.add(name)


def _check_names(programme: Programme, groups: Mapping[str, TierGroup]) -> None:
    """Every name used by one part is defined by another, and defined once."""
    for kind in ("balances", "rules", "operations", "tier_groups", "rewards", "segments", "clubs"):
        _unique(kind, [item.id for item in getattr(programme, kind)])
    rewards: dict[str, Reward] = {reward.id: reward for reward in programme.rewards}
    for index, rule in enumerate(programme.rules):
        for place, action in enumerate(rule.actions):
            pointer = f"/rules/{index}/then/{place}"
            if isinstance(action, Award) and action.reward not in rewards:
                raise fail("reward_unknown", f"{pointer}/award", reward=action.reward)
            if isinstance(action, PutInTier) and (
                action.group not in groups or groups[action.group].rank(action.tier) < 0
            ):
                raise fail("tier_unknown", f"{pointer}/tier", tier=action.tier)
            if isinstance(action, Credit):
                _check_tier_amounts(action, groups, f"{pointer}/credit/by_tier")


def _check_tier_amounts(credit: Credit, groups: Mapping[str, TierGroup], pointer: str) -> None:
    known = {tier.id for group in groups.values() for tier in group.tiers}
    for tier in credit.by_tier:
        if tier not in known:
            raise fail("tier_unknown", f"{pointer}/{tier}", tier=tier)


def _raises(rule: Rule) -> set[str]:
    """The events that the rule's actions let happen by themselves."""
    found: set[str] = set()
    for action in rule.actions:
        if isinstance(action, Emit):
            found.add(action.event)
        elif isinstance(action, Award):
            found.add("reward.awarded")
        elif isinstance(action, PutInTier):
            found.add("tier.changed")
    return found


def _check_cascade(rules: tuple[Rule, ...]) -> None:
    """Refuse rules that can set each other off deeper than the limit, circles included."""
    follows = {
        rule.id: [other.id for other in rules if other.events & _raises(rule)] for rule in rules
    }
    for index, rule in enumerate(rules):
        front = {rule.id}
        for _ in range(CASCADE_DEPTH):
            front = {after for before in front for after in follows[before]}
        if front:
            raise fail("cascade_too_deep", f"/rules/{index}", most=CASCADE_DEPTH)
