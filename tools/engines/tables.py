"""The table on an engine, made as template.yaml makes it."""

from __future__ import annotations

import secrets
from typing import Any

import boto3
from botocore.config import Config
from pynamodb.connection.base import Connection

from tessera.adapters.dynamodb.table import DynamoTable

REGION = "eu-west-3"
CREDENTIAL = "test"


def client(url: str | None) -> Any:
    """A boto3 client of an engine; None is moto in this process."""
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
