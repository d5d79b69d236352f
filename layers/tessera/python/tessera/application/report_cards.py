"""How cards spread: issued, installed, updated and removed, by channel and wallet (X-10, B-54)."""

from __future__ import annotations

from collections import Counter
from datetime import date

from tessera.application.card_funnel import Step
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.calendar import to_date, to_day
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound

DAYS_MAX = 92
DAYS_DEFAULT = 30
YEARS = range(1971, 2099)
"""What the ledger dates."""

_COUNTED = {Step.ISSUED: "issued", Step.INSTALLED: "installed", Step.REMOVED: "removed"}


def report_cards(
    services: Services, caller: Caller, programme: str, since: str | None, until: str | None
) -> dict[str, Json]:
    """The steps of a programme's cards from one day through another (UTC), 30 days by default.

    Raises NotFound for an unknown programme, InvalidInput for days that are none, stand in the
    wrong order or are more than 92.
    """
    caller.require("reports:read")
    today = services.wall_clock.now_ms() // 86_400_000
    last = _day(until, "to") if until else today
    first = _day(since, "from") if since else last - DAYS_DEFAULT + 1
    if not 0 <= last - first < DAYS_MAX:
        raise InvalidInput("days_out_of_range", field="from", params={"days_max": DAYS_MAX})
    if services.programmes.at(programme, services.clock.now_ms()) is None:
        raise NotFound("programme_unknown", field="programme")
    found: Counter[tuple[str, str, str]] = Counter()
    for day in range(first, last + 1):
        found.update(services.card_steps.of_day(programme, day))
    return {
        "programme": programme,
        "from": to_date(first).isoformat(),
        "to": to_date(last).isoformat(),
        "total": _row(found),
        "channels": [
            {"channel": name, **_row(_only(found, 2, name)), "wallets": _wallets(found, name)}
            for name in sorted({channel for _, _, channel in found})
        ],
    }


def _wallets(found: Counter[tuple[str, str, str]], channel: str) -> Json:
    here = _only(found, 2, channel)
    names = sorted({wallet for step, wallet, _ in here if step in _COUNTED})
    return [{"wallet": name, **_steps(_only(here, 1, name))} for name in names]


def _only(
    found: Counter[tuple[str, str, str]], place: int, name: str
) -> Counter[tuple[str, str, str]]:
    return Counter({key: amount for key, amount in found.items() if key[place] == name})


def _steps(found: Counter[tuple[str, str, str]]) -> dict[str, Json]:
    sums: Counter[str] = Counter()
    for (step, _, _), amount in found.items():
        sums[step] += amount
    return {word: sums[step] for step, word in _COUNTED.items()}


def _row(found: Counter[tuple[str, str, str]]) -> dict[str, Json]:
    updated = sum(amount for (step, _, _), amount in found.items() if step == Step.UPDATED)
    return {**_steps(found), "updated": updated}


def _day(text: str, name: str) -> int:
    try:
        moment = date.fromisoformat(text)
    except ValueError:
        moment = date.min
    if moment.year not in YEARS:
        raise InvalidInput("parameter_malformed", field=name, params={"name": name})
    return to_day(moment)
