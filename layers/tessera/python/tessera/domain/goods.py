"""Goods that come back without the receipt: which lines of which sales they were (design §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tessera.domain.account import Changes, LotDelta
from tessera.domain.commands import Line, ReturnedPart, ReturnedSale, Undoes
from tessera.domain.decision import Decision, LineShare
from tessera.domain.money import cumulative_part


@dataclass(frozen=True, slots=True)
class Match:
    """A line of a sale, and how much of it the goods are, in thousandths."""

    line: int
    quantity_milli: int


def is_same(goods: Line, sold: Line) -> bool:
    """Whether the goods may be of that line: the same article, at the same price for one.

    The price of weighed goods is rounded to the smallest unit; so is what a part of them costs.
    """
    if goods.article != sold.article:
        return False
    off = goods.net * sold.quantity_milli - sold.net * goods.quantity_milli
    return abs(off) < max(sold.quantity_milli, goods.quantity_milli)


def match(
    goods: Line, wanted_milli: int, lines: Sequence[Line], returned: Mapping[int, tuple[int, int]]
) -> list[Match]:
    """The lines of one sale that the goods may be of, at most `wanted_milli` of them together.

    `returned` is what has come back of each line, in thousandths and in money. A line of which
    something came back by amount is left alone: what pieces of it are left cannot be told.
    """
    found: list[Match] = []
    for index, line in enumerate(lines):
        quantity_milli, amount = returned.get(index, (0, 0))
        left = min(wanted_milli, line.quantity_milli - quantity_milli)
        if left > 0 and not amount and is_same(goods, line):
            found.append(Match(index, left))
            wanted_milli -= left
    return found


def rest_of(goods: Line, matched_milli: int) -> Line | None:
    """What of the goods was in no sale; None where all of it was."""
    left = goods.quantity_milli - matched_milli
    if not left:
        return None
    cost = goods.net - cumulative_part(goods.net, matched_milli, goods.quantity_milli)
    return replace(goods, quantity_milli=left, gross=cost, discount=0, tax=0)


def as_if_sold(lines: Sequence[Line], decision: Decision) -> ReturnedSale:
    """Goods of no known sale, as a sale that comes back whole: the value that they would earn.

    `decision` is that sale, tried today. Only what its lines earned is taken back: limits,
    statistics and tiers are those of sales that took place.
    """
    earned: dict[str, int] = {}
    for share in decision.lines:
        for balance, amount in share.earned.items():
            earned[balance] = earned.get(balance, 0) + amount
    given: list[LotDelta] = []
    for lot in decision.changes.lots:
        amount = min(max(0, lot.amount), earned.get(lot.balance, 0))
        if amount:
            earned[lot.balance] -= amount
            given.append(replace(lot, amount=amount))
    return ReturnedSale(
        changes=Changes(lots=tuple(given)),
        shares=tuple(LineShare(share.line, share.earned) for share in decision.lines),
        nets=tuple(line.net for line in lines),
        parts=tuple(
            ReturnedPart(index, 0, line.quantity_milli, line.quantity_milli)
            for index, line in enumerate(lines)
        ),
        undoes=Undoes.VALUE,
        is_estimated=True,
    )
