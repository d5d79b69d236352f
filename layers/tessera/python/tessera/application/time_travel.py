"""An account at any instant: folded from its entries for the past, as it will be for the future.

The past is read by business time, so that a historic import can be read "as of" its own dates
(A-18): what had happened by then, whenever it was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tessera.application.answers import balance_view, date_text, tiers_view, time_text
from tessera.application.asking import Protocol_
from tessera.application.deciding import decide_on
from tessera.application.finding import POOLED, Reference, find_member, programme_in_force
from tessera.application.fire_occasions import occasion_of
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.application.writes import Profile
from tessera.domain.account import Account, apply
from tessera.domain.calendar import day_of, start_of_day_ms
from tessera.domain.canonical import Json
from tessera.domain.due import occasions_due
from tessera.domain.errors import NotFound
from tessera.domain.ledger import after_entry
from tessera.domain.programme import Programme


def account_at(
    services: Services,
    caller: Caller,
    member: str,
    programme: str,
    at_ms: int,
    partition: str = "-",
) -> dict[str, Json]:
    """Balances, lots and tiers of one account at an instant, past or future (X-06).

    Who was in a household then had what it had. For a future instant nothing is assumed to be
    earned or spent until then: lots activate and expire on their days, and tiers follow. Raises
    NotFound where the member had not joined by then.
    """
    caller.require("members:read")
    caller.require_member(member)
    found = services.driver.run(find_member(Reference(id=member)))
    account = found.accounts.get((programme, partition))
    if account is None:
        raise NotFound("not_enrolled", field="programme")
    rules = services.driver.run(_rules(programme, at_ms, account))
    if at_ms < services.clock.now_ms():
        own = found.resting.get((programme, partition), account)
        account = _then(services, own, at_ms)
    else:
        projecting = _projected(found.profile, account, rules, services.clock.now_ms(), at_ms)
        account = services.driver.run(projecting)
    today = day_of(at_ms, rules.zone)
    return {
        "member_id": member,
        "programme": programme,
        "partition": partition,
        "at": time_text(at_ms),
        "sequence": account.version,
        "balances": [
            {
                **balance_view(account, balance, today, at_ms, caller.language),
                "logo": services.links.image_url(balance.logo),
            }
            for balance in rules.balances
        ],
        "lots": [
            {
                "balance": key.balance,
                "amount": amount,
                "activates_on": date_text(key.activates_on) if key.activates_on else None,
                "expires_on": date_text(key.expires_on),
            }
            for key, amount in sorted(account.lots.items())
            if key.expires_on >= today
        ],
        "tiers": tiers_view(account, rules, caller.language),
    }


def _rules(programme: str, at_ms: int, account: Account) -> Protocol_[Programme]:
    return (yield from programme_in_force(programme, at_ms, account))


REVIEWS = ("activate", "expire", "tier_review")
"""The occasions that change what an account is worth without anybody's doing."""

STEPS_MAX = 200


def _projected(
    profile: Profile, account: Account, programme: Programme, now_ms: int, at_ms: int
) -> Protocol_[Account]:
    """The account after what is to come of itself: the occasions' own decisions, not committed."""
    settled: set[tuple[str, str]] = set()
    start = day_of(now_ms, programme.zone)
    for _ in range(STEPS_MAX):
        dues = [
            due
            for due in occasions_due(programme, account, day_of(at_ms, programme.zone), start)
            if due.kind.startswith(REVIEWS) and (due.kind, due.period) not in settled
        ]
        if not dues:
            break
        due = dues[0]
        settled.add((due.kind, due.period))
        start = max(start, due.day)
        moment_ms = max(now_ms, start_of_day_ms(due.day, programme.zone))
        decision = yield from decide_on(
            profile, account, programme, occasion_of(due, moment_ms), b""
        )
        account = apply(account, decision.changes)
    return account


def _then(services: Services, own: Account, at_ms: int) -> Account:
    """The account that served its member then: his own, or that of the household he was in."""
    past, happened = _folded(services, own, at_ms)
    if past.status != POOLED:
        return past
    (*_, joined) = (data for name, data in happened if name == "household.joined")
    household = Account(str(joined["household"]), own.programme, own.partition)
    return _folded(services, household, at_ms)[0]


def _folded(
    services: Services, account: Account, at_ms: int
) -> tuple[Account, Sequence[tuple[str, Mapping[str, Json]]]]:
    """An account as its entries leave it that had happened by then, and what had happened."""
    entries = services.entries.oldest(account.member, account.programme, account.partition)
    past = Account(account.member, account.programme, account.partition)
    happened: list[tuple[str, Mapping[str, Json]]] = []
    for entry in entries:
        if entry.occurred_at_ms <= at_ms:
            past = after_entry(past, entry)
            happened += entry.happenings
    if past.version == 0:
        raise NotFound("not_enrolled_then", field="at")
    return past, happened
