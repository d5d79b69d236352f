"""Returns: the exact reversal of what a sale did, line by line and in parts (A-05, O-12, X-04).

A return is computed from the stored decisions of its sales, never from today's rules. Every amount
is shared over the lines once and for ever; a line of which a part has come back has reversed the
floor of its share, so that all parts of all lines sum to the whole, in any order:

- value earned leaves the lots into which it went, value spent goes back to the lots it came from;
- what belongs to no line (a bonus, a forfeit, counters, statistics, tier metrics) follows the
  value of the goods that have come back;
- goods of no known sale are taken for a sale that was tried today (`domain.goods`);
- once everything is back, dates, tiers and vouchers return to what they were, unless something
  else has changed them since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from tessera.domain.account import Changes, LotDelta, LotKey, TierState
from tessera.domain.calendar import NEVER
from tessera.domain.commands import Return, ReturnedSale, Undoes
from tessera.domain.decision import Decision
from tessera.domain.engine import rewards, rules, tiers
from tessera.domain.engine.discounts import remaining
from tessera.domain.engine.draft import Draft
from tessera.domain.engine.receipts import balance_lines
from tessera.domain.errors import Refused
from tessera.domain.money import cumulative_part
from tessera.domain.programme.model import ReturnPolicy, RewardKind, TierGroup

GIVEN_BACK_DAYS = 30
"""How long points live that a return gives back after their lot has expired (design §3)."""


@dataclass(frozen=True, slots=True)
class _Share:
    """A part of one lot that belongs to one line, or to the document as a whole (line None)."""

    line: int | None
    lot: LotKey
    amount: int


def returned(draft: Draft, command: Return) -> Decision:
    """Reverse what the returned parts earned and spent; see the module."""
    backs = [_Back(sale, _Progress(sale)) for sale in command.sales]
    counts = [back for back in backs if back.sale.undoes is not Undoes.VALUE]
    value = [back for back in backs if back.sale.undoes is not Undoes.COUNTS]
    if not value:
        _recount(draft, counts)
        if draft.account.status == "active":
            tiers.evaluate(draft, 0)
            _follow_tiers(draft)
        return draft.finish("recount")
    before = {balance: draft.available(balance) for balance in draft.compiled.balances}
    for back in value:
        if back.sale.is_estimated:
            draft.note("return", "", "estimated")
        _give_back(draft, back)
    if draft.compiled.programme.returns.reduce:
        _take_back(draft, value)
    for back in value:
        if back.progress.is_complete:
            _restore_vouchers(draft, back.sale.changes)
    _recount(draft, counts)
    tiers.evaluate(draft, 0)
    _follow_tiers(draft)
    is_complete = all(back.progress.is_complete for back in backs)
    is_estimated = any(back.sale.is_estimated for back in backs)
    draft.happen("purchase.returned", 0, complete=is_complete, estimated=is_estimated)
    if draft.account.status == "active":
        rules.cascade(draft)
    for name, balance in draft.compiled.balances.items():
        balance_lines(draft, balance, before[name], max(0, before[name] - draft.available(name)))
    return draft.finish("return")


def _recount(draft: Draft, backs: Sequence[_Back]) -> None:
    """What the sales counted for: counters, statistics, dates and tiers."""
    for back in backs:
        _reverse_sums(draft, back)
    for back in backs:
        if back.progress.is_complete:
            _restore_facts(draft, back.sale.changes)
        _restore_tiers(draft, back.sale.changes)


class _Progress:
    """How much of the document had come back before this return, and how much has after it."""

    def __init__(self, sale: ReturnedSale) -> None:
        self._parts = {part.line: part for part in sale.parts}
        # Goods of no value weigh by their presence alone, so that giving them back counts too.
        weights = list(sale.nets) if any(sale.nets) else [1] * len(sale.nets)
        self._whole = sum(weights)
        self._before = self._after = 0
        for line, weight in enumerate(weights):
            part = self._parts[line]
            self._before += cumulative_part(weight, part.before, part.whole)
            self._after += cumulative_part(weight, part.after, part.whole)
        self.is_complete = all(part.after == part.whole for part in sale.parts)

    def of_document(self, amount: int) -> int:
        """The share of a document's amount that this return reverses."""
        after = amount if self.is_complete else cumulative_part(amount, self._after, self._whole)
        return after - cumulative_part(amount, self._before, self._whole)

    def of(self, share: _Share) -> int:
        """The part of a share that this return reverses."""
        if share.line is None:
            return self.of_document(share.amount)
        part = self._parts[share.line]
        return cumulative_part(share.amount, part.after, part.whole) - cumulative_part(
            share.amount, part.before, part.whole
        )


@dataclass(frozen=True, slots=True)
class _Back:
    """A sale, and how much of it is back."""

    sale: ReturnedSale
    progress: _Progress


