"""Clauses that the law forbids, as far as a machine can see them (Z-29).

Who is treated otherwise because of what he is, and not because of what he does, may be treated
unlawfully: a person must look at it, so these are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tessera.domain.programme_check.finding import Finding, warning

PROTECTED = frozenset(
    {
        *("gender", "sex", "sexe", "genre", "title", "civility", "civilite"),
        *("nationality", "nationalite", "origin", "origine", "ethnicity", "religion", "belief"),
        *("disability", "handicap", "health", "sante", "pregnant", "orientation"),
        *("marital_status", "situation_familiale", "union", "syndicat", "opinion"),
    }
)
"""Attributes of a member by which neither price nor advantage may differ (EU Charter, art. 21)."""


def find(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every condition that asks for something that the law protects."""
    yield from _walk(document, "")


def _walk(value: object, pointer: str) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            place = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            if str(key).startswith("member.") and str(key)[7:].lower() in PROTECTED:
                yield warning(place, "protected_attribute", attribute=str(key)[7:])
            else:
                yield from _walk(inner, place)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{pointer}/{index}")
