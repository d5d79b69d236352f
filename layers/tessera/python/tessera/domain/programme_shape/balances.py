"""The form of balances: limits, expiry, rounding, and how they are spent."""

from __future__ import annotations

from tessera.domain.calendar import Period
from tessera.domain.money import Rounding
from tessera.domain.programme.model import AfterUse, BalanceKind, ExpiryEnd, Overtaking
from tessera.domain.programme_shape import leaves
from tessera.domain.programme_shape.asking import (
    Above0,
    AllOf,
    AnyOf,
    Filled,
    Has,
    Inside,
    Is,
    Not,
    OneOf,
)
from tessera.domain.programme_shape.parts import (
    Either,
    Field,
    Law,
    ListOf,
    Named,
    Needs,
    Object,
    Only,
)

SPAN_FIELDS = {
    "years": Field(leaves.whole(0, 100)),
    "months": Field(leaves.whole(0, 1200)),
    "weeks": Field(leaves.whole(0, 5000)),
    "days": Field(leaves.whole(0, 36600)),
}
_SPAN = Object(SPAN_FIELDS)
_SOME_SPAN = Object(
    SPAN_FIELDS, laws=(Needs(AnyOf(tuple(Above0(name) for name in SPAN_FIELDS)), "empty_span"),)
)
SPAN = Named("span", lambda: _SPAN)
SOME_SPAN = Named("some_span", lambda: _SOME_SPAN)

_EXPIRY = Either(
    leaves.word(("never",)),
    Object(
        {
            "after": Field(SOME_SPAN, "So long after it activates."),
            "yearly": Field(leaves.YEARLY, "On that day of the year, MM-DD."),
            "sliding": Field(SOME_SPAN, "So long after the last activity."),
            "to": Field(leaves.choice(ExpiryEnd), "To which day it is carried; day unless told."),
        },
        laws=(
            Needs(OneOf((Has("after"), Has("yearly"), Has("sliding"))), "one_way_of_expiry"),
            Only(("to",), AnyOf((Has("after"), Has("sliding")))),
        ),
    ),
)
EXPIRY = Named("expiry", lambda: _EXPIRY)

BOUND_FIELDS = {
    "from": Field(leaves.AMOUNT, "The lower bound, included."),
    "above": Field(leaves.AMOUNT, "The lower bound, excluded."),
    "through": Field(leaves.AMOUNT, "The upper bound, included."),
    "below": Field(leaves.AMOUNT, "The upper bound, excluded."),
}
BOUND_LAWS: tuple[Law, ...] = (
    Needs(Not(AllOf((Has("from"), Has("above")))), "two_lower_bounds", "above"),
    Needs(Not(AllOf((Has("through"), Has("below")))), "two_upper_bounds", "below"),
)
GRANT_FIELDS = {
    "discount": Field(leaves.AMOUNT, "An amount of the currency."),
    "percent": Field(leaves.PERCENT, "A share of what is left to pay."),
    "free_delivery": Field(leaves.WORDS, "Delivery modes that are free; all: every one."),
}
GRANT_LAWS: tuple[Law, ...] = (
    Needs(Not(AllOf((Has("discount"), Has("percent")))), "amount_or_percent", "percent"),
)
GRANTS = AnyOf((Above0("discount"), Has("percent"), Has("free_delivery")))
"""Whether the fields of a grant give anything."""

GRANT = Object(GRANT_FIELDS, laws=GRANT_LAWS)
_STEP = Object(
    {**BOUND_FIELDS, **GRANT_FIELDS},
    laws=(*BOUND_LAWS, *GRANT_LAWS, Needs(GRANTS, "step_gives_nothing")),
)
STEP = Named("step", lambda: _STEP)

VALUE = Object(
    {
        "points": Field(leaves.POSITIVE, "Every whole so many of the balance ...", required=True),
        "gives": Field(leaves.POSITIVE, "... pay so much of the currency.", required=True),
    }
)

_PRICE = Object(
    {
        "balance": Field(leaves.IDENTIFIER, "May be left out where there is only one."),
        "amount": Field(leaves.POSITIVE, required=True),
    }
)
PRICE = Named("price", lambda: _PRICE)


