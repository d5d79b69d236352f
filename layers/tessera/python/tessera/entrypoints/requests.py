"""What callers may send, one model for each body.

The models check shape and size; whether a member exists or a date lies in the future is for the
use cases. They are strict: no field that is not named here, no number written as text, no float
anywhere. The JSON that was checked is handed on as it came, because its hash identifies it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from tessera.entrypoints import (
    article_requests,
    design_requests,
    till_requests,
)
from tessera.entrypoints.request_types import (
    AMOUNT_MAX,
    TRIMMED,
    TTL_S_MAX,
    Amount,
    Attributes,
    Birthday,
    Currency,
    Model,
    Name,
    PositiveAmount,
    ProfileAttributes,
    Quantity,
    Text32,
    Text64,
    Text128,
    Text254,
    Time,
)

LINES_MAX = 500


class MemberReference(Model):
    """A member, by exactly one of three names."""

    id: Text64 | None = None
    card: Text32 | None = Field(default=None, description="The card's code, scanned or typed.")
    external_id: Text128 | None = None

    @model_validator(mode="after")
    def _one(self) -> MemberReference:
        given = [name for name in (self.id, self.card, self.external_id) if name is not None]
        if len(given) != 1:
            raise PydanticCustomError("member_reference_ambiguous", "exactly one name")
        return self


ScanId = Annotated[str, StringConstraints(pattern=r"^scan_[0-9A-Z]{24}$")]
"""A fresh scan by the same till, of the last ten minutes."""

ScannedText = Annotated[str, StringConstraints(min_length=1, max_length=160), TRIMMED]
"""All that a reader read: a card's code, and what may follow it."""


class ScanRequest(Model):
    """A card that was scanned, or whose code was typed."""

    code: ScannedText
    store: Name | None = Field(
        default=None, description="The store that asks, where accounts are apart by store."
    )


class SearchRequest(Model):
    """What a member without his card says of himself: exactly one of the three."""

    email: Text254 | None = None
    phone: Text32 | None = None
    last_name: Text64 | None = None

    @model_validator(mode="after")
    def _one(self) -> SearchRequest:
        given = [name for name in (self.email, self.phone, self.last_name) if name is not None]
        if len(given) != 1:
            raise PydanticCustomError("search_ambiguous", "exactly one name")
        return self


class DocumentReference(Model):
    """A receipt or order: its store and number identify it for ever."""

    store: Name
    number: Text128


class Line(Model):
    """One line of a basket. Amounts are integers in the currency's smallest unit."""

    article: Text64
    quantity: Quantity = Field(
        default=1, description='A whole number, or a decimal in text such as "0.750".'
    )
    gross: Amount = Field(description="Before every discount, tax included.")
    discount: Amount = Field(default=0, description="What the till took off the article.")
    tax: Amount = Field(default=0, description="The tax within gross less discount.")
    cost: Amount | None = None
    attributes: Attributes = Field(default_factory=dict)


class Advantage(Model):
    """A discount or coupon from outside the programme that lowered what was paid."""

    code: Text64
    amount: Amount


class Payment(Model):
    """Value of a balance to pay with: so much of it, or all that fits where no amount is given.

    Where several programmes have a balance of that name, the first that has enough pays.
    """

    balance: Name
    amount: PositiveAmount | None = None


class Basket(Model):
    """What is sold to whom: lines, a total, or both where they agree."""

    member: MemberReference
    currency: Currency
    occurred_at: Time | None = None
    channel: Text32 | None = None
    lines: Annotated[list[Line], Field(min_length=1, max_length=LINES_MAX)] | None = None
    total: Amount | None = None
    advantages: Annotated[list[Advantage], Field(max_length=50)] = Field(default_factory=list)
    promo_codes: Annotated[list[Text64], Field(max_length=20)] = Field(default_factory=list)
    payments: Annotated[list[Payment], Field(max_length=10)] = Field(default_factory=list)
    vouchers: Annotated[list[Text64], Field(max_length=20)] = Field(default_factory=list)
    delivery: Text64 | None = None
    delivery_cost: Amount | None = None
    scan_id: ScanId | None = None
    signed_code: ScannedText | None = None
    attributes: Attributes = Field(default_factory=dict)
    historic: bool = Field(
        default=False,
        alias="import",
        description="A sale of the past, decided in silence; needs the scope import.",
    )

    @model_validator(mode="after")
    def _some(self) -> Basket:
        if self.lines is None and self.total is None:
            raise PydanticCustomError("basket_empty", "lines or a total")
        return self


