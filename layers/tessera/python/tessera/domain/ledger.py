"""Entries: the immutable lines of the ledger, their hash chain and their fold.

An entry records what a decision did to one account. It carries the hash of the entry before it,
so that none can be altered, removed or inserted unseen (X-09), and a keyed commitment to its
detail (basket, trace, receipt), so that the detail can be erased without breaking the chain.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tessera.domain.account import (
    Account,
    Changes,
    CounterDelta,
    FactChange,
    Hold,
    HoldChange,
    LotDelta,
    OpenVoucher,
    TierChange,
    TierState,
    VoucherChange,
    WindowDelta,
    apply,
)
from tessera.domain.canonical import Json, canonical
from tessera.domain.decision import Decision

GENESIS = bytes(32)
"""What the first entry of an account names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger, as it is stored.

    `cause` is the hashed identity of the request that made it (never a document number in
    clear), `balances` the totals after it, `happenings` what the bus is told. `contributor` is
    the member of a household through whom a pooled account moved (X-12). `by` names the till and
    the clerk at whose hands it came, by pseudonym.
    """

    member: str
    programme: str
    partition: str
    sequence: int
    kind: str
    occurred_at_ms: int
    recorded_at_ms: int
    business_day: int
    programme_version: int
    cause: str
    changes: Changes
    balances: Mapping[str, int]
    shortfalls: Mapping[str, int]
    happenings: tuple[tuple[str, Mapping[str, Json]], ...]
    silent: bool
    detail_commitment: bytes
    previous: bytes
    hash: bytes = b""
    contributor: str = ""
    by: str = ""

    @property
    def id(self) -> str:
        """A name for the entry that carries its locator."""
        return f"{self.member}.{self.programme}.{self.partition}.{self.sequence}"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the ledger adds to a decision: who asked, when, and what the detail commits to."""

    cause: str
    occurred_at_ms: int
    recorded_at_ms: int
    detail_commitment: bytes = b""
    silent: bool = False
    contributor: str = ""
    by: str = ""


def post(
    account: Account, decision: Decision, circumstances: Circumstances
) -> tuple[Account, Entry]:
    """The account after the decision, and the sealed entry that takes it there; pure."""
    moved = apply(account, decision.changes)
    names = {key.balance for key in moved.lots} | {lot.balance for lot in decision.changes.lots}
    entry = Entry(
        member=account.member,
        programme=account.programme,
        partition=account.partition,
        sequence=account.version + 1,
        kind=decision.kind,
        occurred_at_ms=circumstances.occurred_at_ms,
        recorded_at_ms=circumstances.recorded_at_ms,
        business_day=decision.business_day,
        programme_version=decision.programme_version,
        cause=circumstances.cause,
        changes=decision.changes,
        balances={name: moved.total(name) for name in sorted(names)},
        shortfalls=dict(decision.shortfalls),
        happenings=tuple((item.name, dict(item.data)) for item in decision.happenings),
        silent=circumstances.silent,
        detail_commitment=circumstances.detail_commitment,
        previous=account.head or GENESIS,
        contributor=circumstances.contributor,
        by=circumstances.by,
    )
    sealed = replace(entry, hash=entry_hash(entry))
    return after_entry(account, sealed), sealed


def after_entry(account: Account, entry: Entry) -> Account:
    """Fold one entry: the changes, and what the entry itself moves on."""
    return replace(
        apply(account, entry.changes),
        version=entry.sequence,
        head=entry.hash,
        last_day=max(account.last_day, entry.business_day),
        last_ms=account.instant_ms(entry.recorded_at_ms),
        programme_version=max(account.programme_version, entry.programme_version),
    )


def fold(start: Account, entries: Iterable[Entry]) -> Account:
    """The account after all these entries, in order."""
    account = start
    for entry in entries:
        account = after_entry(account, entry)
    return account


def entry_hash(entry: Entry) -> bytes:
    """SHA-256 over the hash before and the canonical body of the entry."""
    return hashlib.sha256(
        entry.previous + entry.detail_commitment + canonical(entry_body(entry))
    ).digest()


def commitment(salt: bytes, detail: bytes) -> bytes:
    """HMAC-SHA-256 of a detail under the member's salt, which erasure destroys (X-14)."""
    return hmac.new(salt, detail, hashlib.sha256).digest()


def entry_body(entry: Entry) -> dict[str, Json]:
    """The entry's content as JSON, short names, nothing empty: what is hashed and stored."""
    body: dict[str, Json] = {
        "m": entry.member,
        "p": entry.programme,
        "n": entry.sequence,
        "k": entry.kind,
        "o": entry.occurred_at_ms,
        "r": entry.recorded_at_ms,
        "d": entry.business_day,
        "v": entry.programme_version,
        "c": entry.cause,
        "b": dict(entry.balances),
    }
    if entry.partition != "-":
        body["g"] = entry.partition
    changes = changes_body(entry.changes)
    if changes:
        body["x"] = changes
    if entry.shortfalls:
        body["s"] = dict(entry.shortfalls)
    if entry.happenings:
        body["e"] = [[name, dict(data)] for name, data in entry.happenings]
    if entry.silent:
        body["q"] = True
    if entry.contributor:
        body["w"] = entry.contributor
    if entry.by:
        body["y"] = entry.by
    return body


