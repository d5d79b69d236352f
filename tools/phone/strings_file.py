"""Localised texts: `xx.lproj/pass.strings`, Apple's old format of `"key" = "value";` lines."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""\s+ | /\*.*?\*/ | //[^\n]* |
    "(?P<key>(?:[^"\\]|\\.)*)" \s* = \s* "(?P<value>(?:[^"\\]|\\.)*)" \s* ;""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(U[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


def _plain(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        escaped = match.group(1)
        if len(escaped) == 5:
            return chr(int(escaped[1:], 16))
        return _ESCAPES.get(escaped, escaped)

    return _ESCAPE.sub(replace, text)


def parse_strings(data: bytes) -> dict[str, str]:
    """Read a strings file in UTF-8 or UTF-16 with its mark. Raises ValueError where it breaks."""
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    text = data.decode(encoding)
    strings: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            line = text.count("\n", 0, position) + 1
            raise ValueError(f"line {line} is not an entry")
        if match["key"] is not None:
            key = _plain(match["key"])
            if key in strings:
                raise ValueError(f"the key {key} stands twice")
            strings[key] = _plain(match["value"])
        position = match.end()
    return strings
