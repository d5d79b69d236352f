"""A programme in words for whoever thinks of joining it, in French and English (Z-44, Z-23).

Everything told follows from the document: what it does not say is not promised, and what a
merchant keeps to himself (internal names, budgets, objectives, who belongs to which segment) is
not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tessera.domain.describe.earning import earning, limits
from tessera.domain.describe.phrases import Teller
from tessera.domain.describe.rewards import clubs, new_customers, rewards, tiers
from tessera.domain.describe.terms import ending, joining, own_terms
from tessera.domain.describe.value import lasting, spending
from tessera.domain.programme.model import Programme

__all__ = ["Section", "describe"]

_SECTIONS = (
    ("joining", joining),
    ("earning", earning),
    ("lasting", lasting),
    ("spending", spending),
    ("limits", limits),
    ("tiers", tiers),
    ("rewards", rewards),
    ("new_customers", new_customers),
    ("clubs", clubs),
    ("terms", own_terms),
    ("ending", ending),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the description: `code` for programs, the rest for people."""

    code: str
    title: str
    sentences: tuple[str, ...]


def describe(programme: Programme, language: str, today: int | None = None) -> tuple[Section, ...]:
    """The programme in ordered sections; one of which there is nothing to say is left out.

    `language` is "fr" or "en". `today` is a day of the programme's zone: operations and rewards
    that are over by then are not told. Without it everything in the document is.
    """
    return tuple(_sections(Teller(programme, language, today)))


def _sections(teller: Teller) -> Iterator[Section]:
    for code, part in _SECTIONS:
        found = tuple(part(teller))
        if found:
            yield Section(code, teller.say(f"title.{code}"), found)
