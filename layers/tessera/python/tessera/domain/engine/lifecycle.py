"""Joining, leaving, other events, adjustments and holds."""

from __future__ import annotations

from dataclasses import replace

from tessera.domain.account import Hold, HoldChange, LotDelta, LotKey
from tessera.domain.calendar import NEVER
from tessera.domain.commands import Adjust, Enrol, Leave, OpenHold, RecordEvent, SettleHold
from tessera.domain.decision import Decision
from tessera.domain.engine import closing, rewards, rules, vouchers
from tessera.domain.engine.credits import DEBT_ACTIVATES_ON, credit
from tessera.domain.engine.debits import check_debit, count_debit, debit, take
from tessera.domain.engine.discounts import check_voucher, remaining, use_voucher
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.purchases import open_club
from tessera.domain.engine.receipts import balance_lines
from tessera.domain.errors import Conflict, InvalidInput, NotFound, Refused
from tessera.domain.events import EVENTS
from tessera.domain.programme.model import Balance, RewardKind

MAXIMUM_HOLDS = 10
"""Open holds per account: the account is one row, and a till has one or two at a time."""


def enrol(draft: Draft, command: Enrol) -> Decision:
    """A member joins: identifier, welcome rules, join rewards, first tier (B-05 to B-09, B-40)."""
    if draft.account.version > 0 and draft.account.status == "active":
        raise Conflict("already_enrolled")
    closing.check_joining(draft)
    if rewards.fails(draft, draft.compiled.membership_clauses):
        raise Refused("not_eligible")
    draft.account = replace(draft.account, status="active", enrolled_on=draft.today)
    draft.status = "active"
    draft.happen("member.enrolled", 0, origin=command.origin)
    rules.cascade(draft)
    _announce_earned(draft, "member.enrolled")
    for balance in draft.compiled.balances.values():
        balance_lines(draft, balance, 0)
    return draft.finish("enrol")


def membership_identifier(draft: Draft) -> str:
    """The identifier that the programme gives to a new member (B-06 to B-08)."""
    return rewards.identifier(draft)


def leave(draft: Draft, command: Leave) -> Decision:
    """A member leaves: nothing is earned or spent any more, what he has stays readable (B-10)."""
    draft.status = "left"
    draft.note("membership", "", "left", reason=command.reason)
    draft.happen("member.left", 0, reason=command.reason)
    rules.cascade(draft)
    return draft.finish("leave")


def record_event(draft: Draft, command: RecordEvent) -> Decision:
    """Anything that happened: the rules, awards and clubs that wait for it (B-03, B-43)."""
    if not command.name or command.name in RESERVED_EVENTS:
        raise InvalidInput("reserved_event", field="/name", params={"name": command.name})
    draft.event, draft.event_data = command.name, dict(command.attributes)
    for event, holds in draft.compiled.leave_gates:
        if event == command.name and holds(draft, None):
            draft.status = "left"
            draft.note("membership", "", "left", reason=event)
            draft.happen("member.left", 1, reason=event)
            rules.cascade(draft)
            return draft.finish("event")
    for one in draft.compiled.clubs:
        if one.club.event == command.name:
            open_club(draft, one.club.id)
    rules.apply_event(draft, command.name, 0)
    rules.cascade(draft)
    _announce_earned(draft, command.name)
    return draft.finish("event")


RESERVED_EVENTS = frozenset(EVENTS)
"""Events that only the engine may let happen."""


def _announce_earned(draft: Draft, source: str) -> None:
    for balance, amount in list(draft.credited.items()):
        draft.happen("value.earned", 1, balance=balance, amount=amount, source=source)
    rules.cascade(draft)


def adjust(draft: Draft, command: Adjust) -> Decision:
    """A clerk's correction: minimum and maximum hold, caps do not (O-32)."""
    balance = _balance(draft, command.balance)
    if not command.amount:
        raise InvalidInput("amount_zero", field="/amount")
    if not command.reason:
        raise InvalidInput("field_missing", field="/reason")
    before = draft.available(balance.id)
    watched = rules.watched(draft)
    if command.amount > 0:
        if balance.maximum is not None:
            room = max(0, balance.maximum - draft.holding(balance.id))
            if command.amount > room:
                raise Refused(
                    "maximum_balance",
                    required=command.amount,
                    available=room,
                    params={"balance": balance.id, "maximum": balance.maximum},
                )
        credit(draft, balance, command.amount, capped=False, source="adjustment")
    else:
        amount = -command.amount
        if before - amount < balance.minimum:
            raise Refused(
                "insufficient_balance",
                required=amount + balance.minimum,
                available=max(0, before),
                params={"balance": balance.id},
            )
        debit(draft, balance, amount, checked=False)
    draft.note("adjustment", balance.id, "applied", amount=command.amount)
    draft.happen("balance.adjusted", 0, balance=balance.id, amount=command.amount)
    rules.settle(draft, watched, 0)
    rules.cascade(draft)
    balance_lines(draft, balance, before, max(0, -command.amount))
    return draft.finish("adjust")


