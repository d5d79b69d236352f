"""Issues the first API key of a stack, which no API key can issue.

It has every right. Use it to issue keys with fewer (`POST /v1/api-keys`), then revoke it. Needs
AWS credentials that may write to the table; the laptop stack runs it with its own.

Run `python -m tools.first_key --table NAME [--stage production]`; it prints the key, once.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import Sequence

from tessera.adapters.dynamodb.api_keys import StoreApiKeys
from tessera.adapters.dynamodb.table import DynamoTable
from tessera.application.credentials import (
    ACTIVE,
    SCOPES,
    SECRET_BYTES,
    ApiKey,
    hash_of,
    new_secret,
)

VARIABLE = "TESSERA_FIRST_KEY"


def new_key(*, live: bool) -> str:
    """A fresh key of 256 random bits, as tills show it."""
    return new_secret("tk_live_" if live else "tk_test_", secrets.token_bytes(SECRET_BYTES))


def issue(table: DynamoTable, secret: str, *, live: bool) -> bool:
    """Store the key with every right; False where it is stored already."""
    secret_hash = hash_of(secret)
    api_keys = StoreApiKeys(table, live)
    if api_keys.grant(secret_hash) is not None:
        return False
    return api_keys.issue(
        ApiKey(
            id=f"key_{secret_hash[:20]}",
            label="first key",
            scopes=tuple(sorted(SCOPES)),
            stores=None,
            status=ACTIVE,
            created_at_ms=time.time_ns() // 1_000_000,
            created_by="operator",
            expires_at_ms=None,
            secret_hash=secret_hash,
            request_hash=b"",
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the key and return 0. A key in TESSERA_FIRST_KEY is stored instead of a new one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, help="output TableName of the stack")
    parser.add_argument("--stage", default="dev", choices=["dev", "staging", "production"])
    parser.add_argument("--region", default=os.environ.get("AWS_DEFAULT_REGION", "eu-west-1"))
    options = parser.parse_args(arguments)
    live = options.stage == "production"
    secret = os.environ.get(VARIABLE) or new_key(live=live)
    issue(DynamoTable(options.table, options.region), secret, live=live)
    print(secret)
    return 0


if __name__ == "__main__":
    sys.exit(main())
