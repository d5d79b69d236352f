"""Value that changes hands: transfer between members, and the merge of two accounts (X-12).

Lots keep their identity on the way, so that nothing gains or loses validity by moving. Both
sides are decided together and committed in one transaction.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from tessera.domain.account import (
    Account,
    Changes,
    Counter,
    CounterDelta,
    FactChange,
    HoldChange,
    LotDelta,
    TierChange,
    TierState,
    VoucherChange,
    WindowDelta,
)
from tessera.domain.calendar import day_of
from tessera.domain.decision import Decision, Happening, Step
from tessera.domain.errors import Conflict, InvalidInput, Refused
from tessera.domain.programme import Programme


def transfer(
    programme: Programme,
    source: Account,
    target: Account,
    balance: str,
    amount: int,
    now_ms: int,
) -> tuple[Decision, Decision]:
    """Move an amount from one member to another, the lot that expires first first.

    Gives the giver's decision and the receiver's. Raises InvalidInput for an unknown balance or
    an amount that is not positive, Refused where the giver has too little or the receiver would
    pass the balance's maximum.
    """
    rules = programme.balance(balance)
    if rules is None:
        raise InvalidInput("balance_unknown", field="/balance")
    if amount <= 0:
        raise InvalidInput("number_too_small", field="/amount", params={"least": 1})
    today = day_of(now_ms, programme.zone)
    parts: list[LotDelta] = []
    left = amount
    for key, has in source.spendable(balance, today, now_ms):
        part = min(left, max(0, has))
        if part:
            parts.append(LotDelta(balance, part, key.activates_on, key.expires_on))
            left -= part
    if left:
        raise Refused(
            "insufficient_balance",
            required=amount,
            available=max(0, source.available(balance, today, now_ms)),
            params={"balance": balance},
        )
    room = None if rules.maximum is None else rules.maximum - target.total(balance)
    if room is not None and amount > room:
        raise Refused("maximum_balance", required=amount, available=max(0, room))
    values: dict[str, str | int] = {"balance": balance, "amount": amount}
    given = _decision(
        "transfer_out", programme, today, Changes(lots=_negative(parts)), "value.given", values
    )
    received = _decision(
        "transfer_in", programme, today, Changes(lots=tuple(parts)), "value.received", values
    )
    return given, received


def merge(
    programme: Programme, source: Account, target: Account, now_ms: int
) -> tuple[Decision, Decision]:
    """Move everything that an account holds into another one of the same programme.

    Lots, statistics, windows, running counters and vouchers add up; the higher tier stays. The
    emptied account is closed. Raises Conflict where value is on hold (settle it first) or the
    accounts are of different partitions.
    """
    if (source.programme, source.partition) != (target.programme, target.partition):
        raise Conflict("accounts_differ")
    if source.has_holds(now_ms):
        raise Conflict("value_on_hold")
    today = day_of(now_ms, programme.zone)
    lots = tuple(
        LotDelta(key.balance, amount, key.activates_on, key.expires_on)
        for key, amount in sorted(source.lots.items())
    )
    stats = tuple(sorted(source.stats.items()))
    windows = tuple(
        WindowDelta(metric, month, amount)
        for metric, buckets in sorted(source.windows.items())
        for month, amount in sorted(buckets.items())
    )
    emptied = Changes(
        lots=_negative(lots),
        stats=tuple((key, -amount) for key, amount in stats),
        windows=tuple(WindowDelta(item.metric, item.month, -item.amount) for item in windows),
        tiers=tuple(
            TierChange(group, state, None) for group, state in sorted(source.tiers.items())
        ),
        vouchers=tuple(VoucherChange(item, None) for item in source.vouchers.values()),
        status="merged",
    )
    joined = Changes(
        lots=lots,
        counters=_counters(source.counters),
        stats=stats,
        windows=windows,
        facts=_facts(source, target),
        tiers=_tiers(programme, source, target),
        vouchers=tuple(VoucherChange(None, item) for item in source.vouchers.values()),
    )
    values: dict[str, str | int] = {"lots": len(lots)}
    into = {**values, "into": target.member}
    return (
        _decision("merge_out", programme, today, emptied, "member.merged_away", into),
        _decision("merge_in", programme, today, joined, "member.merged", values),
    )


def open_pool(programme: Programme, now_ms: int) -> Decision:
    """The first entry of a household's account; what members bring follows when they join."""
    today = day_of(now_ms, programme.zone)
    return _decision(
        "household", programme, today, Changes(status="active"), "household.opened", {}
    )


