"""Every text of the faces is there in French and in English, and every one is used."""

from __future__ import annotations

import json
import re
from pathlib import Path

STATIC = Path(__file__).resolve().parents[3] / "functions" / "web" / "static"
FORMS = ("_one", "_many", "_other")


def catalogue(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((STATIC / "till" / f"{language}.json").read_text("utf-8"))
    return found


def stem(key: str) -> str:
    return next((key.removesuffix(form) for form in FORMS if key.endswith(form)), key)


def code() -> str:
    """The page's own modules, comments left out."""
    text = "".join(
        path.read_text("utf-8")
        for folder in ("till", "ui")
        for path in (STATIC / folder).glob("*.js")
    )
    without_blocks = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"^\s*//.*$", "", without_blocks, flags=re.MULTILINE)


def test_both_languages_have_the_same_texts_with_the_same_parameters() -> None:
    french, english = catalogue("fr"), catalogue("en")

    assert {stem(key) for key in french} == {stem(key) for key in english}
    for key, text in english.items():
        other = french.get(key, text)
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", other)), key
        assert text.strip(), key
        assert other.strip(), key


def test_every_text_that_the_page_asks_for_is_there() -> None:
    asked = set(re.findall(r"\bt\('([a-z_]+)'", code()))
    known = {stem(key) for key in catalogue("en")} | set(catalogue("en"))

    assert asked - known == set()


def test_no_text_is_left_that_nobody_asks_for() -> None:
    text = code()
    composed = set(re.findall(r"`([a-z]+_)\$\{", text))
    unused = {
        key
        for key in map(stem, catalogue("en"))
        if f"'{key}'" not in text and not any(f"{key}_".startswith(start) for start in composed)
    }
    assert unused == set()


def test_the_page_shows_no_word_that_is_in_no_catalogue() -> None:
    """Words between tags belong in a catalogue; what stays are signs and the product's name."""
    found = re.findall(r">\s*([A-Za-zÀ-ÿ][A-Za-zÀ-ÿ' ]{2,})\s*<", code())

    assert found == []
