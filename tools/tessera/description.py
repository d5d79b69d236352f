"""A programme's description as lines of text: titles, and sentences below them."""

from __future__ import annotations

from tessera.domain.describe import describe
from tessera.domain.programme import Programme


def description(programme: Programme, language: str, today: int | None = None) -> list[str]:
    """The lines, an empty one before each title but the first."""
    lines: list[str] = []
    for section in describe(programme, language, today):
        lines += [*([""] if lines else []), section.title]
        lines += [f"- {sentence}" for sentence in section.sentences]
    return lines