def join_pool(
    programme: Programme, member: Account, household: Account, now_ms: int
) -> tuple[Decision, Decision]:
    """Bring a member's lots and vouchers into a household's account; his own account rests.

    Statistics and tier stay his own and are there again when he leaves. Gives the member's
    decision and the household's. Raises Conflict where value is on hold.
    """
    if member.has_holds(now_ms):
        raise Conflict("value_on_hold")
    today = day_of(now_ms, programme.zone)
    lots = tuple(
        LotDelta(key.balance, amount, key.activates_on, key.expires_on)
        for key, amount in sorted(member.lots.items())
    )
    values: dict[str, str | int] = {"lots": len(lots)}
    brought = Changes(
        lots=_negative(lots),
        vouchers=tuple(VoucherChange(item, None) for item in member.vouchers.values()),
        status="pooled",
    )
    grown = Changes(
        lots=lots, vouchers=tuple(VoucherChange(None, item) for item in member.vouchers.values())
    )
    where = {**values, "household": household.member}
    return (
        _decision("pool_out", programme, today, brought, "household.joined", where),
        _decision("pool_in", programme, today, grown, "household.grew", values),
    )


def leave_pool(
    programme: Programme,
    shares: tuple[LotDelta, ...],
    codes: Container[str],
    household: Account,
    now_ms: int,
) -> tuple[Decision, Decision]:
    """Give a leaver his unspent share, lot by lot, and his vouchers: the household's decision and
    the member's.

    Raises Conflict where value is on hold.
    """
    if household.has_holds(now_ms):
        raise Conflict("value_on_hold")
    today = day_of(now_ms, programme.zone)
    values: dict[str, str | int] = {"lots": len(shares)}
    his = [item for item in household.vouchers.values() if item.code in codes]
    given = Changes(
        lots=_negative(shares), vouchers=tuple(VoucherChange(item, None) for item in his)
    )
    back = Changes(
        lots=shares, vouchers=tuple(VoucherChange(None, item) for item in his), status="active"
    )
    return (
        _decision("pool_leave", programme, today, given, "household.shrank", values),
        _decision("pool_back", programme, today, back, "household.left", values),
    )


def erase(programme: Programme, account: Account, now_ms: int) -> Decision:
    """Close an account for good: what it holds is forfeited, what identified it is gone."""
    today = day_of(now_ms, programme.zone)
    lots = tuple(
        LotDelta(key.balance, amount, key.activates_on, key.expires_on)
        for key, amount in sorted(account.lots.items())
    )
    changes = Changes(
        lots=_negative(lots),
        tiers=tuple(
            TierChange(group, state, None) for group, state in sorted(account.tiers.items())
        ),
        holds=tuple(HoldChange(hold, None) for hold in account.holds.values()),
        vouchers=tuple(VoucherChange(item, None) for item in account.vouchers.values()),
        status="erased",
    )
    return Decision("erase", programme.version, today, changes)


def _decision(
    kind: str,
    programme: Programme,
    today: int,
    changes: Changes,
    happening: str,
    values: Mapping[str, str | int],
) -> Decision:
    return Decision(
        kind=kind,
        programme_version=programme.version,
        business_day=today,
        changes=changes,
        happenings=(Happening(happening, dict(values)),),
        trace=(Step(kind, programme.id, "applied", dict(values)),),
    )


def _negative(lots: tuple[LotDelta, ...] | list[LotDelta]) -> tuple[LotDelta, ...]:
    return tuple(
        LotDelta(lot.balance, -lot.amount, lot.activates_on, lot.expires_on) for lot in lots
    )


def _counters(source: Mapping[str, Counter]) -> tuple[CounterDelta, ...]:
    """What the source has counted, so that two accounts made one give no second allowance.

    The older period comes first; the target leaves out what is older than the two it keeps.
    """
    found: list[CounterDelta] = []
    for key, counter in sorted(source.items()):
        if counter.previous_value:
            found.append(CounterDelta(key, counter.previous_period, counter.previous_value))
        if counter.value:
            found.append(CounterDelta(key, counter.period, counter.value))
    return tuple(found)


def _facts(source: Account, target: Account) -> tuple[FactChange, ...]:
    """Facts that the target lacks come along; where both know one, the target's stands."""
    return tuple(
        FactChange(key, None, value)
        for key, value in sorted(source.facts.items())
        if key not in target.facts
    )


def _tiers(programme: Programme, source: Account, target: Account) -> tuple[TierChange, ...]:
    found: list[TierChange] = []
    for group in programme.tier_groups:
        theirs: TierState | None = source.tiers.get(group.id)
        ours = target.tiers.get(group.id)
        if theirs and group.rank(theirs.tier) > group.rank(ours.tier if ours else None):
            found.append(TierChange(group.id, ours, theirs))
    return tuple(found)
