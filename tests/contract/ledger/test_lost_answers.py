"""An answer that never came, or that nobody can read, is unknown: never done, never failed."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any, cast

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from pynamodb.connection.base import Connection
from pynamodb.exceptions import VerboseClientError

from tessera.adapters.dynamodb.table import DynamoTable, Operation
from tessera.application.outcomes import Cancelled, Reason, Unknown
from tessera.domain.errors import Unavailable
from tools.engines.tables import table_on

URL = "http://127.0.0.1:1"
PUTS = [Operation("put", {"pk": "M#1", "sk": sk}) for sk in ("A", "B")]
LOST: list[Exception] = [
    ConnectionClosedError(endpoint_url=URL),
    ConnectTimeoutError(endpoint_url=URL),
    EndpointConnectionError(endpoint_url=URL),
    ReadTimeoutError(endpoint_url=URL),
    IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ResponseParserError("not JSON"),
]


class Failing:
    """A connection that fails in one way."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def dispatch(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        raise self.failure


def failing(failure: Exception) -> DynamoTable:
    """A table behind such a connection."""
    return DynamoTable("ledger", "eu-west-3", cast(Connection, Failing(failure)))


def answered(code: str) -> VerboseClientError:
    """An error in DynamoDB's words."""
    return VerboseClientError({"Error": {"Code": code, "Message": ""}}, "x", {})


@pytest.mark.parametrize("failure", LOST, ids=lambda failure: type(failure).__name__)
def test_no_answer_is_unknown_for_a_transaction_and_unavailable_for_a_read(
    failure: Exception,
) -> None:
    table = failing(failure)
    assert table.transact(PUTS, "token") == Unknown()
    with pytest.raises(Unavailable):
        table.get("M#1", "A")
    with pytest.raises(Unavailable):
        table.put({"pk": "M#1", "sk": "A"})


@pytest.mark.parametrize("code", ["InternalServerError", "ServiceUnavailable", "502", "503"])
def test_an_error_of_the_server_is_unknown(code: str) -> None:
    table = failing(answered(code))
    assert table.transact(PUTS, "token") == Unknown()
    with pytest.raises(Unavailable):
        table.get("M#1", "A")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ThrottlingException", Reason.THROTTLED),
        ("ProvisionedThroughputExceededException", Reason.THROTTLED),
        ("TransactionInProgressException", Reason.CONFLICT),
    ],
)
def test_a_refused_transaction_did_not_happen(code: str, reason: Reason) -> None:
    assert failing(answered(code)).transact(PUTS, "token") == Cancelled((reason, reason))


def test_a_fault_of_ours_is_not_swallowed() -> None:
    with pytest.raises(VerboseClientError):
        failing(answered("ValidationException")).transact(PUTS, "token")


def test_a_port_where_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    table = table_on(url, "ledger", read_timeout_s=1, retries_max=0)
    assert table.transact(PUTS, "token") == Unknown()
    with pytest.raises(Unavailable):
        table.query("M#1")
