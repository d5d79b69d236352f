"""What all members share: the codes of a pool, and budgets (I22, I23)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.simulation.caps import paid_of
from tests.simulation.hands import Body
from tests.simulation.history import History, Violation
from tests.simulation.programme import SCHEMES

HANDED_ON = frozenset({"pool_in", "pool_leave", "pool_back", "merge_in", "return"})
"""Entries that bring a voucher into a hand without making it."""


def pooled(history: History) -> Iterator[Violation]:
    """I22: a code of a pool is in the pool, or was handed out once."""
    left = {str(row["sk"]) for row in history.rows if row["t"] == "K"}
    made: Counter[str] = Counter()
    codes: set[str] = set()
    for ledger in history.ledgers:
        codes.update(SCHEMES[ledger.account.programme].codes)
        for body in ledger.bodies:
            if body["k"] not in HANDED_ON:
                made.update(
                    after[0]
                    for before, after in body.get("x", {}).get("o", ())
                    if before is None and after is not None
                )
    for code in sorted(codes):
        if made[code] + (code in left) != 1:
            place = "and is in the pool" if code in left else "and is not in the pool"
            yield Violation("I22", f"code {code} was handed out {made[code]} times {place}")


def budgeted(history: History) -> Iterator[Violation]:
    """I23: what an operation adds, and how often a reward is given, stays within its budget."""
    added: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for ledger in history.ledgers:
        scheme = SCHEMES[ledger.account.programme]
        for body in ledger.bodies:
            if body["k"] == "purchase":
                moved = body.get("x", {}).get("l", ())
                credit = sum(amount for _, amount, _, _ in moved if amount > 0)
                added[scheme.id] += max(0, credit - paid_of(body) // scheme.cents_each)
            given[scheme.id] += _times_given(body, scheme.meal)
    for name in added.keys() | given.keys():
        scheme = SCHEMES[name]
        if scheme.extra_max and added[name] > scheme.extra_max:
            yield Violation("I23", f"{name} added {added[name]} of {scheme.extra_max}")
        if scheme.meals_max and given[name] > scheme.meals_max:
            yield Violation("I23", f"{name} gave {given[name]} of {scheme.meals_max}")


def _times_given(body: Body, reward: str) -> int:
    """How often an entry gives that reward; where a voucher of it is used, it was given before."""
    return sum(
        name in {"reward.awarded", "reward.redeemed"}
        and data["reward"] == reward
        and (name == "reward.awarded" or data["code"] is None)
        for name, data in body.get("e", ())
    )
