"""Texts in both languages, names for what members see, and ranges that hold nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tessera.domain.programme_check.finding import Finding, error, warning

LANGUAGES = ("fr", "en")
_TEXTS = frozenset({"name", "description", "benefits"})


def find(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every text that lacks a language, every name that is missing, every empty range."""
    yield from _walk(document, "")
    for name, texts in (document.get("texts") or {}).items():
        yield from _languages(texts, f"/texts/{_escaped(name)}")
    for kind in ("balances", "rewards"):
        for index, item in enumerate(document.get(kind) or ()):
            public = item.get("public") or {}
            if item.get("listed", True) and not item.get("name") and not public.get("name"):
                yield warning(f"/{kind}/{index}/name", "name_missing")


def _walk(value: object, pointer: str) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            place = f"{pointer}/{_escaped(str(key))}"
            if place == "/texts":
                continue
            if key in _TEXTS:
                yield from _languages(inner, place)
            elif key == "between" and _upside_down(inner):
                yield error(place, "empty_range")
            else:
                yield from _walk(inner, place)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{pointer}/{index}")


def _languages(texts: object, pointer: str) -> Iterator[Finding]:
    if not isinstance(texts, Mapping):
        return
    for language in LANGUAGES:
        if not texts.get(language):
            yield warning(pointer, "text_missing", language=language)


def _upside_down(bounds: object) -> bool:
    if not isinstance(bounds, list | tuple) or len(bounds) != 2:
        return False
    try:
        return Decimal(str(bounds[0])) > Decimal(str(bounds[1]))
    except InvalidOperation:
        # Hours and dates compare as text: "09:30" before "18:00".
        return str(bounds[0]) > str(bounds[1]) and ":" not in str(bounds[0])


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
