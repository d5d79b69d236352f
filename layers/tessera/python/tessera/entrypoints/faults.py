"""Faults that only an HTTP request can have; everything else is in `domain.errors`.

InvalidInput
+-- InvalidBody      the body breaks its schema, at one place or several
+-- BodyTooLarge     more than the limit
+-- NotJson          a media type other than JSON
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tessera.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where (a JSON pointer), what, and the limits it breaks."""

    field: str
    code: str
    params: Mapping[str, str | int]


class InvalidBody(InvalidInput):
    """The body breaks its schema; `faults` says where, in the order of the schema."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("request_invalid", field=faults[0].field, params={"count": len(faults)})
        self.faults = tuple(faults)


class BodyTooLarge(InvalidInput):
    """The body has more bytes than we read."""


class NotJson(InvalidInput):
    """The body is not announced as JSON."""
