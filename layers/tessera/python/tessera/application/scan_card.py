"""A shop scans a card: who is it, what has he got, what can he have (K-10, Z-09)."""

from __future__ import annotations

from tessera.application.answers import balances_view, date_text, tiers_view, time_text
from tessera.application.check_code import check_code
from tessera.application.finding import Reference, find_member
from tessera.application.read_member import greeting, rewards_view, standing_accounts
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.application.writes import Profile
from tessera.domain.account import Account
from tessera.domain.calendar import day_of, next_yearly, to_datetime
from tessera.domain.canonical import Json
from tessera.domain.programme import Programme
from tessera.domain.programme.model import text_in

SOON_DAYS = 7


def scan_card(services: Services, caller: Caller, code: str, store: str = "") -> dict[str, Json]:
    """What a till shows after a scan. A code identifies; it does not authorise.

    The code may be followed by a changing value or a signature, see `check_code`, which says
    what is refused and why. A changing value becomes a `scan_id`, which spending may cite.
    """
    caller.require("scans")
    if store:
        caller.require_store(store)
    checked = check_code(services, caller, code)
    view = _view(services, caller, Reference(id=checked.located.member), store)
    scan = checked.scan
    return {
        **view,
        "code": checked.read.code,
        "scan_id": scan.id if scan else None,
        "scan_expires_at": time_text(scan.expires_at_ms) if scan else None,
    }


def view_member(
    services: Services, caller: Caller, member: str, store: str = ""
) -> dict[str, Json]:
    """What a scan of his card would show, of a member whom the cashier picked."""
    caller.require("members:read")
    caller.require_member(member)
    if store:
        caller.require_store(store)
    return _view(services, caller, Reference(id=member), store)


def _view(services: Services, caller: Caller, reference: Reference, store: str) -> dict[str, Json]:
    now_ms = services.clock.now_ms()
    found = services.driver.run(find_member(reference))
    caller.require_member(found.member)
    birthday: str | None = None
    accounts: list[Json] = []
    for account, programme in services.driver.run(standing_accounts(found, now_ms)):
        if store and programme.partition_of(store) != account.partition:
            continue
        birthday = birthday or birthday_hint(found.profile, day_of(now_ms, programme.zone))
        accounts.append(
            {
                "programme": programme.id,
                "partition": account.partition,
                "balances": balances_view(
                    services.links, account, programme, now_ms, caller.language
                ),
                "tiers": tiers_view(account, programme, caller.language),
                "rewards": rewards_view(
                    services, account, programme, found.profile, now_ms, caller.language
                ),
                "vouchers": vouchers_view(account, programme, caller.language),
                "offers": offers_view(programme, now_ms, caller.language),
            }
        )
    return {
        "member_id": found.member,
        "greeting": greeting(found.profile),
        "language": found.profile.language,
        "birthday": birthday,
        "accounts": accounts,
    }


def vouchers_view(account: Account, programme: Programme, language: str) -> list[Json]:
    """The vouchers in the member's hand, by what people call them, soonest expiry first."""
    names = {reward.id: reward.names for reward in programme.rewards}
    held = sorted(account.vouchers.values(), key=lambda one: (one.expires_on, one.code))
    return [
        {
            "code": voucher.code,
            "reward": voucher.reward,
            "name": text_in(names.get(voucher.reward, {}), language, voucher.reward),
            "expires_on": date_text(voucher.expires_on),
        }
        for voucher in held
    ]


def offers_view(programme: Programme, now_ms: int, language: str) -> list[Json]:
    """The operations that run now: what may be worth more today (Z-43).

    Whom and what an operation is limited to is for the preview of the sale to say.
    """
    local = to_datetime(now_ms, programme.zone).strftime("%Y-%m-%dT%H:%M")
    return [
        {
            "operation": operation.id,
            "name": text_in(operation.names, language, operation.id),
            "ends_at": operation.ends_at,
        }
        for operation in programme.operations
        if _has_begun(operation.starts_at, local) and _goes_on(operation.ends_at, local)
    ]


def _has_begun(starts_at: str | None, local: str) -> bool:
    """A date alone covers its whole day."""
    return starts_at is None or starts_at <= local[: len(starts_at)]


def _goes_on(ends_at: str | None, local: str) -> bool:
    return ends_at is None or local[: len(ends_at)] <= ends_at


def birthday_hint(profile: Profile, today: int) -> str | None:
    """`today` or `soon` (within a week); None otherwise, or where no birthday is known."""
    if profile.birthday is None:
        return None
    _, month, day = profile.birthday
    ahead = next_yearly(month, day, today) - today
    if ahead == 0:
        return "today"
    return "soon" if ahead <= SOON_DAYS else None
