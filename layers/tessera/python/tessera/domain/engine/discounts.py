"""What the programme takes off a sale: new customers, segments, clubs, vouchers (A-11).

Promo code and vouchers first, then the new-customer benefit, then the first matching segment,
then clubs, then the loyalty discount. The first that applies excludes the rest unless the
later one is declared stackable with it (W-09, W-18, W-21, W-23).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tessera.domain.account import OpenVoucher
from tessera.domain.calendar import NEVER
from tessera.domain.commands import Purchase
from tessera.domain.decision import Benefit
from tessera.domain.engine.compiled import CompiledReward, CompiledSegment
from tessera.domain.engine.debits import debit
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.rewards import fails, find
from tessera.domain.errors import NotFound, Refused
from tessera.domain.money import Rounding, divide
from tessera.domain.programme.model import Grant, Reward, RewardKind, Step

PROMO_CODE, NEW_CUSTOMER, SEGMENT, CLUB, LOYALTY = (
    "promo_code", "new_customer", "segment", "club", "loyalty",
)  # fmt: skip


@dataclass(slots=True)
class Till:
    """The running total of one sale.

    `cart` is what is asked for the lines, `left` what remains to pay of them, `delivery_left`
    what remains to pay for delivery, `applied` the classes of benefit that took part.
    `earning_discounts` is what the discounts that touch earning took off in all (A-04).
    """

    cart: int
    left: int
    delivery_left: int
    applied: list[str] = field(default_factory=list)
    used_voucher: bool = False
    used_loyalty: bool = False

    @property
    def discounts(self) -> int:
        return self.cart - self.left


def open_till(draft: Draft, command: Purchase) -> Till:
    """The sale before the programme takes anything off: outside advantages already count."""
    cart = draft.total
    advantages = sum([item.amount for item in command.advantages])
    till = Till(cart, max(0, cart - advantages), command.delivery_cost)
    if advantages:
        draft.note("advantages", "", "applied", amount=advantages, total=cart)
    if command.promo_codes:
        till.applied.append(PROMO_CODE)
        draft.note("promo_code", "", "applied", codes=len(command.promo_codes))
    return till


def excluded_by(till: Till, stackable_with: frozenset[str]) -> str | None:
    """The benefit already applied that excludes this one, None where it may be added."""
    for earlier in till.applied:
        if earlier not in stackable_with:
            return earlier
    return None


def discount_of(till: Till, grant: Grant) -> int:
    """What a grant takes off what remains to pay for the lines."""
    amount = grant.amount
    if grant.percent is not None:
        percent = grant.percent
        amount = divide(till.left * percent.numerator, percent.denominator * 100, Rounding.NEUTRAL)
    return min(amount, till.left)


def apply_grant(draft: Draft, till: Till, grant: Grant, source: str, command: Purchase) -> bool:
    """Take a grant off the sale; false where it gives nothing to this sale."""
    gave = False
    amount = discount_of(till, grant)
    if amount:
        till.left -= amount
        draft.benefits.append(Benefit("discount", source, amount))
        gave = True
    if grant.free_delivery is not None:
        modes = grant.free_delivery
        if not command.delivery or not modes or command.delivery in modes:
            details = {"modes": ", ".join(modes)} if modes else {}
            draft.benefits.append(Benefit("free_delivery", source, till.delivery_left, details))
            if command.delivery:
                till.delivery_left = 0
            gave = True
        else:
            draft.note("delivery", source, "skipped", mode=command.delivery, modes=", ".join(modes))
    if gave:
        draft.note("benefit", source, "applied", amount=amount, left=till.left)
    return gave


def _best_step(steps: tuple[Step, ...], cart: int) -> Step | None:
    """The step that the cart reaches; where several hold, the one that begins highest."""
    reached = [step for step in steps if step.bounds.hold(cart)]
    return max(
        reached,
        key=lambda step: (step.bounds.low or 0, not step.bounds.low_included),
        default=None,
    )


def _apply_steps(
    draft: Draft,
    till: Till,
    command: Purchase,
    kind: str,
    source: str,
    steps: tuple[Step, ...],
    stackable_with: frozenset[str],
) -> None:
    if not steps:
        return
    blocked = excluded_by(till, stackable_with)
    if blocked is not None:
        draft.note("benefit", source, "refused", reason="not_stackable", excluded_by=blocked)
        return
    step = _best_step(steps, till.cart)
    if step is None:
        lowest = min(item.bounds.low or 0 for item in steps)
        draft.note(
            "benefit", source, "skipped", reason="cart_too_small",
            required=lowest, available=till.cart, missing=max(0, lowest - till.cart),
        )  # fmt: skip
        return
    if apply_grant(draft, till, step.grant, source, command):
        till.applied.append(kind)


def apply_new_customer(draft: Draft, till: Till, command: Purchase) -> None:
    """The first order's steps (W-16 to W-19)."""
    terms = draft.compiled.programme.new_customers
    if terms is None or draft.orders:
        return
    _apply_steps(
        draft, till, command, NEW_CUSTOMER, NEW_CUSTOMER, terms.steps, terms.stackable_with
    )


def find_segment(draft: Draft) -> CompiledSegment | None:
    """The first segment of the list that the member is in now (W-21); the others are traced."""
    found = None
    draft.segment_known = True
    for one in draft.compiled.segments:
        if found is not None:
            draft.note("segment", one.segment.id, "skipped", reason="higher_segment")
        elif not fails(draft, one.clauses):
            draft.note("segment", one.segment.id, "applied")
            found = one
    draft.segment = found.segment.id if found else None
    return found


