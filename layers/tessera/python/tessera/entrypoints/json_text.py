"""JSON as it comes from outside, read without any of its ambiguities.

The grammar of RFC 8259 lets two readers of one text see different things: a key given twice, a
number that one of them rounds, half of a surrogate pair. Amounts, hashes and idempotency all
hang on every reader seeing the same, so such texts are refused.
"""

from __future__ import annotations

import json
from typing import NoReturn

from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput

INTEGER_MAX = 2**53 - 1
"""The largest integer that every reader of JSON keeps exact (RFC 8259 §6)."""

DEPTH_MAX = 32
"""Deeper than any document of ours; also what keeps hashing it clear of the stack's limit."""

_DIGITS_MAX = 20


class _Refusal(ValueError):
    """Carries our error out of the decoder, which itself raises ValueError for a broken text."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.error = InvalidInput(code, params=params)


def read(text: str) -> Json:
    """The value of a JSON text that holds no float, no doubled key and nothing unreadable.

    Raises InvalidInput: `json_malformed`, `json_key_twice`, `number_not_integer`,
    `number_out_of_range`, `json_too_deep`, `text_unreadable`.
    """
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_integer,
        )
    except _Refusal as refusal:
        raise refusal.error from None
    except json.JSONDecodeError as error:
        raise InvalidInput(
            "json_malformed", params={"line": error.lineno, "column": error.colno}
        ) from None
    except RecursionError:
        raise InvalidInput("json_too_deep", params={"limit": DEPTH_MAX}) from None
    _check(value, "", DEPTH_MAX)
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Refusal("json_key_twice", key=_shown(twice))
    return found


def _no_float(text: str) -> NoReturn:
    raise _Refusal("number_not_integer", number=_shown(text))


def _integer(text: str) -> int:
    if len(text) <= _DIGITS_MAX:
        number = int(text)
        if abs(number) <= INTEGER_MAX:
            return number
    raise _Refusal("number_out_of_range", least=-INTEGER_MAX, most=INTEGER_MAX)


def _shown(text: str) -> str:
    """A piece of what was sent, short and printable, for the sentence that refuses it."""
    return text[:40].encode("ascii", "backslashreplace").decode()


def _check(value: Json, pointer: str, depth_left: int) -> None:
    """Refuse nesting beyond the limit and text that is not Unicode or holds control characters."""
    if isinstance(value, str):
        check_text(value, pointer)
    elif isinstance(value, dict):
        if not depth_left:
            raise InvalidInput("json_too_deep", field=pointer, params={"limit": DEPTH_MAX})
        for key, part in value.items():
            check_text(key, pointer)
            _check(part, f"{pointer}/{escape(key)}", depth_left - 1)
    elif isinstance(value, list):
        if not depth_left:
            raise InvalidInput("json_too_deep", field=pointer, params={"limit": DEPTH_MAX})
        for index, part in enumerate(value):
            _check(part, f"{pointer}/{index}", depth_left - 1)


def check_text(text: str, pointer: str) -> None:
    """Refuse text that is not Unicode, and control characters but tab and the ends of lines."""
    if text.isprintable():
        return
    for character in text:
        if "\ud800" <= character <= "\udfff" or (character < " " and character not in "\t\r\n"):
            raise InvalidInput("text_unreadable", field=pointer)


def escape(key: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
