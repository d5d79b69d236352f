"""Returns: exact by construction (X-04, A-05, O-12, A-17)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tessera.application.adjust_balance import adjust_balance
from tessera.application.baskets import lines_of
from tessera.application.details import unpack_detail
from tessera.application.pair_command import merge_members
from tessera.application.record_return import record_return
from tessera.domain.errors import NotFound, Refused
from tests.fakes.stack import MemoryStack
from tests.unit.ledger.deeds import proved
from tests.unit.ledger.shop import PROGRAMME, buy, enrol, give_back, joined, standing, with_policy

LINES: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.fixed_dictionaries(
        {
            "article": st.sampled_from(["a", "b", "c"]),
            "quantity": st.integers(1, 5),
            "gross": st.integers(0, 20_000),
        }
    ),
    min_size=1,
    max_size=10,
).filter(lambda lines: any(line["gross"] for line in lines))


@pytest.mark.requirement("X-04")
@settings(max_examples=25)
@given(lines=LINES, payment=st.integers(0, 30), coupon=st.integers(0, 500), data=st.data())
def test_returning_every_part_in_any_order_leaves_the_account_as_if_never_sold(
    lines: list[dict[str, Any]], payment: int, coupon: int, data: st.DataObject
) -> None:
    stack, member = joined()
    before = standing(stack.account(member, "shop"))
    asked = {"payments": [{"balance": "points", "amount": payment * 10}]} if payment else {}
    total = sum(line["gross"] for line in lines)
    coupon = min(coupon, max(0, total - payment * 100))
    try:
        buy(
            stack, member, "r1", lines=lines, advantages=[{"code": "coupon", "amount": coupon}],
            **asked,
        )  # fmt: skip
    except Refused:
        return
    parts = [(index, 1) for index, line in enumerate(lines) for _ in range(line["quantity"])]
    for place, (index, quantity) in enumerate(data.draw(st.permutations(parts))):
        give_back(stack, f"c{place}", "r1", lines=[{"line": index, "quantity": quantity}])
    assert standing(stack.account(member, "shop")) == before


def line_nets(stack: MemoryStack, number: str) -> list[int]:
    """What was paid for each line of a sale, the coupon and the points shared over them."""
    row = stack.table.get(f"I#purchase:s1#{number}", "I")
    assert row is not None
    entries: Any = row["e"]
    ((programme, partition, sequence),) = entries
    detail = stack.services.entries.detail(str(row["m"]), programme, partition, sequence)
    assert detail is not None
    return [line.net for line in lines_of(unpack_detail(detail).basket)]


@pytest.mark.requirement("X-04", "A-05")
@settings(max_examples=10)
@given(
    grosses=st.lists(st.integers(500, 9_000), min_size=10, max_size=10),
    data=st.data(),
)
def test_ten_lines_with_a_tier_a_coupon_and_points_come_back_in_parts_as_if_never_sold(
    grosses: list[int], data: st.DataObject
) -> None:
    """Lines of even place come back by quantity, the others by amount, each in several parts."""
    stack, member = joined()
    before = standing(stack.account(member, "shop"))
    buy(
        stack, member, "r1",
        lines=[{"article": "a", "quantity": 3, "gross": gross} for gross in grosses],
        advantages=[{"code": "coupon", "amount": 700}],
        payments=[{"balance": "points", "amount": 200}],
    )  # fmt: skip
    sold = stack.account(member, "shop")
    assert sold.stats["orders"] == 1
    assert sold.total("points") != before.total("points")
    parts: list[dict[str, int]] = []
    for line, net in enumerate(line_nets(stack, "r1")):
        if line % 2 == 0:
            parts += [{"line": line, "quantity": 1}] * 3
        else:
            first = data.draw(st.integers(1, net - 1))
            parts += [{"line": line, "amount": first}, {"line": line, "amount": net - first}]
    for place, part in enumerate(data.draw(st.permutations(parts))):
        give_back(stack, f"c{place}", "r1", lines=[part])
    assert standing(stack.account(member, "shop")) == before


@pytest.mark.requirement("X-04")
@settings(max_examples=25)
@given(
    notes=st.lists(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=3),
        max_size=8,
    )
)
def test_no_credit_notes_bring_back_more_than_was_bought(
    notes: list[list[tuple[int, int]]],
) -> None:
    stack, member = joined()
    buy(
        stack, member, "r1", lines=[{"article": "a", "quantity": 4, "gross": 4_000}] * 3
    )  # fmt: skip
    left = [4, 4, 4]
    for place, note in enumerate(notes):
        wanted = [sum(part for line, part in note if line == one) for one in range(3)]
        asked = [{"line": line, "quantity": part} for line, part in note]
        if all(want <= has for want, has in zip(wanted, left, strict=True)):
            give_back(stack, f"c{place}", "r1", lines=asked)
            left = [has - want for want, has in zip(wanted, left, strict=True)]
        else:
            with pytest.raises(Refused, match="more_than_bought"):
                give_back(stack, f"c{place}", "r1", lines=asked)
        account = stack.account(member, "shop")
        assert account.stats.get("spent", 0) == 1_000 * sum(left)


@pytest.mark.requirement("X-04", "A-05")
@settings(max_examples=25)
@given(lines=LINES, between=st.lists(st.integers(100, 30_000), max_size=3), data=st.data())
def test_with_other_sales_in_between_the_reversals_sum_to_the_award(
    lines: list[dict[str, Any]], between: list[int], data: st.DataObject
) -> None:
    stack, member = joined()
    result = buy(stack, member, "r1", lines=lines)["results"][0]
    award = {item["balance"]: item["earned"] for item in result["balances"]}
    reversed_: dict[str, int] = dict.fromkeys(award, 0)
    sales = [f"o{place}" for place in range(len(between))]
    steps = data.draw(st.permutations([*range(len(lines)), *sales]))
    for step in steps:
        if isinstance(step, str):
            buy(stack, member, step, total=between[int(step[1:])])
            continue
        answer = give_back(
            stack, f"c{step}", "r1", lines=[{"line": step, "quantity": lines[step]["quantity"]}]
        )
        for item in answer["results"][0]["balances"]:
            reversed_[item["balance"]] += item["spent"]
    assert reversed_ == award


@pytest.mark.requirement("X-04")
def test_no_pair_of_credit_notes_returns_a_line_twice() -> None:
    stack, member = joined()
    buy(stack, member, "r1", lines=[{"article": "a", "quantity": 3, "gross": 3000}])
    give_back(stack, "c1", "r1", lines=[{"line": 0, "quantity": 2}])
    with pytest.raises(Refused) as refusal:
        give_back(stack, "c2", "r1", lines=[{"line": 0, "quantity": 2}])
    assert refusal.value.code == "more_than_bought"
    assert (refusal.value.required, refusal.value.available) == (2000, 1000)
    give_back(stack, "c3", "r1", lines=[{"line": 0, "quantity": 1}])
    with pytest.raises(Refused, match="nothing_left_to_return"):
        give_back(stack, "c4", "r1")


@pytest.mark.requirement("O-12")
def test_a_credit_note_of_twenty_euros_takes_twenty_points() -> None:
    document = {**PROGRAMME, "tier_groups": []}
    stack, member = joined(document, points=0)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 5000}])
    assert stack.account(member, "shop").total("points") == 50
    give_back(stack, "c1", "r1", lines=[{"line": 0, "amount": 2000}])
    assert stack.account(member, "shop").total("points") == 30


@pytest.mark.requirement("O-12")
def test_credit_notes_leave_the_balance_where_the_programme_says_so() -> None:
    document = {**PROGRAMME, "returns": {"reduce_balance": False}}
    stack, member = joined(document, points=0)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 5000}])
    before = stack.account(member, "shop").total("points")
    give_back(stack, "c1", "r1")
    assert stack.account(member, "shop").total("points") == before


@pytest.mark.requirement("A-05")
@pytest.mark.parametrize(
    ("policy", "left", "shortfall"),
    [("within_balance", 0, 60), ("allow_negative", -60, 60)],
)
def test_points_already_spent_follow_the_policy(policy: str, left: int, shortfall: int) -> None:
    stack, member = joined(with_policy(policy), points=0)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 10_000}])
    adjust = {"member": {"id": member}, "programme": "shop", "balance": "points"}
    adjust_balance(
        stack.services, stack.writing({**adjust, "amount": -60, "reason": "spent elsewhere"})
    )
    had = stack.account(member, "shop").total("points")
    answer = give_back(stack, "c1", "r1")
    earned = 150  # 100 EUR at the silver coefficient of 1.5.
    assert had == earned - 60
    assert answer["results"][0]["shortfalls"] == {"points": shortfall}
    assert stack.account(member, "shop").total("points") == left


@pytest.mark.requirement("A-05")
def test_a_return_is_refused_where_the_programme_says_so_and_nothing_is_written() -> None:
    stack, member = joined(with_policy("refuse"), points=0)
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 10_000}])
    adjust = {"member": {"id": member}, "programme": "shop", "balance": "points"}
    adjust_balance(stack.services, stack.writing({**adjust, "amount": -60, "reason": "spent"}))
    before = stack.account(member, "shop")
    with pytest.raises(Refused) as refusal:
        give_back(stack, "c1", "r1")
    assert refusal.value.code == "return_exceeds_balance"
    assert refusal.value.missing == 60
    assert stack.account(member, "shop") == before


@pytest.mark.requirement("A-05")
def test_spent_points_go_back_to_their_lot_or_live_thirty_more_days() -> None:
    stack, member = joined(points=300)
    (lot,) = stack.account(member, "shop").lots
    buy(
        stack, member, "r1", lines=[{"article": "a", "gross": 1000}],
        payments=[{"balance": "points", "amount": 100}],
    )  # fmt: skip
    stack.clock.pass_days(400)
    give_back(stack, "c1", "r1")
    account = stack.account(member, "shop")
    given_back = [key for key in account.lots if key.expires_on > lot.expires_on]
    assert [key.expires_on - (stack.clock.at_ms // 86_400_000) for key in given_back] == [30]
    assert [account.lots[key] for key in given_back] == [100]


@pytest.mark.requirement("X-01")
def test_the_same_credit_note_again_is_told_the_same_byte_for_byte() -> None:
    stack, member = joined()
    buy(stack, member, "r1", lines=[{"article": "a", "gross": 1000}])
    body = {
        "document": {"store": "s1", "number": "c1"},
        "original": {"store": "s1", "number": "r1"},
    }
    first = record_return(stack.services, stack.writing(body))
    again = record_return(stack.services, stack.writing(body))
    assert again.replayed
    assert again.body == first.body


def test_a_sale_that_nobody_recorded_cannot_come_back() -> None:
    stack, _ = joined()
    with pytest.raises(NotFound, match="document_unknown"):
        give_back(stack, "c1", "never")


@pytest.mark.requirement("X-12")
def test_a_period_that_a_merged_member_had_forgotten_is_not_counted_below_nothing() -> None:
    """An account counts the newest two periods; what came back of an older one is past counting.

    Whoever took it over may count that period still, without the merged member's part of it.
    """
    (points, stamps) = PROGRAMME["balances"]
    capped = {**points, "caps": [{"credit": 5000, "per": "day"}]}
    plain = {**PROGRAMME, "tier_groups": [], "balances": [capped, stamps]}
    stack, gone = joined(plain, points=0)
    kept = enrol(stack)
    buy(stack, kept, "hers", total=1000)
    buy(stack, gone, "his", total=3000)
    for day in ("second", "third"):
        stack.clock.pass_days(1)
        buy(stack, gone, day, total=1000)
        give_back(stack, f"c-{day}", day)
    merging = {"member": {"id": gone}, "into": {"id": kept}}
    merge_members(stack.services, stack.writing(merging))
    give_back(stack, "c1", "his")
    account = stack.account(kept, "shop")
    assert account.total("points") == 10
    assert all(counter.value >= 0 for counter in account.counters.values())
    proved(stack)
