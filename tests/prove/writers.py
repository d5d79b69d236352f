"""48 tills on one account of DynamoDB Local (X-01): `make prove-writers`.

Every sale is handed in by two tills at once. A till that is told 503 sends the same request again
until it is told something. At the end the raw rows are judged by the simulator's invariants and
by the auditor: nothing lost, nothing doubled, each document credited once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from random import Random

from tests.contract.ledger.hammer import Hammer, now_ms
from tests.fakes.faulting_proxy import Faults, faulting_proxy
from tools.engines import dynamodb_local
from tools.engines.tables import client, create_table
from tools.reports import keep, machine
from tools.verify.audit import audit
from tools.verify.raw import RawTable, rows_of


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every request was told something and every invariant holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=48)
    parser.add_argument("--sales", type=int, default=1_000)
    parser.add_argument("--faults", type=float, default=0.1, help="share of calls that fail")
    parser.add_argument("--report", action="store_true", help="keep the result in docs/reports")
    options = parser.parse_args(arguments)
    with dynamodb_local.running() as engine:
        lines: list[str] = []
        wrong = 0
        for name, share in (("a sound network", 0.0), ("a network that fails", options.faults)):
            told, broken = _round(engine.url, options.writers, options.sales, share)
            lines += [f"{name} ({share:.0%} of the calls)", *told, ""]
            wrong += broken
            print("\n".join(lines[-len(told) - 2 :]), flush=True)
    if options.report:
        text = "\n".join(lines)
        title = f"{options.writers} writers on one account"
        keep("writers", title, f"{machine()}\n\nDynamoDB Local, in memory.\n\n```\n{text}```\n")
    return 1 if wrong else 0


def _round(url: str, writers: int, sales: int, share: float) -> tuple[list[str], int]:
    table = create_table(url)
    faults = Faults(0.0, Random(48))
    with faulting_proxy(url, faults) as proxy:
        hammer = Hammer(proxy if share else url, table, read_timeout_s=2.0)
        hammer.open(url, 1)
        faults.share = share
        requests = [
            hammer.purchase(hammer.members[0], f"T-{number}", 100) for number in range(sales)
        ]
        seconds = hammer.run([one for one in requests for _ in range(2)], writers)
    broken = hammer.violations(url)
    raw = RawTable.of(rows_of(client(url), table))
    findings = audit(raw, now_ms())
    entries = sum(len(account.entries) for account in raw.accounts.values())
    untold = sum(len(one.acks) != 2 for one in requests)
    answers = len(requests) * 2
    lines = [
        f"  {writers} writers, {len(requests)} sales, each handed in twice",
        f"  operations/s       {answers / seconds:8.1f}  ({sales / seconds:.1f} commits/s)",
        f"  seconds            {seconds:8.1f}",
        f"  first answers      {hammer.done['acks']:8d}",
        f"  replays            {hammer.done['replays']:8d}",
        f"  503s, sent again   {hammer.done['unavailable']:8d}",
        (
            f"  transactions sent  {hammer.done['transactions']:8d}"
            f"  ({hammer.done['transactions'] / answers:.2f} for each operation)"
        ),
        (
            f"  conflicts          {hammer.done['conflicts']:8d}"
            f"  (moved meanwhile: {hammer.done['cancelled']}, unknown: {hammer.done['unknown']})"
        ),
        (
            f"  faults             {sum(faults.struck.values()):8d}"
            f"  {dict(sorted(faults.struck.items())) or ''}"
        ),
        f"  entries            {entries:8d}  (the sales, and the enrolment)",
        f"  not told twice     {untold:8d}",
        f"  violations         {len(broken):8d}",
        f"  audit              {len(findings):8d}",
    ]
    lines += [f"    {one}" for one in [*broken[:5], *findings[:5]]]
    return lines, len(broken) + len(findings) + untold + (entries != len(requests) + 1)


if __name__ == "__main__":
    sys.exit(main())
