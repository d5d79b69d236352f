"""The table on each engine that tests run against, made as template.yaml makes it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws
from pynamodb.connection.base import Connection

from tessera.adapters.dynamodb.table import DynamoTable

REGION = "eu-west-3"
CREDENTIAL = "test"


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine and what of DynamoDB it keeps; `url` is None for those within the process."""

    name: str
    url: str | None = None
    knows_tokens: bool = True
    """Whether `ClientRequestToken` makes a transaction idempotent."""
    survives_threads: bool = True
    """Whether transactions are atomic when threads send them at once."""


MOTO = Engine("moto", None, knows_tokens=False, survives_threads=False)


def client(url: str | None) -> Any:
    """A boto3 client of an engine."""
    config = Config(retries={"total_max_attempts": 1}, read_timeout=20)
    return boto3.client(
        "dynamodb",
        region_name=REGION,
        endpoint_url=url,
        config=config,
        aws_access_key_id=CREDENTIAL,
        aws_secret_access_key=CREDENTIAL,
    )


def create_table(url: str | None, name: str | None = None) -> str:
    """Create the table with its index and stream; gives its name."""
    name = name or f"ledger-{secrets.token_hex(6)}"
    letters = ("pk", "sk", "dk", "ds")
    client(url).create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in letters],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "dk", "KeyType": "HASH"},
                    {"AttributeName": "ds", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    return name


def table_on(
    url: str | None, name: str, *, read_timeout_s: float = 5, retries_max: int = 2
) -> DynamoTable:
    """`DynamoTable` on an engine, through PynamoDB's connection."""
    connection = Connection(
        region=REGION,
        host=url,
        connect_timeout_seconds=1,
        read_timeout_seconds=read_timeout_s,
        max_retry_attempts=retries_max,
        max_pool_connections=64,
        aws_access_key_id=CREDENTIAL,
        aws_secret_access_key=CREDENTIAL,
    )
    return DynamoTable(name, REGION, connection)


@contextmanager
def moto_engine() -> Iterator[Engine]:
    """Moto in this process, until the end of the block."""
    with mock_aws():
        yield MOTO
