"""What is answered of tills, their clerks and their journal."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tessera.entrypoints.answer_views import Answer


class Till(Answer):
    """A till. `training`: it serves made-up members only."""

    id: str
    name: str
    store: str
    training: bool
    status: Literal["invited", "active", "revoked"]
    created_at: str
    created_by: str
    enrolled_at: str | None


class Invitation(Answer):
    """What enrols one browser, once. Show the address as a QR code."""

    code: str
    url: str
    expires_at: str


class InvitedTill(Till):
    """A new till with the code that enrols it; a replay has none."""

    enrolment: Invitation | None


class Tills(Answer):
    """A page of tills; `next` is the cursor of the following one."""

    tills: list[Till]
    next: str | None


class Clerk(Answer):
    """A clerk of a store. The id is a pseudonym; it stands in the ledger, the name does not."""

    id: str
    store: str
    name: str
    status: Literal["active", "removed"]
    locked_until: str | None = Field(description="After too many wrong PINs.")


class Clerks(Answer):
    """The clerks of a store, by name."""

    clerks: list[Clerk]


class ClerkSession(Answer):
    """Who stands at the till. Send `session` as the header `Tessera-Clerk`, and sign it."""

    session: str
    clerk: str
    name: str
    opened_at: str
    ends_at: str


class SoldLine(Answer):
    """A line of a sale, and what has come back of it: by quantity, or by amount."""

    line: int
    article: str
    name: str
    quantity_milli: int
    net: int
    returned_milli: int
    returned_amount: int


class FoundPurchase(Answer):
    """A sale by its document."""

    member_id: str
    greeting: str
    document: dict[str, str]
    currency: str
    occurred_at: str
    recorded_at: str
    lines: list[SoldLine]


class Moved(Answer):
    """What a balance earned and spent."""

    programme: str
    balance: str
    earned: int
    spent: int


class DaySum(Answer):
    """What rows of one kind come to. `amount` is before discounts, `paid` after them."""

    count: int
    amount: int
    paid: int
    balances: list[Moved]


class DayTotal(Answer):
    """A day by kind. A return's `earned` was given back, its `spent` taken back."""

    currency: str | None

    sales: DaySum
    returns: DaySum
    undos: DaySum
    redemptions: DaySum
    enrolments: DaySum


class DayLine(DayTotal):
    """The day of one clerk at one till."""

    clerk: str
    clerk_name: str = Field(description="Empty for a clerk whom the store does not know any more.")
    till: str
    till_name: str


class BalanceName(Answer):
    """How a balance is called and written."""

    programme: str
    balance: str
    name: str
    kind: str
    decimals: int
    currency: str | None


class DayReport(Answer):
    """A store's business day by clerk and till."""

    store: str
    day: str
    lines: list[DayLine]
    totals: list[DayTotal] = Field(description="One for each currency.")
    balances: list[BalanceName]
