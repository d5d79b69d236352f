"""The events that the engine lets happen, as the bus names them, with their fields.

JSON Schemas are generated from this table. Fields are of type `string`, `integer` or
`boolean`; one that may be absent of value is nullable. The ledger adds `id`, `member`,
`programme`, `sequence` and `occurred_at` to every event. Nothing here is personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event's data."""

    type: str
    required: bool = True
    nullable: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of event; `open_fields` allows more fields that begin with that prefix."""

    description: str
    fields: Mapping[str, Field]
    open_fields: str = ""


_TEXT = Field("string")
_NUMBER = Field("integer")
_BALANCE = Field("string", description="the balance concerned")
_AMOUNT = Field("integer", description="in the smallest unit of the balance")
_DATE = Field("string", description="a date, YYYY-MM-DD")
_DAYS = Field("integer", description="how many days ahead this event was configured to come")
_OWNER = Field("string", description="the id of a member or household")
_CODE = Field("string", nullable=True, description="the voucher's code, null where there is none")

EVENTS: Mapping[str, Event] = {
    "member.enrolled": Event("A member joined the programme.", {"origin": _TEXT}),
    "member.left": Event("A member left the programme.", {"reason": _TEXT}),
    "purchase.recorded": Event(
        "A sale was recorded.",
        {
            "store": _TEXT,
            "channel": _TEXT,
            "total": Field("integer", description="asked for the lines after mark-downs"),
            "paid": Field("integer", description="left to pay of them after every discount"),
            "currency": _TEXT,
            "order": Field("integer", description="which order of the member this is, from 1"),
        },
        open_fields="earned_",
    ),
    "value.earned": Event(
        "Value was credited.", {"balance": _BALANCE, "amount": _AMOUNT, "source": _TEXT}
    ),
    "value.spent": Event(
        "Value was debited.", {"balance": _BALANCE, "amount": _AMOUNT, "source": _TEXT}
    ),
    "value.activated": Event(
        "Pending value became spendable.", {"balance": _BALANCE, "amount": _AMOUNT}
    ),
    "value.expiring": Event(
        "Value is about to expire.",
        {"balance": _BALANCE, "amount": _AMOUNT, "expires_on": _DATE, "days_before": _DAYS},
    ),
    "value.expired": Event(
        "Value expired.",
        {
            "balance": _BALANCE,
            "amount": _AMOUNT,
            "last_day": _DATE,
        },
    ),
    "value.reminder": Event(
        "The member has enough value to use, and has not been reminded for a while.",
        {
            "balance": _BALANCE,
            "amount": _AMOUNT,
            "deadline": Field("string", nullable=True, description="first use-by date"),
        },
    ),
    "balance.adjusted": Event(
        "A clerk corrected a balance.", {"balance": _BALANCE, "amount": _AMOUNT}
    ),
    "cap.reached": Event(
        "A limit cut or refused a credit.",
        {"cap": _TEXT, "limit": Field("integer", nullable=True)},
    ),
    "purchase.returned": Event(
        "Goods of a sale came back.",
        {
            "complete": Field("boolean", description="everything of the sale has come back"),
            "estimated": Field("boolean", description="of no known sale: by the rules of the day"),
        },
    ),
    "value.given": Event("Value went to another member.", {"balance": _BALANCE, "amount": _AMOUNT}),
    "value.received": Event(
        "Value came from another member.", {"balance": _BALANCE, "amount": _AMOUNT}
    ),
    "member.merged_away": Event(
        "The account was merged into another and closed.", {"lots": _NUMBER, "into": _OWNER}
    ),
    "member.merged": Event("Another account was merged into this one.", {"lots": _NUMBER}),
    "household.opened": Event("A household was opened.", {}),
    "household.joined": Event(
        "The member joined a household.", {"lots": _NUMBER, "household": _OWNER}
    ),
    "household.grew": Event("A member brought value into the household.", {"lots": _NUMBER}),
    "household.left": Event("The member left a household.", {"lots": _NUMBER}),
    "household.shrank": Event("A member took his share out.", {"lots": _NUMBER}),
    "tier.changed": Event(
        "The member moved in a tier group.",
        {
            "group": _TEXT,
            "before": Field("string", nullable=True),
            "after": Field("string", nullable=True),
            "direction": Field("string", description="up or down"),
        },
    ),
    "tier_anniversary.approaching": Event(
        "The anniversary of the member's tier is near.",
        {
            "group": _TEXT,
            "tier": _TEXT,
            "since": _DATE,
            "months_before": _NUMBER,
            "days_before": _NUMBER,
        },
    ),
    "reward.awarded": Event(
        "A reward was given to the member.", {"reward": _TEXT, "reason": _TEXT, "code": _CODE}
    ),
    "reward.redeemed": Event("A reward was used.", {"reward": _TEXT, "code": _CODE}),
    "reward.withdrawn": Event(
        "A reward held only while in a tier was taken back.", {"reward": _TEXT, "code": _CODE}
    ),
    "birthday.approaching": Event("The member's birthday is near.", {"days_before": _DAYS}),
    "birthday.reached": Event("It is the member's birthday.", {}),
    "membership_anniversary.approaching": Event(
        "The anniversary of joining is near.", {"days_before": _DAYS}
    ),
    "membership_anniversary.reached": Event(
        "It is the anniversary of joining.", {"years": _NUMBER}
    ),
    "club.joined": Event(
        "A club's paid period began or was prolonged.",
        {
            "club": _TEXT,
            "until": _DATE,
            "renewed": Field("boolean"),
        },
    ),
    "club.renewal_approaching": Event(
        "A club's paid period ends soon.", {"club": _TEXT, "until": _DATE, "days_before": _DAYS}
    ),
    "club.ended": Event("A club's paid period ended.", {"club": _TEXT}),
}
