"""The table as the rest of the storage code sees it: plain items, explicit conditions.

Items are dictionaries of strings, integers, bytes, booleans, None, lists and maps; a float is
refused, because none may reach the table. The client is PynamoDB's connection, which honours
`AWS_ENDPOINT_URL` by itself: a laptop needs no branch here. Operations are sent in the order in
which they are given (PynamoDB's own `TransactWrite` regroups them), so that the reasons of a
cancelled transaction line up with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pynamodb.connection.base import Connection
from pynamodb.exceptions import VerboseClientError

from tessera.application.outcomes import Cancelled, Committed, Reason, Unknown
from tessera.domain.errors import Unavailable

Value = str | int | bytes | bool | None | Sequence["Value"] | Mapping[str, "Value"]
Item = dict[str, Value]

CONNECT_TIMEOUT_S = 1
READ_TIMEOUT_S = 2
RETRIES_MAX = 2


@dataclass(frozen=True, slots=True)
class Absent:
    """The item must not exist."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The item must exist with this attribute at this value."""

    attribute: str
    value: str | int | bytes


Condition = Absent | Equals | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One action of a transaction: `item` is whole for a put, the key for the others."""

    action: Literal["put", "delete", "check"]
    item: Mapping[str, Value]
    condition: Condition = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query; `cursor` is None on the last one."""

    items: tuple[Item, ...]
    cursor: Item | None


class Store(Protocol):
    """What storage code needs of a table; the real one and the one in memory both answer it."""

    def get(self, pk: str, sk: str) -> Item | None:
        """One item, read strongly."""
        ...

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
        """Items of one partition in key order, read strongly, all pages up to `limit`.

        `after` and `before` exclude the sort key that they name.
        """
        ...

    def query_due(self, dk: str, prefix: str = "", cursor: Item | None = None) -> Page:
        """One page of the due index, as keys (read eventually, as indexes are)."""
        ...

    def transact(
        self, operations: Sequence[Operation], token: str
    ) -> Committed | Cancelled | Unknown:
        """All operations or none."""
        ...

    def put(self, item: Mapping[str, Value], condition: Condition = None) -> bool:
        """Put one item; False where the condition does not hold."""
        ...

    def delete(self, pk: str, sk: str, condition: Condition = None) -> bool:
        """Delete one item; False where the condition does not hold."""
        ...


