"""Rewards: who may have one, what is missing, awarding by itself, and the vouchers that follow."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.domain.account import OpenVoucher
from tessera.domain.decision import IssuedVoucher, Scalar
from tessera.domain.engine.closing import check_spending
from tessera.domain.engine.compiled import (
    Clauses,
    CompiledReward,
    CompiledTrigger,
    local_bound_ms,
)
from tessera.domain.engine.credits import credit
from tessera.domain.engine.debits import check_debit, debit
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.expiry import expires_on
from tessera.domain.errors import NotFound, Refused
from tessera.domain.programme.model import (
    CodeMode,
    CodeSource,
    Identifier,
    IdentifierMode,
    Price,
    Reward,
    RewardKind,
    Trigger,
)

_CHARACTERS = {
    "base32": "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
    "digits": "0123456789",
    "letters": "ABCDEFGHJKMNPQRSTVWXYZ",
}
_MOST_AUTOMATIC = 50
"""How many times one movement may award by itself, all rewards together: a stamp card filled fifty
times over in one sale is a mistake at the till, and a transaction holds a hundred rows."""


def find(draft: Draft, reward_id: str) -> CompiledReward:
    """The reward of that name; `NotFound` where the programme has none."""
    found = draft.compiled.rewards.get(reward_id)
    if found is None:
        raise NotFound("reward_unknown", params={"reward": reward_id})
    return found


def fails(draft: Draft, clauses: Clauses) -> bool:
    """Whether a clause does not hold; the first one that does not is written in the trace."""
    for predicate, step in clauses.parts:
        if not predicate(draft, None):
            draft.steps.append(step)
            return True
    return False


def check_terms(draft: Draft, one: CompiledReward) -> None:
    """Raise `Refused` where the member may not have the reward now, with what is missing."""
    reward = one.reward
    check_spending(draft)
    zone = draft.compiled.programme.zone
    now = draft.command.occurred_at_ms
    if reward.starts_at and now < local_bound_ms(reward.starts_at, zone, end=False):
        raise _refusal(reward, "reward_not_yet")
    if reward.ends_at and now > local_bound_ms(reward.ends_at, zone, end=True):
        raise _refusal(reward, "reward_over")
    if reward.tiers:
        state = draft.tier(reward.tier_group)
        if state is None or state.tier not in reward.tiers:
            raise _refusal(reward, "tier_required", tiers=", ".join(reward.tiers))
    if fails(draft, one.condition):
        raise _refusal(reward, "reward_conditions")
    for price in (reward.requires, reward.price):
        if price is not None:
            available = max(0, draft.available(price.balance))
            if available < price.amount:
                raise Refused(
                    "threshold_not_reached" if price is reward.requires else "insufficient_balance",
                    required=price.amount,
                    available=available,
                    params={"reward": reward.id, "balance": price.balance},
                )
    _check_limits(draft, reward)


def _check_limits(draft: Draft, reward: Reward) -> None:
    for limit in reward.limits:
        key = f"reward:{reward.id}/{limit.period.value}"
        if draft.counter(key, draft.period_number(limit.period)) >= limit.count:
            raise _refusal(reward, "reward_limit", limit=limit.count, period=limit.period.value)
    check_budget(draft, reward)


def check_budget(draft: Draft, reward: Reward) -> None:
    """Raise `Refused` where all members together have had as many as there are."""
    if reward.budget is not None:
        key = f"reward:{reward.id}"
        if draft.facts.budgets.get(key, 0) - draft.budgets.get(key, 0) < 1:
            raise _refusal(reward, "reward_exhausted")


def _refusal(reward: Reward, code: str, **params: str | int) -> Refused:
    return Refused(code, params={"reward": reward.id, **params})


def grant_reward(
    draft: Draft, one: CompiledReward, depth: int, *, reason: str, paid: bool = False
) -> str | None:
    """Give the reward: count it, take its price, credit it or issue its voucher.

    Returns the voucher's code, None for a reward that is credited or handed over at once. The
    terms must have been checked; `paid` says that the price was taken from a hold.
    """
    reward = one.reward
    needs_code = reward.kind is not RewardKind.CREDIT and not (
        reason == "redeemed" and reward.code.mode is CodeMode.NONE
    )
    # Whatever can still refuse comes before the first change, so that a refusal changes nothing.
    code = _code(draft, reward) if needs_code else None
    if reward.price is not None and not paid:
        _pay(draft, reward, reward.price, depth)
    _count_award(draft, reward)
    if reward.kind is RewardKind.CREDIT and reward.credit is not None:
        balance = draft.compiled.balances[reward.credit.balance]
        given = credit(draft, balance, reward.credit.amount, source=reward.id)
        draft.note("credit", reward.id, "applied", balance=balance.id, amount=given)
        draft.happen("reward.awarded", depth + 1, reward=reward.id, reason=reason, code=None)
        return None
    if code is None:
        draft.note("reward", reward.id, "redeemed")
        draft.happen("reward.redeemed", depth + 1, reward=reward.id, code=None)
        return None
    _issue(draft, reward, code)
    draft.note("reward", reward.id, "awarded", code=code, reason=reason)
    draft.happen("reward.awarded", depth + 1, reward=reward.id, reason=reason, code=code)
    return code


def check_price(draft: Draft, reward: Reward, price: Price) -> None:
    """Raise `Refused` where limits or the minimum keep the member from paying the price."""
    balance = draft.compiled.balances[price.balance]
    allowed = check_debit(draft, balance, price.amount)
    if allowed < price.amount:
        # A cap that cuts lowers a payment; a reward is paid in full or not at all.
        raise Refused(
            "debit_limit",
            required=price.amount,
            available=allowed,
            params={"reward": reward.id, "balance": balance.id},
        )


def _pay(draft: Draft, reward: Reward, price: Price, depth: int) -> None:
    check_price(draft, reward, price)
    balance = draft.compiled.balances[price.balance]
    parts = debit(draft, balance, price.amount)
    spent = -sum(part.amount for part in parts)
    draft.note("price", reward.id, "applied", balance=balance.id, amount=spent)
    draft.happen("value.spent", depth + 1, balance=balance.id, amount=spent, source=reward.id)


def _count_award(draft: Draft, reward: Reward) -> None:
    for limit in reward.limits:
        key = f"reward:{reward.id}/{limit.period.value}"
        draft.count(key, draft.period_number(limit.period), 1)
    if reward.budget is not None:
        key = f"reward:{reward.id}"
        draft.budgets[key] = draft.budgets.get(key, 0) + 1


def _issue(draft: Draft, reward: Reward, code: str) -> None:
    """A voucher in the member's hand; shared codes need no row of their own."""
    last = expires_on(reward.use.expiry, draft.today)
    draft.vouchers[code] = OpenVoucher(code, reward.id, last, _fresh_state(reward))
    if reward.code.mode is not CodeMode.SHARED:
        details: dict[str, Scalar] = {"mode": reward.code.mode.value}
        if reward.code.pool:
            details["pool"] = reward.code.pool
        draft.issued.append(IssuedVoucher(code, reward.id, last, details))


