"""What callers are shown of the ledger: lots, entries and the reasons behind them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tessera.entrypoints.answer_views import Answer, Balance, Tier

Scalar = str | int | bool | None


class Lot(Answer):
    """Value earned together: it activates and expires together."""

    programme: str
    partition: str
    balance: str
    amount: int
    held: int
    activates_on: str | None
    expires_on: str | None
    state: Literal["active", "pending"]


class Lots(Answer):
    """The open lots, earliest expiry first."""

    member_id: str
    lots: list[Lot]


class LotMovement(Answer):
    """What an entry added to a lot, or took from it."""

    balance: str
    amount: int
    activates_on: str | None
    expires_on: str | None


class Entry(Answer):
    """One immutable line of the ledger."""

    id: str
    sequence: int
    kind: str
    occurred_at: str
    recorded_at: str
    programme_version: int
    movements: list[LotMovement]
    balances: dict[str, int]
    shortfalls: dict[str, int]
    hash: str
    by: str | None = Field(description="The enrolled till and its clerk, by pseudonym.")


class Entries(Answer):
    """A page of the ledger; `next` is the cursor of the following one."""

    member_id: str
    entries: list[Entry]
    next: str | None


class Step(Answer):
    """One thing that the engine looked at."""

    code: str
    subject: str
    outcome: str
    values: dict[str, Scalar]


class ExplainedStep(Step):
    """One thing that the engine looked at, and the sentence that says so."""

    text: str


class EntryTrace(Answer):
    """Why an entry is what it is; where its detail was erased, the entry alone."""

    member_id: str = Field(description="The member through whom it came.")
    owner: str = Field(description="Whose account it is: the member's, or his household's.")
    programme: str
    partition: str
    entry: Entry
    erased: bool
    reader: str
    receipt: list[str]
    reasons: list[str] = Field(description="Why, in sentences for the reader that was asked for.")
    trace: list[ExplainedStep] = Field(description="Every step as data, for an auditor.")


class DatedLot(Answer):
    """Value earned together, as it stands at an instant."""

    balance: str
    amount: int
    activates_on: str | None
    expires_on: str | None


class AccountAt(Answer):
    """One account at an instant, past or future."""

    member_id: str
    programme: str
    partition: str
    at: str
    sequence: int
    balances: list[Balance]
    lots: list[DatedLot]
    tiers: list[Tier]
