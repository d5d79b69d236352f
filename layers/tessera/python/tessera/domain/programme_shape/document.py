"""The form of the whole document, and of the parts that stand at its root."""

from __future__ import annotations

from functools import cache

from tessera.domain.codes import CodeForm
from tessera.domain.programme.codes import VALID_DAYS_MAX
from tessera.domain.programme.model import Drop as DropOf
from tessera.domain.programme.model import (
    EarningBase,
    IdentifierMode,
    Metric,
    ReturnPolicy,
    Stacking,
    Timing,
)
from tessera.domain.programme.objectives import Aim
from tessera.domain.programme.rewards import CHARACTERS
from tessera.domain.programme_shape import leaves
from tessera.domain.programme_shape.asking import AnyOf, Has, Is
from tessera.domain.programme_shape.balances import (
    BALANCE,
    PRICE,
    SOME_SPAN,
    SPAN,
    STEP,
)
from tessera.domain.programme_shape.conditions import condition, line_condition
from tessera.domain.programme_shape.earning import OPERATION, RULE
from tessera.domain.programme_shape.parts import (
    Either,
    Field,
    ListOf,
    Needs,
    Object,
    Only,
    Shape,
)
from tessera.domain.programme_shape.rewards import REWARD

GATE = Object({"event": Field(leaves.EVENT, required=True), "if": Field(condition())})

MEMBERSHIP = Object(
    {
        "identifier": Field(
            Object(
                {
                    "mode": Field(leaves.choice(IdentifierMode), "automatic unless told."),
                    "prefix": Field(leaves.TEXT),
                    "suffix": Field(leaves.TEXT),
                    "length": Field(leaves.whole(4, 32)),
                    "characters": Field(leaves.word(CHARACTERS)),
                    "pool": Field(leaves.IDENTIFIER, "The pool of codes of mode pool."),
                },
                laws=(
                    Only(("prefix", "suffix", "length", "characters"), Is("mode", ("pattern",))),
                    Only(("pool",), Is("mode", ("pool",))),
                    Needs(Has("pool"), "field_missing", "pool", Is("mode", ("pool",))),
                ),
            ),
            "The identifier that a member knows; the card's code beside it is automatic.",
        ),
        "join": Field(ListOf(GATE), "Events that let somebody join by themselves."),
        "leave": Field(ListOf(GATE), "Events that make a member leave."),
        "leave_when_inactive_for": Field(SPAN, "How long without activity ends a membership."),
        "birthday": Field(
            Object(
                {
                    "attribute": Field(leaves.TEXT, "The attribute that holds the birthday."),
                    "days_before": Field(leaves.wholes(0, 364), "Events so many days before."),
                }
            ),
            "Events around the birthday.",
        ),
        "anniversary": Field(
            Object({"days_before": Field(leaves.wholes(0, 364), "Events so many days before.")}),
            "Events on the membership's anniversary, and before it; absent: none.",
        ),
        "if": Field(condition(), "Who may be a member."),
    }
)

EARNING = Object(
    {
        "base": Field(
            leaves.choice(EarningBase),
            "What a discounted order earns on: nothing, what is left to pay, or all of it.",
        ),
        "tax": Field(leaves.word(("included", "excluded"))),
        "discounted_articles": Field(leaves.FLAG, "Whether marked-down articles earn."),
        "lines": Field(line_condition(), "Which lines earn."),
        "if": Field(condition(), "When anything earns at all."),
    }
)

RETURNS = Object(
    {
        "reduce_balance": Field(leaves.FLAG, "Whether goods that come back take value back."),
        "shortfall": Field(leaves.choice(ReturnPolicy), "What happens where too little is left."),
    }
)

TIER = Object(
    {
        "id": Field(leaves.IDENTIFIER, required=True),
        "at_least": Field(leaves.AMOUNT, "From how much of the group's metric.", required=True),
        "name": Field(leaves.TEXTS),
        "coefficient": Field(leaves.RATIO, "What purchases of this tier earn is multiplied by it."),
        "colour": Field(leaves.TEXT),
        "benefits": Field(leaves.TEXTS, "What members of the tier have, in words."),
    }
)

_OF_A_BALANCE = Is("metric", ("balance", "earned"), "balance")
TIER_GROUP = Object(
    {
        "id": Field(leaves.IDENTIFIER, required=True),
        "name": Field(leaves.TEXTS),
        "metric": Field(leaves.choice(Metric), "What the ladder measures; balance unless told."),
        "balance": Field(leaves.IDENTIFIER, "The balance that is measured; the first unless told."),
        "window": Field(
            Either(
                leaves.word(("ever", "calendar_year")),
                Object({"months": Field(leaves.whole(1, 24), required=True)}),
            ),
            "Over which time the metric is summed; ever unless told.",
        ),
        "tiers": Field(ListOf(TIER, least=1), required=True),
        "floor": Field(leaves.IDENTIFIER_OR_NOTHING, "The tier below which nobody falls."),
        "up": Field(leaves.choice(Timing), "When members rise; real_time unless told."),
        "down": Field(leaves.choice(Timing), "When members fall; tier_anniversary unless told."),
        "drop": Field(leaves.choice(DropOf), "How far they fall; full unless told."),
        "grace": Field(SPAN, "How long a tier is kept after its review."),
        "anniversary_events": Field(
            ListOf(SPAN), "Events so long before the tier's anniversary; absent: none."
        ),
    },
    laws=(
        Only(("balance",), _OF_A_BALANCE),
        Needs(
            Is("metric", ("earned", "spent", "orders")),
            "a_balance_has_no_window",
            "window",
            Has("window"),
        ),
    ),
)

