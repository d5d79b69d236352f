"""A table in memory that behaves as DynamoDB does, fast enough for millions of operations.

What it keeps of DynamoDB, because the ledger leans on it:
- a transaction does everything or nothing, and its cancellation gives one reason for each
  operation, in order;
- while a transaction is between its beginning and its commit, every other write on its items is
  a conflict (`begin` opens that window; `transact` closes it at once);
- a token seen again within ten minutes of a committed transaction answers as that one did, and
  with other operations is refused;
- no item twice in a transaction, 100 operations at most, 400 KB an item, no floats;
- strong reads; an index that may lag behind (`index_lag`) until `catch_up`;
- a stream of before and after images, in commit order.

What it doesn't keep: capacity and throttling. Tests inject those where they want them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tessera.adapters.dynamodb.table import (
    Absent,
    Condition,
    Equals,
    Item,
    Operation,
    Page,
    Value,
)
from tessera.application.outcomes import Cancelled, Committed, Reason, Unknown
from tessera.domain.errors import Unavailable

OPERATIONS_MAX = 100
ITEM_BYTES_MAX = 400 * 1024
TOKEN_LIFE_MS = 600_000

Key = tuple[str, str]
_DueKey = tuple[str, str, str]


class RequestRefused(Exception):
    """What DynamoDB answers with a `ValidationException` and the like: a fault of the caller."""


class IdempotentParameterMismatchException(RequestRefused):
    """A token came back with other operations."""


class Change(NamedTuple):
    """One record of the stream: an item before and after a committed write."""

    number: int
    key: Key
    before: Item | None
    after: Item | None


@dataclass(slots=True)
class _Partition:
    """Items by sort key, and the sort keys in order."""

    items: dict[str, Item] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Pending:
    """A transaction that was accepted and has not been applied yet; its items are locked."""

    table: MemoryTable
    operations: tuple[Operation, ...]
    token: str
    done: bool = False

    def commit(self) -> Committed:
        """Apply everything and let the items go."""
        if not self.done:
            self.done = True
            self.table._finish(self)
        return Committed()


class MemoryTable:
    """`Store` in memory. One thread at a time; concurrency is what `begin` makes of it.

    `now_ms` is the clock by which tokens age. `index_lag` is how many writes the due index
    stays behind; 0 keeps it up to date. `keep_stream` collects `changes`.
    """

    def __init__(
        self,
        now_ms: Callable[[], int] = lambda: 0,
        *,
        index_lag: int = 0,
        keep_stream: bool = False,
        page_rows: int = 5_000,
    ) -> None:
        self.now_ms = now_ms
        self.index_lag = index_lag
        self.keep_stream = keep_stream
        self.page_rows = page_rows
        self.changes: deque[Change] = deque()
        self.writes = 0
        self._partitions: dict[str, _Partition] = {}
        self._locks: dict[Key, Pending] = {}
        self._tokens: dict[str, tuple[Operation, ...]] = {}
        self._token_ages: deque[tuple[int, str]] = deque()
        self._due: dict[str, list[_DueKey]] = {}
        self._due_lagging: deque[tuple[bool, str, _DueKey]] = deque()

    def get(self, pk: str, sk: str) -> Item | None:
        """One item, read strongly."""
        partition = self._partitions.get(pk)
        item = partition.items.get(sk) if partition else None
        return dict(item) if item is not None else None

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
        """Items of one partition in key order; see `Store`."""
        partition = self._partitions.get(pk)
        if partition is None:
            return []
        order = partition.order
        start = bisect_left(order, prefix)
        stop = bisect_left(order, prefix + "\U0010ffff", start) if prefix else len(order)
        if after is not None:
            start = max(start, bisect_right(order, after))
        if before is not None:
            stop = min(stop, bisect_left(order, before))
        keys = order[start:stop]
        if newest_first:
            keys.reverse()
        return [dict(partition.items[key]) for key in keys[:limit]]

    def query_due(self, dk: str, prefix: str = "", cursor: Item | None = None) -> Page:
        """One page of the due index, without what still lags."""
        rows = self._due.get(dk, [])
        start = bisect_left(rows, (prefix, "", ""))
        if cursor is not None:
            last = (str(cursor["ds"]), str(cursor["pk"]), str(cursor["sk"]))
            start = max(start, bisect_right(rows, last))
        found: list[Item] = []
        for ds, pk, sk in rows[start:]:
            if not ds.startswith(prefix):
                break
            if len(found) == self.page_rows:
                return Page(tuple(found), dict(found[-1]))
            found.append({"pk": pk, "sk": sk, "dk": dk, "ds": ds})
        return Page(tuple(found), None)

    def transact(
        self, operations: Sequence[Operation], token: str
    ) -> Committed | Cancelled | Unknown:
        """All operations or none, at once."""
        begun = self.begin(operations, token)
        return begun.commit() if isinstance(begun, Pending) else begun

    def begin(self, operations: Sequence[Operation], token: str) -> Pending | Committed | Cancelled:
        """Check a transaction and lock its items; `commit` of what is returned applies it."""
        wanted = tuple(operations)
        if not 1 <= len(token) <= 36:
            raise RequestRefused("ValidationException: ClientRequestToken has 1 to 36 characters")
        self._forget_tokens()
        known = self._tokens.get(token)
        if known is not None:
            if known != wanted:
                raise IdempotentParameterMismatchException(
                    "IdempotentParameterMismatchException: the token stands for other operations"
                )
            return Committed()
        keys = [_key_of(operation.item) for operation in wanted]
        if not 1 <= len(wanted) <= OPERATIONS_MAX:
            raise RequestRefused("ValidationException: a transaction has 1 to 100 operations")
        if len(set(keys)) != len(keys):
            raise RequestRefused("ValidationException: one item is named by two operations")
        frozen = tuple(
            Operation("put", freeze(operation.item), operation.condition)
            if operation.action == "put"
            else operation
            for operation in wanted
        )
        reasons = tuple(map(self._reason, wanted, keys))
        if any(reasons):
            return Cancelled(tuple(reason or Reason.NONE for reason in reasons))
        pending = Pending(self, frozen, token)
        for key in keys:
            self._locks[key] = pending
        return pending

    def put(self, item: Mapping[str, Value], condition: Condition = None) -> bool:
        """Put one item; False where the condition doesn't hold."""
        return self._write_one(Operation("put", freeze(item), condition))

    def delete(self, pk: str, sk: str, condition: Condition = None) -> bool:
        """Delete one item; False where the condition doesn't hold."""
        return self._write_one(Operation("delete", {"pk": pk, "sk": sk}, condition))

    def scan(self) -> list[Item]:
        """Every item, in no order that means anything: for checks, not part of `Store`."""
        return [dict(item) for part in self._partitions.values() for item in part.items.values()]

    def scan_page(self, cursor: Item | None = None) -> Page:
        """One page of every item there is."""
        owners = sorted(self._partitions)
        start = bisect_right(owners, str(cursor["pk"])) if cursor else 0
        found: list[Item] = []
        for owner in owners[start:]:
            found += [dict(item) for item in self._partitions[owner].items.values()]
            if len(found) >= self.page_rows:
                return Page(tuple(found), {"pk": owner})
        return Page(tuple(found), None)

    def scan_due(self, cursor: Item | None = None) -> Page:
        """One page of the whole due index, without what still lags."""
        rows = sorted((dk, *row) for dk, found in self._due.items() for row in found)
        names = ("dk", "ds", "pk", "sk")
        start = bisect_right(rows, tuple(str(cursor[name]) for name in names)) if cursor else 0
        page = rows[start : start + self.page_rows]
        found_: tuple[Item, ...] = tuple(dict(zip(names, row, strict=True)) for row in page)
        return Page(found_, dict(found_[-1]) if start + len(page) < len(rows) else None)

    def locked_in(self, pk: str) -> list[Pending]:
        """The transactions that hold items of a partition: what a torn query may show."""
        found = [pending for (owner, _), pending in self._locks.items() if owner == pk]
        return list(dict.fromkeys(found))

    def catch_up(self) -> None:
        """Bring the due index up to date."""
        self._drain(0)

    def _write_one(self, operation: Operation) -> bool:
        key = _key_of(operation.item)
        if key in self._locks:
            raise Unavailable
        if self._reason(operation, key) is not None:
            return False
        self._apply(operation)
        return True

    def _reason(self, operation: Operation, key: Key) -> Reason | None:
        if key in self._locks:
            return Reason.CONFLICT
        condition = operation.condition
        if condition is None:
            return None
        partition = self._partitions.get(key[0])
        item = partition.items.get(key[1]) if partition else None
        if isinstance(condition, Absent):
            return None if item is None else Reason.CONDITION
        assert isinstance(condition, Equals)
        holds = item is not None and _same(item.get(condition.attribute), condition.value)
        return None if holds else Reason.CONDITION

    def _finish(self, pending: Pending) -> None:
        for operation in pending.operations:
            self._locks.pop(_key_of(operation.item))
            if operation.action != "check":
                self._apply(operation)
        self._tokens[pending.token] = pending.operations
        self._token_ages.append((self.now_ms() + TOKEN_LIFE_MS, pending.token))

    def _forget_tokens(self) -> None:
        now_ms = self.now_ms()
        while self._token_ages and self._token_ages[0][0] <= now_ms:
            self._tokens.pop(self._token_ages.popleft()[1], None)

    def _apply(self, operation: Operation) -> None:
        pk, sk = _key_of(operation.item)
        partition = self._partitions.setdefault(pk, _Partition())
        before = partition.items.get(sk)
        after: Item | None = None
        if operation.action == "put":
            after = dict(operation.item)
            partition.items[sk] = after
            if before is None:
                insort(partition.order, sk)
        elif before is not None:
            del partition.items[sk]
            del partition.order[bisect_left(partition.order, sk)]
        self.writes += 1
        self._index(before, after)
        if self.keep_stream and before != after:
            self.changes.append(Change(self.writes, (pk, sk), before, after))

    def _index(self, before: Item | None, after: Item | None) -> None:
        old = _due_of(before)
        new = _due_of(after)
        if old != new:
            if old:
                self._due_lagging.append((False, *old))
            if new:
                self._due_lagging.append((True, *new))
        self._drain(self.index_lag)

    def _drain(self, lag: int) -> None:
        while len(self._due_lagging) > lag:
            present, dk, row = self._due_lagging.popleft()
            rows = self._due.setdefault(dk, [])
            if present:
                insort(rows, row)
            else:
                del rows[bisect_left(rows, row)]


