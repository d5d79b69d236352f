"""Canonical JSON (RFC 8785) for values without floats: what hashes and commitments are taken of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]


def canonical(value: Json) -> bytes:
    """The RFC 8785 form in UTF-8; a float or a key that is not a string raises TypeError.

    Keys are sorted by UTF-16 code units as the RFC asks; integers are written plainly, which is
    the RFC's form for those a double can carry and the only exact one for the others.
    """
    return _ENCODER.encode(_ordered(value)).encode()


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _code_units(key: str) -> bytes:
    if type(key) is not str:
        raise TypeError("the keys of canonical JSON are strings")
    return key.encode("utf-16-be", "surrogatepass")


def _ordered(value: Json) -> Json:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        keys = sorted(value, key=_code_units)
        return {key: _ordered(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_ordered(part) for part in value]
    raise TypeError(f"canonical JSON holds no {type(value).__name__}")
