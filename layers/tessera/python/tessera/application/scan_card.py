"""A shop scans a card: who is it, what has he got, what can he have (K-10, Z-09)."""

from __future__ import annotations

from tessera.application.answers import balances_view, tiers_view
from tessera.application.finding import Reference, find_member
from tessera.application.read_member import greeting, rewards_view, standing_accounts
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.canonical import Json


def scan_card(services: Services, caller: Caller, code: str, store: str = "") -> dict[str, Json]:
    """What a till shows after a scan. A code identifies; it does not authorise.

    Raises InvalidInput for a mistyped code, NotFound for one that nobody has, Refused for a
    blocked card.
    """
    caller.require("scans")
    if store:
        caller.require_store(store)
    now_ms = services.clock.now_ms()
    found = services.driver.run(find_member(Reference(card=code)))
    accounts: list[Json] = []
    for account, programme in services.driver.run(standing_accounts(found, now_ms)):
        if store and programme.partition_of(store) != account.partition:
            continue
        accounts.append(
            {
                "programme": programme.id,
                "partition": account.partition,
                "balances": balances_view(account, programme, now_ms, caller.language),
                "tiers": tiers_view(account, programme, caller.language),
                "rewards": rewards_view(account, programme, found.profile, now_ms, caller.language),
                "vouchers": [
                    {"code": voucher.code, "reward": voucher.reward}
                    for voucher in account.vouchers.values()
                ],
            }
        )
    return {
        "member_id": found.member,
        "greeting": greeting(found.profile),
        "language": found.profile.language,
        "accounts": accounts,
    }