def apply_segment(draft: Draft, till: Till, command: Purchase, one: CompiledSegment) -> None:
    """The segment's steps (W-20 to W-24)."""
    segment = one.segment
    _apply_steps(
        draft,
        till,
        command,
        SEGMENT,
        f"segment:{segment.id}",
        segment.steps,
        segment.stackable_with,
    )


def apply_clubs(draft: Draft, till: Till, command: Purchase) -> None:
    """The benefits of the clubs whose paid period has not ended (Z-03)."""
    for one in draft.compiled.clubs:
        club = one.club
        if (draft.fact(f"club:{club.id}") or -1) < draft.today:
            continue
        source = f"club:{club.id}"
        _apply_steps(draft, till, command, CLUB, source, club.steps, club.stackable_with)


def apply_voucher(draft: Draft, till: Till, command: Purchase, code: str) -> None:
    """Use one of our vouchers in the sale; raises `Refused` with the reason where it cannot be."""
    voucher, one = check_voucher(draft, code, cart=till.cart)
    reward = one.reward
    if not reward.use.stackable and till.applied:
        raise _refusal(voucher, "not_stackable", excluded_by=till.applied[0])
    used = _worth(draft, till, command, voucher, reward)
    use_voucher(draft, voucher, one, used)
    if PROMO_CODE not in till.applied:
        till.applied.append(PROMO_CODE)
    till.used_voucher = True


def _worth(
    draft: Draft, till: Till, command: Purchase, voucher: OpenVoucher, reward: Reward
) -> int:
    """What the voucher gives to this sale, taken off it; the amount used of a gift card."""
    source = f"voucher:{reward.id}"
    if reward.kind is RewardKind.GIFT_CARD:
        used = min(remaining(voucher), till.left)
        till.left -= used
        draft.benefits.append(Benefit("gift_card", source, used))
        draft.note("benefit", source, "applied", amount=used, left=till.left)
        return used
    if reward.kind in (RewardKind.DISCOUNT, RewardKind.FREE_DELIVERY):
        if not apply_grant(draft, till, reward.grant, source, command):
            raise _refusal(voucher, "voucher_gives_nothing")
        return 1
    if reward.kind is RewardKind.PRODUCT:
        details = {"products": ", ".join(reward.products)}
        draft.benefits.append(Benefit("product", source, 0, details))
    else:
        draft.benefits.append(Benefit(reward.kind.value, source))
    draft.note("benefit", source, "applied", amount=0, left=till.left)
    return 1


def check_voucher(
    draft: Draft, code: str, *, cart: int | None = None
) -> tuple[OpenVoucher, CompiledReward]:
    """The voucher and its reward, where it may be used now; else `Refused` says why.

    `cart` is None where there is no sale at hand: the smallest amount is then not asked for.
    """
    voucher = draft.voucher(code)
    if voucher is None:
        raise NotFound("voucher_unknown", params={"voucher": code})
    one = find(draft, voucher.reward)
    use = one.reward.use
    if voucher.state == "used":
        raise _refusal(voucher, "voucher_used")
    if voucher.expires_on != NEVER and draft.today > voucher.expires_on:
        raise _refusal(voucher, "voucher_expired", expired_on=voucher.expires_on)
    if _is_reserved(draft, code):
        raise _refusal(voucher, "voucher_reserved")
    command = draft.command
    if use.stores and command.store not in use.stores:
        raise _refusal(voucher, "wrong_store", store=command.store)
    if use.channels and command.channel not in use.channels:
        raise _refusal(voucher, "wrong_channel", channel=command.channel)
    if cart is not None and cart < use.from_amount:
        raise Refused(
            "purchase_too_small",
            required=use.from_amount,
            available=cart,
            params={"reward": voucher.reward},
        )
    if fails(draft, one.use):
        raise _refusal(voucher, "voucher_conditions")
    return voucher, one


def _is_reserved(draft: Draft, code: str) -> bool:
    """Whether a live hold has the voucher set aside for another sale."""
    wanted = f"voucher:{code}"
    closed = {change.before.id for change in draft.hold_changes if change.before is not None}
    return any(
        hold.reference == wanted and hold.expires_at_ms > draft.now_ms and hold.id not in closed
        for hold in draft.account.holds.values()
    )


def remaining(voucher: OpenVoucher) -> int:
    """What is left of a gift card, or how many uses of a voucher."""
    _, _, left = voucher.state.partition(":")
    return int(left) if left else 1


def use_voucher(draft: Draft, voucher: OpenVoucher, one: CompiledReward, used: int) -> None:
    """Take the use off the voucher; a used-up one leaves the hand."""
    reward = one.reward
    if reward.use.price is not None:
        balance = draft.compiled.balances[reward.use.price.balance]
        debit(draft, balance, reward.use.price.amount)
    left = remaining(voucher) - used
    if left > 0:
        draft.vouchers[voucher.code] = OpenVoucher(
            voucher.code, voucher.reward, voucher.expires_on, f"open:{left}"
        )
    else:
        draft.vouchers[voucher.code] = None
    draft.note("voucher", reward.id, "used", code=voucher.code, used=used, left=max(0, left))
    draft.happen("reward.redeemed", 1, reward=reward.id, code=voucher.code)


def _refusal(voucher: OpenVoucher, code: str, **params: str | int) -> Refused:
    return Refused(code, params={"reward": voucher.reward, "voucher": voucher.code, **params})
