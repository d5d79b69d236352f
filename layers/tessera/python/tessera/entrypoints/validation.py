"""From what pydantic finds wrong to our own codes, which don't change when pydantic does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.entrypoints.faults import Fault, InvalidBody
from tessera.entrypoints.json_text import escape

CODES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "missing": ("field_missing", {}),
    "extra_forbidden": ("field_unknown", {}),
    "int_type": ("integer_expected", {}),
    "string_type": ("text_expected", {}),
    "bool_type": ("boolean_expected", {}),
    "list_type": ("list_expected", {}),
    "dict_type": ("object_expected", {}),
    "model_type": ("object_expected", {}),
    "model_attributes_type": ("object_expected", {}),
    "greater_than": ("number_too_small", {"gt": "above"}),
    "greater_than_equal": ("number_too_small", {"ge": "least"}),
    "less_than": ("number_too_large", {"lt": "below"}),
    "less_than_equal": ("number_too_large", {"le": "most"}),
    "string_too_short": ("text_empty", {}),
    "string_too_long": ("text_too_long", {"max_length": "most"}),
    "string_pattern_mismatch": ("text_malformed", {}),
    "too_short": ("list_too_short", {"min_length": "least"}),
    "too_long": ("list_too_long", {"max_length": "most"}),
    "literal_error": ("value_unknown", {"expected": "allowed"}),
}
"""Pydantic's type of error, our code, and which of its numbers the sentence needs."""

_CUSTOM = frozenset(
    {
        "time_malformed",
        "time_out_of_range",
        "date_malformed",
        "quantity_malformed",
        "quantity_not_positive",
        "text_not_trimmed",
        "member_reference_ambiguous",
        "search_ambiguous",
        "basket_empty",
        "hold_ambiguous",
        "quantity_or_amount",
        "original_or_goods",
    }
)


def check(model: type[BaseModel], body: Json) -> Mapping[str, Json]:
    """The body itself, once the model finds nothing wrong with it; InvalidBody otherwise."""
    if not isinstance(body, dict):
        raise InvalidInput("object_expected", field="")
    try:
        model.model_validate(body)
    except ValidationError as error:
        # The chain is cut because pydantic's message quotes what was sent, and logs show chains.
        raise InvalidBody(_faults(error, body)) from None
    return body


def _faults(error: ValidationError, body: Mapping[str, Json]) -> list[Fault]:
    """One fault for each place.

    Where several kinds of value are allowed, each of them reports: the one that got past the
    kind speaks for all, and where none did, the value is of no kind that is known there.
    """
    found: dict[str, Fault] = {}
    for item in error.errors(include_url=False, include_context=True, include_input=False):
        pointer = _pointer(item["loc"], body, item["type"])
        fault = _fault(pointer, item["type"], item.get("ctx") or {})
        previous = found.get(pointer)
        if previous is None:
            found[pointer] = fault
        elif previous.code.endswith("_expected"):
            no_kind = fault.code.endswith("_expected") and fault.code != previous.code
            found[pointer] = Fault(pointer, "value_malformed", {}) if no_kind else fault
    return list(found.values())


def _fault(pointer: str, kind: str, context: Mapping[str, Any]) -> Fault:
    if kind in _CUSTOM:
        return Fault(pointer, kind, {})
    code, names = CODES.get(kind, ("value_malformed", {}))
    params = {ours: context[theirs] for theirs, ours in names.items() if theirs in context}
    if code == "number_too_small" and "above" in params:
        params = {"least": params["above"] + 1}
    if "below" in params:
        params = {"most": params["below"] - 1}
    return Fault(pointer, code, params)


def _pointer(location: tuple[int | str, ...], body: Json, kind: str) -> str:
    """The JSON pointer of a location; parts that name a union's branch are left out of it."""
    pointer = ""
    value: Json = body
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if isinstance(value, dict) and isinstance(part, str):
            if part in value or (last and kind == "missing"):
                pointer += f"/{escape(part)}"
                value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            pointer += f"/{part}"
            value = value[part]
    return pointer
