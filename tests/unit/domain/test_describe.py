"""A programme in words for customers: complete, true, without what is the merchant's own."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tessera.domain.calendar import to_day
from tessera.domain.describe import describe
from tessera.domain.programme import Programme, parse
from tests.fakes.golden import BASE, cases, merged
from tests.unit.domain.worlds import programme
from tools.tessera.description import description
from tools.tessera.documents import read_programme

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "programmes").glob("*.yaml"))
SNAPSHOTS = Path(__file__).parent / "descriptions"
LANGUAGES = ("fr", "en")


def told(document: Programme, section: str, language: str = "en") -> list[str]:
    """The sentences of a section, with plain spaces; none where it is left out."""
    return [
        text.replace("\u00a0", " ").replace("\u202f", " ")
        for found in describe(document, language)
        if found.code == section
        for text in found.sentences
    ]


def names(document: Programme) -> set[str]:
    """The ids of everything that has a name in every language of the document."""
    kinds = ("balances", "rules", "operations", "tier_groups", "rewards", "clubs")
    items = [item for kind in kinds for item in getattr(document, kind)]
    items += [tier for group in document.tier_groups for tier in group.tiers]
    return {item.id for item in items if item.names and item.id not in item.names.values()}


def is_whole(document: Programme, language: str) -> None:
    sections = describe(document, language)
    codes = [section.code for section in sections]
    assert {"joining", "lasting", "ending"} <= set(codes)
    assert len(set(codes)) == len(codes)
    for section in sections:
        assert section.title
        for text in section.sentences:
            assert text[-1] in ".!?", text
            assert not re.search(r"[{}]|about\.|None|: [,.]|, [,.]|\.\.", text), text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_is_described_with_its_names_and_no_ids(path: Path, language: str) -> None:
    document = read_programme(path)

    is_whole(document, language)
    text = "\n".join(description(document, language))
    for known in names(document):
        # An id that is a word of the language may stand in a sentence; one of several can't.
        if "-" in known:
            assert known not in text
    for kind in ("rules", "tier_groups", "rewards", "clubs"):
        for item in getattr(document, kind):
            assert not item.names or item.names.get(language, item.names.get("")) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_programme_of_the_golden_cases_can_be_described(language: str) -> None:
    for case in cases():
        is_whole(parse(merged(BASE, case.content.get("programme") or {}), 1), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hotel_reads_as_it_was_agreed(language: str) -> None:
    """A snapshot: whoever changes a sentence sees the whole page change with it."""
    document = read_programme(ROOT / "programmes/hotel.yaml")
    agreed = (SNAPSHOTS / f"hotel.{language}.txt").read_text("utf-8")

    assert "\n".join(description(document, language)) + "\n" == agreed


def test_what_is_the_merchants_own_is_not_told() -> None:
    document = programme(
        internal_name="Project Falcon",
        segments=[
            {
                "id": "whales",
                "name": "Big spenders",
                "if": {"member.spent": {"at_least": "5000.00"}, "member.city": "Lyon"},
                "steps": [{"from": "0", "percent": "17"}],
            }
        ],
        rules=[
            {
                "id": "win-back",
                "name": "A present",
                "when": "purchase.recorded",
                "if": {"member.segment": "whales", "member.days_since_purchase": {"at_least": 99}},
                "then": [{"credit": {"amount": 7}}, {"emit": "falcon.landed"}],
            }
        ],
        operations=[{"id": "o", "coefficient": "2", "budget": 123456}],
        rewards=[
            {"id": "sorry", "kind": "perk", "name": "Apology", "listed": False},
            {
                "id": "gift",
                "kind": "perk",
                "name": "Gift",
                "internal_name": "Leftovers",
                "budget": 321,
                "price": {"amount": 5},
            },
        ],
        objectives=[{"aim": "basket", "at_least": "77.77"}],
    )

    for language in LANGUAGES:
        text = "\n".join(description(document, language))
        for secret in (
            "Falcon", "falcon", "whales", "Big spenders", "5000", "Lyon", "17", "99", "123",
            "Apology", "Leftovers", "321", "77",
        ):  # fmt: skip
            assert secret not in text, secret
    assert told(document, "earning")[0] == "A present: 7 points, under conditions."
    assert told(document, "rewards") == ["Gift: for 5 points."]


def test_what_is_over_is_told_no_more() -> None:
    document = programme(
        operations=[
            {"id": "o", "name": "March", "coefficient": "3", "ends_at": "2027-03-31T18:00"},
        ],
        rewards=[
            {"id": "r", "kind": "perk", "name": "Egg", "price": {"amount": 1},
             "ends_at": "2027-03-31"},
        ],
    )  # fmt: skip

    def at(day: date) -> str:
        return str(describe(document, "en", to_day(day)))

    assert "March" in at(date(2027, 3, 31))
    assert "Egg" in at(date(2027, 3, 31))
    assert "March" not in at(date(2027, 4, 1))
    assert "Egg" not in at(date(2027, 4, 1))


def test_the_end_the_notice_and_the_terms_are_told() -> None:
    document = programme(
        closing={"earning_until": "2027-03-31", "spending_until": "2027-09-30"},
        texts={"notice": {"en": "Points will last 12 months"}, "terms": {"en": "Be kind!"}},
    )

    assert told(document, "ending") == [
        (
            "The programme is closing: you can earn until 31 Mar 2027"
            " and use your balance until 30 Sep 2027."
        ),
        "Points will last 12 months.",
        "The rules may change; a change holds for purchases to come.",
        "What you have already earned keeps its validity.",
        (
            "If the programme ends, the end is announced,"
            " with the last day of earning and the last day of use."
        ),
    ]
    assert told(document, "terms") == ["Be kind!"]


def test_earning_is_told_with_its_days_hours_and_instalments() -> None:
    document = programme(
        balances=[
            {"id": "points", "name": "Points"},
            {"id": "cash", "kind": "cash", "name": "Pot"},
        ],
        rules=[
            {
                "id": "a",
                "when": "purchase.recorded",
                "if": {"purchase.total": {"more_than": "20.00"}},
                "then": [
                    {
                        "credit": {
                            "balance": "cash",
                            "amount": "5.00",
                            "schedule": [
                                {"percent": "40", "days": 7},
                                {"percent": "60", "after": {"months": 1, "days": 1}},
                            ],
                            "expiry": {"after": {"years": 1}, "to": "year_end"},
                        }
                    }
                ],
                "limits": [{"per": "ever", "count": 2}],
            },
            {
                "id": "b",
                "name": "Pairs",
                "when": "purchase.recorded",
                "then": [{"credit": {"balance": "points", "per_item": {"give": 3, "every": 2}}}],
            },
            {
                "id": "c",
                "when": "quiz.won",
                "then": [{"emit": "quiz.told"}],
            },
        ],
        operations=[
            {
                "id": "o",
                "balance": "points",
                "coefficient": "1.5",
                "weekdays": ["friday"],
                "hours": [{"from": "12:00", "until": "14:00"}, {"from": "22:00", "until": "02:00"}],
            }
        ],
    )

    assert told(document, "earning")[:3] == [
        (
            "On each purchase: €5 “Pot”, 40% after 7 days, 60% after 1 month and 1 day,"
            " to be used within 1 year, to the end of the year,"
            " on a purchase of more than €20, at most 2 times in all."
        ),
        "Pairs: 3 points “Points” for 2 items.",
        "“Points” ×1.5, on Friday, from 12:00 to 14:00 or from 22:00 to 02:00.",
    ]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"member.birthday_today": True}, "on your birthday"),
        ({"member.birthday_today": {"is_not": True}}, "under conditions"),
        ({"purchase.first": False}, "under conditions"),
        ({"purchase.promo_code": {"is_not": "SPRING"}}, "under conditions"),
        ({"purchase.store": {"not_in": ["outlet"]}}, "in some stores"),
        ({"time.weekday": {"not_in": ["monday"]}}, "under conditions"),
        ({"not": {"time.weekday": "monday"}}, "under conditions"),
        ({"any": [{"purchase.first": True}, {"member.city": "Lyon"}]}, "under conditions"),
        (
            {"any": [{"purchase.first": True}, {"member.birthday_month": True}]},
            "on your first purchase or in the month of your birthday",
        ),
    ],
)
def test_a_condition_is_never_told_as_its_contrary(condition: dict[str, Any], said: str) -> None:
    document = programme(operations=[{"id": "o", "coefficient": "2", "if": condition}])

    assert told(document, "earning") == [f"Your points ×2, {said}."]


def test_brackets_caps_and_first_orders_are_told_with_their_bounds() -> None:
    document = programme(
        balances=[
            {
                "id": "points",
                "name": "Points",
                "maximum": 900,
                "expiry": {"yearly": "02-29"},
                "caps": [{"debit_operations": 2, "per": "week"}],
                "spending": {
                    "after_use": "reset",
                    "automatic": True,
                    "brackets": [
                        {"from": 100, "below": 200, "discount": "5.00"},
                        {"from": 200, "percent": "10", "free_delivery": "all"},
                    ],
                },
            }
        ],
        new_customers={
            "earns": False,
            "first_order_credit": {"amount": 30},
            "steps": [{"above": "150.00", "through": "300.00", "discount": "8.00"}],
        },
    )

    assert told(document, "spending")[:3] == [
        "From 100 points, less than 200 points: €5 off.",
        "From 200 points: 10% off and free delivery.",
        "Using it sets “Points” back to zero.",
    ]
    assert told(document, "limits") == [
        "Use: at most 2 times per week.",
        "The balance doesn't go above 900 points.",
    ]
    assert told(document, "lasting") == ["Points: what you earn is valid until the next 29 Feb."]
    assert told(document, "lasting", "fr") == [
        "Points : ce que vous gagnez est valable jusqu'au 29/02 qui suit."
    ]
    assert told(document, "new_customers") == [
        "The first order earns 30 points.",
        "Purchase above €150, up to €300: €8 off.",
        "It earns nothing else.",
    ]
