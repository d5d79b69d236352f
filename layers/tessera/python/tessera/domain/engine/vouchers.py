"""Taking a reward from the catalogue, being given one, and using a voucher."""

from __future__ import annotations

from tessera.domain.commands import AwardReward, RedeemReward, UseVoucher
from tessera.domain.decision import Benefit, Decision, Scalar
from tessera.domain.engine import rewards, rules
from tessera.domain.engine.discounts import check_voucher, remaining, use_voucher
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.receipts import balance_lines
from tessera.domain.errors import InvalidInput, Refused
from tessera.domain.programme.model import Reward, RewardKind


def redeem_reward(draft: Draft, command: RedeemReward) -> Decision:
    """The member takes a reward: its price is debited, what it is worth given or issued."""
    one = rewards.find(draft, command.reward)
    price = one.reward.price
    before = draft.available(price.balance) if price is not None else 0
    watched = rules.watched(draft)
    rewards.check_terms(draft, one)
    code = rewards.grant_reward(draft, one, 0, reason="redeemed")
    if code is None and one.reward.kind is not RewardKind.CREDIT:
        draft.benefits.append(benefit(one.reward))
    rules.settle(draft, watched, 0)
    rules.cascade(draft)
    if price is not None:
        balance = draft.compiled.balances[price.balance]
        balance_lines(draft, balance, before, price.amount)
    return draft.finish("redeem")


def benefit(reward: Reward, used: int | None = None) -> Benefit:
    """What the reward is worth to whoever serves the member; `used` of a gift card's amount."""
    details: dict[str, Scalar] = {}
    if reward.products:
        details["products"] = ", ".join(reward.products)
    percent = reward.grant.percent
    if percent is not None:
        details["percent_numerator"] = percent.numerator
        details["percent_denominator"] = percent.denominator
    if reward.grant.free_delivery is not None:
        details["delivery_modes"] = ", ".join(reward.grant.free_delivery) or "all"
    amount = reward.grant.amount
    if used is not None and reward.kind is RewardKind.GIFT_CARD:
        amount = used
    return Benefit(reward.kind.value, f"reward:{reward.id}", amount, details)


def award_reward(draft: Draft, command: AwardReward) -> Decision:
    """A reward given by hand or from outside (B-39): its terms hold as for any other award."""
    one = rewards.find(draft, command.reward)
    watched = rules.watched(draft)
    rewards.check_terms(draft, one)
    rewards.grant_reward(draft, one, 0, reason=command.reason or "manual")
    rules.settle(draft, watched, 0)
    rules.cascade(draft)
    return draft.finish("award")


def use(draft: Draft, command: UseVoucher) -> Decision:
    """A voucher is used in one go."""
    voucher, one = check_voucher(draft, command.code)
    used = 1
    if one.reward.kind is RewardKind.GIFT_CARD:
        left = remaining(voucher)
        used = left if command.amount is None else command.amount
        if used <= 0:
            raise InvalidInput("number_too_small", field="/amount", params={"least": 1})
        if used > left:
            raise Refused(
                "insufficient_balance",
                required=used,
                available=left,
                params={"voucher": command.code},
            )
    watched = rules.watched(draft)
    use_voucher(draft, voucher, one, used)
    draft.benefits.append(benefit(one.reward, used))
    rules.settle(draft, watched, 0)
    rules.cascade(draft)
    return draft.finish("voucher")
