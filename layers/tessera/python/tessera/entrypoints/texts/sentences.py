"""The form of a problem's sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tessera.domain.texts.spacing import spaced

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Text:
    """A title, and a detail with parameters in braces."""

    title: str
    detail: str


Catalogue = Mapping[str, Mapping[str, Text]]
"""By code, then by language."""


def both(en: tuple[str, str], fr: tuple[str, str]) -> Mapping[str, Text]:
    """Title and detail in English, then in French."""
    return {"en": Text(*en), "fr": Text(*map(spaced, fr))}
