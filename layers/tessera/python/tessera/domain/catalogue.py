"""What a member can have and where he stands: views that read and change nothing."""

from __future__ import annotations

from dataclasses import dataclass

from tessera.domain.account import Account
from tessera.domain.commands import Command, Purchase, RecordEvent
from tessera.domain.decision import Facts, Ids
from tessera.domain.engine import closing
from tessera.domain.engine.compiled import compiled
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.rewards import check_price, check_terms, identifier
from tessera.domain.engine.tiers import TierView, view
from tessera.domain.errors import Refused
from tessera.domain.programme.earning import PURCHASE
from tessera.domain.programme.model import Programme, Reward


@dataclass(frozen=True, slots=True)
class Offer:
    """One reward as this member sees it: `reason` is None where it can be had now (Q-18)."""

    reward: Reward
    reason: str | None
    required: int | None
    available: int | None
    missing: int | None


def _look(
    programme: Programme, account: Account, facts: Facts, at_ms: int, store: str, ids: Ids
) -> Draft:
    command = Command(occurred_at_ms=at_ms, recorded_at_ms=at_ms, store=store)
    return Draft(compiled(programme), account, facts, command, ids)


def reward_offers(
    programme: Programme, account: Account, facts: Facts, at_ms: int, store: str = ""
) -> list[Offer]:
    """Every listed reward, attainable or not, with what is missing for it (Q-15, Q-18, Z-43)."""
    draft = _look(programme, account, facts, at_ms, store, Ids(b""))
    found = []
    for one in draft.compiled.rewards.values():
        reward = one.reward
        if not reward.listed:
            continue
        reason: str | None = None
        short: int | None = None
        try:
            check_terms(draft, one)
            if reward.price is not None:
                check_price(draft, reward, reward.price)
        except Refused as refusal:
            reason = refusal.code
            short = refusal.missing if reason == "minimum_balance" else None
        price = reward.price or reward.requires
        required = price.amount if price else None
        available = max(0, draft.available(price.balance)) if price else None
        missing = None
        if required is not None and available is not None:
            # What must stay on the account is missing too.
            missing = short or max(0, required - available)
        found.append(Offer(reward, reason, required, available, missing))
    return found


def tier_views(programme: Programme, account: Account, facts: Facts, at_ms: int) -> list[TierView]:
    """The member's place in every tier group, what is next, and the projected tier (X-06)."""
    draft = _look(programme, account, facts, at_ms, "", Ids(b""))
    return [view(draft, group) for group in programme.tier_groups]


def member_identifier(programme: Programme, ids: Ids, at_ms: int) -> str:
    """The membership identifier of a new member: automatic, patterned, or from the pool.

    Raises `Refused` with `code_pool_empty` where the programme draws from a pool and the caller
    handed in no code (B-06 to B-08).
    """
    account = Account(member="", programme=programme.id)
    return identifier(_look(programme, account, Facts(), at_ms, "", ids))


def missing_before_use(programme: Programme, account: Account, at_ms: int) -> dict[str, int]:
    """How much of each balance is missing before it can pay (O-31); 0 where it can."""
    draft = _look(programme, account, Facts(), at_ms, "", Ids(b""))
    found = {}
    for balance in programme.balances:
        if balance.spending is not None:
            lowest = balance.spending.usable_from
            found[balance.id] = max(0, lowest - max(0, draft.available(balance.id)))
    return found


def joins(programme: Programme, account: Account, facts: Facts, command: Command) -> bool:
    """Whether a sale or an event makes a customer a member by itself (B-09)."""
    gates = compiled(programme).join_gates
    if not gates:
        return False
    draft = Draft(compiled(programme), account, facts, command, Ids(b""))
    if closing.earning_is_over(draft):
        return False
    if isinstance(command, RecordEvent):
        draft.event, draft.event_data = command.name, dict(command.attributes)
    elif isinstance(command, Purchase):
        draft.event = PURCHASE
        draft.event_data = {
            "store": command.document.store or command.store,
            "channel": command.channel,
            "total": sum(line.net for line in command.lines),
        }
    return any(event == draft.event and holds(draft, None) for event, holds in gates)