def _shares(
    lots: Sequence[LotDelta], by_line: Sequence[tuple[int, Mapping[str, int]]]
) -> Iterator[_Share]:
    """Lay the lines' amounts along the lots, in order: each unit belongs to one of both.

    What the lots hold beyond the lines' amounts belongs to the document as a whole.
    """
    rows: dict[str, list[tuple[int | None, int]]] = {}
    for line, amounts in by_line:
        for balance, amount in amounts.items():
            rows.setdefault(balance, []).append((line, amount))
    for lot in lots:
        left = abs(lot.amount)
        queue = rows.setdefault(lot.balance, [])
        while left:
            owner, has = queue[0] if queue else (None, left)
            used = min(left, has)
            if used:
                yield _Share(owner, lot.key, used)
            left -= used
            if queue:
                queue[:1] = [(owner, has - used)] if has > used else []


def _give_back(draft: Draft, back: _Back) -> None:
    """Value that the sale spent or forfeited goes back to its lots, a debt first."""
    taken = [lot for lot in back.sale.changes.lots if lot.amount < 0]
    if not draft.compiled.programme.returns.reduce:
        taken = _spent_of(back.sale.changes, taken)
    by_line = [(share.line, share.spent) for share in back.sale.shares]
    for share in _shares(taken, by_line):
        amount = back.progress.of(share)
        if not amount:
            continue
        amount -= _pay_debt(draft, share.lot.balance, amount)
        key = share.lot
        if key.expires_on < draft.today:
            key = LotKey(draft.today + GIVEN_BACK_DAYS, 0, key.balance)
        draft.move(key, amount)
        draft.note("return", share.lot.balance, "given_back", amount=amount, line=share.line)


def _spent_of(original: Changes, taken: Sequence[LotDelta]) -> list[LotDelta]:
    """What the lots that the sale took from gave for good.

    A sale that keeps value alive takes it out of its lots and puts it into later ones (B-29).
    Where a return takes nothing back, what was put there stays there, and is not given twice.
    Spending takes the lots that expire first, so what only moved came from the last ones.
    """
    stats = dict(original.stats)
    moved: dict[str, int] = {}
    for balance in {lot.balance for lot in taken}:
        moved[balance] = max(0, _credited(original, balance) - stats.get(f"earned:{balance}", 0))
    kept = []
    for lot in reversed(taken):
        part = min(moved[lot.balance], -lot.amount)
        moved[lot.balance] -= part
        if lot.amount + part:
            kept.append(replace(lot, amount=lot.amount + part))
    return kept[::-1]


def _pay_debt(draft: Draft, balance: str, amount: int) -> int:
    debt = LotKey(NEVER, 0, balance)
    paid = min(amount, max(0, -draft.lot(debt)))
    if paid:
        draft.move(debt, paid)
    return paid


def _earned(back: _Back) -> Iterator[tuple[_Share, int]]:
    """Each share that the sale earned, with how much of it this return reverses."""
    given = [lot for lot in back.sale.changes.lots if lot.amount > 0]
    by_line = [(share.line, share.earned) for share in back.sale.shares]
    for share in _shares(given, by_line):
        amount = back.progress.of(share)
        if amount:
            yield share, amount


def _unearned(back: _Back) -> dict[str, int]:
    """What this return reverses of each balance, whether or not it is still there."""
    unearned: dict[str, int] = {}
    for share, amount in _earned(back):
        unearned[share.lot.balance] = unearned.get(share.lot.balance, 0) + amount
    return unearned


def _take_back(draft: Draft, backs: Sequence[_Back]) -> None:
    """Value that the sales earned leaves its lots; what is no longer there follows the policy."""
    wanting: dict[str, int] = {}
    for share, amount in chain.from_iterable(map(_earned, backs)):
        here = max(0, draft.lot(share.lot) - draft.held().get(share.lot, 0))
        taken = min(amount, here)
        if taken:
            draft.move(share.lot, -taken)
        draft.note("return", share.lot.balance, "taken_back", amount=taken, line=share.line)
        if taken < amount and share.lot.expires_on >= draft.today:
            # What has expired in the meantime is gone already and is not asked for twice.
            wanting[share.lot.balance] = wanting.get(share.lot.balance, 0) + amount - taken
    for balance, amount in wanting.items():
        _settle_shortfall(draft, balance, amount)


def _settle_shortfall(draft: Draft, balance: str, amount: int) -> None:
    """Take what the original lots lack from the others; the rest is the policy's (A-05)."""
    left = amount
    for key, has in _others(draft, balance):
        taken = min(left, has)
        draft.move(key, -taken)
        left -= taken
        if not left:
            return
    policy = draft.compiled.programme.returns.policy
    if policy is ReturnPolicy.REFUSE:
        raise Refused(
            "return_exceeds_balance",
            required=amount,
            available=amount - left,
            params={"balance": balance},
        )
    if policy is ReturnPolicy.ALLOW_NEGATIVE:
        draft.move(LotKey(NEVER, 0, balance), -left)
    draft.shortfalls[balance] = draft.shortfalls.get(balance, 0) + left
    draft.note("return", balance, "shortfall", amount=left, policy=str(policy))


