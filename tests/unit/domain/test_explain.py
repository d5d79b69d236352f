"""Traces and receipts in words: true in both languages, complete in both catalogues."""

from __future__ import annotations

import re

import pytest

from tessera.domain.commands import Advantage, Line
from tessera.domain.decide import decide
from tessera.domain.decision import Ids
from tessera.domain.explain import receipt_texts, trace_texts
from tessera.domain.programme.model import Balance, BalanceKind
from tessera.domain.texts import (
    catalogue,
    en,
    fr,
    money_text,
    number_text,
    plural_form,
    value_text,
)
from tessera.domain.texts.spacing import spaced
from tests.fakes.golden import cases, merged
from tests.unit.domain.worlds import FACTS, START_MS, joined, programme, sale

_PLACE = re.compile(r"\{[^}]+\}")


def test_both_catalogues_say_the_same_things() -> None:
    assert en.SENTENCES.keys() == fr.SENTENCES.keys()
    for code, sentence in fr.SENTENCES.items():
        assert set(_PLACE.findall(sentence)) == set(_PLACE.findall(en.SENTENCES[code])), code


@pytest.mark.parametrize(
    ("language", "amount", "decimals", "form"),
    [
        ("fr", 0, 0, "one"),
        ("fr", 1, 0, "one"),
        ("fr", 15, 1, "one"),
        ("fr", 2, 0, "other"),
        ("en", 0, 0, "other"),
        ("en", 1, 0, "one"),
        ("en", 15, 1, "other"),
        ("en", 10, 1, "other"),
        ("en", 2, 0, "other"),
    ],
)
def test_plurals_follow_cldr(language: str, amount: int, decimals: int, form: str) -> None:
    assert plural_form(language, amount, decimals) == form


def test_numbers_are_written_as_each_language_writes_them() -> None:
    points = Balance("points", BalanceKind.POINTS, 2, "", {})

    assert number_text("fr", 1234567) == "1\u202f234\u202f567"
    assert number_text("en", 1234567) == "1,234,567"
    assert money_text("fr", 1250, "EUR", 2) == "12,50\u00a0€"
    assert money_text("en", 1250, "EUR", 2) == "€12.50"
    assert money_text("en", -300, "EUR", 2) == "-€3"
    assert value_text("fr", points, 150) == "1,50\u00a0point"
    assert value_text("fr", points, 200) == "2\u00a0points"


def test_the_trace_says_why_15_points_and_not_50() -> None:
    document = programme(
        rules=[
            {
                "id": "euro",
                "name": {"fr": "1 point par euro", "en": "1 point per euro"},
                "when": "purchase.recorded",
                "then": [{"credit": {"per_amount": {"every": "1.00", "give": 1}}}],
            },
            {
                "id": "big",
                "when": "purchase.recorded",
                "if": {"purchase.total": {"at_least": "80.00"}},
                "then": [{"credit": {"amount": 100}}],
            },
        ]
    )
    request = sale(START_MS, (Line("a", 1000, 5000),), advantages=(Advantage("B", 3500),))
    decision = decide(document, joined(document), FACTS, request, Ids(b""))

    said = [text.replace("\u00a0", " ") for text in trace_texts(document, decision.trace, "fr")]
    assert said == [
        "Remises extérieures au programme : 35 €",
        "Les points se gagnent sur 15 € : 50 € moins 35 € de remises",
        "Règle « big » : non appliquée, il faudrait le montant de l'achat ≥ 80",
        (
            "Règle « 1 point par euro » : 1 point pour 1 €, sur 50 €,"
            " dont 15 € restent à payer sur 50 € = 15 points"
        ),
    ]
    english = [text.replace("\u00a0", " ") for text in trace_texts(document, decision.trace, "en")]
    assert english[1] == "Points are earned on €15: €50 less €35 of discounts"
    assert receipt_texts(document, decision, "en")[1] == "points: earned 15\u00a0points"


def test_every_step_of_the_golden_cases_has_a_sentence_in_both_languages() -> None:
    from tests.fakes.golden import BASE, Shop, look

    for case in cases():
        shop = Shop([merged(BASE, case.content.get("programme") or {})])
        quotes = [step for step in case.content["steps"] if "quote" in step]
        for step in quotes:
            trace = look(shop.act(step), "trace") or []
            for one in trace:
                code = f"{one['code']}.{one['outcome']}"
                assert code in fr.SENTENCES or "kind" in one["values"], code


def test_no_line_breaks_before_a_french_sign() -> None:
    said = "\n".join(catalogue("fr").values())

    assert not re.search(r" [:;!?»%]|« |n° ", said)
    assert spaced("« Or » : 10 % de plus ; c'est tout !") == (
        "«\u00a0Or\u00a0»\u00a0: 10\u202f% de plus\u202f; c'est tout\u202f!"
    )
