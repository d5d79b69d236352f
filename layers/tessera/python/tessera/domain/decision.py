"""What the engine answers: the changes to make, and why.

A decision keeps derived outcomes, never a personal value. A quote is a decision that nobody
commits; a backtest is many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from tessera.domain.account import Changes
from tessera.domain.codes import ALPHABET, card_code

Scalar = str | int | bool | None

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""An empty mapping that nobody can fill."""


class Step(NamedTuple):
    """One thing that the engine looked at, in the order in which it looked.

    `code` names the kind of step (its sentence in French and English is in the catalogues),
    `subject` the rule, cap, tier or reward concerned, `outcome` what came of it (`applied`,
    `skipped`, `refused`, `cut`, `rounded`...), `values` the arithmetic.
    """

    code: str
    subject: str = ""
    outcome: str = "applied"
    values: Mapping[str, Scalar] = NOTHING


class ReceiptLine(NamedTuple):
    """One sentence for the receipt, by catalogue code and values (O-25 to O-28)."""

    code: str
    values: Mapping[str, Scalar] = NOTHING


class LineShare(NamedTuple):
    """What one basket line earned, paid and was given, so that a return can reverse it exactly.

    Indexes follow the purchase's lines; amounts per balance or benefit, allocated by largest
    remainder so that the lines sum to the whole (X-04).
    """

    line: int
    earned: Mapping[str, int] = NOTHING
    spent: Mapping[str, int] = NOTHING
    discount: int = 0


class Benefit(NamedTuple):
    """A discount, free delivery or product that the programme grants to this sale."""

    kind: str
    source: str
    amount: int = 0
    details: Mapping[str, Scalar] = NOTHING


make_step: Callable[[tuple[str, str, str, Mapping[str, Scalar]]], Step] = partial(
    tuple.__new__, Step
)
make_share: Callable[[tuple[int, Mapping[str, int], Mapping[str, int], int]], LineShare] = partial(
    tuple.__new__, LineShare
)
"""The same values from a tuple of all their fields, at a third of the cost of a call by name: a
decision writes dozens of steps."""


@dataclass(frozen=True, slots=True)
class IssuedVoucher:
    """A voucher to put, with its code still to be proved unique by the write."""

    code: str
    reward: str
    expires_on: int
    details: Mapping[str, Scalar] = field(default_factory=dict)


class Happening(NamedTuple):
    """An event for the bus, derived from the decision; the ledger adds identity and order."""

    name: str
    data: Mapping[str, Scalar] = NOTHING


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer to one command on one account.

    `budgets` is what the decision takes out of budgets shared by all members (operations and
    rewards), by the names that `Facts.budgets` uses; `lacking` is how much more it would have
    taken, had it been there: with a larger lease the caller may decide again.
    """

    kind: str
    programme_version: int
    business_day: int
    changes: Changes = field(default_factory=Changes)
    benefits: tuple[Benefit, ...] = ()
    lines: tuple[LineShare, ...] = ()
    vouchers: tuple[IssuedVoucher, ...] = ()
    receipt: tuple[ReceiptLine, ...] = ()
    happenings: tuple[Happening, ...] = ()
    shortfalls: Mapping[str, int] = field(default_factory=dict)
    budgets: Mapping[str, int] = field(default_factory=dict)
    lacking: Mapping[str, int] = field(default_factory=dict)
    trace: tuple[Step, ...] = ()

    def moved(self, balance: str) -> int:
        """The net change of a balance over all its lots."""
        return sum(delta.amount for delta in self.changes.lots if delta.balance == balance)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the profile and the store know and rules may ask; never stored with a decision.

    `birthday` is (month, day) or None. `attributes` are the member's (city, department, region,
    country, record type, theme...), `store` those of the store.
    """

    birthday: tuple[int, int] | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    store: Mapping[str, Scalar] = field(default_factory=dict)
    budgets: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ids:
    """Randomness handed in, so that a decision replays exactly.

    The seed is drawn once per request by the caller; every code is derived from it by a label,
    so that deciding again after a conflict yields the same codes. `drawn` holds the codes that
    the caller has drawn from imported pools, by pool (B-08, B-50).
    """

    seed: bytes
    drawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def random(self, label: str, length: int) -> bytes:
        """`length` bytes that depend on the seed and the label only."""
        found = b""
        block = 0
        while len(found) < length:
            found += sha256(self.seed + block.to_bytes(4, "big") + label.encode()).digest()
            block += 1
        return found[:length]

    def card_code(self, label: str) -> str:
        """A card code (design §5)."""
        return card_code(self.random(f"card {label}", 160))

    def code(self, label: str, length: int = 12) -> str:
        """A code of base32 characters, 5 random bits each."""
        return "".join(ALPHABET[byte & 31] for byte in self.random(label, length))
