"""What all members share: budgets, leased in blocks, and pools of imported codes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import (
    Absent,
    Condition,
    Equals,
    Item,
    Operation,
    Store,
)
from tessera.application.outcomes import Cancelled, Committed, Reason
from tessera.domain.errors import Unavailable

BLOCKS = 20
"""A block is a twentieth of its budget: few writes, and little lost when a container dies."""

CODES_SEEN = 3
LEASE_ATTEMPTS_MAX = 5

CODES_AT_ONCE = 30
"""Codes in one transaction of an import: three rows each, of the hundred that it holds."""

ADD_ATTEMPTS_MAX = 5


@dataclass(slots=True)
class StoreBudgets:
    """Leases of this container. The row of a budget holds what has been leased in all."""

    store: Store
    _leases: dict[tuple[str, str], int] = field(default_factory=dict)

    def left(
        self, programme: str, budgets: tuple[tuple[str, int], ...], needs: Mapping[str, int]
    ) -> dict[str, int]:
        """What may be spent of each budget; a lease that runs low is renewed first."""
        return {
            name: self._renewed(programme, name, size, needs.get(name, 0)) for name, size in budgets
        }

    def spend(self, programme: str, spent: Mapping[str, int]) -> None:
        """Take what was used out of the leases."""
        for name, amount in spent.items():
            self._leases[programme, name] = self._leases.get((programme, name), 0) - amount

    def _renewed(self, programme: str, name: str, size: int, need: int) -> int:
        held = self._leases.get((programme, name), 0)
        block = max(1, size // BLOCKS)
        if 2 * held < block or held < need:
            held += self._lease(programme, name, size, max(block, need - held))
            self._leases[programme, name] = held
        return held

    def _lease(self, programme: str, name: str, size: int, block: int) -> int:
        """One more block, or what is left of the budget."""
        key = keys.budget(programme, name)
        for _ in range(LEASE_ATTEMPTS_MAX):
            item = self.store.get(key, "J")
            leased = item["n"] if item else 0
            assert isinstance(leased, int)
            taken = min(block, size - leased)
            if taken <= 0:
                return 0
            condition: Condition = Equals("n", leased) if item else Absent()
            row: Item = {"pk": key, "sk": "J", "t": "J", "sv": 1, "n": leased + taken}
            if self.store.put(row, condition):
                return taken
        return 0


def drawn_codes(
    store: Store, pools: tuple[str, ...], draw: Callable[[int], int]
) -> dict[str, tuple[str, ...]]:
    """A few free codes of each pool, from a shard at random and the ones after it.

    `draw` gives a number below the one that it is handed.
    """
    found: dict[str, tuple[str, ...]] = {}
    for pool in pools:
        first = draw(keys.POOL_SHARDS)
        for step in range(keys.POOL_SHARDS):
            shard = (first + step) % keys.POOL_SHARDS
            items = store.query(keys.pool_shard(pool, shard), limit=CODES_SEEN)
            if items:
                found[pool] = tuple(str(item["sk"]) for item in items)
                break
    return found


@dataclass(frozen=True, slots=True)
class StorePools:
    """`ports.Pools` on a `Store`."""

    store: Store
    lookup_secret: bytes

    def add(self, pool: str, codes: Sequence[str]) -> None:
        known = list(dict.fromkeys(codes))
        for start in range(0, len(known), CODES_AT_ONCE):
            self._add(pool, known[start : start + CODES_AT_ONCE])

    def _add(self, pool: str, codes: Sequence[str]) -> None:
        """Put in those of the codes that nobody was given: of the others the pool is rid for ever.

        A code that lay in its pool once more would be drawn, and refused as taken, without end.
        """
        for _ in range(ADD_ATTEMPTS_MAX):
            if not codes:
                return
            operations = [part for code in codes for part in self._operations(pool, code)]
            # Tokens are known across every table of an account and region: none is derived.
            outcome = self.store.transact(operations, secrets.token_hex(16))
            if isinstance(outcome, Committed):
                return
            if isinstance(outcome, Cancelled):
                each = len(operations) // len(codes)
                codes = [
                    code
                    for place, code in enumerate(codes)
                    if Reason.CONDITION not in outcome.reasons[place * each : (place + 1) * each]
                ]
        raise Unavailable

    def _operations(self, pool: str, code: str) -> tuple[Operation, ...]:
        """The code into its pool, if it is neither a voucher's nor a member's."""
        member = keys.lookup(self.lookup_secret, "external", code)
        return (
            Operation("check", {"pk": keys.voucher(code), "sk": "V"}, Absent()),
            Operation("check", {"pk": member, "sk": "L"}, Absent()),
            Operation("put", {"pk": keys.pool(pool, code), "sk": code, "t": "K"}),
        )
