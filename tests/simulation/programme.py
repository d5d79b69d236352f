"""The small programme that the simulated merchant runs, and its numbers as the checks use them."""

from __future__ import annotations

from typing import Any

PROGRAMME = "sim"
ZONE = "Europe/Paris"
EARNED_PER_DAY_MAX = 150
REVIEWS_PER_DAY_MAX = 2
REVIEW_POINTS = 10
VALID_DAYS = 12
COFFEE_POINTS = 60
CENTS_PER_TEN_POINTS = 100

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
        {
            "id": "base",
            "when": "purchase.recorded",
            "then": [{"credit": {"per_amount": {"every": "1.00", "give": 1}}}],
        },
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
