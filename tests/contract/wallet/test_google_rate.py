"""Several machines, one rate: Google never sees more than twenty calls in any second."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tessera.adapters.dynamodb.rates import StoreRate
from tessera.adapters.google.pace import BULK_INTERVAL_MS, LATE_MS_MAX, NEW_INTERVAL_MS, Pace
from tessera.application.card_ports import GoogleFailure, Haste
from tests.fakes.engines import create_table
from tests.fakes.google_sender import view, wallet_of
from tests.fakes.memory_table import MemoryTable
from tools import testpki
from tools.engines import dynamodb_local
from tools.google_standin.server import GoogleStandin
from tools.http_client import send_json

ROOT = Path(__file__).parents[3]
CARDS = int(os.environ.get("TESSERA_GOOGLE_CARDS", "60"))
"""For each of the two senders; `make prove-google` gives each a thousand."""

PATIENCE_S = 120 + CARDS // 2


class Clock:
    """Wall time that only sleeping moves."""

    def __init__(self) -> None:
        self.at_ms = 1_000_000

    def now_ms(self) -> int:
        return self.at_ms

    def sleep(self, seconds: float) -> None:
        self.at_ms += round(seconds * 1000)


def lanes(table: MemoryTable, clock: Clock) -> tuple[StoreRate, StoreRate]:
    return (
        StoreRate(table, "bulk", BULK_INTERVAL_MS, clock.now_ms, clock.sleep),
        StoreRate(table, "new", NEW_INTERVAL_MS, clock.now_ms, clock.sleep),
    )


def test_turns_follow_each_other_whoever_takes_them() -> None:
    table, clock = MemoryTable(), Clock()
    one, two = lanes(table, clock)[0], lanes(table, clock)[0]
    taken = [*one.take(5, 0), *two.take(5, 5_000), *one.take(1, 5_000), *two.take(2, 5_000)]
    assert taken == [1_000_000 + BULK_INTERVAL_MS * number for number in range(13)]


def test_who_would_wait_too_long_takes_no_turn() -> None:
    table, clock = MemoryTable(), Clock()
    bulk, _ = lanes(table, clock)
    bulk.take(5, 0)
    assert list(bulk.take(1, 5 * BULK_INTERVAL_MS - 1)) == []
    assert list(bulk.take(1, 5 * BULK_INTERVAL_MS)) == [1_000_000 + 5 * BULK_INTERVAL_MS]


def test_unused_time_is_not_saved_up() -> None:
    table, clock = MemoryTable(), Clock()
    bulk, _ = lanes(table, clock)
    bulk.take(1, 0)
    clock.at_ms += 60_000
    assert list(bulk.take(2, 0)) == [1_060_000, 1_060_000 + BULK_INTERVAL_MS]


def test_a_turn_that_was_slept_through_is_given_up() -> None:
    table, clock = MemoryTable(), Clock()
    pace = Pace(*lanes(table, clock), clock.now_ms, clock.sleep, lease=5)
    pace.wait(Haste.TILL, 1000)
    clock.at_ms += LATE_MS_MAX + 3 * BULK_INTERVAL_MS + 1
    before = clock.at_ms
    pace.wait(Haste.TILL, 1000)
    # The turns at +75, +150 and +225 have passed; the one at +300 is waited for.
    assert clock.at_ms - before < BULK_INTERVAL_MS
    assert (clock.at_ms - 1_000_000) % BULK_INTERVAL_MS == 0


def test_a_new_card_does_not_wait_behind_anybody() -> None:
    table, clock = MemoryTable(), Clock()
    pace = Pace(*lanes(table, clock), clock.now_ms, clock.sleep)
    tills = lanes(table, clock)[0]
    for _ in range(20):
        tills.take(5, 60_000)
    pace.wait(Haste.NEW, 2_500)
    assert clock.at_ms == 1_000_000
    with pytest.raises(GoogleFailure) as failure:
        pace.wait(Haste.TILL, 250)
    assert (failure.value.code, failure.value.retry) == ("rate_exceeded", True)


def test_a_campaign_takes_turns_only_while_nobody_queues() -> None:
    table, clock = MemoryTable(), Clock()
    pace = Pace(*lanes(table, clock), clock.now_ms, clock.sleep)
    tills = lanes(table, clock)[0]
    tills.take(5, 0)
    pace.wait(Haste.CAMPAIGN, 2_000)
    assert clock.at_ms >= 1_000_000 + 5 * BULK_INTERVAL_MS
    tills.take(50, 60_000)
    with pytest.raises(GoogleFailure):
        pace.wait(Haste.CAMPAIGN, 1_000)


@pytest.fixture
def google(tmp_path: Path) -> Iterator[GoogleStandin]:
    with GoogleStandin(tmp_path) as running:
        yield running


def start(task: dict[str, Any], directory: Path) -> subprocess.Popen[str]:
    path = directory / f"{task['haste']}.json"
    path.write_text(json.dumps(task))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.google_sender", str(path)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT}/layers/tessera/python:{ROOT}/layers/passbook/python"},
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def troubled(google: GoogleStandin) -> Iterator[None]:
    """Now and then a refusal, as Google's own machines have them."""
    over = threading.Event()

    def trouble() -> None:
        while not over.wait(0.5):
            planned = [
                {"status": status, "times": 1, "path": "loyaltyObject"}
                for status in (503, 429, 500)
            ]
            send_json("POST", f"{google.url}/control", {"fail_next": planned})

    troubling = threading.Thread(target=trouble)
    troubling.start()
    try:
        yield
    finally:
        over.set()
        troubling.join()


