"""SIGKILL, twenty times, in the middle of an import of real purchases (X-01, X-09).

`python -m tests.prove.kills FILE --customers 1000`: the handlers and DynamoDB Local, which keeps
its table in a file, are killed together at random moments; now and then the importer is too. After
each restart the same import goes on. At the end the raw rows are audited, and every member must
have the points that an oracle finds in the file: nothing lost, nothing doubled.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

from tools.api_client import Api
from tools.engines import dynamodb_local
from tools.engines.tables import CREDENTIAL, REGION, client, create_table, table_on
from tools.first_key import issue, new_key
from tools.oracle_cdnow import points
from tools.reports import keep, machine
from tools.verify.audit import audit
from tools.verify.raw import RawTable, rows_of

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "data" / "cdnow_first_100.txt"
AFTER_EVERYTHING = date(1999, 12, 31)
START_S_MAX = 60


@dataclass
class Site:
    """The processes that are killed, and what outlives them."""

    home: Path
    table: str
    secret: str
    port: int
    database_port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    engine: dynamodb_local.Running | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "AWS_ACCESS_KEY_ID": CREDENTIAL,
            "AWS_SECRET_ACCESS_KEY": CREDENTIAL,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{self.database_port}",
            "TESSERA_STAGE": "dev",
            "TESSERA_TABLE_NAME": self.table,
            "TESSERA_PUBLIC_URL": self.url,
            "TESSERA_KEYS_SECRET_ID": "keys",
            "TESSERA_API_KEY": self.secret,
            "TESSERA_STATE_DIR": str(self.home / "state"),
            "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        }

    def start(self) -> None:
        """Start the database on its file and the handlers, and wait until they answer."""
        self.engine = dynamodb_local.start(self.database_port, self.home / "table")
        command = [sys.executable, "-m", "tests.prove.handlers_server", "--port", str(self.port)]
        said = (self.home / "handlers.log").open("ab")
        self.processes = [
            subprocess.Popen(
                command, cwd=ROOT, env=dict(self.environment), stdout=said, stderr=said
            )
        ]
        deadline_s = time.monotonic() + START_S_MAX
        while not _answers(self.port):
            if time.monotonic() > deadline_s:
                raise TimeoutError("the handlers did not start: " + str(self.home))
            time.sleep(0.1)

    def kill(self) -> None:
        """End everything as a power cut would."""
        for process in self.processes:
            process.send_signal(signal.SIGKILL)
            process.wait()
        if self.engine:
            dynamodb_local.stop(self.engine, hard=True)

    def importer(self, file: Path, customers: int | None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tools.import_purchases", str(file)]
        command += ["--preset", "cdnow", "--workers", "4", "--api-url", self.url]
        if customers:
            command += ["--customers", str(customers)]
        said = (self.home / "importer.log").open("ab")
        return subprocess.Popen(
            command, cwd=ROOT, env=dict(self.environment), stdout=said, stderr=said
        )


def main() -> int:
    """0 when nothing was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--customers", type=int)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", action="store_true", help="keep the result in docs/reports")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="tessera-kills-") as scratch:
        site = _prepared(Path(scratch))
        try:
            kills, starts = _import_under_kills(site, options, chance)
            return _judge(site, options, kills, starts)
        finally:
            site.kill()


def _prepared(home: Path) -> Site:
    database = dynamodb_local.start(0, home / "table")
    secret = new_key(live=False)
    table = create_table(database.url)
    issue(table_on(database.url, table), secret, live=False)
    port = database.port
    dynamodb_local.stop(database)
    site = Site(home, table, secret, _free_port(), port)
    site.start()
    document = yaml.safe_load((ROOT / "programmes" / "demo.yaml").read_text("utf-8"))
    api = Api(site.url, secret)
    reply = api.post("/v1/programmes/demo/publish", {"document": document}, "prove kills")
    if not reply.ok:
        raise RuntimeError(reply.reason)
    return site


def _import_under_kills(
    site: Site, options: argparse.Namespace, chance: random.Random
) -> tuple[int, int]:
    """Import to the end, killing on the way; how often was killed and how often begun."""
    kills, starts = 0, 1
    importer = site.importer(options.file, options.customers)
    while True:
        if kills < options.kills:
            try:
                importer.wait(chance.uniform(0.3, 2.5))
            except subprocess.TimeoutExpired:
                pass
            else:
                break
            if chance.random() < 0.25:
                importer.kill()
                importer.wait()
            site.kill()
            kills += 1
            print(f"kill {kills}", flush=True)
            site.start()
        else:
            importer.wait()
        if importer.poll() is not None:
            if importer.returncode == 0:
                break
            importer = site.importer(options.file, options.customers)
            starts += 1
    if importer.returncode != 0:
        return _import_under_kills(site, options, chance)
    return kills, starts


def _judge(site: Site, options: argparse.Namespace, kills: int, starts: int) -> int:
    url = f"http://127.0.0.1:{site.database_port}"
    raw = RawTable.of(rows_of(client(url), site.table))
    findings = audit(raw, time.time_ns() // 1_000_000)
    owed = points(options.file, AFTER_EVERYTHING, options.customers)
    have: dict[str, int] = {}
    for (member, _, _), account in raw.accounts.items():
        personal = json.loads(raw.profiles[member]["c"])["personal"]
        customer = personal["external_id"].rpartition("-")[2]
        entries = [json.loads(entry["c"]) for entry in account.entries.values()]
        have[customer] = sum(lot[1] for entry in entries for lot in entry.get("x", {}).get("l", ()))
    wrong = {
        customer: (have.get(customer), earned)
        for customer, (earned, _) in owed.items()
        if have.get(customer) != earned
    }
    entries_count = sum(len(account.entries) for account in raw.accounts.values())
    told = (
        f"{kills} kills, importer begun {starts} times; {len(raw.accounts)} accounts, "
        f"{entries_count} entries, {len(raw.answers)} idempotency rows\n"
        f"audit: {len(findings)} findings; oracle: {len(wrong)} of {len(owed)} members differ"
    )
    print(told)
    if options.report:
        keep(
            "kills",
            "Power cuts during an import of real purchases",
            f"{machine()}\n\n`python -m tests.prove.kills {options.file.name}"
            f" --kills {options.kills}`: handlers and DynamoDB Local on a file, killed together"
            f" (SIGKILL) at random moments, the importer with them now and then.\n\n"
            f"```\n{told}\n```\n",
        )
    for finding in findings[:5]:
        print(f"  {finding}")
    for customer, (got, wanted) in list(wrong.items())[:5]:
        print(f"  customer {customer}: {got} points, owed {wanted}")
    if kills < options.kills:
        print(f"only {kills} of {options.kills} kills fitted in: give a longer file")
        return 1
    return 1 if findings or wrong else 0


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/v1/ping")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


if __name__ == "__main__":
    sys.exit(main())