class PurchaseRequest(Basket):
    """A sale to record."""

    document: DocumentReference


class QuoteRequest(Basket):
    """A sale to try. Its document may not exist yet."""

    document: DocumentReference | None = None


class UndoRequest(Model):
    """A sale that was a mistake."""

    document: DocumentReference


class MoveRequest(Model):
    """A sale that was recorded for the wrong member, and the right one."""

    document: DocumentReference
    to: MemberReference


class ReturnedLine(Model):
    """A line that comes back, by quantity or by amount."""

    line: Annotated[int, Field(ge=0, lt=LINES_MAX, strict=True)] = Field(
        description="Its place in the sale, counted from 0."
    )
    quantity: Quantity | None = None
    amount: PositiveAmount | None = None

    @model_validator(mode="after")
    def _one(self) -> ReturnedLine:
        if (self.quantity is None) == (self.amount is None):
            raise PydanticCustomError("quantity_or_amount", "exactly one of them")
        return self


class ReturnRequest(Model):
    """A credit note: of a sale that is named, or of goods whose receipt is lost."""

    document: DocumentReference
    original: DocumentReference | None = None
    lines: Annotated[list[ReturnedLine], Field(min_length=1, max_length=LINES_MAX)] | None = Field(
        default=None,
        description="Without lines, everything of the original comes back that has not yet.",
    )
    member: MemberReference | None = Field(
        default=None, description="Who brings goods back without their receipt."
    )
    currency: Currency | None = Field(default=None, description="Of goods without receipt.")
    goods: Annotated[list[Line], Field(min_length=1, max_length=LINES_MAX)] | None = Field(
        default=None,
        description="Goods without receipt, as they were sold: looked for in what the member"
        " bought, the newest first, by article and price; what is in no sale is counted by today's"
        " rules.",
    )
    total: Amount | None = Field(default=None, description="What goods without receipt cost.")
    channel: Text32 | None = None
    occurred_at: Time | None = None
    historic: bool = Field(
        default=False,
        alias="import",
        description="A return of the past, decided in silence; needs the scope import.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> ReturnRequest:
        without = (self.member, self.currency, self.goods, self.total)
        if self.original is not None:
            if any(item is not None for item in without):
                raise PydanticCustomError("original_or_goods", "an original or goods, not both")
        elif self.member is None or self.currency is None or self.lines is not None:
            raise PydanticCustomError("original_or_goods", "an original, or goods of a member")
        elif self.goods is None and self.total is None:
            raise PydanticCustomError("basket_empty", "goods or a total")
        return self


class RedemptionRequest(Model):
    """A reward that a member takes."""

    member: MemberReference
    programme: Name
    reward: Name
    store: Name | None = None
    channel: Text32 | None = None
    occurred_at: Time | None = None
    scan_id: ScanId | None = None
    signed_code: ScannedText | None = None


class AwardRequest(RedemptionRequest):
    """A reward that somebody gives a member. The reason is a code, never a text on the member."""

    reason: Name | None = None


class HoldRequest(Model):
    """What to set aside: an amount of a balance, the price of a reward, or a voucher."""

    member: MemberReference
    programme: Name
    balance: Name | None = None
    amount: PositiveAmount | None = None
    reward: Name | None = None
    voucher: Text64 | None = None
    ttl_s: Annotated[int, Field(ge=10, le=TTL_S_MAX, strict=True)] | None = Field(
        default=None, description="Seconds until it lapses; 15 minutes where absent."
    )
    store: Name | None = None
    channel: Text32 | None = None
    scan_id: ScanId | None = None

    @model_validator(mode="after")
    def _what(self) -> HoldRequest:
        half = (self.balance is None) != (self.amount is None)
        subjects = (self.balance, self.reward, self.voucher)
        if half or sum(subject is not None for subject in subjects) != 1:
            raise PydanticCustomError(
                "hold_ambiguous", "a balance and amount, a reward or a voucher"
            )
        return self


class TransferRequest(Model):
    """Value that a member gives to another."""

    member: MemberReference
    to: MemberReference
    programme: Name
    balance: Name
    amount: PositiveAmount
    store: Name | None = None
    scan_id: ScanId | None = None


class MergeRequest(Model):
    """Two members who are one person: what `member` has goes to `into`."""

    member: MemberReference
    into: MemberReference


class MemberRequest(Model):
    """The member whom it concerns."""

    member: MemberReference


class CardActionRequest(Model):
    """Why a card is blocked, opened, reissued or replaced."""

    reason: Literal["lost", "stolen", "damaged", "copied", "other"] | None = None


class HouseholdRequest(Model):
    """A household to open; the store matters only where accounts are apart by store."""

    programme: Name
    store: Name | None = None


class CodesRequest(Model):
    """Codes to give out later: printable, without `#`."""

    codes: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=40, pattern="^[^#]*$")]],
        Field(min_length=1, max_length=1000),
    ]