class DynamoTable:
    """`Store` on DynamoDB."""

    def __init__(self, name: str, region: str, connection: Connection | None = None) -> None:
        self.name = name
        self._connection = connection or Connection(
            region=region,
            connect_timeout_seconds=CONNECT_TIMEOUT_S,
            read_timeout_seconds=READ_TIMEOUT_S,
            max_retry_attempts=RETRIES_MAX,
        )
        self.consumed: list[Mapping[str, Any]] | None = None
        """Set to a list to collect what DynamoDB says each call consumed."""

    def get(self, pk: str, sk: str) -> Item | None:
        answer = self._call(
            "GetItem", {"Key": marshal_item({"pk": pk, "sk": sk}), "ConsistentRead": True}
        )
        return unmarshal_item(answer["Item"]) if "Item" in answer else None

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
        request = _range(pk, prefix, after, before)
        request |= {"ConsistentRead": True, "ScanIndexForward": not newest_first}
        found: list[Item] = []
        for items in self._pages(request, limit):
            found += items
            if limit is not None and len(found) >= limit:
                return found[:limit]
        return found

    def query_due(self, dk: str, prefix: str = "", cursor: Item | None = None) -> Page:
        condition = "dk = :dk"
        values: Item = {":dk": dk}
        if prefix:
            condition += " AND begins_with(ds, :ds)"
            values[":ds"] = prefix
        request: dict[str, Any] = {
            "IndexName": "due",
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": marshal_item(values),
        }
        return self._page("Query", request, cursor)

    def scan_page(self, cursor: Item | None = None) -> Page:
        """One page of every item there is, read strongly: for the verifier and nobody else."""
        request: dict[str, Any] = {"ConsistentRead": True}
        return self._page("Scan", request, cursor)

    def scan_due(self, cursor: Item | None = None) -> Page:
        """One page of the whole due index, as keys: 8,000 accounts for each megabyte."""
        request: dict[str, Any] = {"IndexName": "due"}
        return self._page("Scan", request, cursor)

    def _page(self, operation: str, request: dict[str, Any], cursor: Item | None) -> Page:
        """One page of a query or scan, from where the one before ended."""
        if cursor:
            request["ExclusiveStartKey"] = marshal_item(cursor)
        answer = self._call(operation, request)
        last = answer.get("LastEvaluatedKey")
        items = tuple(unmarshal_item(item) for item in answer["Items"])
        return Page(items, unmarshal_item(last) if last else None)

    def transact(
        self, operations: Sequence[Operation], token: str
    ) -> Committed | Cancelled | Unknown:
        request = {
            "TransactItems": [self._action(operation) for operation in operations],
            "ClientRequestToken": token,
        }
        try:
            self._dispatch("TransactWriteItems", request)
        except VerboseClientError as error:
            return _verdict(error, len(operations))
        except _connection_errors():
            return Unknown()
        return Committed()

    def put(self, item: Mapping[str, Value], condition: Condition = None) -> bool:
        request = {"Item": marshal_item(item)} | _condition(condition)
        return self._call_if("PutItem", request)

    def delete(self, pk: str, sk: str, condition: Condition = None) -> bool:
        request = {"Key": marshal_item({"pk": pk, "sk": sk})} | _condition(condition)
        return self._call_if("DeleteItem", request)

    def warm(self) -> None:
        """Open the connection with one cheap read, while start-up still has the whole processor."""
        self.get("S#warm", "S")

    def _action(self, operation: Operation) -> dict[str, Any]:
        extra = {"TableName": self.name} | _condition(operation.condition)
        if operation.action == "put":
            return {"Put": {"Item": marshal_item(operation.item)} | extra}
        name = "Delete" if operation.action == "delete" else "ConditionCheck"
        return {name: {"Key": marshal_item(operation.item)} | extra}

    def _pages(self, request: dict[str, Any], limit: int | None) -> Iterator[list[Item]]:
        if limit is not None:
            request["Limit"] = limit
        while True:
            answer = self._call("Query", request)
            yield [unmarshal_item(item) for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._dispatch(operation, request | {"TableName": self.name})
        except VerboseClientError as error:
            if _code(error) in _TRANSIENT or _is_server_fault(error):
                raise Unavailable from error
            raise
        except _connection_errors() as error:
            raise Unavailable from error

    def _call_if(self, operation: str, request: dict[str, Any]) -> bool:
        try:
            self._call(operation, request)
        except VerboseClientError as error:
            if _code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _dispatch(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if self.consumed is not None:
            request["ReturnConsumedCapacity"] = "INDEXES"
        answer: dict[str, Any] = self._connection.dispatch(operation, request)
        if self.consumed is not None and "ConsumedCapacity" in answer:
            found = answer["ConsumedCapacity"]
            for part in found if isinstance(found, list) else [found]:
                self.consumed.append({"operation": operation, **part})
        return answer


_TRANSIENT = {
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
    "TransactionConflictException",
}

_REASONS = {
    "ConditionalCheckFailed": Reason.CONDITION,
    "TransactionConflict": Reason.CONFLICT,
    "ThrottlingError": Reason.THROTTLED,
    "ProvisionedThroughputExceeded": Reason.THROTTLED,
}


def _connection_errors() -> tuple[type[Exception], ...]:
    """Everything that botocore raises where no answer came, or none that can be read.

    A refused connection and a connect time-out are no `HTTPClientError` in botocore's tree.
    """
    from botocore.exceptions import ConnectionError as NoConnection
    from botocore.exceptions import HTTPClientError, IncompleteReadError
    from botocore.parsers import ResponseParserError

    return (HTTPClientError, NoConnection, IncompleteReadError, ResponseParserError)


def _code(error: VerboseClientError) -> str:
    return str(error.response["Error"].get("Code", ""))


def _is_server_fault(error: VerboseClientError) -> bool:
    """Whether something on the way answered 5xx in no words of DynamoDB's."""
    return _code(error).isdigit() and int(_code(error)) >= 500


def _verdict(error: VerboseClientError, count: int) -> Cancelled | Unknown:
    """A failed transaction, classified: what is not understood is an unknown outcome."""
    code = _code(error)
    if code == "TransactionCanceledException":
        reasons = [
            Reason.NONE if reason is None else _REASONS.get(reason.code, Reason.OTHER)
            for reason in error.cancellation_reasons
        ]
        if len(reasons) == count:
            return Cancelled(tuple(reasons))
        return Unknown()
    if code in {"TransactionConflictException", "TransactionInProgressException"}:
        return Cancelled((Reason.CONFLICT,) * count)
    if code in {"ThrottlingException", "ProvisionedThroughputExceededException"}:
        return Cancelled((Reason.THROTTLED,) * count)
    if code in {"InternalServerError", "ServiceUnavailable", "RequestLimitExceeded"}:
        return Unknown()
    if _is_server_fault(error):
        return Unknown()
    raise error


def _range(pk: str, prefix: str, after: str | None, before: str | None) -> dict[str, Any]:
    """The key condition: one partition, and a range of sort keys under a prefix."""
    values: Item = {":pk": pk}
    condition = "pk = :pk"
    request: dict[str, Any] = {}
    if after is None and before is None:
        if prefix:
            condition += " AND begins_with(sk, :from)"
            values[":from"] = prefix
    else:
        # BETWEEN includes both ends, and the end that is named must be left out: sort keys are
        # ASCII, so that the neighbours of a key are the key with a character more or one less.
        values[":from"] = after + "\x01" if after is not None else prefix
        values[":to"] = _just_below(before) if before is not None else prefix + "\x7f"
        condition += " AND sk BETWEEN :from AND :to"
    request["KeyConditionExpression"] = condition
    request["ExpressionAttributeValues"] = marshal_item(values)
    return request


def _just_below(key: str) -> str:
    return key[:-1] + chr(ord(key[-1]) - 1) + "\x7f"


def _condition(condition: Condition) -> dict[str, Any]:
    if condition is None:
        return {}
    if isinstance(condition, Absent):
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "#c = :c",
        "ExpressionAttributeNames": {"#c": condition.attribute},
        "ExpressionAttributeValues": marshal_item({":c": condition.value}),
    }


def marshal_item(item: Mapping[str, Value]) -> dict[str, Any]:
    """An item in DynamoDB's JSON."""
    return {name: marshal(value) for name, value in item.items()}


def marshal(value: Value) -> dict[str, Any]:
    """One value in DynamoDB's JSON; a float raises TypeError."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, Mapping):
        return {"M": marshal_item(value)}
    if isinstance(value, Sequence):
        return {"L": [marshal(part) for part in value]}
    raise TypeError(f"the table holds no {type(value).__name__}")


def unmarshal_item(item: Mapping[str, Any]) -> Item:
    """An item out of DynamoDB's JSON."""
    return {name: unmarshal(value) for name, value in item.items()}


def unmarshal(value: Mapping[str, Any]) -> Value:
    """One value out of DynamoDB's JSON; a number that is not whole raises ValueError."""
    ((kind, content),) = value.items()
    if kind in {"S", "B", "BOOL"}:
        return bytes(content) if kind == "B" else content
    if kind == "N":
        return int(content)
    if kind == "NULL":
        return None
    if kind == "M":
        return unmarshal_item(content)
    if kind == "L":
        return [unmarshal(part) for part in content]
    raise ValueError(f"the table holds no attribute of type {kind}")
