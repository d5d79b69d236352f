"""Google's discovery document: which fields exist, of which type, with which values."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

_PACKAGE: Final = "google-api-python-client"
_INT32: Final = range(-(2**31), 2**31)
_INT64: Final = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Problem:
    """A departure from the rules.

    An `error` is refused; a `length` is cut on small screens; a `note` has no effect, or will
    stop working.
    """

    path: str
    text: str
    severity: Literal["error", "length", "note"] = "error"


def document_path() -> Path:
    """Where the installed package keeps the document. RuntimeError names the missing package."""
    spec = importlib.util.find_spec("googleapiclient")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{_PACKAGE} holds Google's discovery document: pip install {_PACKAGE}")
    root = Path(next(iter(spec.submodule_search_locations)))
    return root / "discovery_cache" / "documents" / "walletobjects.v1.json"


@cache
def load() -> dict[str, Any]:
    """The whole document, read once."""
    document: dict[str, Any] = json.loads(document_path().read_text("utf-8"))
    return document


def property_names(schema: str) -> frozenset[str]:
    """The fields of a schema."""
    return frozenset(load()["schemas"][schema]["properties"])


def check(schema: str, value: object, path: str) -> Iterator[Problem]:
    """Every way in which `value` does not fit the named schema, deepest fields included.

    `path` is how the problem names the value. A null field counts as absent, as in Google's JSON.
    """
    if not isinstance(value, dict):
        yield Problem(path, f"Invalid value at '{path}' ({schema}), expected an object")
        return
    properties: dict[str, Any] = load()["schemas"][schema]["properties"]
    for name, content in value.items():
        inner = f"{path}.{name}"
        rule = properties.get(name)
        if rule is None:
            yield Problem(
                inner,
                "Invalid JSON payload received. "
                f"Unknown name \"{name}\" at '{path}': Cannot find field.",
            )
        elif content is not None:
            if rule.get("deprecated") and name != "kind":
                yield Problem(inner, f"'{inner}' is deprecated", severity="note")
            yield from _check_value(rule, content, inner)


def _check_value(rule: dict[str, Any], value: object, path: str) -> Iterator[Problem]:
    if "$ref" in rule:
        yield from check(rule["$ref"], value, path)
        return
    if rule["type"] == "array":
        if not isinstance(value, list):
            yield _mistyped(path, "an array")
            return
        for index, item in enumerate(value):
            yield from _check_value(rule["items"], item, f"{path}[{index}]")
        return
    yield from _check_scalar(rule, value, path)


def _check_scalar(rule: dict[str, Any], value: object, path: str) -> Iterator[Problem]:
    kind, form = rule["type"], rule.get("format")
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    if kind == "boolean":
        if not isinstance(value, bool):
            yield _mistyped(path, "true or false")
    elif kind == "integer":
        if not is_integer or value not in _INT32:
            yield _mistyped(path, "a 32-bit integer")
    elif kind == "number":
        if not (is_integer or isinstance(value, float)):
            yield _mistyped(path, "a number")
    elif form == "int64":
        if not (is_integer and value in _INT64) and not _is_int64_text(value):
            yield _mistyped(path, "a 64-bit integer")
    elif not isinstance(value, str):
        yield _mistyped(path, "a string")
    elif "enum" in rule:
        yield from _check_enum(rule, value, path)


def _is_int64_text(value: object) -> bool:
    return isinstance(value, str) and value.removeprefix("-").isdecimal() and int(value) in _INT64


def _check_enum(rule: dict[str, Any], value: str, path: str) -> Iterator[Problem]:
    if value not in rule["enum"]:
        yield Problem(path, f"Invalid value at '{path}': \"{value}\"")
    elif "enumDeprecated" in rule and rule["enumDeprecated"][rule["enum"].index(value)]:
        yield Problem(path, f"'{path}': \"{value}\" is deprecated", severity="note")


def _mistyped(path: str, expected: str) -> Problem:
    return Problem(path, f"Invalid value at '{path}', expected {expected}")
