"""Accounts as they lie in the table: lots in eight bytes each, the rest as compact JSON.

A lot is its activation day, its last day (16 bits each, days since 1970) and its amount (32
bits, signed), under the name of its balance. An amount beyond 32 bits is written as several
records of the same lot, which add up.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import replace

from tessera.domain.account import Account, Counter, Hold, LotKey, OpenVoucher, TierState
from tessera.domain.canonical import Json, canonical
from tessera.domain.ledger import hold_body, hold_of, voucher_body, voucher_of

_LOT = struct.Struct(">HHi")
_AMOUNT_MAX = 2**31 - 1


def pack_lots(lots: Mapping[LotKey, int]) -> dict[str, bytes]:
    """Lots by balance, eight bytes each, in the order in which they are spent."""
    packed: dict[str, bytearray] = {}
    for key in sorted(lots):
        target = packed.setdefault(key.balance, bytearray())
        left = lots[key]
        while left:
            part = max(-_AMOUNT_MAX, min(_AMOUNT_MAX, left))
            target += _LOT.pack(key.activates_on, key.expires_on, part)
            left -= part
    return {balance: bytes(content) for balance, content in packed.items()}


def unpack_lots(packed: Mapping[str, bytes]) -> dict[LotKey, int]:
    """The inverse of `pack_lots`."""
    lots: dict[LotKey, int] = {}
    for balance, content in packed.items():
        for activates_on, expires_on, amount in _LOT.iter_unpack(content):
            key = LotKey(expires_on, activates_on, balance)
            lots[key] = lots.get(key, 0) + amount
    return lots


def pack_state(account: Account) -> str:
    """Everything of the account that is neither its lots nor its numbers, as compact JSON."""
    state: dict[str, Json] = {}
    if account.counters:
        state["c"] = {key: _counter(counter) for key, counter in account.counters.items()}
    if account.windows:
        state["w"] = {
            metric: {str(month): amount for month, amount in buckets.items()}
            for metric, buckets in account.windows.items()
        }
    if account.stats:
        state["s"] = dict(account.stats)
    if account.facts:
        state["f"] = dict(account.facts)
    if account.tiers:
        state["t"] = {
            group: [tier.tier, tier.since_on, tier.review_on]
            for group, tier in account.tiers.items()
        }
    if account.holds:
        state["h"] = [hold_body(hold) for hold in account.holds.values()]
    if account.vouchers:
        state["o"] = [voucher_body(voucher) for voucher in account.vouchers.values()]
    return canonical(state).decode()


def unpack_state(account: Account, packed: str) -> Account:
    """The account with the state that `pack_state` wrote."""
    state = json.loads(packed)
    holds: list[Hold] = [hold for body in state.get("h", ()) if (hold := hold_of(body))]
    vouchers: list[OpenVoucher] = [
        voucher for body in state.get("o", ()) if (voucher := voucher_of(body))
    ]
    return replace(
        account,
        counters={key: Counter(*numbers) for key, numbers in state.get("c", {}).items()},
        windows={
            metric: {int(month): amount for month, amount in buckets.items()}
            for metric, buckets in state.get("w", {}).items()
        },
        stats=state.get("s", {}),
        facts=state.get("f", {}),
        tiers={group: TierState(*parts) for group, parts in state.get("t", {}).items()},
        holds={hold.id: hold for hold in holds},
        vouchers={voucher.code: voucher for voucher in vouchers},
    )


def _counter(counter: Counter) -> list[Json]:
    if counter.previous_period or counter.previous_value:
        return [
            counter.period,
            counter.value,
            counter.previous_period,
            counter.previous_value,
        ]
    return [counter.period, counter.value]
