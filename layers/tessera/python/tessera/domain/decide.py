"""The one way into the engine: a programme, an account, facts and a command make a decision.

`decide` is pure: it reads no clock, draws no randomness and changes nothing. A decision that
is committed, a quote, a backtest and a replay are the same call.
"""

from __future__ import annotations

from dataclasses import replace

from tessera.domain import commands
from tessera.domain.account import Account, apply
from tessera.domain.commands import Command
from tessera.domain.decision import Decision, Facts, Ids
from tessera.domain.engine import lifecycle, occasions, purchases, rewards, vouchers
from tessera.domain.engine.compiled import compiled
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.rewards import RewardView
from tessera.domain.engine.tiers import TierView, view
from tessera.domain.errors import InvalidInput, Refused
from tessera.domain.programme.model import Programme

LATE_DAYS_MAX = 7
"""How late a till may report what happened, unless it imports (design §2)."""

_DAY_MS = 86_400_000


def decide(
    programme: Programme, account: Account, facts: Facts, command: Command, ids: Ids
) -> Decision:
    """What the command does to the account, and why.

    Raises `InvalidInput` for what is impossible, `NotFound` for what does not exist, `Conflict`
    for a member who joins twice, and `Refused`, with what is required and available, where a
    rule of the programme says no.
    """
    _check_time(command)
    draft = Draft(compiled(programme), account, facts, command, ids)
    if isinstance(command, commands.Enrol):
        return lifecycle.enrol(draft, command)
    if account.version == 0 or account.status != "active":
        raise Refused("not_a_member")
    return _dispatch(draft, command)


def _dispatch(draft: Draft, command: Command) -> Decision:
    match command:
        case commands.Purchase():
            return purchases.purchase(draft, command)
        case commands.RedeemReward():
            return vouchers.redeem_reward(draft, command)
        case commands.AwardReward():
            return vouchers.award_reward(draft, command)
        case commands.UseVoucher():
            return vouchers.use(draft, command)
        case commands.RecordEvent():
            return lifecycle.record_event(draft, command)
        case commands.Adjust():
            return lifecycle.adjust(draft, command)
        case commands.OpenHold():
            return lifecycle.open_hold(draft, command)
        case commands.SettleHold():
            return lifecycle.settle_hold(draft, command)
        case commands.FireOccasion():
            return occasions.fire(draft, command)
        case commands.ExpireValue():
            return occasions.expire_value(draft, command)
        case commands.Leave():
            return lifecycle.leave(draft, command)
        case _:
            raise InvalidInput("unknown_command", params={"command": type(command).__name__})


def _check_time(command: Command) -> None:
    """Business time is never in the future, and at most a week late unless it is an import."""
    if command.occurred_at_ms > command.recorded_at_ms:
        raise InvalidInput("occurred_in_the_future", field="/occurred_at")
    if command.silent:
        return
    if command.recorded_at_ms - command.occurred_at_ms > LATE_DAYS_MAX * _DAY_MS:
        raise InvalidInput(
            "occurred_too_long_ago", field="/occurred_at", params={"days_most": LATE_DAYS_MAX}
        )


def after(account: Account, decision: Decision, *, head: bytes = b"") -> Account:
    """The account once the decision is committed as its next entry.

    The folded account takes the entry's own figures with it: version, last business day,
    programme version, and the day of joining where the entry is an enrolment.
    """
    folded = apply(account, decision.changes)
    return replace(
        folded,
        version=account.version + 1,
        head=head,
        last_day=max(account.last_day, decision.business_day),
        programme_version=decision.programme_version,
        enrolled_on=(decision.business_day if decision.kind == "enrol" else account.enrolled_on),
    )


def look(
    programme: Programme, account: Account, facts: Facts, at_ms: int, store: str = ""
) -> Draft:
    """A draft that only reads, for the views below."""
    command = commands.Command(occurred_at_ms=at_ms, recorded_at_ms=at_ms, store=store)
    return Draft(compiled(programme), account, facts, command, Ids(b""))


def tier_views(programme: Programme, account: Account, facts: Facts, at_ms: int) -> list[TierView]:
    """The member's place in every tier group, with the projected tier (X-06)."""
    draft = look(programme, account, facts, at_ms)
    return [view(draft, group) for group in programme.tier_groups]


def reward_views(
    programme: Programme, account: Account, facts: Facts, at_ms: int, store: str = ""
) -> list[RewardView]:
    """The catalogue as the member sees it, with what is missing for each reward (Q-18)."""
    return rewards.catalogue(look(programme, account, facts, at_ms, store))


def identifier_for(programme: Programme, ids: Ids, at_ms: int) -> str:
    """The membership identifier of a new member: automatic, by pattern, or from the pool."""
    command = commands.Command(occurred_at_ms=at_ms, recorded_at_ms=at_ms)
    account = Account(member="", programme=programme.id)
    return rewards.identifier(Draft(compiled(programme), account, Facts(), command, ids))
