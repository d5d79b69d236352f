"""Publishes what fell out of the table's stream again, from the ledger itself.

The stream keeps a day; a reader that stood longer, or an event bus that lost something, is made
up for from the entries. Events carry their first ids, so that consumers know the ones they have.

    python -m tools.republish --member mem_... --programme demo [--after 12]
    python -m tools.republish --since 2027-01-31T08:00:00Z

On the laptop stack without more; elsewhere with --table and --bus, and AWS settings in the
environment. `--since` reads the whole table: it is for accidents, not for every day.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tessera.adapters.dynamodb.entries import StoreEntries
from tessera.adapters.dynamodb.rows import entry_of_item
from tessera.adapters.dynamodb.table import DynamoTable
from tessera.adapters.eventbridge import EventBus
from tessera.application.ports import Bus
from tessera.application.publish_changes import publish_changes, republish
from tessera.domain.calendar import to_instant_ms
from tessera.domain.ledger import Entry
from tools.laptop.cloud import outputs
from tools.laptop.places import LaptopError, Places

BATCH = 100


class RepublishError(RuntimeError):
    """The bus refused something; the message says how far it came."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose entries to publish again."""

    member: str
    programme: str
    partition: str = "-"


def of_account(entries: StoreEntries, bus: Bus, account: Account, after: int) -> int:
    """Publish an account's entries above a number; gives the last one. Raises RepublishError."""
    newest = entries.newest(account.member, account.programme, account.partition, 1)
    last = newest[0].sequence if newest else after
    done = republish(entries, bus, account.member, account.programme, account.partition, after)
    if done < last:
        raise RepublishError(f"the bus refused entry {done + 1}; go on with --after {done}")
    return done


def since(found: Iterable[Entry], bus: Bus, since_ms: int) -> int:
    """Publish every entry recorded since an instant, each account's in order; gives how many.

    Raises RepublishError where the bus refuses one: publishing again from the same instant is
    safe.
    """
    wanted = sorted(
        (entry for entry in found if entry.recorded_at_ms >= since_ms),
        key=lambda entry: (entry.recorded_at_ms, entry.member, entry.sequence),
    )
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        done = publish_changes(bus, batch)
        if done < len(batch):
            raise RepublishError(f"the bus refused entry {batch[done].id}; run it again")
    return len(wanted)


def _every_entry(client: Any, table: str) -> Iterable[Entry]:
    """Every entry of the table, by a scan."""
    from tessera.adapters.dynamodb.table import unmarshal_item

    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#t = :entry",
        ExpressionAttributeNames={"#t": "t"},
        ExpressionAttributeValues={":entry": {"S": "E"}},
    )
    for page in pages:
        for item in page["Items"]:
            yield entry_of_item(unmarshal_item(item))


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was published, 1 with the reason on standard error."""
    options = _parser().parse_args(arguments)
    try:
        table, bus = _stack(options.table, options.bus)
        if options.since:
            since_ms = to_instant_ms(datetime.fromisoformat(options.since))
            count = since(_every_entry(_client(), table), EventBus(bus), since_ms)
            print(f"{count} entries published again")
            return 0
        entries = StoreEntries(DynamoTable(table, os.environ["AWS_REGION"]))
        account = Account(options.member, options.programme, options.partition)
        last = of_account(entries, EventBus(bus), account, options.after)
        print(f"entries {options.after + 1} to {last} published again")
    except (RepublishError, LaptopError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.republish",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--member")
    what.add_argument("--since", help="an instant, RFC 3339: everything recorded since then")
    parser.add_argument("--programme", default="demo")
    parser.add_argument("--partition", default="-")
    parser.add_argument("--after", type=int, default=0, help="the last entry that was published")
    parser.add_argument("--table")
    parser.add_argument("--bus")
    return parser


def _stack(table: str | None, bus: str | None) -> tuple[str, str]:
    """The names that were given, or those of the laptop stack, whose settings are then taken."""
    if table and bus:
        return table, bus
    places = Places.from_environment()
    told = outputs(places)
    os.environ.update(places.aws_environment())
    return told["TableName"], told["EventBusName"]


def _client() -> Any:
    import boto3

    return boto3.client("dynamodb")


if __name__ == "__main__":
    sys.exit(main())