def _others(draft: Draft, balance: str) -> list[tuple[LotKey, int]]:
    """What is still there, spendable value first, value that activates later after it."""
    held = draft.held()
    keys = sorted(draft.account.lots.keys() | draft.lots.keys())
    found = [
        (key, draft.lot(key) - held.get(key, 0))
        for key in keys
        if key.balance == balance and key.expires_on >= draft.today
    ]
    later = [item for item in found if item[0].activates_on > draft.today]
    now = [item for item in found if item[0].activates_on <= draft.today]
    return [(key, has) for key, has in now + later if has > 0]


def _reverse_sums(draft: Draft, back: _Back) -> None:
    """Counters, windows and statistics lose what the sale added, in the period of the sale.

    What counts value earned loses exactly what was unearned; the rest follows the goods.
    """
    original, progress = back.sale.changes, back.progress
    unearned = _unearned(back) if draft.compiled.programme.returns.reduce else {}
    credited = {
        f"earned:{balance}": unearned.get(balance, 0)
        for balance in draft.compiled.balances
        if dict(original.stats).get(f"earned:{balance}") == _credited(original, balance)
    }
    for counter in original.counters:
        # A period may be past counting, or counted without a merged member who had forgotten it.
        counted = max(0, draft.counter(counter.key, counter.period))
        amount = min(progress.of_document(counter.amount), counted)
        draft.count(counter.key, counter.period, -amount)
    for window in original.windows:
        place = (window.metric, window.month)
        amount = credited.get(window.metric, progress.of_document(window.amount))
        draft.windows[place] = draft.windows.get(place, 0) - amount
    for key, amount in original.stats:
        draft.add_stat(key, -credited.get(key, progress.of_document(amount)))


def _credited(original: Changes, balance: str) -> int:
    return sum(lot.amount for lot in original.lots if lot.balance == balance and lot.amount > 0)


def _restore_facts(draft: Draft, original: Changes) -> None:
    for change in original.facts:
        if draft.fact(change.key) == change.after:
            draft.set_fact(change.key, change.before)


def _restore_vouchers(draft: Draft, original: Changes) -> None:
    """Vouchers that the sale brought and nobody touched go; those that it used come back."""
    for change in original.vouchers:
        before, after = change.before, change.after
        if before is None and after is not None:
            if draft.voucher(after.code) == after:
                draft.vouchers[after.code] = None
        elif before is not None and before.expires_on >= draft.today:
            now = draft.voucher(before.code)
            if now == after:
                draft.vouchers[before.code] = before
            elif after is not None and (now is not None or _is_gift_card(draft, before.reward)):
                # Used again since: what this sale took of a gift card, or of its uses, comes back.
                used = remaining(before) - remaining(after)
                left = used + (remaining(now) if now is not None else 0)
                draft.vouchers[before.code] = replace(before, state=f"open:{left}")


def _is_gift_card(draft: Draft, reward: str) -> bool:
    found = draft.compiled.rewards.get(reward)
    return found is not None and found.reward.kind is RewardKind.GIFT_CARD


def _follow_tiers(draft: Draft) -> None:
    """What is held only while in a tier goes with a tier that the return takes (B-42).

    Nothing is awarded and no rule runs for the move: who buys and returns gains nothing by it.
    """
    moves = [(data, depth) for name, data, depth in draft.queue if name == "tier.changed"]
    for data, depth in moves:
        rewards.withdraw_on_tier(draft, data, depth)
    draft.queue.clear()


def _restore_tiers(draft: Draft, original: Changes) -> None:
    """A tier that the sale brought goes back as far as what is left no longer deserves it.

    One that the sale took, by what was paid with, comes back with its dates.
    """
    for change in original.tiers:
        group = draft.compiled.programme.tier_group(change.group)
        if group is None:
            continue
        state = draft.tier(change.group)
        rank = group.rank(state.tier) if state else -1
        before = group.rank(change.before.tier) if change.before else -1
        deserved = tiers.deserved_rank(group, tiers.metric_value(draft, group))
        if state == change.after and rank < before <= deserved:
            _put_back(draft, group, state, change.before)
            continue
        if change.after is None or state is None or state.since_on != change.after.since_on:
            # The member has moved since for another reason: that reason holds.
            continue
        target = max(before, deserved)
        if target >= rank:
            continue
        restored = change.before
        if target > before:
            restored = TierState(group.tiers[target].id, state.since_on, state.review_on)
        _put_back(draft, group, state, restored)


def _put_back(
    draft: Draft, group: TierGroup, state: TierState | None, restored: TierState | None
) -> None:
    draft.tiers[group.id] = restored
    before = state.tier if state else None
    after = restored.tier if restored else None
    draft.note("tier", group.id, "restored", before=before, after=after)
    upward = group.rank(after) > group.rank(before)
    draft.happen(
        "tier.changed",
        1,
        group=group.id,
        before=before,
        after=after,
        direction="up" if upward else "down",
    )