def test_three_machines_converge_within_the_rate(google: GoogleStandin, tmp_path: Path) -> None:
    secret = testpki.google_secret(testpki.ensure(tmp_path), google.url)
    tills = [f"crd_till_{number}" for number in range(CARDS)]
    campaign = [f"crd_campaign_{number}" for number in range(CARDS)]
    fresh = [f"crd_new_{number}" for number in range(8)]
    with dynamodb_local.running() as database:
        task = {
            "secret": secret,
            "google": google.url,
            "database": database.url,
            "table": create_table(database.url),
            "amount": 42,
            "every_s": 0.5,
        }
        # Given cards that Google knows
        google.store.switches.rate_per_second = None
        known = wallet_of({**task, "table": create_table(database.url)})
        for card in (*tills, *campaign):
            vars(known)["pace"] = _AtOnce()
            known.put(view(card, 0))
        google.store.switches.rate_per_second = 20
        before = len(send_json("GET", f"{google.url}/log").json()["calls"])
        # When a campaign, a till's backlog and new cards are told by three machines in trouble
        with troubled(google):
            processes = [
                start({**task, "haste": haste, "cards": cards}, tmp_path)
                for haste, cards in (("campaign", campaign), ("till", tills), ("new", fresh))
            ]
            outputs = [process.communicate(timeout=PATIENCE_S)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    lines = [json.loads(line) for output in outputs for line in output.splitlines()]
    # Then every card says what is true, and Google's limit was never reached
    objects = send_json("GET", f"{google.url}/objects").json()["objects"]
    shown = {
        one["object"]["id"].partition(".")[2]: one["object"]["loyaltyPoints"]["balance"]["int"]
        for one in objects
    }
    assert {shown[card] for card in (*tills, *campaign)} == {42}
    assert {shown[card] for card in fresh} == {0}
    calls = send_json("GET", f"{google.url}/log").json()["calls"][before:]
    assert _busiest_second([call["monotonic_ms"] for call in calls]) <= 20
    assert not [call for call in calls if "rate" in str(call["message"]).lower()]

    # And the till's cards came before the campaign's
    def times(haste: str) -> list[int]:
        return sorted(line["at_ms"] for line in lines if line["haste"] == haste)

    middle = CARDS // 2
    assert times("till")[middle] < times("campaign")[middle]


class _AtOnce:
    def wait(self, haste: Haste, patience_ms: int) -> None:
        """No rate to keep to."""


def _busiest_second(instants_ms: list[float]) -> int:
    instants = sorted(instants_ms)
    return max(sum(1 for other in instants if first <= other < first + 1000) for first in instants)
