"""pass.strings: the texts of one language, in the format of Apple's .strings files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from passbook.plain import refuse

_PAIR = re.compile(
    r'\s*"((?:[^"\\]|\\.)*)"\s*=\s*"((?:[^"\\]|\\.)*)"\s*;'
    r"|\s*/\*.*?\*/"
    r"|\s*//[^\n]*"
    r"|\s+",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def write_strings(texts: Mapping[str, str]) -> bytes:
    """`texts` as the bytes of a pass.strings file, in UTF-8."""
    lines = [f'"{_escape(key)}" = "{_escape(value)}";\n' for key, value in texts.items()]
    return "".join(lines).encode()


def read_strings(data: bytes, path: str = "pass.strings") -> dict[str, str]:
    """The texts of a pass.strings file in UTF-8 or UTF-16.

    Raises InvalidPassError (`strings-format`): one missing semicolon and a phone shows raw keys.
    """
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise refuse(
            "strings-format", path, "It is neither UTF-8 nor UTF-16.", "Save it as UTF-8."
        ) from error
    texts: dict[str, str] = {}
    position = 0
    while position < len(text):
        found = _PAIR.match(text, position)
        if found is None:
            line = text.count("\n", 0, position) + 1
            message = f'Line {line} is not of the form "key" = "text";'
            raise refuse("strings-format", path, message, "Mind the quotes and the semicolon.")
        if found.group(1) is not None:
            texts[_unescape(found.group(1))] = _unescape(found.group(2))
        position = found.end()
    return texts


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)
