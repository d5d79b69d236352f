"""A published programme described to anybody who asks, and nothing of it that is internal."""

from __future__ import annotations

import json

import pytest

from tests.fakes.gateway import Reply
from tests.functional.conftest import DEMO, Shop


def described(shop: Shop, programme: str = "demo", **more: str) -> Reply:
    """The answer to somebody without any credential."""
    return shop.send("GET", f"/v1/programmes/{programme}/description", secret="", query=more)


@pytest.mark.requirement("Z-44", "Z-23")
def test_anybody_reads_how_the_programme_in_force_works_in_his_language(shop: Shop) -> None:
    reply = described(shop, language="fr")
    assert reply.status == 200, reply.body
    assert (reply.json["programme"], reply.json["name"]) == ("demo", "Café Tessera")
    french = {part["code"]: part["sentences"] for part in reply.json["sections"]}
    said = [text.replace("\u00a0", " ") for text in french["earning"]]
    assert "1 grain par euro : 1 point pour 1 € d'achat." in said
    assert "Ce que vous avez déjà gagné garde sa validité." in french["ending"]
    assert french["spending"] == ["«\u00a0Grains de café\u00a0» s'échange contre des récompenses."]
    english = described(shop)
    assert english.json["language"] == "en"
    lasting = next(part for part in english.json["sections"] if part["code"] == "lasting")
    assert lasting["title"] == "How long it lasts"
    assert [text.replace("\u00a0", " ") for text in lasting["sentences"]] == [
        "Coffee beans: what you earn is valid for 1 year."
    ]

    # It follows from the document: another document, another description.
    lasts = {**DEMO["balances"][0], "expiry": {"after": {"months": 30}}}
    changed = {"document": {**DEMO, "balances": [lasts]}}
    assert shop.send("POST", "/v1/programmes/demo/publish", changed, key="p").status == 201
    shop.container.clock.set_offset_ms(86_400_000)  # type: ignore[attr-defined]
    text = json.dumps(described(shop).json, ensure_ascii=False).replace("\u00a0", " ")
    assert "valid for 30 months" in text


def test_nothing_internal_is_told(shop: Shop) -> None:
    assert DEMO["internal_name"] not in described(shop, language="fr").body
    assert "démonstration" not in described(shop, language="fr").body


def test_what_is_not_published_has_no_description(shop: Shop) -> None:
    draft = {**DEMO, "programme": "secret"}
    saved = shop.send("PUT", "/v1/programmes/secret/draft", {"document": draft, "revision": 0})
    assert saved.status == 200, saved.body

    refused = described(shop, "secret")
    assert (refused.status, refused.json["code"]) == (404, "programme_unknown")


def test_a_language_that_we_dont_speak_is_refused(shop: Shop) -> None:
    refused = described(shop, language="de")
    assert (refused.status, refused.json["code"], refused.json["field"]) == (
        400, "parameter_malformed", "language",
    )  # fmt: skip
