"""A store's day by clerk and till, for whoever closes the shop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from tessera.application.journal import KINDS
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.application.tills import real_store
from tessera.application.writes import PutJournal
from tessera.domain.calendar import to_day
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.domain.programme.model import text_in


@dataclass(slots=True)
class _Sum:
    """What rows of one kind come to."""

    count: int = 0
    amount: int = 0
    paid: int = 0
    moved: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, row: PutJournal) -> None:
        self.count += 1
        self.amount += row.amount
        self.paid += row.paid
        for programme, balances in row.moved.items():
            for balance, (earned, spent) in balances.items():
                sums = self.moved.setdefault((programme, balance), [0, 0])
                sums[0] += earned
                sums[1] += spent

    def view(self) -> dict[str, Json]:
        return {
            "count": self.count,
            "amount": self.amount,
            "paid": self.paid,
            "balances": [
                {"programme": programme, "balance": balance, "earned": earned, "spent": spent}
                for (programme, balance), (earned, spent) in sorted(self.moved.items())
            ],
        }


def day_report(services: Services, caller: Caller, store: str, day_text: str) -> dict[str, Json]:
    """Sales, returns, undos, redemptions and new members of a store's day, by clerk and till.

    Amounts are in the currency's smallest unit, movements in the balance's. It reads the rows of
    that store and day and nothing else. Only enrolled tills keep a journal: what comes through an
    API key stands in the books of its own system.
    """
    caller.require("tills:read")
    caller.require_store(store)
    rows = services.journal.of_day(store, _day_of(day_text))
    clerks = {clerk.id: clerk.name for clerk in services.clerks.of_store(real_store(store))}
    tills = {name: services.tills.find(name) for name in {row.till for row in rows}}
    named = {name: till.name if till else name for name, till in tills.items()}
    lines = _grouped(rows)
    totals: dict[str, list[PutJournal]] = {}
    for (_, _, currency), found in lines.items():
        totals.setdefault(currency, []).extend(found)
    return {
        "store": store,
        "day": day_text,
        "lines": [
            {
                "clerk": clerk,
                "clerk_name": clerks.get(clerk, ""),
                "till": till,
                "till_name": named[till],
                "currency": currency or None,
                **_by_kind(found),
            }
            for (clerk, till, currency), found in sorted(
                lines.items(),
                key=lambda item: (clerks.get(item[0][0], "").casefold(), named[item[0][1]]),
            )
        ],
        "totals": [
            {"currency": currency or None, **_by_kind(found)}
            for currency, found in sorted(totals.items())
        ],
        "balances": _balances(services, caller, rows),
    }


def _grouped(rows: Sequence[PutJournal]) -> dict[tuple[str, str, str], list[PutJournal]]:
    """Rows by clerk, till and currency; what has no amount goes with the first one of its place."""
    currencies: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.currency:
            currencies.setdefault((row.clerk, row.till), row.currency)
    found: dict[tuple[str, str, str], list[PutJournal]] = {}
    for row in rows:
        currency = row.currency or currencies.get((row.clerk, row.till), "")
        found.setdefault((row.clerk, row.till, currency), []).append(row)
    return found


def _by_kind(rows: Iterable[PutJournal]) -> dict[str, Json]:
    sums = {kind: _Sum() for kind in KINDS}
    for row in rows:
        sums[row.kind].add(row)
    return {f"{kind}s": found.view() for kind, found in sums.items()}


def _balances(services: Services, caller: Caller, rows: Sequence[PutJournal]) -> list[Json]:
    """How the balances that moved are called and written."""
    now_ms = services.clock.now_ms()
    moved: dict[str, set[str]] = {}
    for row in rows:
        for name, balances in row.moved.items():
            moved.setdefault(name, set()).update(balances)
    found: list[Json] = []
    for name, wanted in sorted(moved.items()):
        programme = services.programmes.at(name, now_ms)
        found += [
            {
                "programme": name,
                "balance": balance.id,
                "name": text_in(balance.names, caller.language, balance.id),
                "kind": str(balance.kind),
                "decimals": balance.decimals,
                "currency": balance.currency or None,
            }
            for balance in (programme.balances if programme else ())
            if balance.id in wanted
        ]
    return found


def _day_of(text: str) -> int:
    try:
        return to_day(date.fromisoformat(text))
    except ValueError as error:
        raise InvalidInput("date_malformed", field="day") from error
