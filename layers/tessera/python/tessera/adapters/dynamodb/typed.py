"""Attributes of a row, held to the types with which they were written."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.adapters.dynamodb.table import Value


def text(value: object) -> str:
    """A string; TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError("a row holds another type than a string")
    return value


def number(value: object) -> int:
    """A whole number; TypeError for anything else, a boolean too."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a row holds another type than a number")
    return value


def octets(value: object) -> bytes:
    """Bytes; TypeError for anything else."""
    if not isinstance(value, bytes):
        raise TypeError("a row holds another type than bytes")
    return value


def mapping(value: object) -> Mapping[str, Value]:
    """A map; TypeError for anything else."""
    if not isinstance(value, Mapping):
        raise TypeError("a row holds another type than a map")
    return value