def _fresh_state(reward: Reward) -> str:
    """`open`, or what is left of a gift card or of a voucher for several uses."""
    if reward.kind is RewardKind.GIFT_CARD:
        return f"open:{reward.grant.amount}"
    return f"open:{reward.use.times}" if reward.use.times > 1 else "open"


def _code(draft: Draft, reward: Reward) -> str:
    source = reward.code
    if source.mode is CodeMode.SHARED:
        if draft.voucher(source.code) is not None:
            raise _refusal(reward, "already_in_hand")
        return source.code
    if source.mode is CodeMode.POOL:
        return drawn_code(draft, source.pool)
    label = f"voucher {reward.id} {len(draft.issued)}"
    return patterned(draft, label, source)


def drawn_code(draft: Draft, pool: str) -> str:
    """The next code that the caller drew from an imported pool."""
    taken = sum(1 for item in draft.issued if item.details.get("pool") == pool)
    codes = draft.ids.drawn.get(pool, ())
    if taken >= len(codes):
        raise Refused("code_pool_empty", params={"pool": pool})
    return codes[taken]


def patterned(draft: Draft, label: str, source: CodeSource | Identifier) -> str:
    """A code of the pattern's length and characters between its prefix and suffix.

    Characters are drawn by 16-bit numbers modulo the alphabet: the bias is below one in two
    thousand and tells nothing useful.
    """
    alphabet = _CHARACTERS[source.characters]
    random = draft.ids.random(label, 2 * source.length)
    drawn = (
        alphabet[int.from_bytes(random[2 * place : 2 * place + 2], "big") % len(alphabet)]
        for place in range(source.length)
    )
    return source.prefix + "".join(drawn) + source.suffix


def identifier(draft: Draft) -> str:
    """The membership identifier of a new member (B-06 to B-08)."""
    source = draft.compiled.programme.membership.identifier
    if source.mode is IdentifierMode.POOL:
        return drawn_code(draft, source.pool)
    if source.mode is IdentifierMode.PATTERN:
        return patterned(draft, "identifier", source)
    return draft.ids.card_code("identifier")


