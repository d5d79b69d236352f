"""`tessera verify`: the ledger proves itself, against the roots that were signed outside it.

Without a stack's name the stack of this machine is verified. Elsewhere AWS's own settings of the
environment say which account and region are meant.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tessera.adapters.dynamodb.ledger_rows import StoreLedgerRows
from tessera.adapters.dynamodb.table import DynamoTable
from tessera.adapters.root_vault import KmsSigner, S3RootVault
from tessera.application.verify_ledger import (
    Place,
    verify_accounts,
    verify_ledger,
)
from tessera.application.verify_nightly import Root, broken_roots, last_heads
from tessera.domain.errors import TesseraError
from tools.laptop.cloud import outputs
from tools.laptop.places import LaptopError, Places

SHOWN_MAX = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--stack", help="a deployed stack; without it, the one of this machine")
    parser.add_argument(
        "--account",
        action="append",
        default=[],
        type=_place,
        metavar="MEMBER.PROGRAMME[.PARTITION]",
        help="these accounts alone, without the idempotency rows (may be repeated)",
    )
    parser.set_defaults(run=run)


def _place(text: str) -> Place:
    parts = text.split(".")
    if len(parts) not in {2, 3} or not all(parts):
        raise argparse.ArgumentTypeError("write member.programme or member.programme.partition")
    return Place(*parts)


@dataclass(frozen=True, slots=True)
class Site:
    """What of a stack is read."""

    table: str
    bucket: str
    key: str
    region: str


def run(options: argparse.Namespace) -> int:
    """0 when everything holds, 1 with the first entries that break, 2 when it can't be read."""
    try:
        return _verify(_site(options.stack), options.account)
    except (LaptopError, TesseraError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 2


def _verify(site: Site, places: Iterable[Place]) -> int:
    started_s = time.monotonic()
    rows = StoreLedgerRows(DynamoTable(site.table, site.region))
    vault, signer = S3RootVault(lambda: site.bucket), KmsSigner(lambda: site.key)
    stood = last_heads(vault, signer)
    wanted = list(places)
    if wanted:
        verdict = verify_accounts(rows, wanted, stood.known.values())
    else:
        verdict = verify_ledger(rows, stood.known.values())
    breaks = [*broken_roots(vault, signer), *stood.breaks, *verdict.breaks]
    print(
        f"{verdict.accounts} accounts, {verdict.entries} entries, {verdict.rows} idempotency rows "
        f"in {time.monotonic() - started_s:.1f} s"
    )
    print(_root_line(stood.root))
    if not breaks:
        print("everything holds")
        return 0
    print(f"{len(breaks)} breaks; of each account the first entry that breaks comes first:")
    for broken in breaks[:SHOWN_MAX]:
        print(f"  {broken}")
    return 1


def _root_line(root: Root | None) -> str:
    if root is None:
        return "no root was signed yet: a chain computed anew would not show (how-to/verify.md)"
    return f"compared with the root of {root.date}: {root.accounts} accounts, signed"


def _site(stack: str | None) -> Site:
    if stack is None:
        places = Places.from_environment()
        os.environ.update(places.aws_environment())
        found = outputs(places)
    else:
        described = boto3.client("cloudformation").describe_stacks(StackName=stack)
        listed = described["Stacks"][0].get("Outputs", [])
        found = {one["OutputKey"]: one["OutputValue"] for one in listed}
    region = boto3.Session().region_name or os.environ["AWS_DEFAULT_REGION"]
    return Site(found["TableName"], found["RootsBucketName"], found["RootsKeyArn"], region)
