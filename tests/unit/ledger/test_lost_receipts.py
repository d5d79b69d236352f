"""Goods that come back without their receipt (O-12, A-05, X-04; decision 0029)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tessera.application.answers import time_text
from tessera.application.correct_purchase import move_purchase
from tessera.application.find_goods import SALES_MAX
from tessera.application.pair_command import merge_members
from tessera.application.record_return import record_return
from tessera.domain.errors import InvalidInput, KeyReused, Refused
from tests.fakes.stack import MemoryStack, said
from tests.unit.ledger import deeds
from tests.unit.ledger.shop import PROGRAMME, buy, enrol, give_back, joined, standing, with_policy

PLAIN: dict[str, Any] = {**PROGRAMME, "tier_groups": []}


def bring(stack: MemoryStack, member: str, number: str, **fields: Any) -> dict[str, Any]:
    """Goods brought back by a member who has no receipt."""
    return said(record_return(stack.services, stack.writing(note(member, number, **fields))))


def note(member: str, number: str, **fields: Any) -> dict[str, Any]:
    return {
        "document": {"store": "s1", "number": number},
        "member": {"id": member},
        "currency": "EUR",
        **fields,
    }


def points(stack: MemoryStack, member: str) -> int:
    return stack.account(member, "shop").total("points")


def sources(answer: dict[str, Any]) -> list[tuple[str, int, int]]:
    """Of which receipts the goods were found to be, with line and thousandths."""
    return [
        (source["document"]["number"], source["line"], source["quantity_milli"])
        for goods in answer["goods"]
        for source in goods["sources"]
    ]


@pytest.mark.requirement("X-04")
def test_goods_without_receipt_undo_the_line_that_they_were_as_if_it_were_named() -> None:
    lines = [
        {"article": "a", "gross": 4000},
        {"article": "b", "quantity": 3, "gross": 9000, "discount": 900},
    ]
    named, by_name = joined()
    lost, by_goods = joined()
    for stack, member in ((named, by_name), (lost, by_goods)):
        buy(stack, member, "r1", lines=lines)
    give_back(named, "c1", "r1", lines=[{"line": 1, "quantity": 2}])
    answer = bring(lost, by_goods, "c1", goods=[{"article": "b", "quantity": 2, "gross": 5400}])
    assert sources(answer) == [("r1", 1, 2000)]
    assert answer["goods"][0]["estimated_milli"] == 0
    assert answer["original"] is None
    ours, theirs = lost.account(by_goods, "shop"), named.account(by_name, "shop")
    assert standing(ours).lots == standing(theirs).lots
    assert deeds.counted(ours) == deeds.counted(theirs)
    deeds.proved(lost)


@pytest.mark.requirement("A-05")
def test_goods_are_of_the_newest_sale_before_them() -> None:
    """Each sale gave what its day's rules gave: the newest was made at a higher tier."""
    stack, member = joined(points=0)
    buy(stack, member, "old", lines=[{"article": "a", "gross": 10_000}])
    buy(stack, member, "lift", lines=[{"article": "z", "gross": 10_000}])
    stack.clock.pass_days(1)
    buy(stack, member, "new", lines=[{"article": "a", "gross": 10_000}])
    before = points(stack, member)
    answer = bring(stack, member, "c1", goods=[{"article": "a", "gross": 10_000}])
    assert sources(answer) == [("new", 0, 1000)]
    assert points(stack, member) == before - 200  # The gold coefficient of 2, not 1.5.
    assert sources(bring(stack, member, "c2", goods=[{"article": "a", "gross": 10_000}])) == [
        ("old", 0, 1000)
    ]


@pytest.mark.requirement("A-05")
def test_a_sale_after_the_return_is_not_what_came_back() -> None:
    stack, member = joined(PLAIN, points=0)
    buy(stack, member, "first", lines=[{"article": "a", "gross": 1000}])
    stack.clock.pass_days(2)
    buy(stack, member, "later", lines=[{"article": "a", "gross": 1000}])
    between = time_text(stack.clock.now_ms() - 86_400_000)
    goods = [{"article": "a", "gross": 1000}]
    answer = bring(stack, member, "c1", goods=goods, occurred_at=between)
    assert sources(answer) == [("first", 0, 1000)]