def try_award(draft: Draft, one: CompiledReward, depth: int, *, reason: str) -> bool:
    """Award by itself: a refusal is written in the trace and stops nothing else."""
    try:
        check_terms(draft, one)
        grant_reward(draft, one, depth, reason=reason)
    except Refused as refusal:
        draft.note(
            "reward",
            one.reward.id,
            "refused",
            reason=refusal.code,
            required=refusal.required,
            available=refusal.available,
            missing=refusal.missing,
        )
        return False
    return True


def award_on_event(draft: Draft, name: str, depth: int) -> None:
    """Award what joining, an event or a new tier awards (B-40, B-42, B-43)."""
    triggers = draft.compiled.triggers
    if name == "member.enrolled":
        for item in triggers[Trigger.JOIN]:
            try_award(draft, draft.compiled.rewards[item.reward.id], depth, reason="joined")
    for item in triggers[Trigger.EVENT]:
        if item.trigger.event == name and not fails(draft, item.clauses):
            try_award(draft, draft.compiled.rewards[item.reward.id], depth, reason=name)
    if name == "tier.changed":
        _award_on_tier(draft, depth)


def _award_on_tier(draft: Draft, depth: int) -> None:
    """Give what the tier reached gives; take back what is held only while in the tier (B-42)."""
    move = draft.event_data
    for item in _on_tier(draft, move):
        if move.get("after") not in item.trigger.tiers or move.get("before") in item.trigger.tiers:
            continue
        if move.get("direction") == "down" and not _lost_by_rising(draft, item):
            continue
        try_award(draft, draft.compiled.rewards[item.reward.id], depth, reason="tier")
    withdraw_on_tier(draft, move, depth)


def withdraw_on_tier(draft: Draft, move: Mapping[str, Scalar], depth: int) -> None:
    """Take back what is held only while in a tier that the member has left."""
    for item in _on_tier(draft, move):
        left = move.get("before") in item.trigger.tiers
        if left and move.get("after") not in item.trigger.tiers and not item.trigger.keep:
            withdraw(draft, item.reward.id, depth)


def _on_tier(draft: Draft, move: Mapping[str, Scalar]) -> list[CompiledTrigger]:
    triggers = draft.compiled.triggers[Trigger.TIER]
    return [item for item in triggers if item.trigger.group == move.get("group")]


def _lost_by_rising(draft: Draft, item: CompiledTrigger) -> bool:
    """Whether whoever falls back to a tier may have its reward again.

    A fall reaches nothing new. Only what is held while in the tier, and was withdrawn when the
    member rose above it, is his again.
    """
    reward = item.reward
    if item.trigger.keep or reward.kind is RewardKind.CREDIT:
        return False
    vouchers = map(draft.voucher, draft.voucher_codes())
    return not any(one is not None and one.reward == reward.id for one in vouchers)


def withdraw(draft: Draft, reward_id: str, depth: int) -> None:
    """Take back the open vouchers of a reward."""
    for code in draft.voucher_codes():
        voucher = draft.voucher(code)
        if voucher is not None and voucher.reward == reward_id:
            draft.vouchers[code] = None
            draft.note("reward", reward_id, "withdrawn", code=code)
            draft.happen("reward.withdrawn", depth + 1, reward=reward_id, code=code)


def award_on_balance(draft: Draft, before: dict[str, int], depth: int) -> bool:
    """Award what a balance reaching an amount awards (B-41); says whether anything was.

    A reward that takes its price is awarded as often as the balance pays it; one that takes
    nothing is awarded when the balance passes the amount, each multiple with `every_time`.
    """
    awarded = False
    for item in draft.compiled.triggers[Trigger.BALANCE]:
        trigger, reward = item.trigger, draft.compiled.rewards[item.reward.id]
        start = before.get(trigger.balance, 0)
        now = draft.owned(trigger.balance)
        if now < trigger.amount or now <= start:
            continue
        if reward.reward.price is not None:
            for _ in range(_MOST_AUTOMATIC - len(draft.issued)):
                if draft.available(trigger.balance) < trigger.amount:
                    break
                if not try_award(draft, reward, depth, reason="balance"):
                    break
                awarded = True
            continue
        times = now // trigger.amount - max(0, start) // trigger.amount
        if not trigger.every_time:
            times = 1 if start < trigger.amount else 0
        for _ in range(min(times, _MOST_AUTOMATIC - len(draft.issued))):
            awarded = try_award(draft, reward, depth, reason="balance") or awarded
    return awarded