def entry_of(body: Mapping[str, Json], previous: bytes, commitment_: bytes, hash_: bytes) -> Entry:
    """The entry of a stored body; the inverse of `entry_body`."""
    happenings = tuple(
        (_str(name), dict(_map(data))) for name, data in map(_pair, _list(body.get("e", ())))
    )
    return Entry(
        member=_str(body["m"]),
        programme=_str(body["p"]),
        partition=_str(body.get("g", "-")),
        sequence=_int(body["n"]),
        kind=_str(body["k"]),
        occurred_at_ms=_int(body["o"]),
        recorded_at_ms=_int(body["r"]),
        business_day=_int(body["d"]),
        programme_version=_int(body["v"]),
        cause=_str(body["c"]),
        changes=changes_of(_map(body.get("x", {}))),
        balances={name: _int(value) for name, value in _map(body["b"]).items()},
        shortfalls={name: _int(value) for name, value in _map(body.get("s", {})).items()},
        happenings=happenings,
        silent=bool(body.get("q", False)),
        detail_commitment=commitment_,
        previous=previous,
        hash=hash_,
        contributor=_str(body.get("w", "")),
        by=_str(body.get("y", "")),
    )


def changes_body(changes: Changes) -> dict[str, Json]:
    """Changes as JSON with short names, nothing that is empty."""
    body: dict[str, Json] = {}
    if changes.lots:
        body["l"] = [_lot_body(lot) for lot in changes.lots]
    if changes.counters:
        body["c"] = [[delta.key, delta.period, delta.amount] for delta in changes.counters]
    if changes.windows:
        body["w"] = [[delta.metric, delta.month, delta.amount] for delta in changes.windows]
    if changes.stats:
        body["s"] = [[key, amount] for key, amount in changes.stats]
    if changes.facts:
        body["f"] = [[fact.key, fact.before, fact.after] for fact in changes.facts]
    if changes.tiers:
        body["t"] = [
            [change.group, _tier_body(change.before), _tier_body(change.after)]
            for change in changes.tiers
        ]
    if changes.holds:
        body["h"] = [[hold_body(item.before), hold_body(item.after)] for item in changes.holds]
    if changes.vouchers:
        body["o"] = [
            [voucher_body(item.before), voucher_body(item.after)] for item in changes.vouchers
        ]
    if changes.status:
        body["a"] = changes.status
    return body


def changes_of(body: Mapping[str, Json]) -> Changes:
    """The inverse of `changes_body`."""
    return Changes(
        lots=tuple(_lot_of(item) for item in _list(body.get("l", ()))),
        counters=tuple(
            CounterDelta(_str(item[0]), _int(item[1]), _int(item[2]))
            for item in map(_list, _list(body.get("c", ())))
        ),
        windows=tuple(
            WindowDelta(_str(item[0]), _int(item[1]), _int(item[2]))
            for item in map(_list, _list(body.get("w", ())))
        ),
        stats=tuple(
            (_str(item[0]), _int(item[1])) for item in map(_list, _list(body.get("s", ())))
        ),
        facts=tuple(
            FactChange(_str(item[0]), _optional_int(item[1]), _optional_int(item[2]))
            for item in map(_list, _list(body.get("f", ())))
        ),
        tiers=tuple(
            TierChange(_str(item[0]), _tier_of(item[1]), _tier_of(item[2]))
            for item in map(_list, _list(body.get("t", ())))
        ),
        holds=tuple(
            HoldChange(hold_of(item[0]), hold_of(item[1]))
            for item in map(_list, _list(body.get("h", ())))
        ),
        vouchers=tuple(
            VoucherChange(voucher_of(item[0]), voucher_of(item[1]))
            for item in map(_list, _list(body.get("o", ())))
        ),
        status=_str(body["a"]) if "a" in body else None,
    )


def _lot_body(lot: LotDelta) -> Json:
    return [lot.balance, lot.amount, lot.activates_on, lot.expires_on]


def _lot_of(body: Json) -> LotDelta:
    item = _list(body)
    return LotDelta(_str(item[0]), _int(item[1]), _int(item[2]), _int(item[3]))


def _tier_body(state: TierState | None) -> Json:
    return None if state is None else [state.tier, state.since_on, state.review_on]


def _tier_of(body: Json) -> TierState | None:
    if body is None:
        return None
    item = _list(body)
    return TierState(_str(item[0]), _int(item[1]), _int(item[2]))


def hold_body(hold: Hold | None) -> Json:
    """A hold as JSON."""
    if hold is None:
        return None
    return [hold.id, hold.expires_at_ms, hold.reference, [_lot_body(lot) for lot in hold.parts]]


def hold_of(body: Json) -> Hold | None:
    """The inverse of `hold_body`."""
    if body is None:
        return None
    item = _list(body)
    parts = tuple(_lot_of(lot) for lot in _list(item[3]))
    return Hold(_str(item[0]), parts, _int(item[1]), _str(item[2]))


def voucher_body(voucher: OpenVoucher | None) -> Json:
    """A voucher in the hand as JSON."""
    if voucher is None:
        return None
    return [voucher.code, voucher.reward, voucher.expires_on, voucher.state]


def voucher_of(body: Json) -> OpenVoucher | None:
    """The inverse of `voucher_body`."""
    if body is None:
        return None
    item = _list(body)
    return OpenVoucher(_str(item[0]), _str(item[1]), _int(item[2]), _str(item[3]))


def _str(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("a stored row holds another type than a string")
    return value


def _int(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a stored row holds another type than an integer")
    return value


def _optional_int(value: Json) -> int | None:
    return None if value is None else _int(value)


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list | tuple):
        raise TypeError("a stored row holds another type than a list")
    return list(value)


def _pair(value: Json) -> tuple[Json, Json]:
    first, second = _list(value)
    return first, second


def _map(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise TypeError("a stored row holds another type than a map")
    return value