@pytest.mark.requirement("X-04")
def test_pieces_are_of_several_sales_where_no_one_has_enough() -> None:
    stack, member = joined(points=0)
    before = standing(stack.account(member, "shop"))
    buy(stack, member, "r1", lines=[{"article": "a", "quantity": 2, "gross": 2000}])
    stack.clock.pass_days(1)
    buy(
        stack, member, "r2",
        lines=[{"article": "a", "quantity": 1, "gross": 1000}, {"article": "b", "gross": 500}],
    )  # fmt: skip
    answer = bring(
        stack, member, "c1",
        goods=[{"article": "a", "quantity": 3, "gross": 3000}, {"article": "b", "gross": 500}],
    )  # fmt: skip
    assert sources(answer) == [("r2", 0, 1000), ("r1", 0, 2000), ("r2", 1, 1000)]
    after = standing(stack.account(member, "shop"))
    assert after == before
    with pytest.raises(Refused, match="nothing_left_to_return"):
        give_back(stack, "c2", "r1")
    deeds.proved(stack)


@pytest.mark.requirement("X-04")
def test_what_came_back_once_is_not_found_again() -> None:
    stack, member = joined(PLAIN, points=100)
    buy(stack, member, "r1", lines=[{"article": "a", "quantity": 3, "gross": 3000}])
    give_back(stack, "c1", "r1", lines=[{"line": 0, "quantity": 2}])
    answer = bring(stack, member, "c2", goods=[{"article": "a", "quantity": 2, "gross": 2000}])
    assert sources(answer) == [("r1", 0, 1000)]
    assert answer["goods"][0]["estimated_milli"] == 1000
    assert points(stack, member) == 100 + 30 - 20 - 10 - 10


def test_a_line_that_came_back_by_amount_is_left_alone() -> None:
    stack, member = joined(PLAIN, points=100)
    buy(stack, member, "r1", lines=[{"article": "a", "quantity": 2, "gross": 2000}])
    give_back(stack, "c1", "r1", lines=[{"line": 0, "amount": 300}])
    answer = bring(stack, member, "c2", goods=[{"article": "a", "gross": 1000}])
    assert sources(answer) == []
    assert answer["goods"][0]["estimated_milli"] == 1000


@pytest.mark.requirement("A-05")
@pytest.mark.parametrize(
    "other",
    [
        {"article": "other", "gross": 1000},
        {"article": "a", "gross": 900},
        {"article": "a", "gross": 1000, "discount": 100},
    ],
)
def test_another_article_or_price_is_not_that_line(other: dict[str, Any]) -> None:
    stack, member = joined(PLAIN, points=100)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 1000}])
    answer = bring(stack, member, "c1", goods=[other])
    assert sources(answer) == []


def test_a_part_of_weighed_goods_is_found_at_its_rounded_price() -> None:
    stack, member = joined(PLAIN, points=100)
    buy(stack, member, "r1", lines=[{"article": "ham", "quantity": "0.750", "gross": 2993}])
    half = {"article": "ham", "quantity": "0.400", "gross": 1596}  # 15.9626…
    assert sources(bring(stack, member, "c1", goods=[half])) == [("r1", 0, 400)]


@pytest.mark.requirement("O-12")
def test_goods_that_were_never_bought_take_what_they_would_earn_and_say_so() -> None:
    """A 20 EUR credit note takes 20 points; statistics and tiers are those of real sales."""
    stack, member = joined(PLAIN, points=0)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 5000}])
    before = stack.account(member, "shop")
    answer = bring(stack, member, "c1", total=2000)
    after = stack.account(member, "shop")
    assert (before.total("points"), after.total("points")) == (50, 30)
    assert answer["goods"] == [
        {
            "article": "",
            "quantity_milli": 1000,
            "net": 2000,
            "sources": [],
            "estimated_milli": 1000,
        }
    ]
    assert deeds.counted(after) == deeds.counted(before)
    (entry,) = stack.services.entries.newest(member, "shop", "-", 1)
    assert dict(entry.happenings)["purchase.returned"]["estimated"] is True
    deeds.proved(stack)


