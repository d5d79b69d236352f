"""A finding: where, what, how bad, and what to do about it, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tessera.domain.programme_check.remedies import REMEDIES
from tessera.domain.texts.spacing import spaced


class Severity(StrEnum):
    """An error keeps a document from being published; a warning asks for a second look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a JSON pointer into the document and a stable code."""

    pointer: str
    code: str
    severity: Severity
    params: Mapping[str, str | int] = field(default_factory=dict)

    def remedy(self, language: str) -> str:
        """What to do, as a sentence; the parser's refusals share one."""
        english = language.startswith("en")
        sentences = REMEDIES["en" if english else "fr"]
        template = sentences.get(self.code, sentences["refused"])
        if not english:
            template = spaced(template)
        return template.format(code=self.code, pointer=self.pointer, **self.params)


def error(pointer: str, code: str, **params: str | int) -> Finding:
    """A finding that keeps the document from being published."""
    return Finding(pointer, code, Severity.ERROR, params)


def warning(pointer: str, code: str, **params: str | int) -> Finding:
    """A finding that asks for a second look."""
    return Finding(pointer, code, Severity.WARNING, params)
