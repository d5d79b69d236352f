"""An account at any instant: folded from its entries for the past, as it will be for the future.

The past is read by business time, so that a historic import can be read "as of" its own dates
(A-18): what had happened by then, whenever it was recorded.
"""

from __future__ import annotations

from tessera.application.answers import balance_view, date_text, tiers_view, time_text
from tessera.application.asking import Protocol_
from tessera.application.finding import Reference, find_member, programme_in_force
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.account import Account
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
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

    For a future instant nothing is assumed to be earned or spent until then: lots activate and
    expire on their days. Raises NotFound where the member had not joined by then.
    """
    caller.require("members:read")
    caller.require_member(member)
    found = services.driver.run(find_member(Reference(id=member)))
    account = found.accounts.get((programme, partition))
    if account is None:
        raise NotFound("not_enrolled", field="programme")
    rules = services.driver.run(_rules(programme, at_ms, account))
    if at_ms < services.clock.now_ms():
        account = _folded(services, account, at_ms)
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


def _folded(services: Services, account: Account, at_ms: int) -> Account:
    entries = services.entries.oldest(account.member, account.programme, account.partition)
    past = Account(account.member, account.programme, account.partition)
    for entry in entries:
        if entry.occurred_at_ms <= at_ms:
            past = after_entry(past, entry)
    if past.version == 0:
        raise NotFound("not_enrolled_then", field="at")
    return past
