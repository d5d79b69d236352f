"""What tills are shown of members and of themselves, one model for each answer or part of one."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """The manners of every answer: nothing that is not described."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


class Pong(Answer):
    """The API is there."""

    service: Literal["tessera"]
    version: str


class ProblemDescription(Answer):
    """What a problem's code means; parameters of the sentence stand in braces."""

    code: str
    title: str
    detail: str


class StepUp(Answer):
    """Above how much of a balance spending takes a fresh scan."""

    balance: str
    above: int


class OfflineCap(Answer):
    """How much may be spent against one signed code while the network is gone."""

    balance: str
    amount: int


class SetupCodes(Answer):
    """What the cards of a programme show, and what spending takes."""

    form: Literal["static", "rotating", "signed"]
    mark: str = Field(description="Two bytes in hex by which a signed code names its programme.")
    step_up: list[StepUp]
    offline: OfflineCap | None


class CodeKey(Answer):
    """A key by which a till checks signed codes while the network is gone."""

    id: int
    public_key: str = Field(description="Ed25519, 32 bytes in base64url without padding.")


class SetupProgramme(Answer):
    """A programme that customers can be enrolled in."""

    programme: str
    name: str
    currency: str
    zone: str
    codes: SetupCodes


class SetupTill(Answer):
    """The enrolled till that asks. `training`: it serves made-up members only."""

    id: str
    name: str
    training: bool


class Setup(Answer):
    """What a till must know before its first customer."""

    now: str = Field(description="Business time, by which a till dates its sales.")
    wall_now: str = Field(description="The time by which signed codes and sessions expire.")
    till: SetupTill | None = Field(description="Null for an API key.")
    live: bool = Field(description="False where everything is a trial.")
    scopes: list[str]
    stores: list[str] | None = Field(description="The stores it may speak for; null for all.")
    programmes: list[SetupProgramme]
    code_keys: list[CodeKey] = Field(
        description="Empty where no programme's cards show signed codes."
    )


class Expiry(Answer):
    """What lapses next."""

    on: str = Field(description="The last day, as a date in the programme's time zone.")
    amount: int


class Balance(Answer):
    """What a member has of one kind of value."""

    balance: str
    name: str
    kind: str
    decimals: int
    currency: str | None
    pays: bool = Field(description="Whether a purchase can be paid with it, in whole or in part.")
    available: int = Field(description="What can be spent now.")
    held: int = Field(description="What holds have set aside.")
    pending: int = Field(description="What was earned and can be spent later.")
    next_expiry: Expiry | None
    logo: str | None = Field(description="Where its logo may be fetched.")


class Tier(Answer):
    """Where a member stands on one ladder."""

    group: str
    group_name: str
    tier: str | None
    name: str | None
    since: str | None
    review_on: str | None


class ArticlePrice(Answer):
    """A price with tax, in the smallest unit of its currency."""

    amount: int
    currency: str


class Price(Answer):
    """What a reward costs."""

    balance: str
    amount: int


class Product(Answer):
    """An article that a reward gives. One that no catalogue knows has its code for a name."""

    code: str
    name: str
    price: ArticlePrice | None
    available: bool


class Reward(Answer):
    """A reward as this member sees it: available, or the reason why not and what is missing."""

    programme: str
    partition: str
    reward: str
    kind: str
    name: str
    description: str
    image: str | None
    products: list[Product]
    price: Price | None
    available: bool
    reason: str | None
    balance: str | None
    required: int | None
    have: int | None
    missing: int | None


class VoucherName(Answer):
    """A voucher in the member's hand."""

    code: str
    reward: str
    name: str
    expires_on: str | None


class Offer(Answer):
    """An operation that runs now; the preview of a sale says whether it holds for it."""

    operation: str
    name: str
    ends_at: str | None = Field(description="Local time of the programme; null for no end.")


class ScannedAccount(Answer):
    """One account of the member whose card was scanned."""

    programme: str
    partition: str
    balances: list[Balance]
    tiers: list[Tier]
    rewards: list[Reward]
    vouchers: list[VoucherName]
    offers: list[Offer]


class Scan(Answer):
    """What a till shows after a scan."""

    member_id: str
    greeting: str = Field(description="First name and the initial of the last.")
    language: str
    birthday: Literal["today", "soon"] | None = Field(
        description="Whether it is today or within a week; null otherwise."
    )
    code: str | None = Field(
        default=None, description="The card's code alone, where a card was scanned."
    )
    scan_id: str | None = Field(
        default=None, description="What spending may cite, where a changing value was scanned."
    )
    scan_expires_at: str | None = None
    accounts: list[ScannedAccount]


class Candidate(Answer):
    """A member who may be meant: enough to ask him a question, too little to know him by."""

    member_id: str
    greeting: str
    hint: str = Field(description="Parts of what was given, masked.")


class Candidates(Answer):
    """Members who share what was searched for, ten at most. The cashier asks and picks."""

    candidates: list[Candidate]