class EventRequest(Model):
    """Something that a member did, by a name that the programme's rules know."""

    member: MemberReference
    programme: Name
    name: Name
    reference: Text128 | None = Field(default=None, description="What it was about.")
    attributes: ProfileAttributes = Field(default_factory=dict)
    store: Name | None = None
    channel: Text32 | None = None
    occurred_at: Time | None = None
    historic: bool = Field(
        default=False,
        alias="import",
        description="An event of the past, decided in silence; needs the scope import.",
    )


class AdjustmentRequest(Model):
    """A change by hand. The reason is a code of the merchant's list, never a text on the member."""

    member: MemberReference
    programme: Name
    balance: Name
    amount: Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX, strict=True)] = Field(
        description="Above zero to credit, below to debit, in the balance's smallest unit."
    )
    reason: Name
    store: Name | None = None


class ProfileRequest(Model):
    """Who a member is. Everything here is personal data and erasable."""

    first_name: Text64 | None = None
    last_name: Text64 | None = None
    email: (
        Annotated[
            str, StringConstraints(max_length=254, pattern=r"^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$")
        ]
        | None
    ) = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ().-]{4,24}$")] | None = None
    birthday: Birthday | None = Field(
        default=None, description="YYYY-MM-DD, or --MM-DD where the year is unknown."
    )
    language: Literal["fr", "en"] | None = None


class Consent(Model):
    """What a member agreed to or refused, where and when."""

    granted: bool
    at: Time | None = None
    source: Text64 | None = None
    text: Text64 | None = Field(default=None, description="The version of the text he was shown.")


class VoucherRequest(Model):
    """Where and when a voucher is shown; for a gift card, how much of it is used."""

    store: Name | None = None
    channel: Text32 | None = None
    occurred_at: Time | None = None
    amount: PositiveAmount | None = None
    scan_id: ScanId | None = None


class EnrolmentRequest(Model):
    """A customer who becomes a member, or a member who joins a further programme."""

    programme: Name | None = Field(
        default=None, description="Absent for a customer whom a later sale or event will enrol."
    )
    member_id: Text64 | None = Field(
        default=None, description="The member who joins; a new one where it is absent."
    )
    external_id: Text128 | None = None
    profile: ProfileRequest | None = None
    attributes: ProfileAttributes = Field(default_factory=dict)
    consents: Annotated[dict[Name, Consent], Field(max_length=20)] = Field(default_factory=dict)
    store: Name | None = None
    channel: Text32 | None = None
    origin: Text64 | None = Field(default=None, description="What brought the customer here.")
    occurred_at: Time | None = None
    historic: bool = Field(
        default=False,
        alias="import",
        description="An enrolment of the past, decided in silence; needs the scope import.",
    )


class ApiKeyRequest(Model):
    """A key to issue, with no more rights than its issuer has."""

    label: Text64 = Field(description="What the key is for, as people will recognise it.")
    scopes: Annotated[list[Name], Field(min_length=1, max_length=40)]
    stores: Annotated[list[Name], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="The stores that it may speak for; every store where absent."
    )
    expires_at: Time | None = None


_APART = (
    article_requests,
    design_requests,
    till_requests,
)


def model(name: str) -> type[BaseModel]:
    """The model of that name, as the table of routes gives it."""
    homes = [globals(), *map(vars, _APART)]
    found: type[BaseModel] | None = next((home[name] for home in homes if name in home), None)
    if found is None:
        # Those who work on programmes send other bodies than tills, which start without them.
        from tessera.entrypoints import programme_requests

        found = vars(programme_requests)[name]
    assert found is not None
    return found
