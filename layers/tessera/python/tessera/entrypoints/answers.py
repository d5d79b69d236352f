"""What callers are answered, one model for each answer.

Nothing is checked against these models when a function runs: they make the OpenAPI document, and
tests hold every answer against them. Amounts are integers in the smallest unit of their balance
(`decimals` says how many places that is) or of the currency.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from tessera.entrypoints import (
    answer_articles,
    answer_cards,
    answer_designs,
    answer_ledger,
    answer_programmes,
    answer_tills,
    answer_views,
)
from tessera.entrypoints.answer_ledger import ExplainedStep, Scalar
from tessera.entrypoints.answer_views import Answer, Balance, Reward, Tier


class Benefit(Answer):
    """A discount, free delivery or product that the programme grants."""

    kind: str
    source: str
    amount: int
    details: dict[str, Scalar]


class IssuedVoucher(Answer):
    """A voucher that was just issued."""

    code: str
    reward: str
    expires_on: str | None


class PromisedVoucher(Answer):
    """A voucher that a purchase would issue; its code is drawn when it does."""

    reward: str


class Movement(Answer):
    """What one entry did to one balance."""

    balance: str
    before: int
    earned: int
    spent: int
    after: int
    pending: int


class HoldState(Answer):
    """A hold that this opened or closed."""

    id: str
    state: Literal["open", "closed"]
    expires_at: str | None


class CardLink(Answer):
    """A card: its code for scanners, and the address that adds it to a phone."""

    id: str
    code: str
    membership_id: str = Field(
        description="The card's code, or by choice of the programme another."
    )
    url: str


class Result(Answer):
    """What one entry did to one account."""

    programme: str
    programme_version: int
    partition: str
    sequence: int = Field(description="The entry's number in the account.")
    entry_id: str
    balances: list[Movement]
    tiers: list[Tier]
    benefits: list[Benefit]
    vouchers: list[IssuedVoucher]
    shortfalls: dict[str, int]
    receipt: list[str] = Field(description="Sentences for the receipt, in the caller's language.")
    joined: CardLink | None = Field(
        default=None, description="The card of a member whom this enrolled; absent otherwise."
    )
    holds: list[HoldState] = Field(default_factory=list, description="Only where there are any.")


class Outcome(Result):
    """What a command did to the member's account."""

    member_id: str


class Pair(Answer):
    """What a command did to both members' accounts."""

    results: list[Outcome]


class Household(Answer):
    """The household is open; it has no members yet."""

    household: str
    programme: str


class HouseholdResult(Result):
    """What a move did to one account, the member's or the household's."""

    owner: str


class HouseholdMove(Answer):
    """What joining or leaving did to the member's account and to the household's."""

    member_id: str
    results: list[HouseholdResult]


class Erasure(Answer):
    """Who was erased, how many accounts were closed and cards deleted.

    `merged` names the memberships that had been merged into the member's and went with it.
    """

    member_id: str
    merged: list[str]
    accounts: int
    cards: int


class ImportedCodes(Answer):
    """How many different codes came."""

    pool: str
    received: int


class Redemption(Outcome):
    """The reward was given."""


class Hold(Outcome):
    """The value was set aside; `holds` has the one hold, by whose id it is settled."""


class Settlement(Outcome):
    """The hold was settled, now or by an earlier request."""


class EnrolledMember(Outcome):
    """The customer is a member."""

    card: CardLink


class NewCustomer(Answer):
    """The customer is known, and in no programme until a sale or an event enrols him."""

    member_id: str


class Enrolment(RootModel[EnrolledMember | NewCustomer]):
    """A member, or a customer whose enrolment named no programme."""


class Document(Answer):
    """The sale's identity."""

    store: str
    number: str


class Receipt(Answer):
    """What a sale did, programme by programme."""

    member_id: str
    document: Document
    currency: str
    results: list[Result]


class GoodsSource(Answer):
    """A line of a sale that the member made, and how much of it came back."""

    document: Document
    line: int
    quantity_milli: int


class FoundGoods(Answer):
    """Goods that came back without receipt."""

    article: str
    quantity_milli: int
    net: int
    sources: list[GoodsSource]
    estimated_milli: int = Field(
        description="How much is in none of the member's sales: counted by today's rules."
    )


class CreditNote(Answer):
    """What a return undid, programme by programme."""

    member_id: str
    document: Document
    original: Document | None = Field(description="None where the receipt was lost.")
    returned: dict[str, list[int]] = Field(
        description="By line of the original: thousandths and amount that have come back, all"
        " returns together."
    )
    goods: list[FoundGoods] = Field(description="Goods without receipt, and where they were found.")
    results: list[Result]


