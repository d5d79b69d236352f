"""The blanks of French typography: those before and within signs that no line may break at."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NARROW = re.compile(r" (?=[;!?%])")
_WHOLE = re.compile(r" (?=[:»])|(?<=«) |(?<=n°) ")


def spaced(text: str) -> str:
    """A French sentence, typed with plain blanks, as it is printed.

    A narrow blank that doesn't break before `;`, `!`, `?` and `%`; a whole one before `:`, within
    guillemets and after `n°`.
    """
    return _WHOLE.sub("\u00a0", _NARROW.sub("\u202f", text))


def all_spaced(sentences: Mapping[str, str]) -> dict[str, str]:
    """Every sentence of a French catalogue, `spaced`."""
    return {code: spaced(sentence) for code, sentence in sentences.items()}