_LIMITS_OF_CAP = ("credit", "credit_operations", "debit", "debit_operations")
CAP = Object(
    {
        "credit": Field(leaves.AMOUNT, "At most so much is credited."),
        "credit_operations": Field(leaves.whole(), "At most so many credits."),
        "debit": Field(leaves.AMOUNT, "At most so much is debited."),
        "debit_operations": Field(leaves.whole(), "At most so many debits."),
        "per": Field(
            leaves.word(("operation", *(item.value for item in Period))), "operation unless told."
        ),
        "activity": Field(leaves.EVENT, "Only credits that this event causes."),
        "exceeding": Field(
            leaves.choice(Overtaking), "Cut to what is left, or reject; credits are cut."
        ),
    },
    laws=(
        Needs(OneOf(tuple(Has(name) for name in _LIMITS_OF_CAP)), "one_limit_per_cap"),
        Needs(
            Not(Is("per", ("operation",), "operation")),
            "operations_need_a_period",
            "per",
            AnyOf((Has("credit_operations"), Has("debit_operations"))),
        ),
    ),
)

BRACKET = Object(
    {**BOUND_FIELDS, **GRANT_FIELDS, "value": Field(VALUE)},
    laws=(
        *BOUND_LAWS,
        *GRANT_LAWS,
        Needs(AnyOf((Has("value"), GRANTS)), "bracket_gives_nothing"),
        Needs(
            Not(AllOf((Has("value"), AnyOf((Above0("discount"), Has("percent")))))),
            "amount_or_percent",
            "value",
        ),
    ),
)

SPENDING = Object(
    {
        "value": Field(VALUE, "What the balance pays."),
        "brackets": Field(ListOf(BRACKET), "What ranges of the balance entitle to, instead."),
        "threshold": Field(leaves.AMOUNT, "From how much it may be used."),
        "after_use": Field(leaves.choice(AfterUse), "What use leaves; deduct_used unless told."),
        "partial_use": Field(leaves.FLAG, "false: what is not used is lost."),
        "from_order": Field(leaves.whole(1), "From which order on."),
        "from_amount": Field(leaves.AMOUNT, "On orders of so much at least."),
        "stackable_with": Field(leaves.STACKABLE),
        "automatic": Field(leaves.FLAG, "Applied without being asked for."),
        "channels": Field(leaves.WORDS),
    },
    laws=(
        Needs(Not(AllOf((Has("value"), Filled("brackets")))), "value_or_brackets", "brackets"),
        Needs(
            Not(AllOf((Has("partial_use"), Has("after_use")))),
            "partial_use_or_after_use",
            "partial_use",
        ),
    ),
)

_CASH = Is("kind", ("cash",))
BALANCE = Object(
    {
        "id": Field(leaves.IDENTIFIER, required=True),
        "kind": Field(leaves.choice(BalanceKind), "points unless told."),
        "name": Field(leaves.TEXTS, "What members read."),
        "logo": Field(leaves.IMAGE, "The name of an uploaded image, or an https address."),
        "decimals": Field(leaves.whole(0, 4), "Not of cash, which has the currency's."),
        "currency": Field(leaves.TEXT, "Of cash: the programme's."),
        "minimum": Field(leaves.AMOUNT),
        "maximum": Field(leaves.AMOUNT, "Credits stop here."),
        "caps": Field(ListOf(CAP)),
        "expiry": Field(EXPIRY, "When value lapses; never unless told."),
        "kept_alive_by": Field(leaves.WORDS, "Events that restart a sliding expiry."),
        "expiry_warning": Field(
            Object(
                {
                    "days_before": Field(leaves.wholes(1, 3660)),
                    "at_least": Field(leaves.POSITIVE),
                }
            )
        ),
        "reminder": Field(
            Object(
                {
                    "threshold_reached": Field(leaves.FLAG),
                    "deadline_within": Field(SPAN),
                    "every": Field(SOME_SPAN, required=True),
                }
            ),
            "A recurring reminder to those who could use what they have.",
        ),
        "rounding": Field(
            Object(
                {
                    "credit": Field(leaves.choice(Rounding)),
                    "debit": Field(leaves.choice(Rounding)),
                    "to": Field(leaves.POSITIVE, "What is rounded to; one point unless told."),
                }
            )
        ),
        "spending": Field(SPENDING, "How the balance pays; absent: it does not."),
        "stamps_per_card": Field(leaves.whole(0, 100)),
    },
    laws=(
        Only(("decimals",), Not(_CASH)),
        Only(("currency",), _CASH),
        Needs(
            Inside("spending", AnyOf((Has("value"), Filled("brackets")))),
            "field_missing",
            "spending/value",
            AllOf((Not(_CASH), Has("spending"))),
        ),
    ),
)
