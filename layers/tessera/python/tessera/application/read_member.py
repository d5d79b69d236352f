"""Reading a member: balances, lots, entries, rewards, tiers. One strong read, then pure views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tessera.application.answers import balances_view, date_text, tiers_view, time_text
from tessera.application.articles import (
    PRODUCT_UNAVAILABLE,
    article_view,
    none_available,
)
from tessera.application.asking import Protocol_
from tessera.application.finding import (
    Found,
    Reference,
    facts_of,
    find_member,
    programme_in_force,
)
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.application.writes import Profile
from tessera.domain.account import Account
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
from tessera.domain.catalogue import reward_offers
from tessera.domain.errors import InvalidInput, NotFound
from tessera.domain.ledger import Entry
from tessera.domain.programme import Programme
from tessera.domain.programme.model import text_in

LIMIT_MAX = 100


@dataclass(frozen=True, slots=True)
class _Standing:
    """One account of the member with the programme in force and the language to answer in."""

    profile: Profile
    account: Account
    programme: Programme
    now_ms: int
    language: str

    @property
    def today(self) -> int:
        return day_of(self.now_ms, self.programme.zone)


def member_view(services: Services, caller: Caller, member: str) -> dict[str, Json]:
    """Who the member is, for a till: first name and initial, language, programmes, cards.

    Nothing of the profile beyond the greeting is shown to a till.
    """
    found = _find(services, caller, member)
    return {
        "member_id": member,
        "greeting": greeting(found.profile),
        "language": found.profile.language,
        "programmes": [
            {
                "programme": account.programme,
                "partition": account.partition,
                "status": account.status,
                "enrolled_on": date_text(account.enrolled_on),
            }
            for _, account in sorted(found.accounts.items())
        ],
        "cards": [
            {"id": card.id, "programme": card.programme, "status": card.status}
            for card in services.cards.of_member(member)
        ],
    }


def balances(
    services: Services, caller: Caller, member: str, programme: str | None = None
) -> dict[str, Json]:
    """Every balance of every account (or of one programme): available, held, pending (O-36)."""
    return {
        "member_id": member,
        "accounts": [
            {
                "programme": item.programme.id,
                "partition": item.account.partition,
                "sequence": item.account.version,
                "balances": balances_view(
                    services.links, item.account, item.programme, item.now_ms, item.language
                ),
            }
            for item in _standings(services, caller, member, programme)
        ],
    }


def lots(
    services: Services, caller: Caller, member: str, programme: str | None = None
) -> dict[str, Json]:
    """Every open lot with its dates, earliest expiry first (O-33, O-36)."""
    found: list[Json] = []
    for item in _standings(services, caller, member, programme):
        held = item.account.held(item.now_ms)
        for key, amount in sorted(item.account.lots.items()):
            if key.expires_on < item.today and key not in held:
                continue
            found.append(
                {
                    "programme": item.programme.id,
                    "partition": item.account.partition,
                    "balance": key.balance,
                    "amount": amount,
                    "held": held.get(key, 0),
                    "activates_on": date_text(key.activates_on) if key.activates_on else None,
                    "expires_on": date_text(key.expires_on),
                    "state": "pending" if key.activates_on > item.today else "active",
                }
            )
    return {"member_id": member, "lots": found}


def tiers(
    services: Services, caller: Caller, member: str, programme: str | None = None
) -> dict[str, Json]:
    """Where the member stands in each tier group (Q-22)."""
    return {
        "member_id": member,
        "accounts": [
            {
                "programme": item.programme.id,
                "partition": item.account.partition,
                "tiers": tiers_view(item.account, item.programme, item.language),
            }
            for item in _standings(services, caller, member, programme)
        ],
    }


def rewards(
    services: Services, caller: Caller, member: str, programme: str | None = None
) -> dict[str, Json]:
    """The catalogue as this member sees it: available, or what is missing (Q-15, Q-18, Z-43)."""
    found: list[Json] = []
    for item in _standings(services, caller, member, programme):
        found += rewards_view(
            services,
            item.account,
            item.programme,
            item.profile,
            item.now_ms,
            item.language,
        )
    return {"member_id": member, "rewards": found}


def vouchers(
    services: Services, caller: Caller, member: str, programme: str | None = None
) -> dict[str, Json]:
    """The vouchers in the member's hand that can still be used, soonest expiry first (B-53)."""
    found: list[Json] = []
    for item in _standings(services, caller, member, programme):
        held = sorted(item.account.vouchers.values(), key=lambda one: (one.expires_on, one.code))
        for voucher in held:
            if voucher.expires_on < item.today:
                continue
            reward = item.programme.reward(voucher.reward)
            names = reward.names if reward else {}
            _, _, left = voucher.state.partition(":")
            found.append(
                {
                    "programme": item.programme.id,
                    "partition": item.account.partition,
                    "code": voucher.code,
                    "reward": voucher.reward,
                    "name": text_in(names, item.language, voucher.reward),
                    "expires_on": date_text(voucher.expires_on),
                    "left": int(left) if left else 1,
                }
            )
    return {"member_id": member, "vouchers": found}


