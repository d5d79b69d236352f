"""What Google's refusals mean, and whether asking again may help.

Sources: Google Wallet REST reference, and the issue threads of its samples, where each of these
cost somebody an afternoon. The table with remedies is docs/reference/google-errors.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tessera.application.card_ports import GoogleFailure


@dataclass(frozen=True, slots=True)
class Meaning:
    """A stable code, and whether the same call may succeed later."""

    code: str
    retry: bool


BY_STATUS: Mapping[int, Meaning] = {
    400: Meaning("request_refused", retry=False),
    401: Meaning("token_refused", retry=True),
    403: Meaning("permission_denied", retry=True),
    404: Meaning("not_found", retry=False),
    409: Meaning("exists", retry=False),
    429: Meaning("rate_exceeded", retry=True),
}
"""403 is tried again: it goes away by itself once the service account is made a user."""

QUOTA = Meaning("quota_exceeded", retry=True)
UNAVAILABLE = Meaning("unavailable", retry=True)


def failure_of(status: int, body: bytes) -> GoogleFailure:
    """The failure of an answer that is no success."""
    meaning = BY_STATUS.get(status, UNAVAILABLE if status >= 500 else BY_STATUS[400])
    if status == 403 and "quota" in _message(body).lower():
        meaning = QUOTA
    return GoogleFailure(meaning.code, status, retry=meaning.retry)


def unreachable() -> GoogleFailure:
    """Nobody answered."""
    return GoogleFailure("unreachable", 0, retry=True)


def _message(body: bytes) -> str:
    """Google's own words, which are looked at and never passed on."""
    try:
        content: Any = json.loads(body)
    except ValueError:
        return ""
    error = content.get("error") if isinstance(content, dict) else None
    return str(error.get("message", "")) if isinstance(error, dict) else str(error or "")
