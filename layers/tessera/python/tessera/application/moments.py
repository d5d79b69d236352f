"""The two times of a command (design §2): the till's drives rules, ours drives order."""

from __future__ import annotations

from datetime import datetime

from tessera.application.requests import Caller
from tessera.domain.calendar import to_instant_ms
from tessera.domain.canonical import Json
from tessera.domain.errors import Forbidden, InvalidInput

LATEST_MS = 4_102_444_800_000
"""2100-01-01: the ledger dates no further, and Python's own calendar not much."""

LATE_MS_MAX = 7 * 24 * 3600 * 1000
SKEW_MS_MAX = 120_000
"""A till's clock may run two minutes ahead of ours; its time then counts as ours."""

IMPORT_SCOPE = "import"


def occurred_at_ms(value: Json, now_ms: int, caller: Caller, field: str = "/occurred_at") -> int:
    """The instant at which something happened; now where nothing is said.

    Raises InvalidInput for a time that cannot be read, lies in the future or is more than seven
    days late, unless the caller holds the right to import.
    """
    if value is None:
        return now_ms
    instant_ms = instant_of(value, field)
    if instant_ms > now_ms + SKEW_MS_MAX:
        raise InvalidInput("time_in_future", field=field)
    if instant_ms < now_ms - LATE_MS_MAX and IMPORT_SCOPE not in caller.scopes:
        raise InvalidInput("time_too_old", field=field, params={"days_max": 7})
    return min(instant_ms, now_ms)


def instant_of(value: Json, field: str) -> int:
    """An RFC 3339 time with its offset as milliseconds since the epoch.

    Raises InvalidInput for what is none, and for one before 1970 or after 2099.
    """
    if not isinstance(value, str):
        raise InvalidInput("time_malformed", field=field)
    try:
        instant_ms = to_instant_ms(datetime.fromisoformat(value))
    except ValueError as error:
        raise InvalidInput("time_malformed", field=field) from error
    if not 0 <= instant_ms < LATEST_MS:
        raise InvalidInput("time_out_of_range", field=field)
    return instant_ms


def is_import(body: Json, caller: Caller) -> bool:
    """Whether the request is a historic import, which is decided silently; needs the right."""
    wanted = isinstance(body, dict) and body.get("import") is True
    if wanted and IMPORT_SCOPE not in caller.scopes:
        raise Forbidden("scope_missing", params={"scope": IMPORT_SCOPE})
    return wanted