@pytest.mark.requirement("O-12")
def test_a_total_is_the_sale_of_that_total() -> None:
    stack, member = joined(PLAIN, points=0)
    buy(stack, member, "r1", total=2000)
    answer = bring(stack, member, "c1", total=2000)
    assert sources(answer) == [("r1", 0, 1000)]
    assert points(stack, member) == 0


@pytest.mark.requirement("A-05")
@pytest.mark.parametrize(("policy", "left"), [("within_balance", 0), ("allow_negative", -20)])
def test_estimated_goods_follow_the_policy_where_too_little_is_left(policy: str, left: int) -> None:
    stack, member = joined({**with_policy(policy), "tier_groups": []}, points=10)
    answer = bring(stack, member, "c1", total=3000)
    assert answer["results"][0]["shortfalls"] == {"points": 20, "stamps": 1}
    assert points(stack, member) == left


@pytest.mark.requirement("A-05")
def test_a_return_that_the_policy_refuses_takes_nothing_out_of_the_sale() -> None:
    stack, member = joined({**with_policy("refuse"), "tier_groups": []}, points=0)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 1000}])
    goods = [{"article": "a", "gross": 1000}, {"article": "never", "gross": 1000}]
    with pytest.raises(Refused, match="return_exceeds_balance"):
        bring(stack, member, "c1", goods=goods)
    assert points(stack, member) == 10
    give_back(stack, "c2", "r1")


@pytest.mark.requirement("X-01")
def test_the_same_lost_receipt_again_is_told_the_same_and_another_is_refused() -> None:
    stack, member = joined(PLAIN, points=0)
    buy(stack, member, "r1", lines=[{"article": "a", "quantity": 2, "gross": 2000}])
    body = note(member, "c1", goods=[{"article": "a", "gross": 1000}])
    first = record_return(stack.services, stack.writing(body))
    again = record_return(stack.services, stack.writing(body))
    assert again.replayed
    assert again.body == first.body
    assert points(stack, member) == 10
    with pytest.raises(KeyReused):
        bring(stack, member, "c1", goods=[{"article": "a", "quantity": 2, "gross": 2000}])
    with pytest.raises(KeyReused):
        give_back(stack, "c1", "r1")


@pytest.mark.requirement("X-04")
def test_two_tills_that_take_the_last_piece_at_once_find_it_once() -> None:
    stack, member = joined(PLAIN, points=100)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 1000}])
    deeds.just_before_the_transaction(stack, lambda: give_back(stack, "c1", "r1"))
    answer = bring(stack, member, "c2", goods=[{"article": "a", "gross": 1000}])
    assert sources(answer) == []
    assert answer["goods"][0]["estimated_milli"] == 1000
    deeds.proved(stack)


def test_a_sale_that_was_moved_away_is_found_with_whom_it_is_now() -> None:
    stack, wrong = joined(PLAIN, points=100)
    right = enrol(stack)
    buy(stack, wrong, "r1", lines=[{"article": "a", "gross": 1000}])
    body = {"document": {"store": "s1", "number": "r1"}, "to": {"id": right}}
    move_purchase(stack.services, stack.writing(body))
    assert sources(bring(stack, wrong, "c1", goods=[{"article": "a", "gross": 1000}])) == []
    found = bring(stack, right, "c2", goods=[{"article": "a", "gross": 1000}])
    assert sources(found) == [("r1", 0, 1000)]
    deeds.proved(stack)


@pytest.mark.requirement("X-12")
def test_what_a_merged_member_bought_is_found_with_whoever_took_him_over() -> None:
    stack, kept = joined(PLAIN, points=0)
    gone = enrol(stack)
    buy(stack, gone, "r1", lines=[{"article": "a", "gross": 1000}])
    merge = {"member": {"id": gone}, "into": {"id": kept}}
    merge_members(stack.services, stack.writing(merge))
    answer = bring(stack, kept, "c1", goods=[{"article": "a", "gross": 1000}])
    assert sources(answer) == [("r1", 0, 1000)]
    assert points(stack, kept) == 0
    deeds.proved(stack)