def _balance(draft: Draft, balance_id: str) -> Balance:
    found = draft.compiled.balances.get(balance_id)
    if found is None:
        raise InvalidInput("balance_unknown", field="/balance")
    return found


def open_hold(draft: Draft, command: OpenHold) -> Decision:
    """Set value (or a voucher, or a reward's price) aside for a while (X-02)."""
    live = sum(1 for hold in draft.account.holds.values() if hold.expires_at_ms > draft.now_ms)
    if live >= MAXIMUM_HOLDS:
        raise Refused("too_many_holds", params={"most": MAXIMUM_HOLDS})
    if not 10 <= command.ttl_s <= 604_800:
        raise InvalidInput(
            "number_out_of_range", field="/ttl_s", params={"least": 10, "most": 604_800}
        )
    parts: tuple[LotDelta, ...] = ()
    reference = "value"
    if command.voucher:
        check_voucher(draft, command.voucher)
        reference = f"voucher:{command.voucher}"
    else:
        balance_id, amount = command.balance, command.amount
        if command.reward:
            one = rewards.find(draft, command.reward)
            rewards.check_terms(draft, one)
            if one.reward.price is None:
                raise Refused("reward_has_no_price", params={"reward": command.reward})
            balance_id, amount = one.reward.price.balance, one.reward.price.amount
            reference = f"reward:{command.reward}"
        closing.check_spending(draft)
        balance = _balance(draft, balance_id)
        if amount <= 0:
            raise InvalidInput("number_too_small", field="/amount", params={"least": 1})
        allowed = check_debit(draft, balance, amount)
        parts = tuple(
            LotDelta(part.balance, -part.amount, part.activates_on, part.expires_on)
            for part in take(draft, balance.id, allowed)
        )
    _sweep(draft)
    hold = Hold(draft.ids.code("hold", 16), parts, draft.now_ms + command.ttl_s * 1000, reference)
    draft.hold_changes.append(HoldChange(None, hold))
    amount = sum(part.amount for part in parts)
    draft.note("hold", hold.id, "opened", amount=amount, reference=reference)
    return draft.finish("hold")


def _sweep(draft: Draft) -> None:
    """Drop the holds that lapsed: they set nothing aside, and rows are small."""
    for hold in draft.account.holds.values():
        if hold.expires_at_ms <= draft.now_ms:
            draft.hold_changes.append(HoldChange(hold, None))


def settle_hold(draft: Draft, command: SettleHold) -> Decision:
    """Commit: the value is spent, the voucher used. Cancel: both are free again."""
    hold = draft.hold(command.hold)
    if hold is None:
        raise NotFound("hold_unknown", params={"hold": command.hold})
    if command.keep and hold.expires_at_ms <= draft.now_ms:
        raise Refused("hold_expired", params={"hold": hold.id})
    draft.hold_changes.append(HoldChange(hold, None))
    if not command.keep:
        draft.note("hold", hold.id, "cancelled")
        return draft.finish("settle")
    kind, _, subject = hold.reference.partition(":")
    watched = rules.watched(draft)
    if kind == "voucher":
        voucher, one = check_voucher(draft, subject)
        # A gift card was set aside whole, and is used whole.
        used = remaining(voucher) if one.reward.kind is RewardKind.GIFT_CARD else 1
        use_voucher(draft, voucher, one, used)
        draft.benefits.append(vouchers.benefit(one.reward, used))
    elif kind == "reward":
        # The terms held when the price was set aside, and it was set aside for this. What there
        # is only so much of was not: others may have had the last one since.
        one = rewards.find(draft, subject)
        rewards.check_budget(draft, one.reward)
        _spend_held(draft, hold)
        rewards.grant_reward(draft, one, 0, reason="redeemed", paid=True)
    else:
        _spend_held(draft, hold)
    draft.note("hold", hold.id, "committed")
    rules.settle(draft, watched, 0)
    rules.cascade(draft)
    return draft.finish("settle")


def _spend_held(draft: Draft, hold: Hold) -> None:
    amounts: dict[str, int] = {}
    for part in hold.parts:
        draft.move(part.key, -part.amount)
        amounts[part.balance] = amounts.get(part.balance, 0) + part.amount
    for balance_id, amount in amounts.items():
        draft.happen("value.spent", 0, balance=balance_id, amount=amount, source="hold")
        balance = draft.compiled.balances.get(balance_id)
        if balance is not None:
            count_debit(draft, balance, amount)
            before = draft.available(balance_id) + amount
            balance_lines(draft, balance, before, amount)


def debt_of(draft: Draft, balance: str) -> int:
    """What the member owes of a balance, as a positive number."""
    return max(0, -draft.lot(LotKey(NEVER, DEBT_ACTIVATES_ON, balance)))
