"""Real purchases through the API: once each, whatever is killed, and as an oracle says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from tools.api_client import Api
from tools.demo.loading import publish
from tools.import_purchases.presets import read_cdnow
from tools.laptop import Stack
from tools.laptop.cloud import client, outputs
from tools.oracle_cdnow import points
from tools.verify.audit import audit
from tools.verify.raw import RawTable, Row, rows_of

ROOT = Path(__file__).resolve().parents[2]
CDNOW = ROOT / "tests" / "data" / "cdnow_first_100.txt"
CUSTOMERS = 25
LAST_DAY = date(1998, 6, 30)
WAIT_S_MAX = 120.0


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with Api(stack.api_url, stack.admin_key) as found:
        publish(found, "demo")
        yield found


def importer(stack: Stack, *options: str) -> subprocess.Popen[str]:
    """Start the importer as a person does."""
    return subprocess.Popen(
        [
            sys.executable, "-m", "tools.import_purchases", str(CDNOW), "--preset", "cdnow",
            "--customers", str(CUSTOMERS), *options,
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "TESSERA_PORT_BASE": str(stack.places.port_base),
            "TESSERA_STATE_DIR": str(stack.places.state_dir),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip


def finished(stack: Stack, *options: str) -> str:
    """Run the importer to its end; gives its summary."""
    with importer(stack, *options) as process:
        told, _ = process.communicate(timeout=WAIT_S_MAX)
    assert process.returncode == 0, told
    return told


def customers_done(stack: Stack) -> int:
    """How many customers the importer says are finished, by its state on disk."""
    states = (stack.places.state_dir / "imports").glob("*.jsonl")
    return sum(path.read_text("utf-8").count('"done"') for path in states)


def wait_until_done(stack: Stack, count: int, process: subprocess.Popen[str]) -> None:
    deadline_s = time.monotonic() + WAIT_S_MAX
    while customers_done(stack) < count:
        assert process.poll() is None, "the importer ended before it could be stopped"
        assert time.monotonic() < deadline_s, "the importer is too slow"
        time.sleep(0.02)


def table_of(stack: Stack) -> RawTable:
    return RawTable.of(
        rows_of(client(stack.places, "dynamodb"), outputs(stack.places)["TableName"])
    )


def documents(table: RawTable) -> Sequence[str]:
    """The sales of the file that the table knows of, each as often as it holds it."""
    return sorted(
        str(answer["pk"])
        for answer in table.answers
        if answer["pk"].startswith("I#purchase:cdnow#")
    )


@pytest.mark.requirement("O-03", "A-18", "X-01", "X-09")
def test_an_import_that_is_killed_and_a_stack_that_is_stopped_lose_and_double_nothing(
    stack: Stack, api: Api
) -> None:
    source = read_cdnow(CDNOW).first(CUSTOMERS)
    with importer(stack, "--workers", "2") as process:
        wait_until_done(stack, 4, process)
        process.kill()
    assert 4 <= customers_done(stack) < CUSTOMERS

    with importer(stack, "--workers", "2") as process:
        wait_until_done(stack, 10, process)
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=WAIT_S_MAX)
    assert process.returncode == 130
    assert "the same command goes on from here" in told
    assert stack.stop()
    stack.up()

    finished(stack)

    table = table_of(stack)
    assert documents(table) == sorted(
        f"I#purchase:cdnow#{document.number}"
        for customer in source.customers
        for document in customer.documents
    )
    assert audit(table, time.time_ns() // 1_000_000 + table.clock_offset_ms) == []

    again = finished(stack, "--afresh")

    assert f"0 documents imported, {source.documents} were there already" in again
    assert documents(table_of(stack)) == documents(table)
    _compare_with_oracle(api, table)


def _compare_with_oracle(api: Api, table: RawTable) -> None:
    """Every member's points as of the file's last day are what the file alone says."""
    members = {
        customer.id: api.post(
            "/v1/members",
            {
                "programme": "demo",
                "external_id": f"cdnow-{customer.id}",
                "occurred_at": customer.joined_at,
                "origin": "import",
                "import": True,
            },
            key=f"import demo cdnow-{customer.id}",
        )
        for customer in read_cdnow(CDNOW).first(CUSTOMERS).customers
    }
    assert all(reply.replayed for reply in members.values())
    owed = points(CDNOW, LAST_DAY, CUSTOMERS)
    assert owed.keys() == members.keys()
    for customer, (earned, usable) in owed.items():
        member = members[customer].body["member_id"]
        at = f"/v1/members/{member}/account?programme=demo&at={LAST_DAY}T12:00:00Z"
        account = api.get(at).body
        assert account["balances"][0]["available"] == usable, customer
        ledger = table.accounts[member, "demo", "-"].entries
        assert _credited(ledger.values()) == earned, customer


def _credited(entries: Iterable[Row]) -> int:
    return sum(
        lot[1]
        for entry in entries
        for lot in json.loads(entry["c"]).get("x", {}).get("l", ())
        if lot[1] > 0
    )
