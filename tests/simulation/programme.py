"""The small programmes that simulated merchants run, and their numbers as the checks use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

PROGRAMME = "sim"
ZONE = "Europe/Paris"
EARNED_PER_DAY_MAX = 150
REVIEWS_PER_DAY_MAX = 2
REVIEW_POINTS = 10
VALID_DAYS = 12
COFFEE_POINTS = 60
CENTS_PER_TEN_POINTS = 100

POINT_PER_EURO: dict[str, Any] = {
    "id": "base",
    "when": "purchase.recorded",
    "then": [{"credit": {"per_amount": {"every": "1.00", "give": 1}}}],
}

DOCUMENT: dict[str, Any] = {
    "programme": PROGRAMME,
    "currency": "EUR",
    "time_zone": ZONE,
    "earning": {"base": "net", "tax": "included"},
    "balances": [
        {
            "id": "points",
            "kind": "points",
            "expiry": {"after": {"days": VALID_DAYS}},
            "expiry_warning": {"days_before": 3},
            "caps": [{"credit": EARNED_PER_DAY_MAX, "per": "day"}],
            "spending": {"value": {"points": 10, "gives": "1.00"}, "partial_use": True},
        }
    ],
    "rules": [
        POINT_PER_EURO,
        {
            "id": "review",
            "when": "review.posted",
            "then": [{"credit": {"amount": REVIEW_POINTS, "pending": {"days": 2}}}],
            "limits": [{"per": "day", "count": REVIEWS_PER_DAY_MAX}],
        },
    ],
    "tier_groups": [
        {
            "id": "status",
            "metric": "spent",
            "window": {"months": 1},
            "up": "real_time",
            "down": "real_time",
            "drop": "full",
            "tiers": [
                {"id": "bronze", "at_least": "0.00"},
                {"id": "silver", "at_least": "150.00"},
                {"id": "gold", "at_least": "400.00"},
            ],
        }
    ],
    "rewards": [
        {
            "id": "coffee",
            "kind": "product",
            "products": ["coffee"],
            "price": {"balance": "points", "amount": COFFEE_POINTS},
        },
        {"id": "bon", "kind": "discount", "name": "Bon", "worth": {"discount": "2.00"}},
    ],
}

CLUB_DOCUMENT: dict[str, Any] = {
    "programme": "club",
    "currency": "EUR",
    "time_zone": ZONE,
    "earning": {"base": "net", "tax": "included"},
    "membership": {
        "join": [
            {"event": "purchase.recorded", "if": {"purchase.total": {"at_least": "120.00"}}},
            {"event": "visit.noted"},
        ]
    },
    "balances": [
        {
            "id": "stars",
            "kind": "points",
            "expiry": {"after": {"days": 40}},
            "caps": [{"credit": 60, "per": "day"}],
            "spending": {"value": {"points": 2, "gives": "1.00"}, "partial_use": True},
        }
    ],
    "rules": [
        {
            "id": "base",
            "when": "purchase.recorded",
            "then": [{"credit": {"per_amount": {"every": "2.00", "give": 1}}}],
        },
        {
            "id": "visit",
            "when": "visit.noted",
            "then": [{"credit": {"amount": 3}}],
            "limits": [{"per": "day", "count": 1}],
        },
    ],
    "rewards": [
        {
            "id": "tea",
            "kind": "product",
            "products": ["tea"],
            "price": {"balance": "stars", "amount": 12},
        },
        {"id": "gift", "kind": "discount", "name": "Gift", "worth": {"discount": "1.00"}},
    ],
}
"""A second programme beside the first: a large sale, or a visit, makes somebody a member."""

SHOP_DOCUMENT: dict[str, Any] = {
    "programme": "shop",
    "currency": "EUR",
    "time_zone": ZONE,
    "earning": {"base": "net", "tax": "included"},
    "balances": [
        {
            "id": "points",
            "kind": "points",
            "expiry": {"after": {"days": VALID_DAYS}},
            "spending": {"value": {"points": 10, "gives": "1.00"}, "partial_use": True},
        }
    ],
    "rules": [
        POINT_PER_EURO,
        {
            "id": "review",
            "when": "review.posted",
            "then": [{"credit": {"amount": REVIEW_POINTS}}],
            "limits": [{"per": "day", "count": REVIEWS_PER_DAY_MAX}],
        },
    ],
    "operations": [{"id": "double", "balance": "points", "coefficient": "2", "budget": 3_000}],
    "rewards": [
        {
            "id": "print",
            "kind": "product",
            "products": ["print"],
            "price": {"balance": "points", "amount": 30},
            "budget": 60,
        },
        {
            "id": "bon",
            "kind": "discount",
            "name": "Bon",
            "worth": {"discount": "2.00"},
            "code": {"mode": "pool", "pool": "bons"},
        },
    ],
}
"""A programme whose members share a budget of points, sixty prints and the codes of a pool."""

ALIVE_DAYS = 6
TAB_DOCUMENT: dict[str, Any] = {
    **DOCUMENT,
    "programme": "tab",
    "returns": {"shortfall": "allow_negative"},
    "balances": [
        {
            "id": "points",
            "kind": "points",
            "expiry": {"sliding": {"days": ALIVE_DAYS}},
            "caps": [{"credit": EARNED_PER_DAY_MAX, "per": "day"}],
            "spending": {"value": {"points": 10, "gives": "1.00"}, "partial_use": True},
        }
    ],
}
"""The first programme where each sale keeps value alive, and a return may leave a debt."""

SEASON_DOCUMENT: dict[str, Any] = {**DOCUMENT, "programme": "season"}
SALES_DOCUMENT: dict[str, Any] = {
    **SEASON_DOCUMENT,
    "balances": [
        {
            **DOCUMENT["balances"][0],
            "expiry": {"after": {"days": 2 * VALID_DAYS}},
            "caps": [{"credit": 2 * EARNED_PER_DAY_MAX, "per": "day"}],
        }
    ],
    "rules": [
        {
            "id": "base",
            "when": "purchase.recorded",
            "then": [{"credit": {"per_amount": {"every": "1.00", "give": 2}}}],
        },
        {
            "id": "review",
            "when": "review.posted",
            "then": [{"credit": {"amount": 3, "pending": {"days": 1}}}],
            "limits": [{"per": "day", "count": 1}],
        },
    ],
}
"""The first programme, and what it becomes for a time."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One programme as clients ask for it and as checks judge it.

    `event` is what earns `event_points`, `event_count_max` times a day; a sale earns one for
    every `cents_each` paid, `earned_per_day_max` a day in all. `meal` is a reward that has a
    price, `given` one that a clerk gives. `extra_max` is what an operation may add over all
    members (doubling what a sale earns), `meals_max` how many meals there are, `codes` those
    that were imported for what is given. What there is no end of is 0 or empty. A sale
    keeps what is there alive for `alive_days` from its own day; members may have `debts`. `later`
    are the versions that follow the first.
    """

    document: Mapping[str, Any]
    balance: str
    cents_each: int
    earned_per_day_max: int
    event: str
    event_points: int
    event_count_max: int
    meal: str
    given: str
    extra_max: int = 0
    meals_max: int = 0
    pool: str = ""
    codes: tuple[str, ...] = ()
    alive_days: int = 0
    debts: bool = False
    later: tuple[Scheme, ...] = ()

    @property
    def id(self) -> str:
        return str(self.document["programme"])

    def version(self, number: int) -> Scheme:
        """The programme as it is in one of its versions."""
        return (self, *self.later)[number - 1]


SIM = Scheme(
    DOCUMENT, "points", CENTS_PER_TEN_POINTS, EARNED_PER_DAY_MAX,
    "review.posted", REVIEW_POINTS, REVIEWS_PER_DAY_MAX, "coffee", "bon",
)  # fmt: skip
CLUB = Scheme(CLUB_DOCUMENT, "stars", 200, 60, "visit.noted", 3, 1, "tea", "gift")
SHOP = Scheme(
    SHOP_DOCUMENT, "points", 100, 10**9, "review.posted", REVIEW_POINTS, REVIEWS_PER_DAY_MAX,
    "print", "bon", extra_max=3_000, meals_max=60,
    pool="bons", codes=tuple(f"BON-{number:04d}" for number in range(120)),
)  # fmt: skip
TAB = replace(SIM, document=TAB_DOCUMENT, alive_days=ALIVE_DAYS, debts=True)
_SALES = Scheme(
    SALES_DOCUMENT, "points", 50, 2 * EARNED_PER_DAY_MAX, "review.posted", 3, 1, "coffee", "bon"
)
_SEASON = replace(SIM, document=SEASON_DOCUMENT)
SEASON = replace(_SEASON, later=(_SALES, _SEASON, _SALES))
SCHEMES: Mapping[str, Scheme] = {scheme.id: scheme for scheme in (SIM, CLUB, SHOP, TAB, SEASON)}
