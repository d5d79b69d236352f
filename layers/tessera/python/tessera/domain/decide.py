"""The one way into the engine: a programme, an account, facts and a command make a decision.

`decide` is pure: it reads no clock, draws no randomness and changes nothing. A decision that
is committed, a quote, a backtest and a replay are the same call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tessera.domain import commands
from tessera.domain.account import Account, changed, folded
from tessera.domain.commands import Command
from tessera.domain.decision import Decision, Facts, Ids
from tessera.domain.engine import lifecycle, occasions, purchases, returns, vouchers
from tessera.domain.engine.compiled import compiled
from tessera.domain.engine.draft import Draft
from tessera.domain.errors import InvalidInput, Refused
from tessera.domain.programme.model import Programme

LATE_DAYS_MAX = 7
"""How late a till may report what happened, unless it imports (design §2)."""

_DAY_MS = 86_400_000
_AFTER_LEAVING = (commands.Return, commands.SettleHold, commands.ExpireValue)
"""What still happens to the account of a member who has left: nothing of it earns anew."""


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
    if account.version == 0 or (
        account.status != "active" and not isinstance(command, _AFTER_LEAVING)
    ):
        raise Refused("not_enrolled")
    return _dispatch(draft, command)


_DECIDERS: Mapping[type[Command], Callable[[Draft, Any], Decision]] = {
    commands.Purchase: purchases.purchase,
    commands.Return: returns.returned,
    commands.RedeemReward: vouchers.redeem_reward,
    commands.AwardReward: vouchers.award_reward,
    commands.UseVoucher: vouchers.use,
    commands.RecordEvent: lifecycle.record_event,
    commands.Adjust: lifecycle.adjust,
    commands.OpenHold: lifecycle.open_hold,
    commands.SettleHold: lifecycle.settle_hold,
    commands.FireOccasion: occasions.fire,
    commands.ExpireValue: occasions.expire_value,
    commands.Leave: lifecycle.leave,
}


def _dispatch(draft: Draft, command: Command) -> Decision:
    decider = _DECIDERS.get(type(command))
    if decider is None:
        raise InvalidInput("command_unknown", params={"command": type(command).__name__})
    return decider(draft, command)


def _check_time(command: Command) -> None:
    """Business time is never in the future, and at most a week late unless it is an import."""
    if command.occurred_at_ms > command.recorded_at_ms:
        raise InvalidInput("time_in_future", field="/occurred_at")
    if command.silent:
        return
    if command.recorded_at_ms - command.occurred_at_ms > LATE_DAYS_MAX * _DAY_MS:
        raise InvalidInput("time_too_old", field="/occurred_at", params={"days_max": LATE_DAYS_MAX})


def after(account: Account, decision: Decision, *, head: bytes = b"") -> Account:
    """The account once the decision is committed as its next entry.

    The folded account takes the entry's own figures with it: version, last business day,
    programme version, and the day of joining where the entry is an enrolment.
    """
    fields = folded(account, decision.changes)
    fields["version"] = account.version + 1
    fields["head"] = head
    fields["last_day"] = max(account.last_day, decision.business_day)
    fields["programme_version"] = decision.programme_version
    if decision.kind == "enrol":
        fields["enrolled_on"] = decision.business_day
    return changed(account, fields)


__all__ = ["LATE_DAYS_MAX", "after", "decide"]
