"""The form of a programme document: what any part of it may be without a look at the others.

One description, twice of use: `faults` finds everything whose form is wrong, by the reader's own
functions; `json_schema` is the same for editors and other programs.
"""

from __future__ import annotations

from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.domain.programme_shape.document import document_shape
from tessera.domain.programme_shape.parts import Definitions

__all__ = ["faults", "json_schema"]


def faults(document: object) -> list[InvalidInput]:
    """Everything whose form is wrong, in the order of the document; nothing where all is well."""
    return list(document_shape().faults(document, ""))


def json_schema() -> dict[str, Json]:
    """The form as JSON Schema, draft 2020-12.

    It accepts and refuses what `faults` does, but for two things that JSON cannot tell apart or
    has not: a whole number that is written with a point (`1.0`), and keys that are no texts.
    """
    definitions: Definitions = {}
    form = document_shape().schema(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tessera: a loyalty programme",
        **form,
        "$defs": dict(sorted(definitions.items())),
    }
