"""Devices say what went wrong with a card: why it was refused, why a call failed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput

LINES_MAX = 20
LINE_LENGTH_MAX = 500
_SECRET = re.compile(r"(ApplePass|AndroidPass)\s+\S+", re.IGNORECASE)


def phone_log_lines(content: Json) -> Sequence[str]:
    """The lines of a device's log that are worth keeping: bounded, printable, without tokens.

    Anybody may send them, as Apple's protocol has it, so no more is kept than an operator would
    read. Raises InvalidInput for what is not Apple's form.
    """
    logs = content.get("logs") if isinstance(content, dict) else None
    if not isinstance(logs, list):
        raise InvalidInput("list_expected", field="/logs")
    lines = [line for line in logs if isinstance(line, str)]
    return [_clean(line) for line in lines[:LINES_MAX]]


def _clean(line: str) -> str:
    shown = "".join(character if character.isprintable() else " " for character in line)
    return _SECRET.sub(r"\1 …", shown)[:LINE_LENGTH_MAX]
