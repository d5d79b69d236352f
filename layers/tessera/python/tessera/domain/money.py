"""Integer arithmetic for value: rounding, ratios and exact allocation.

Amounts are integers in the smallest unit of their balance (points may have 0 to 4 decimals,
cash has the exponent of its currency, both stored in the programme). A float never enters.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Rounding(StrEnum):
    """The four ways of B-31, as settled by A-09.

    `none` keeps the decimals of the balance, which for an integer amount means that what is
    smaller than the balance's smallest unit is dropped towards zero.
    """

    NONE = "none"
    NEUTRAL = "neutral"
    UP = "up"
    DOWN = "down"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide two integers and round as told; `denominator` must be positive.

    `up` and `down` are away from and towards zero, so that a credit and its reversal have the
    same size. `neutral` is half away from zero (A-09).
    """
    if denominator <= 0:
        raise ValueError("the denominator of a ratio is positive")
    sign = -1 if numerator < 0 else 1
    quotient, remainder = divmod(abs(numerator), denominator)
    if remainder:
        half_or_more = 2 * remainder >= denominator
        if rounding is Rounding.UP or (rounding is Rounding.NEUTRAL and half_or_more):
            quotient += 1
    return sign * quotient


def round_to(amount: int, unit: int, rounding: Rounding) -> int:
    """Round an amount to whole multiples of `unit` (100 = whole points at 2 decimals)."""
    if rounding is Rounding.NONE:
        return amount
    return divide(amount, unit, rounding) * unit


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` over non-negative weights by largest remainder; the parts sum to `total`.

    Ties go to the earlier weight, so that the same basket is always shared the same way. Where
    all weights are zero the first one takes everything; no weights is an error unless `total`
    is zero.
    """
    if not weights:
        if total:
            raise ValueError("nothing to share the amount over")
        return []
    if min(weights) < 0:
        raise ValueError("weights are not negative")
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    size = abs(total)
    shares = [size * weight // whole for weight in weights]
    left = size - sum(shares)
    if left:
        # A sort is stable, reversed too: of equal remainders the earlier weight comes first.
        rests = [size * weight % whole for weight in weights]
        order = sorted(range(len(weights)), key=rests.__getitem__, reverse=True)
        for index in order[:left]:
            shares[index] += 1
    return shares if total >= 0 else [-share for share in shares]


def cumulative_part(total: int, part: int, whole: int) -> int:
    """Floor of `total * part / whole`: the share due once `part` of `whole` has gone.

    Differences of successive values sum to the whole exactly, which is how partial returns of
    a line are made exact (X-04).
    """
    if whole <= 0:
        return total
    sign = -1 if total < 0 else 1
    return sign * (abs(total) * min(part, whole) // whole)
