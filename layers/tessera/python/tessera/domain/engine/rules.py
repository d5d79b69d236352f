"""Rules at work: When an event happens, If the conditions hold, Then the actions follow.

Every rule that waits for the event is looked at, in canonical order, and leaves a step in the
trace whether it applies or not.
"""

from __future__ import annotations

from collections.abc import Mapping

from tessera.domain.engine import closing, rewards, tiers
from tessera.domain.engine.compiled import CompiledRule
from tessera.domain.engine.credits import slide
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.earning import earn
from tessera.domain.programme.earning import PURCHASE
from tessera.domain.programme.model import Award, Emit, PutInTier

CASCADE_DEPTH = 5
"""How deep an event may lie below the command that set it off (design §2)."""


def cascade(draft: Draft) -> None:
    """Work off the events that are waiting, each with its rules, awards and tiers, in order."""
    place = 0
    while place < len(draft.queue):
        name, data, depth = draft.queue[place]
        place += 1
        if depth > CASCADE_DEPTH:
            draft.note("cascade", name, "refused", depth=depth)
            continue
        if name in draft.compiled.awaited:
            draft.event, draft.event_data = name, data
            apply_event(draft, name, depth)
    draft.queue.clear()


def apply_event(
    draft: Draft,
    name: str,
    depth: int,
    *,
    earns: bool = True,
    before: Mapping[str, int] | None = None,
) -> None:
    """The rules of one event, then what it awards, then the tiers (A-14).

    `earns` false leaves out credits and multipliers: the sale earns nothing, but what else its
    rules do still follows. `before` is what `watched` gave, where value has moved already.
    """
    whole = draft.compiled
    if before is None:
        before = watched(draft)
    if closing.earning_is_over(draft):
        if depth == 0:
            draft.note("closing", "", "applied", reason="earning_is_over")
        settle(draft, before, depth)
        return
    if whole.sliding:
        # Before anything is earned: a credit's own validity is not the balance's to restart.
        slide(draft, name)
    matched = _matched(draft, name, earns=earns)
    if earns:
        earn(draft, matched)
    for one in matched:
        for action in one.others:
            _act(draft, one, action, depth)
    if name in whole.awarding:
        rewards.award_on_event(draft, name, depth)
    settle(draft, before, depth)


def settle(draft: Draft, before: Mapping[str, int], depth: int) -> None:
    """Tiers after the movement, then awards on balances, then tiers again if those debited."""
    tiers.evaluate(draft, depth)
    if draft.compiled.watched and rewards.award_on_balance(draft, dict(before), depth):
        tiers.evaluate(draft, depth)


def watched(draft: Draft) -> dict[str, int]:
    """The balances that award something, as they are now: what `settle` compares with.

    Whoever moves value takes them before he does, each of them: one that is left out would count
    as having been empty, and award once more what it had awarded already.
    """
    return {balance: draft.owned(balance) for balance in draft.compiled.watched}


def _matched(draft: Draft, name: str, *, earns: bool) -> list[CompiledRule]:
    found = []
    steps = draft.steps
    for one in draft.compiled.rules.get(name, ()):
        for predicate, step in one.clauses.parts:
            if not predicate(draft, None):
                steps.append(step)
                break
        else:
            if name == PURCHASE and (one.limit_keys or one.others):
                covered = _covered(draft, one)
                if not covered:
                    steps.append(one.no_line)
                    continue
                if not one.others and not (earns and _weighs(draft, covered)):
                    # It credits nothing here, so its limit is kept for a sale on which it does.
                    if earns:
                        found.append(one)
                    continue
            if one.limit_keys and not _within_limits(draft, one):
                continue
            found.append(one)
    return found


def _covered(draft: Draft, one: CompiledRule) -> list[int]:
    """The places of the lines that the rule is about."""
    lines = one.lines
    return [place for place, line in enumerate(draft.lines) if lines is None or lines(draft, line)]


def _weighs(draft: Draft, places: list[int]) -> bool:
    """Whether something on these lines counts for earning."""
    basket = draft.basket
    return basket is not None and any(
        basket.weights[place] or basket.quantities[place] for place in places
    )


def _within_limits(draft: Draft, one: CompiledRule) -> bool:
    for key, period, count in one.limit_keys:
        place = f"{key}/{period.value}"
        used = draft.counter(place, draft.period_number(period))
        if used >= count:
            draft.note("rule", one.rule.id, "skipped", reason="limit", limit=count, used=used)
            return False
    for key, period, _ in one.limit_keys:
        draft.count(f"{key}/{period.value}", draft.period_number(period), 1)
    return True


def _act(draft: Draft, one: CompiledRule, action: Award | PutInTier | Emit, depth: int) -> None:
    if isinstance(action, Award):
        draft.steps.append(one.matched)
        reward = draft.compiled.rewards[action.reward]
        rewards.try_award(draft, reward, depth, reason=f"rule:{one.rule.id}")
    elif isinstance(action, Emit):
        draft.steps.append(one.matched)
        draft.happen(action.event, depth + 1, rule=one.rule.id)
    else:
        group = draft.compiled.groups[action.group]
        draft.steps.append(one.matched)
        value = tiers.metric_value(draft, group)
        tiers.move(draft, group, group.rank(action.tier), value, depth)
