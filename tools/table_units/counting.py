"""A table that counts what each call would consume, by the calculator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tessera.adapters.dynamodb.table import Condition, Item, Operation, Page, Store, Value
from tessera.application.outcomes import Cancelled, Committed, Unknown
from tools.table_units.sizes import index_units, item_bytes, read_units, write_units

TRANSACTION_FACTOR = 2


@dataclass(slots=True)
class Units:
    """What was consumed: reads and writes of the table, writes of the due index."""

    reads: int = 0
    writes: int = 0
    index_writes: int = 0
    index_reads: float = 0.0

    def __str__(self) -> str:
        text = f"{self.writes} W + {self.reads} R"
        if self.index_reads:
            text += f" + {self.index_reads:g} index R"
        return text + (f" + {self.index_writes} index W" if self.index_writes else "")


@dataclass(slots=True)
class CountingStore:
    """`Store` around another one; `units` is the sum since it was last reset.

    A cancelled transaction is counted as one that was carried out, as DynamoDB bills it.
    """

    inner: Store
    units: Units = field(default_factory=Units)

    def reset(self) -> Units:
        """What was consumed so far; counting begins again."""
        done, self.units = self.units, Units()
        return done

    def get(self, pk: str, sk: str) -> Item | None:
        item = self.inner.get(pk, sk)
        self.units.reads += read_units(item_bytes(item) if item else 0)
        return item

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
        found = self.inner.query(
            pk, prefix, limit=limit, newest_first=newest_first, after=after, before=before
        )
        self.units.reads += read_units(sum(map(item_bytes, found)))
        return found

    def query_due(self, dk: str, prefix: str = "", cursor: Item | None = None) -> Page:
        page = self.inner.query_due(dk, prefix, cursor)
        self.units.index_reads += read_units(sum(map(item_bytes, page.items))) / 2
        return page

    def transact(
        self, operations: Sequence[Operation], token: str
    ) -> Committed | Cancelled | Unknown:
        for operation in operations:
            self._count(operation, TRANSACTION_FACTOR)
        return self.inner.transact(operations, token)

    def put(self, item: Mapping[str, Value], condition: Condition = None) -> bool:
        self._count(Operation("put", item, condition), 1)
        return self.inner.put(item, condition)

    def delete(self, pk: str, sk: str, condition: Condition = None) -> bool:
        self._count(Operation("delete", {"pk": pk, "sk": sk}, condition), 1)
        return self.inner.delete(pk, sk, condition)

    def _count(self, operation: Operation, factor: int) -> None:
        key = operation.item
        before = self.inner.get(str(key["pk"]), str(key["sk"]))
        after = operation.item if operation.action == "put" else None
        self.units.writes += factor * write_units(before, after)
        if operation.action != "check":
            self.units.index_writes += index_units(before, after)
