"""What every problem says, in English and French.

The key is the problem's code. A title never varies; a detail may name numbers and identifiers
that the error carries, never a personal value. A test holds the catalogue complete: every code
that is raised anywhere has its sentences in both languages, with the same parameters.
"""

from __future__ import annotations

from tessera.entrypoints.texts import (
    articles,
    callers,
    codes,
    designs,
    fields,
    life,
    programmes,
    refusals,
    requests,
    tills,
)
from tessera.entrypoints.texts.sentences import LANGUAGES, Catalogue, Text

__all__ = ["LANGUAGES", "TEXTS", "Text"]

TEXTS: Catalogue = {
    **requests.TEXTS,
    **fields.TEXTS,
    **callers.TEXTS,
    **codes.TEXTS,
    **refusals.TEXTS,
    **designs.TEXTS,
    **programmes.TEXTS,
    **tills.TEXTS,
    **life.TEXTS,
    **articles.TEXTS,
}