def freeze(item: Mapping[str, Value]) -> Item:
    """The item as DynamoDB would give it back: lists for sequences, a copy all through.

    Raises TypeError for a float or another type that the table doesn't hold, RequestRefused for
    an item that is too large or lacks a key.
    """
    frozen: Item = {name: _freeze(value) for name, value in item.items()}
    _key_of(frozen)
    if _is_long(frozen) and _bytes_of(frozen) > ITEM_BYTES_MAX:
        raise RequestRefused("ValidationException: Item size has exceeded the maximum allowed size")
    return frozen


def _freeze(value: Value) -> Value:
    kind = type(value)
    if kind is str or kind is int or kind is bytes or kind is bool or value is None:
        return value
    if isinstance(value, str | bytes | int):
        return value
    if isinstance(value, Mapping):
        return {str(name): _freeze(part) for name, part in value.items()}
    if isinstance(value, Sequence):
        return [_freeze(part) for part in value]
    raise TypeError(f"the table holds no {type(value).__name__}")


def _is_long(item: Item) -> bool:
    """Whether the item may be too large: most hold a few short values and need no counting."""
    return any(
        len(value) > 8_192 if isinstance(value, str | bytes) else isinstance(value, list | dict)
        for value in item.values()
    )


def _bytes_of(value: Value) -> int:
    """A close lower bound of DynamoDB's own count; the exact one is in `tools.table_units`."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Mapping):
        return sum(len(name.encode()) + _bytes_of(part) for name, part in value.items())
    if isinstance(value, Sequence):
        return sum(map(_bytes_of, value))
    return 1


def _key_of(item: Mapping[str, Value]) -> Key:
    pk, sk = item.get("pk"), item.get("sk")
    if not (isinstance(pk, str) and isinstance(sk, str) and pk and sk):
        raise RequestRefused("ValidationException: pk and sk are strings that are not empty")
    return pk, sk


def _due_of(item: Item | None) -> tuple[str, _DueKey] | None:
    """Where an item stands in the due index, if it does."""
    if item is None or "dk" not in item:
        return None
    return str(item["dk"]), (str(item["ds"]), str(item["pk"]), str(item["sk"]))


def _same(found: Value, wanted: str | int | bytes) -> bool:
    """Equality as DynamoDB sees it: a number never equals a string, nor a boolean a number."""
    return type(found) is type(wanted) and found == wanted
