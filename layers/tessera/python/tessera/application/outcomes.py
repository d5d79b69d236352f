"""How a transaction ends. Apart from the other effects, so that the table knows no programme."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why one write of a cancelled transaction stood in the way; NONE if it did not."""

    NONE = "none"
    CONDITION = "condition"
    CONFLICT = "conflict"
    THROTTLED = "throttled"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Committed:
    """The transaction happened."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The transaction did not happen; one reason for each write, in the order of the writes."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came: the transaction may have happened, or may yet."""
