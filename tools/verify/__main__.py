"""Audits a running stack's table: `make verify`.

Reads every row and folds the ledger by code of its own. What must hold:
- entries are numbered without a gap, and each carries the hash of the one before;
- each entry's running balances are the sums of all movements so far, and the account's lots,
  counters, tiers, holds and vouchers are what its entries sum to;
- each entry has an idempotency row that names it, and each such row its entries;
- live holds are covered by lots, details are those that were committed to;
- the account's place in the due index follows from its lots.

Elsewhere than on the laptop: --table, with the AWS settings in the environment.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Any

import boto3

from tools.laptop.cloud import client, outputs
from tools.laptop.places import LaptopError, Places
from tools.verify.audit import audit
from tools.verify.raw import RawTable, rows_of

SHOWN_MAX = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything holds, 1 with the first breaks, 2 when the table cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.verify",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--table", help="the table's name; that of the laptop stack by default")
    options = parser.parse_args(arguments)
    started_s = time.monotonic()
    try:
        dynamodb, name = table_of(options.table)
    except LaptopError as error:
        print(error, file=sys.stderr)
        return 2
    table = RawTable.of(rows_of(dynamodb, name))
    findings = audit(table, time.time_ns() // 1_000_000 + table.clock_offset_ms)
    entries = sum(len(account.entries) for account in table.accounts.values())
    print(
        f"{table.rows} rows, {len(table.accounts)} accounts, {entries} entries, "
        f"{len(table.answers)} idempotency rows read in {time.monotonic() - started_s:.1f} s"
    )
    if not findings:
        print("everything holds: no gap, no broken hash, no difference")
        return 0
    print(f"{len(findings)} differences; the first break of each account comes first:")
    for finding in findings[:SHOWN_MAX]:
        print(f"  {finding}")
    return 1


def table_of(name: str | None) -> tuple[Any, str]:
    """A client and the table's name; that of the laptop stack unless told."""
    if name is not None:
        return boto3.client("dynamodb"), name
    places = Places.from_environment()
    return client(places, "dynamodb"), outputs(places)["TableName"]


if __name__ == "__main__":
    sys.exit(main())