class MovedPurchase(Answer):
    """What the sale gave the member to whom it was moved."""

    model_config = ConfigDict(validate_by_alias=True)

    wrong_member_id: str = Field(alias="from")
    member_id: str
    document: Document
    results: list[Result]


class Preview(Answer):
    """A balance before and after."""

    balance: str
    before: int
    after: int


class LineBenefit(Answer):
    """What one line of the basket would earn, and what would be taken off it."""

    line: int
    earned: dict[str, int]
    discount: int


class QuotedResult(Answer):
    """What a sale would do to one account, and why."""

    programme: str
    programme_version: int
    partition: str
    balances: list[Preview]
    benefits: list[Benefit]
    vouchers: list[PromisedVoucher]
    shortfalls: dict[str, int]
    receipt: list[str]
    lines: list[LineBenefit] = Field(description="Only lines that earn or are lowered.")
    reasons: list[str] = Field(description="Why, in sentences for the reader that was asked for.")
    trace: list[ExplainedStep] = Field(description="Every step as data, for an auditor.")


class Quote(Answer):
    """What a sale would do, programme by programme."""

    member_id: str
    currency: str
    results: list[QuotedResult]


class ReturnQuote(Answer):
    """What a credit note would do, programme by programme."""

    member_id: str
    original: Document | None
    returned: dict[str, list[int]]
    goods: list[FoundGoods]
    results: list[QuotedResult]


class VoucherValue(Answer):
    """What using a voucher would give."""

    code: str
    member_id: str
    reward: str
    programme: str
    programme_version: int
    benefits: list[Benefit]
    vouchers: list[IssuedVoucher]
    shortfalls: dict[str, int]
    receipt: list[str]


class Membership(Answer):
    """A programme that the member is in."""

    programme: str
    partition: str
    status: str
    enrolled_on: str | None


class CardState(Answer):
    """A card of the member."""

    id: str
    programme: str
    status: str


class Member(Answer):
    """A member as a clerk needs him."""

    member_id: str
    greeting: str
    language: str
    programmes: list[Membership]
    cards: list[CardState]


class AccountBalances(Answer):
    """The balances of one account."""

    programme: str
    partition: str
    sequence: int
    balances: list[Balance]


class Balances(Answer):
    """Every balance of a member."""

    member_id: str
    accounts: list[AccountBalances]


class Rewards(Answer):
    """The catalogue as this member sees it."""

    member_id: str
    rewards: list[Reward]


class HeldVoucher(Answer):
    """A voucher in the member's hand; `left` counts its uses, or what is left of a gift card."""

    programme: str
    partition: str
    code: str
    reward: str
    name: str
    expires_on: str | None
    left: int


class Vouchers(Answer):
    """The vouchers that the member can still use, soonest expiry first."""

    member_id: str
    vouchers: list[HeldVoucher]


class AccountTiers(Answer):
    """The tiers of one account."""

    programme: str
    partition: str
    tiers: list[Tier]


class Tiers(Answer):
    """Where a member stands on every ladder."""

    member_id: str
    accounts: list[AccountTiers]


class ApiKey(Answer):
    """A key without its secret."""

    id: str
    label: str
    scopes: list[str]
    stores: list[str] | None
    status: Literal["active", "revoked"]
    created_at: str
    created_by: str
    expires_at: str | None


class IssuedApiKey(ApiKey):
    """A new key. Keep the secret now: nobody can show it again, and a replay has none."""

    secret: str | None = None


class ApiKeys(Answer):
    """A page of keys; `next` is the cursor of the following one."""

    api_keys: list[ApiKey]
    next: str | None


class Fault(Answer):
    """One thing that is wrong with a request."""

    field: str = Field(description="A JSON pointer into the body, or a parameter or header.")
    code: str
    detail: str


class Problem(Answer):
    """RFC 9457 problem details. `code` is for programs, `title` and `detail` for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    field: str | None = None
    errors: list[Fault] | None = None
    required: int | None = None
    available: int | None = None
    missing: int | None = None


_APART = (
    answer_articles,
    answer_cards,
    answer_designs,
    answer_ledger,
    answer_programmes,
    answer_tills,
    answer_views,
)


def model(name: str) -> type[BaseModel]:
    """The model of that name, as the table of routes gives it."""
    homes = [globals(), *map(vars, _APART)]
    found: type[BaseModel] = next(home[name] for home in homes if name in home)
    return found
