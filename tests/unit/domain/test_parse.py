"""The document is read strictly: each fault is refused at its place, by its code."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from tessera.domain.errors import InvalidInput
from tessera.domain.programme import parse
from tessera.domain.programme.document import EXPONENTS
from tests.fakes.golden import merged

SOUND: dict[str, Any] = {
    "programme": "test",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "balances": [{"id": "points"}, {"id": "pot", "kind": "cash"}],
    "rules": [
        {
            "id": "euro",
            "when": "purchase.recorded",
            "then": [{"credit": {"balance": "points", "per_amount": {"every": "1.00", "give": 1}}}],
        }
    ],
    "tier_groups": [
        {"id": "status", "balance": "points", "tiers": [{"id": "a", "at_least": 0}]},
    ],
    "rewards": [{"id": "gift", "kind": "perk"}],
}


def rule(**over: Any) -> dict[str, Any]:
    return {"rules": [{**SOUND["rules"][0], **over}]}


def credit(**terms: Any) -> dict[str, Any]:
    return rule(then=[{"credit": {"balance": "points", **terms}}])


def balance(**over: Any) -> dict[str, Any]:
    return {"balances": [{"id": "points", **over}, {"id": "pot", "kind": "cash"}]}


def brackets(*found: dict[str, Any]) -> dict[str, Any]:
    return balance(spending={"brackets": list(found)})


def test_the_sound_document_is_accepted() -> None:
    programme = parse(copy.deepcopy(SOUND), 7)

    assert (programme.id, programme.version, programme.exponent) == ("test", 7, 2)


BROKEN = [
    ({"colour": "red"}, "/colour", "field_unknown"),
    ({"currency": "euro"}, "/currency", "not_a_currency"),
    ({"time_zone": "Europe/Angers"}, "/time_zone", "time_zone_unknown"),
    ({"programme": "Été"}, "/programme", "not_an_identifier"),
    ({"balances": None}, "/balances", "field_missing"),
    (
        {"balances": [{"id": "points"}, {"id": "points"}]},
        "/balances/1/id",
        "same_id_twice",
    ),
    (balance(maximum=10.5), "/balances/0/maximum", "not_a_decimal"),
    (balance(maximum="10.5"), "/balances/0/maximum", "too_many_decimals"),
    (balance(maximum=True), "/balances/0/maximum", "not_a_decimal"),
    (balance(decimals=5), "/balances/0/decimals", "number_out_of_range"),
    (balance(expiry="sometimes"), "/balances/0/expiry", "value_unknown"),
    (balance(expiry={"yearly": "02-30"}), "/balances/0/expiry/yearly", "not_a_yearly_date"),
    (balance(expiry={"after": {}}), "/balances/0/expiry/after", "empty_span"),
    (balance(caps=[{"credit": 5, "debit": 5}]), "/balances/0/caps/0", "one_limit_per_cap"),
    (
        balance(caps=[{"credit_operations": 5}]),
        "/balances/0/caps/0/per",
        "operations_need_a_period",
    ),
    (balance(rounding={"credit": "sideways"}), "/balances/0/rounding/credit", "value_unknown"),
    (balance(spending={}), "/balances/0/spending/value", "field_missing"),
    (brackets({"from": 10}), "/balances/0/spending/brackets/0", "bracket_gives_nothing"),
    (
        brackets({"from": 10, "above": 10, "percent": "5"}),
        "/balances/0/spending/brackets/0/above",
        "two_lower_bounds",
    ),
    (
        brackets({"from": 10, "percent": "101"}),
        "/balances/0/spending/brackets/0/percent",
        "more_than_all",
    ),
    (rule(when="Purchase"), "/rules/0/when", "not_an_event_name"),
    (rule(then=[]), "/rules/0/then", "field_missing"),
    (rule(then=[{"pay": 5}]), "/rules/0/then/0", "one_action"),
    (rule(then=[{"award": "nothing"}]), "/rules/0/then/0/award", "reward_unknown"),
    (rule(**{"if": {"weather": "fine"}}), "/rules/0/if/weather", "field_unknown"),
    (rule(**{"if": {}}), "/rules/0/if", "empty_condition"),
    (rule(**{"if": {"line.brand": "x"}}), "/rules/0/if/line.brand", "no_line_here"),
    (
        rule(**{"if": {"purchase.total": {"over": "5"}}}),
        "/rules/0/if/purchase.total/over",
        "operator_unknown",
    ),
    (
        rule(**{"if": {"time.weekday": "jeudi"}}),
        "/rules/0/if/time.weekday",
        "not_a_weekday",
    ),
    (
        rule(**{"if": {"member.balance.stars": 5}}),
        "/rules/0/if/member.balance.stars",
        "balance_unknown",
    ),
    (credit(amount="1.5"), "/rules/0/then/0/credit/amount", "too_many_decimals"),
    (credit(), "/rules/0/then/0/credit", "one_way_to_credit"),
    (
        credit(amount=5, schedule=[{"percent": "30", "after": {"days": 1}}]),
        "/rules/0/then/0/credit/schedule",
        "instalments_are_not_100_percent",
    ),
    (credit(amount=5, by_tier={"z": 9}), "/rules/0/then/0/credit/by_tier/z", "tier_unknown"),
    (rule(when="review.posted"), "/rules/0/then/0/credit/per_amount", "needs_a_purchase"),
    (
        {"tier_groups": [{"id": "s", "balance": "points", "tiers": []}]},
        "/tier_groups/0/tiers",
        "field_missing",
    ),
    (
        {
            "tier_groups": [
                {
                    "id": "s",
                    "balance": "points",
                    "tiers": [{"id": "a", "at_least": 5}, {"id": "b", "at_least": 5}],
                }
            ]
        },
        "/tier_groups/0/tiers",
        "same_threshold_twice",
    ),
    ({"rewards": [{"id": "gift", "kind": "discount"}]}, "/rewards/0/worth", "field_missing"),
    ({"rewards": [{"id": "gift", "kind": "credit"}]}, "/rewards/0/credit", "field_missing"),
    (
        {"rewards": [{"id": "g", "kind": "perk", "reserved_to": {"group": "x", "tiers": ["a"]}}]},
        "/rewards/0/reserved_to/group",
        "tier_group_unknown",
    ),
    ({"partitions": {"a": ["s"], "b": ["s"]}}, "/partitions/b", "store_in_two_partitions"),
    (
        {
            "rules": [
                {"id": "one", "when": "a.b", "then": [{"emit": "c.d"}]},
                {"id": "two", "when": "c.d", "then": [{"emit": "a.b"}]},
            ]
        },
        "/rules/0",
        "cascade_too_deep",
    ),
]


@pytest.mark.parametrize(("over", "field", "code"), BROKEN, ids=[f"{c}-{f}" for _, f, c in BROKEN])
def test_a_broken_document_is_refused_at_its_place(
    over: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse(merged(SOUND, over), 1)

    assert (refusal.value.field, refusal.value.code) == (field, code)


def test_the_pages_write_each_currency_with_the_decimals_that_the_engine_counts_in() -> None:
    page = Path(__file__).parents[3] / "functions/web/static/ui/money.js"
    listed = re.findall(r"\b([A-Z]{3}): (\d)\b", page.read_text("utf-8"))

    assert {currency: int(digits) for currency, digits in listed} == EXPONENTS