@pytest.mark.requirement("X-12")
def test_in_a_household_everybody_brings_back_what_he_bought_himself() -> None:
    stack = MemoryStack()
    stack.publish_file("demo")
    anna = deeds.member(stack, "Anna")
    deeds.buy(stack, anna, "own", 1000)
    household = deeds.household_of(stack, anna, berta := deeds.member(stack, "Berta"))
    deeds.buy(stack, anna, "hers", 2000)
    deeds.buy(stack, berta, "his", 3000)
    assert sources(bring(stack, anna, "c1", total=3000)) == []
    assert sources(bring(stack, anna, "c2", total=2000)) == [("hers", 0, 1000)]
    assert sources(bring(stack, anna, "c3", total=1000)) == [("own", 0, 1000)]
    assert sources(bring(stack, berta, "c4", total=3000)) == [("his", 0, 1000)]
    deeds.proved(stack)
    assert household


def test_a_sale_that_two_programmes_rewarded_is_undone_in_both() -> None:
    stack, member = joined(PLAIN, points=0)
    stack.publish({**PLAIN, "programme": "second"})
    enrol(stack, "second", member)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 1000}])
    goods = [{"article": "a", "gross": 1000}, {"article": "never", "gross": 100}]
    answer = bring(stack, member, "c1", goods=goods)
    assert sources(answer) == [("r1", 0, 1000)]
    assert [result["programme"] for result in answer["results"]] == ["second", "shop"]
    assert stack.account(member, "second").total("points") == 0
    assert points(stack, member) == 0
    deeds.proved(stack)


def test_goods_of_more_sales_than_a_transaction_holds_are_refused() -> None:
    stack, member = joined(PLAIN, points=0)
    for number in range(SALES_MAX + 1):
        buy(stack, member, f"r{number}", lines=[{"article": "a", "gross": 100}])
    many = SALES_MAX + 1
    with pytest.raises(Refused) as refusal:
        bring(stack, member, "c1", goods=[{"article": "a", "quantity": many, "gross": many * 100}])
    assert refusal.value.code == "too_many_sales"
    fewer = SALES_MAX
    answer = bring(
        stack, member, "c1", goods=[{"article": "a", "quantity": fewer, "gross": fewer * 100}]
    )
    assert len(sources(answer)) == SALES_MAX


def test_another_currency_is_another_sale_and_no_estimate() -> None:
    stack, member = joined(PLAIN, points=0)
    buy(stack, member, "r1", total=2000)
    with pytest.raises(InvalidInput, match="currency"):
        bring(stack, member, "c1", total=2000, currency="CHF")


def test_who_is_in_no_programme_has_nothing_to_bring_back_to() -> None:
    stack, _ = joined(PLAIN, points=0)
    member = enrol(stack, programme=None)
    with pytest.raises(Refused, match="not_enrolled"):
        bring(stack, member, "c1", total=2000)


BASKET = st.lists(
    st.fixed_dictionaries(
        {"article": st.sampled_from("ab"), "quantity": st.integers(1, 3), "each": st.just(500)}
    ),
    min_size=1,
    max_size=3,
)


@pytest.mark.requirement("X-04")
@settings(max_examples=25)
@given(baskets=st.lists(BASKET, min_size=1, max_size=4), data=st.data())
def test_all_goods_come_back_without_receipt_in_any_order_and_nothing_is_left(
    baskets: list[list[dict[str, Any]]], data: st.DataObject
) -> None:
    stack, member = joined(PLAIN, points=0)
    pieces: list[str] = []
    for number, basket in enumerate(baskets):
        lines = [
            {
                "article": line["article"],
                "quantity": line["quantity"],
                "gross": line["quantity"] * line["each"],
            }
            for line in basket
        ]
        buy(stack, member, f"r{number}", lines=lines)
        pieces += [line["article"] for line in basket for _ in range(line["quantity"])]
    number = 0
    while pieces:
        taken = data.draw(st.integers(1, len(pieces)))
        order = data.draw(st.permutations(pieces))
        wanted, pieces = order[:taken], list(order[taken:])
        goods = [
            {"article": name, "quantity": wanted.count(name), "gross": wanted.count(name) * 500}
            for name in sorted(set(wanted))
        ]
        answer = bring(stack, member, f"c{number}", goods=goods)
        assert all(item["estimated_milli"] == 0 for item in answer["goods"])
        number += 1
    account = stack.account(member, "shop")
    assert set(account.lots.values()) <= {0}
    assert not any(account.stats.values())
    deeds.proved(stack)
