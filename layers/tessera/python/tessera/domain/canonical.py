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
    if _is_plain(value):
        return _SORTING.encode(value).encode()
    return _ENCODER.encode(_ordered(value)).encode()


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_SORTING = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True
)


_SCALARS = frozenset({str, int, bool, type(None)})


def _is_plain(value: object) -> bool:
    """Whether the encoder's own order is the RFC's: built-in types only and ASCII keys.

    Almost everything is, and a third of a purchase's time was spent sorting by hand.
    """
    # Scalars are looked at here: a call for each of them would be most of the time.
    if type(value) is dict:
        for key, part in value.items():
            if type(key) is not str or not key.isascii():
                return False
            if type(part) not in _SCALARS and not _is_plain(part):
                return False
        return True
    if type(value) is list or type(value) is tuple:
        return all(type(part) in _SCALARS or _is_plain(part) for part in value)
    return type(value) in _SCALARS


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
