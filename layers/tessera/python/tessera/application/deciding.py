"""Deciding with what all members share: budgets leased in blocks, codes drawn from pools."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.asking import Protocol_, draw_codes, lease_budgets
from tessera.application.finding import facts_of
from tessera.application.writes import Profile
from tessera.domain.account import Account
from tessera.domain.commands import Command
from tessera.domain.decide import decide
from tessera.domain.decision import Decision, Ids
from tessera.domain.programme import Programme
from tessera.domain.programme.model import CodeMode, IdentifierMode


def decide_on(
    profile: Profile, account: Account, programme: Programme, command: Command, seed: bytes
) -> Protocol_[Decision]:
    """Decide a command with the member's facts, the shared budgets and fresh pool codes.

    Budgets and pools are asked for only where the programme has any. The seed is made the
    programme's own, so that two programmes of one sale draw different codes.
    """
    pools = pools_of(programme)
    drawn = (yield from draw_codes(pools)) if pools else {}
    ids = Ids(seed + programme.id.encode(), drawn)
    budgets = budgets_of(programme)
    if not budgets:
        return decide(programme, account, facts_of(profile, command.store), command, ids)
    left: Mapping[str, int] = {}
    needs: dict[str, int] = {}
    while True:
        before = left
        left = yield from lease_budgets(programme.id, budgets, needs)
        facts = facts_of(profile, command.store, left)
        decision = decide(programme, account, facts, command, ids)
        # A block too small for one sale must not cut it while the budget itself has enough.
        if not decision.lacking or left == before:
            return decision
        for name, amount in decision.lacking.items():
            needs[name] = decision.budgets.get(name, 0) + amount


def budgets_of(programme: Programme) -> tuple[tuple[str, int], ...]:
    """Every budget that all members share, by the name that the engine uses, with its size."""
    operations = [
        (f"operation:{item.id}", item.budget)
        for item in programme.operations
        if item.budget is not None
    ]
    rewards = [
        (f"reward:{item.id}", item.budget) for item in programme.rewards if item.budget is not None
    ]
    return (*operations, *rewards)


def pools_of(programme: Programme) -> tuple[str, ...]:
    """Every pool of imported codes that a decision may draw from (B-08, B-50)."""
    names = {item.code.pool for item in programme.rewards if item.code.mode is CodeMode.POOL}
    if programme.membership.identifier.mode is IdentifierMode.POOL:
        names.add(programme.membership.identifier.pool)
    return tuple(sorted(names))
