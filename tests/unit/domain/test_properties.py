"""What holds whatever the rules and whatever happens (hypothesis draws the seeds)."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tessera.domain.account import apply
from tessera.domain.calendar import Period, day_of, period_of
from tessera.domain.commands import Advantage, Line
from tessera.domain.decide import after, decide
from tessera.domain.decision import Decision, Ids
from tessera.domain.errors import TesseraError
from tessera.domain.programme import Programme
from tests.unit.domain.worlds import (
    DAY_MS,
    FACTS,
    START_MS,
    command,
    comparable,
    joined,
    lines,
    programme,
    rules,
    sale,
)

SEEDS = st.integers(0, 2**32)
LIMITED = [
    {"credit": 60, "per": "operation"},
    {"credit": 90, "per": "day"},
    {"credit_operations": 4, "per": "week"},
    {"debit": 70, "per": "day"},
]


def test_a_thousand_shuffles_of_equal_rules_give_the_identical_decision() -> None:
    draw = random.Random(20)
    found = rules(draw, 20)
    goods = lines(draw, 5)
    caps = [{"credit": 300, "per": "operation"}, {"credit": 200, "per": "day"}]
    operations = [
        {"id": "a", "balance": "points", "coefficient": "2", "lines": {"line.family": "food"}},
        {"id": "b", "balance": "points", "coefficient": "3"},
    ]
    seen = set()
    for _ in range(1000):
        draw.shuffle(found)
        draw.shuffle(operations)
        shuffled = programme(
            balances=[{"id": "points", "caps": caps}], rules=found, operations=operations
        )
        decision = decide(shuffled, joined(shuffled), FACTS, sale(START_MS, goods), Ids(b""))
        seen.add(repr(comparable(decision)))

    assert len(seen) == 1


@settings(max_examples=150)
@given(SEEDS)
def test_splitting_or_merging_lines_changes_nothing_for_per_amount_rules(seed: int) -> None:
    draw = random.Random(seed)
    family = draw.choice(["drinks", "food"])
    document = programme(
        rules=[
            {
                "id": f"r{place}",
                "when": "purchase.recorded",
                "lines": {"line.family": family} if place else {"line.amount": {"at_least": "0"}},
                "then": [{"credit": {"per_amount": {"every": "1.00", "give": place + 1}}}],
            }
            for place in range(3)
        ],
        operations=[{"id": "op", "coefficient": "1.5", "lines": {"line.family": "food"}}],
        balances=[{"id": "points", "rounding": {"credit": draw.choice(["up", "down", "neutral"])}}],
    )
    whole = lines(draw, 4)
    parts: list[Line] = []
    for line in whole:
        cut = draw.randrange(0, line.gross + 1)
        parts += [
            Line(line.article, line.quantity_milli, gross, attributes=line.attributes)
            for gross in (cut, line.gross - cut)
        ]
    draw.shuffle(parts)
    account = joined(document)
    coupon = draw.randrange(0, 3000)

    def earned(goods: tuple[Line, ...]) -> int:
        request = sale(START_MS, goods, advantages=(Advantage("C", coupon),))
        return decide(document, account, FACTS, request, Ids(b"")).moved("points")

    assert earned(whole) == earned(tuple(parts))


def limited(seed: int) -> Programme:
    """A programme with caps, bounds, expiry, pending value, tiers and a reward."""
    draw = random.Random(seed)
    return programme(
        balances=[
            {
                "id": "points",
                "minimum": 0,
                "maximum": 500,
                "caps": LIMITED,
                "expiry": draw.choice(["never", {"after": {"days": 3}}, {"sliding": {"days": 4}}]),
                "spending": {
                    "value": {"points": 10, "gives": "1.00"},
                    "after_use": draw.choice(["deduct_used", "reset", "keep"]),
                },
            }
        ],
        rules=[
            *rules(draw, 4),
            {
                "id": "review",
                "when": "review.posted",
                "then": [
                    {
                        "credit": {
                            "amount": 25,
                            "schedule": [
                                {"percent": "30", "after": {"days": 0}},
                                {"percent": "70", "after": {"days": 2}},
                            ],
                        }
                    }
                ],
            },
        ],
        rewards=[{"id": "gift", "kind": "perk", "price": {"amount": 20}}],
        tier_groups=[
            {
                "id": "status",
                "metric": draw.choice(["earned", "balance"]),
                "down": "real_time",
                "tiers": [{"id": "a", "at_least": 10}, {"id": "b", "at_least": 100}],
            }
        ],
    )


@settings(max_examples=120)
@given(SEEDS)
def test_no_sequence_of_commands_breaks_the_account(seed: int) -> None:
    document = limited(seed)
    draw = random.Random(seed)
    account = joined(document)
    at_ms = START_MS
    moved = {"points": 0}
    earned: dict[tuple[str, int], int] = {}
    for number in range(40):
        at_ms += draw.choice([0, 1000, DAY_MS // 2, DAY_MS])
        request = command(draw, account, at_ms, number)
        before = account
        try:
            decision = decide(document, account, FACTS, request, Ids(bytes([number])))
        except TesseraError:
            continue
        assert decision == decide(document, account, FACTS, request, Ids(bytes([number])))
        account = after(account, decision)
        moved["points"] += decision.moved("points")
        # The balance is its lots, and its lots are the sum of every movement.
        assert account.total("points") == moved["points"]
        assert all(amount >= 0 for amount in account.lots.values())
        today = day_of(at_ms, document.zone)
        assert account.available("points", today, at_ms) >= 0
        assert _usable(account.lots, today) <= 500
        _check_caps(decision, request, earned, before.business_day(today))


def _usable(lots: object, today: int) -> int:
    assert isinstance(lots, dict)
    return sum(amount for key, amount in lots.items() if key.expires_on >= today)


def _check_caps(
    decision: Decision, request: object, earned: dict[tuple[str, int], int], day: int
) -> None:
    """Caps hold for what rules credit; a clerk's correction is not theirs to limit."""
    if decision.kind not in {"purchase", "event"}:
        return
    steps = [step for step in decision.trace if step.code == "rule" and "credited" in step.values]
    credited = sum(int(step.values["credited"] or 0) for step in steps)
    assert credited <= 60
    earned["day", day] = earned.get(("day", day), 0) + credited
    assert earned["day", day] <= 90
    week = period_of(Period.WEEK, day)
    earned["week", week] = earned.get(("week", week), 0) + (1 if credited else 0)
    assert earned["week", week] <= 4


@settings(max_examples=60)
@given(SEEDS)
def test_a_quote_equals_the_purchase_that_follows(seed: int) -> None:
    document = limited(seed)
    draw = random.Random(seed)
    account = joined(document)
    request = sale(START_MS + 1000, lines(draw, 3), "7")

    quote = decide(document, account, FACTS, request, Ids(b"quote"))
    sold = decide(document, account, FACTS, request, Ids(b"sold"))

    assert quote.changes == sold.changes
    assert apply(account, quote.changes).lots == after(account, sold).lots


@settings(max_examples=60)
@given(SEEDS)
def test_what_lines_earned_and_spent_sums_to_the_movement(seed: int) -> None:
    document = limited(seed)
    draw = random.Random(seed)
    account = joined(document)
    for number in range(6):
        request = command(draw, account, START_MS + number * DAY_MS, number)
        try:
            decision = decide(document, account, FACTS, request, Ids(b""))
        except TesseraError:
            continue
        account = after(account, decision)
        if decision.kind == "purchase":
            earned = sum(share.earned.get("points", 0) for share in decision.lines)
            steps = [step.values for step in decision.trace if step.code == "rule"]
            assert earned == sum(int(values.get("credited") or 0) for values in steps)