def rewards_view(
    services: Services,
    account: Account,
    programme: Programme,
    profile: Profile,
    now_ms: int,
    language: str,
) -> list[Json]:
    """Each listed reward with the reason why it can be had or not, and what it gives."""
    found: list[Json] = []
    offers = reward_offers(programme, account, facts_of(profile, ""), now_ms)
    known = services.articles.find(code for offer in offers for code in offer.reward.products)
    for offer in offers:
        reward = offer.reward
        price = reward.price or reward.requires
        reason = offer.reason
        if reason is None and none_available(known, reward.products):
            reason = PRODUCT_UNAVAILABLE
        found.append(
            {
                "programme": programme.id,
                "partition": account.partition,
                "reward": reward.id,
                "kind": str(reward.kind),
                "name": text_in(reward.names, language, reward.id),
                "description": text_in(reward.descriptions, language),
                "image": services.links.image_url(reward.image),
                "products": [
                    article_view(code, known.get(code), language) for code in reward.products
                ],
                "price": (
                    {"balance": reward.price.balance, "amount": reward.price.amount}
                    if reward.price
                    else None
                ),
                "available": reason is None,
                "reason": reason,
                "balance": price.balance if price else None,
                "required": offer.required,
                "have": offer.available,
                "missing": offer.missing,
            }
        )
    return found


def entries(
    services: Services,
    caller: Caller,
    member: str,
    programme: str,
    partition: str = "-",
    limit: int = 25,
    before: int | None = None,
) -> dict[str, Json]:
    """The ledger's lines, newest first; `next` is where the following page begins (O-35)."""
    if not 1 <= limit <= LIMIT_MAX:
        raise InvalidInput("limit_out_of_range", field="limit", params={"limit_max": LIMIT_MAX})
    found = _find(services, caller, member)
    if (programme, partition) not in found.accounts:
        raise NotFound("not_enrolled", field="programme")
    page = services.entries.newest(member, programme, partition, limit, before)
    return {
        "member_id": member,
        "entries": [entry_view(entry) for entry in page],
        "next": page[-1].sequence if len(page) == limit and page[-1].sequence > 1 else None,
    }


def entry_view(entry: Entry) -> dict[str, Json]:
    """One line of the ledger."""
    return {
        "id": entry.id,
        "sequence": entry.sequence,
        "kind": entry.kind,
        "occurred_at": time_text(entry.occurred_at_ms),
        "recorded_at": time_text(entry.recorded_at_ms),
        "programme_version": entry.programme_version,
        "movements": [
            {
                "balance": lot.balance,
                "amount": lot.amount,
                "activates_on": date_text(lot.activates_on) if lot.activates_on else None,
                "expires_on": date_text(lot.expires_on),
            }
            for lot in entry.changes.lots
        ],
        "balances": dict(entry.balances),
        "shortfalls": dict(entry.shortfalls),
        "hash": entry.hash.hex(),
        "by": entry.by or None,
    }


def greeting(profile: Profile) -> str:
    """First name and initial of the last one: enough for a clerk to doubt, no more."""
    first = profile.personal.get("first_name", "")
    last = profile.personal.get("last_name", "")
    return f"{first} {last[:1]}.".strip() if last else first


def _find(services: Services, caller: Caller, member: str) -> Found:
    caller.require("members:read")
    caller.require_member(member)
    return services.driver.run(find_member(Reference(id=member)))


def _standings(
    services: Services, caller: Caller, member: str, programme: str | None
) -> Iterator[_Standing]:
    caller.require("members:read")
    caller.require_member(member)
    now_ms = services.clock.now_ms()
    found = services.driver.run(find_member(Reference(id=member)))
    pairs = services.driver.run(standing_accounts(found, now_ms, programme))
    if programme is not None and not pairs:
        raise NotFound("not_enrolled", field="programme")
    return (
        _Standing(found.profile, account, version, now_ms, caller.language)
        for account, version in pairs
    )


def standing_accounts(
    found: Found, now_ms: int, programme: str | None = None
) -> Protocol_[list[tuple[Account, Programme]]]:
    """The member's active accounts with the programme version in force now."""
    pairs: list[tuple[Account, Programme]] = []
    for (name, _), account in sorted(found.accounts.items()):
        if account.status == "active" and programme in (None, name):
            version = yield from programme_in_force(name, now_ms, account)
            pairs.append((account, version))
    return pairs
