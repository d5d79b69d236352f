"""The form of rules and operations."""

from __future__ import annotations

from tessera.domain.calendar import Period
from tessera.domain.programme_shape import leaves
from tessera.domain.programme_shape.asking import Has, Not, OneOf
from tessera.domain.programme_shape.balances import EXPIRY, SPAN, SPAN_FIELDS
from tessera.domain.programme_shape.conditions import condition, line_condition
from tessera.domain.programme_shape.parts import Field, ListOf, Needs, Object, Only

LIMITS = ListOf(
    Object(
        {
            "per": Field(leaves.choice(Period), "ever unless told."),
            "count": Field(leaves.whole(1), required=True),
        }
    )
)

_WAYS = ("amount", "per_amount", "per_step", "per_item")
_GIVE = Field(leaves.AMOUNT, required=True)
_EVERY = Field(leaves.POSITIVE, "For every so much of the currency.", required=True)

CREDIT = Object(
    {
        "balance": Field(leaves.IDENTIFIER, "May be left out where there is only one."),
        "amount": Field(leaves.AMOUNT, "So much."),
        "per_amount": Field(
            Object({"every": _EVERY, "give": _GIVE}), "In proportion, rounded once per basket."
        ),
        "per_step": Field(
            Object(
                {
                    "every": _EVERY,
                    "give": _GIVE,
                    "cumulative": Field(leaves.FLAG, "The remainder carries over."),
                }
            ),
            "For every whole step.",
        ),
        "per_item": Field(
            Object({"every": Field(leaves.POSITIVE, "One unless told."), "give": _GIVE}),
            "For every article.",
        ),
        "by_tier": Field(
            Object({}, others={r"[\s\S]*": Field(leaves.AMOUNT, present=True)}),
            "Other amounts for members of a tier.",
        ),
        "multiplied": Field(leaves.FLAG, "Whether coefficients touch it."),
        "expiry": Field(EXPIRY, "Another expiry than the balance's."),
        "pending": Field(SPAN, "How long until it can be used."),
        "schedule": Field(
            ListOf(
                Object(
                    {
                        "percent": Field(leaves.RATIO, required=True),
                        "after": Field(SPAN),
                        **SPAN_FIELDS,
                    },
                    laws=(Only(tuple(SPAN_FIELDS), Not(Has("after"))),),
                )
            ),
            "Instalments, of 100 percent together.",
        ),
        "metadata": Field(Object({}, others={r"[\s\S]*": Field(leaves.TEXT, present=True)})),
    },
    laws=(Needs(OneOf(tuple(Has(way) for way in _WAYS)), "one_way_to_credit"),),
)

ACTION = Object(
    {
        "credit": Field(CREDIT, "Credit a balance.", present=True),
        "multiply": Field(
            Object(
                {
                    "balance": Field(leaves.IDENTIFIER),
                    "by": Field(leaves.RATIO, required=True),
                }
            ),
            "Multiply what the purchase earns.",
            present=True,
        ),
        "award": Field(leaves.IDENTIFIER, "Award a reward.", present=True),
        "tier": Field(
            Object(
                {
                    "group": Field(leaves.IDENTIFIER, required=True),
                    "tier": Field(leaves.IDENTIFIER, required=True),
                }
            ),
            "Put the member in a tier.",
            present=True,
        ),
        "emit": Field(leaves.EVENT, "Let an event happen.", present=True),
    },
    least=1,
    most=1,
    code="one_action",
    unknown=lambda _: "one_action",
)

RULE = Object(
    {
        "id": Field(leaves.IDENTIFIER, required=True),
        "name": Field(leaves.TEXTS),
        "when": Field(leaves.EVENTS, "The event, or a list of them.", required=True),
        "if": Field(condition()),
        "lines": Field(line_condition(), "Which lines of the basket count."),
        "then": Field(ListOf(ACTION, least=1), "What follows.", required=True),
        "limits": Field(LIMITS, "At most so many times per period and member."),
        "precedence": Field(leaves.whole(-1000, 1000), "Where caps bind, higher goes first."),
    }
)

OPERATION = Object(
    {
        "id": Field(leaves.IDENTIFIER, required=True),
        "name": Field(leaves.TEXTS),
        "balance": Field(leaves.IDENTIFIER, "May be left out where there is only one."),
        "coefficient": Field(leaves.RATIO, required=True),
        "starts_at": Field(leaves.INSTANT, "A day, or a local time."),
        "ends_at": Field(leaves.INSTANT, "A day, whole, or a local time."),
        "weekdays": Field(leaves.WEEKDAY_LIST),
        "hours": Field(
            ListOf(
                Object(
                    {
                        "from": Field(leaves.HOUR, required=True),
                        "until": Field(leaves.HOUR, "Not included.", required=True),
                    }
                )
            )
        ),
        "birthday": Field(leaves.word(("day", "month"))),
        "first_purchase": Field(leaves.FLAG),
        "if": Field(condition()),
        "lines": Field(line_condition()),
        "budget": Field(leaves.AMOUNT, "The most that it adds over all members."),
    }
)