NEW_CUSTOMERS = Object(
    {
        "earns": Field(leaves.FLAG, "Whether a first order earns."),
        "first_order_credit": Field(PRICE, "What the first order is given."),
        "steps": Field(ListOf(STEP)),
        "stackable_with": Field(leaves.STACKABLE),
    }
)

SEGMENT = Object(
    {
        "id": Field(leaves.IDENTIFIER, required=True),
        "name": Field(leaves.TEXTS),
        "if": Field(condition(), "Who belongs to it.", required=True),
        "earns": Field(leaves.FLAG, "Whether its members earn."),
        "steps": Field(ListOf(STEP)),
        "stackable_with": Field(leaves.STACKABLE),
    }
)

CLUB = Object(
    {
        "id": Field(leaves.IDENTIFIER, required=True),
        "name": Field(leaves.TEXTS),
        "period": Field(SOME_SPAN, "How long a paid period lasts.", required=True),
        "fee_lines": Field(line_condition(), "The line that buys a period."),
        "event": Field(leaves.EVENT, "The event that gives a period."),
        "renewal_days_before": Field(leaves.wholes(1, 366)),
        "steps": Field(ListOf(STEP)),
        "coefficient": Field(leaves.RATIO),
        "stackable_with": Field(leaves.STACKABLE),
    },
    laws=(Needs(AnyOf((Has("fee_lines"), Has("event"))), "field_missing", "fee_lines"),),
)

CLOSING = Object(
    {
        "earning_until": Field(leaves.DATE, "The last day of joining and earning.", required=True),
        "spending_until": Field(leaves.DATE, "The last day of spending.", required=True),
    }
)


PACE = Object(
    {
        "at_once": Field(leaves.whole(1, 100_000), required=True),
        "per_minute": Field(leaves.whole(0, 60_000), "0: no limit.", required=True),
    }
)
CODES = Object(
    {
        "form": Field(leaves.choice(CodeForm), "What cards show; static unless told."),
        "step_up": Field(
            ListOf(
                Object(
                    {
                        "balance": Field(leaves.IDENTIFIER),
                        "above": Field(leaves.AMOUNT, required=True),
                    }
                )
            ),
            "Above which amount spending takes a fresh scan.",
        ),
        "offline": Field(PRICE, "Of signed codes: the most that is spent without a network."),
        "valid_days": Field(leaves.whole(1, VALID_DAYS_MAX), "Of signed codes."),
        "scans": Field(
            Object({"per_card": Field(PACE), "per_till": Field(PACE)}), "How fast cards are read."
        ),
    },
    laws=(Needs(Is("form", ("signed",)), "offline_unsigned", "offline", Has("offline")),),
)

OBJECTIVE = Object(
    {
        "aim": Field(leaves.choice(Aim), "What is measured.", required=True),
        "at_least": Field(leaves.AMOUNT, "Purchases a year, the currency, or percent."),
        "at_most": Field(leaves.AMOUNT),
        "attributes": Field(leaves.SOME_WORDS, "Of aim data: what should be known of members."),
        "event": Field(leaves.EVENT, "Of aim image: what speaks for the brand."),
        "why": Field(leaves.TEXTS),
    },
    laws=(
        Only(("attributes",), Is("aim", ("data",))),
        Only(("event",), Is("aim", ("image",))),
        Needs(Has("attributes"), "field_missing", "attributes", Is("aim", ("data",))),
        Needs(Has("event"), "field_missing", "event", Is("aim", ("image",))),
        Needs(AnyOf((Has("at_least"), Has("at_most"))), "objective_without_target"),
    ),
)


@cache
def document_shape() -> Shape:
    """The form of a programme document."""
    return Object(
        {
            "$schema": Field(leaves.TEXT, "The address of this schema, for editors of JSON."),
            "programme": Field(leaves.IDENTIFIER, "Its id, for ever.", required=True),
            "internal_name": Field(leaves.TEXT, "Its name among colleagues."),
            "name": Field(leaves.TEXTS, "Its name for customers."),
            "currency": Field(leaves.CURRENCY, "ISO 4217, such as EUR.", required=True),
            "time_zone": Field(leaves.TEXT, "IANA, such as Europe/Paris.", required=True),
            "objectives": Field(ListOf(OBJECTIVE), "What it is for, and measured against."),
            "membership": Field(MEMBERSHIP, "Who is a member, and what happens around it."),
            "earning": Field(EARNING, "What counts for earning, whatever the rule."),
            "returns": Field(RETURNS, "What goods that come back do."),
            "balances": Field(ListOf(BALANCE, least=1), "The kinds of value.", required=True),
            "rules": Field(ListOf(RULE), "When, if, then."),
            "stacking": Field(leaves.choice(Stacking), "How operations combine that match."),
            "operations": Field(ListOf(OPERATION), "Time-boxed coefficients."),
            "tier_groups": Field(ListOf(TIER_GROUP), "Ladders of tiers."),
            "rewards": Field(ListOf(REWARD), "What can be won."),
            "new_customers": Field(NEW_CUSTOMERS, "The benefits of a first order."),
            "segments": Field(ListOf(SEGMENT), "Members that match conditions now."),
            "clubs": Field(ListOf(CLUB), "Paid periods with benefits."),
            "partitions": Field(
                Object({}, others={r"[\s\S]*": Field(leaves.WORDS)}),
                "Store groups whose accounts are apart: a list of stores each.",
            ),
            "texts": Field(
                Object({}, others={r"[\s\S]*": Field(leaves.TEXTS)}),
                "Free texts by name and language: terms, notice, slogan.",
            ),
            "card_design": Field(leaves.TEXT, "The wallet card's design."),
            "codes": Field(CODES, "What cards show, and what it takes to spend."),
            "closing": Field(CLOSING, "The announced end of the programme."),
        }
    )
