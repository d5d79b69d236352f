"""The way from a function to the table, with everything that can go wrong on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tessera.adapters.dynamodb.table import Condition, Item, Operation, Page, Value
from tessera.application.outcomes import Cancelled, Committed, Reason, Unknown
from tessera.domain.errors import Unavailable
from tests.fakes.memory_table import MemoryTable, Pending, RequestRefused
from tests.simulation.kernel import Crash, Kernel

READ_MS = 3.0
WRITE_MS = 6.0
TIME_OUT_MS = 300.0
LINGER_MS_MAX = 900.0
"""A transaction that lingers on the way lands within this or never: less than a till's pause."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each fault strikes, per call."""

    lost_before: float = 0.03
    lost_after: float = 0.04
    late: float = 0.03
    doubled: float = 0.03
    throttled: float = 0.02
    mixed: float = 0.01
    crash_before: float = 0.01
    crash_after: float = 0.015
    read_failed: float = 0.015
    read_crash: float = 0.004


CALM = Rates(*(0.0,) * 10)


class Network:
    """`Store` as one function sees it. `trouble` is turned off to let a world come to rest."""

    def __init__(
        self, kernel: Kernel, table: MemoryTable, rates: Rates, done: Counter[str]
    ) -> None:
        self.kernel = kernel
        self.table = table
        self.rates = rates
        self.done = done

    def get(self, pk: str, sk: str) -> Item | None:
        self._travel()
        self.done["reads"] += 1
        return self.table.get(pk, sk)

    def query(
        self,
        pk: str,
        prefix: str = "",
        *,
        limit: int | None = None,
        newest_first: bool = False,
        after: str | None = None,
        before: str | None = None,
    ) -> list[Item]:
        self._travel()
        self.done["reads"] += 1
        found = self.table.query(
            pk, prefix, limit=limit, newest_first=newest_first, after=after, before=before
        )
        pending = self.table.locked_in(pk)
        if pending and self.kernel.random.random() < 0.3:
            return self._torn(found, pending)
        return found

    def query_due(self, dk: str, prefix: str = "", cursor: Item | None = None) -> Page:
        self._travel()
        self.done["reads"] += 1
        return self.table.query_due(dk, prefix, cursor)

    def transact(
        self, operations: Sequence[Operation], token: str
    ) -> Committed | Cancelled | Unknown:
        kernel, rates = self.kernel, self.rates
        kernel.sleep(kernel.random.random() * WRITE_MS)
        self.done["transactions"] += 1
        fault = self._fault()
        if fault == "crash_before":
            raise Crash
        if fault == "lost_before":
            kernel.sleep(TIME_OUT_MS)
            return Unknown()
        if fault in {"throttled", "mixed"}:
            return Cancelled(self._reasons(len(operations), mixed=fault == "mixed"))
        if fault == "late":
            after_ms = kernel.random.random() * LINGER_MS_MAX
            kernel.spawn(lambda: self._land_unheard(operations, token), after_ms)
            if kernel.random.random() < rates.crash_after * 5:
                raise Crash
            kernel.sleep(TIME_OUT_MS)
            return Unknown()
        outcome = self._land(operations, token)
        if fault == "doubled":
            after_ms = kernel.random.random() * LINGER_MS_MAX
            kernel.spawn(lambda: self._land_unheard(operations, token), after_ms)
        if fault == "crash_after":
            raise Crash
        if fault == "lost_after":
            kernel.sleep(TIME_OUT_MS)
            return Unknown()
        return outcome

    def put(self, item: Mapping[str, Value], condition: Condition = None) -> bool:
        self._travel()
        self.done["writes"] += 1
        return self.table.put(item, condition)

    def delete(self, pk: str, sk: str, condition: Condition = None) -> bool:
        self._travel()
        self.done["writes"] += 1
        return self.table.delete(pk, sk, condition)

    def _land(self, operations: Sequence[Operation], token: str) -> Committed | Cancelled:
        """The transaction reaches the table, holds its items for a moment and is applied."""
        begun = self.table.begin(operations, token)
        if isinstance(begun, Pending):
            self.kernel.sleep(1 + self.kernel.random.random() * WRITE_MS)
            return begun.commit()
        if isinstance(begun, Cancelled):
            for reason in set(begun.reasons) - {Reason.NONE}:
                self.done[f"cancelled_{reason}"] += 1
        return begun

    def _land_unheard(self, operations: Sequence[Operation], token: str) -> None:
        """The same when nobody waits for the answer any more, whatever it is."""
        with suppress(RequestRefused):
            self._land(operations, token)

    def _travel(self) -> None:
        kernel = self.kernel
        kernel.sleep(kernel.random.random() * READ_MS)
        drawn = kernel.random.random()
        if drawn < self.rates.read_crash:
            self.done["fault_read_crash"] += 1
            raise Crash
        if drawn < self.rates.read_crash + self.rates.read_failed:
            self.done["fault_read_failed"] += 1
            raise Unavailable

    def _fault(self) -> str:
        drawn = self.kernel.random.random()
        rates = self.rates
        for name in (
            "lost_before",
            "lost_after",
            "late",
            "doubled",
            "throttled",
            "mixed",
            "crash_before",
            "crash_after",
        ):
            drawn -= getattr(rates, name)
            if drawn < 0:
                self.done[f"fault_{name}"] += 1
                return name
        return ""

    def _reasons(self, count: int, *, mixed: bool) -> tuple[Reason, ...]:
        random = self.kernel.random
        kinds = [Reason.CONFLICT, Reason.THROTTLED] if mixed else [Reason.THROTTLED]
        drawn = [random.choice((Reason.NONE, *kinds)) for _ in range(count)]
        drawn[random.randrange(count)] = random.choice(kinds)
        return tuple(drawn)

    def _torn(self, found: list[Item], pending: list[Pending]) -> list[Item]:
        """A query is not isolated from a transaction: it may see some of its items already.

        Whoever has seen one new item sees all of them from then on.
        """
        random = self.kernel.random
        before = {(item["pk"], item["sk"]): item for item in found}
        for transaction in pending:
            shown = [
                operation.item
                for operation in transaction.operations
                if operation.action == "put"
                and (operation.item["pk"], operation.item["sk"]) in before
                and random.random() < 0.5
            ]
            if shown:
                self.done["torn_queries"] += 1
                transaction.commit()
                for item in shown:
                    before[item["pk"], item["sk"]] = dict(item)
        return [before[item["pk"], item["sk"]] for item in found]
