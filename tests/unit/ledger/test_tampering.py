"""What somebody with access to the table may do to it by hand, and that the verifier finds it."""

from __future__ import annotations

import copy
import hashlib
import json
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from tessera.adapters.dynamodb.ledger_rows import StoreLedgerRows
from tessera.application.verify_ledger import Head, Place, verify_accounts, verify_ledger
from tests.fakes.memory_table import MemoryTable
from tests.simulation.load import Load, calm
from tests.simulation.profiles import PROFILES
from tests.simulation.programme import PROGRAMME

Row = dict[str, Any]


@cache
def _ledger() -> tuple[tuple[Row, ...], str, tuple[Head, ...]]:
    """A merchant's rows after some days of trade, the busiest member, and where all stood."""
    load = Load(PROFILES["uniform"], 3)
    calm(load.world)
    load.run(300)
    rows = tuple(load.world.table.scan())
    entries = [row["pk"] for row in rows if row["t"] == "E"]
    busiest = max(set(entries), key=entries.count)
    verdict = verify_ledger(StoreLedgerRows(load.world.table))
    assert verdict.holds, verdict.breaks[:3]
    return rows, str(busiest), tuple(verdict.heads)


class Vandal:
    """The table in the hands of somebody who may write it."""

    def __init__(self) -> None:
        rows, self.pk, self.witnessed = _ledger()
        self.table = MemoryTable(page_rows=50)
        for row in rows:
            self.table.put(copy.deepcopy(row))

    @property
    def place(self) -> Place:
        return Place(self.pk[2:], PROGRAMME)

    def account(self) -> Row:
        found: Row | None = self.table.get(self.pk, f"0#A#{PROGRAMME}#-")
        assert found is not None
        return found

    def entries(self) -> list[Row]:
        return self.table.query(self.pk, f"E#{PROGRAMME}#-#")

    def first(self, kind: str) -> Row:
        """The first entry of a kind that moved value."""
        return next(
            row for row in self.entries()
            if json.loads(row["c"])["k"] == kind and json.loads(row["c"])["x"].get("l")
        )  # fmt: skip

    def rules(self, *, witnessed: bool = False) -> set[str]:
        """The rules that the verifier finds broken."""
        stood = self.witnessed if witnessed else ()
        return {one.rule for one in verify_ledger(StoreLedgerRows(self.table), stood).breaks}

    def chain_again(self, rows: list[Row]) -> None:
        """Compute hashes and running balances anew, and give the account the last hash."""
        previous = bytes(32)
        sums: dict[str, int] = {}
        for row in rows:
            body = json.loads(row["c"])
            for balance, amount, _, _ in body.get("x", {}).get("l", ()):
                sums[balance] = sums.get(balance, 0) + amount
            body["b"] = {balance: sums[balance] for balance in body["b"]}
            row["c"] = json.dumps(body, separators=(",", ":"), sort_keys=True)
            row["ph"] = previous
            previous = hashlib.sha256(previous + row.get("dc", b"") + row["c"].encode()).digest()
            row["h"] = previous
            self.table.put(row)
        self.table.put({**self.account(), "h": previous})


def an_amount(vandal: Vandal) -> None:
    row = vandal.first("purchase")
    body = json.loads(row["c"])
    body["x"]["l"][0][1] += 1_000
    vandal.table.put({**row, "c": json.dumps(body, separators=(",", ":"))})


def a_missing_entry(vandal: Vandal) -> None:
    row = vandal.entries()[3]
    vandal.table.delete(row["pk"], row["sk"])


def two_swapped(vandal: Vandal) -> None:
    one, other = vandal.entries()[2:4]
    vandal.table.put({**one, "sk": other["sk"]})
    vandal.table.put({**other, "sk": one["sk"]})


def a_lot(vandal: Vandal) -> None:
    account = vandal.account()
    packed = bytearray(account["l"]["points"])
    packed[7] ^= 0x10
    vandal.table.put({**account, "l": {"points": bytes(packed)}})


def a_counter(vandal: Vandal) -> None:
    account = vandal.account()
    state = json.loads(account["s"])
    state["c"]["+points/day"][1] = 0
    vandal.table.put({**account, "s": json.dumps(state)})


def a_window(vandal: Vandal) -> None:
    """What a tier asks for is taken away, name and all."""
    account = vandal.account()
    state = json.loads(account["s"])
    del state["w"]
    vandal.table.put({**account, "s": json.dumps(state)})


def the_instant_by_which_holds_lapse(vandal: Vandal) -> None:
    vandal.table.put({**vandal.account(), "lm": vandal.account()["lm"] + 86_400_000})


def a_hold(vandal: Vandal) -> None:
    account = vandal.account()
    state = json.loads(account["s"])
    lot = ["points", 5, 0, 30_000]
    state["h"] = [*state.get("h", ()), ["FORGED", 2**42, "value", [lot]]]
    vandal.table.put({**account, "s": json.dumps(state)})


def a_hash(vandal: Vandal) -> None:
    row = vandal.entries()[4]
    vandal.table.put({**row, "h": bytes(32)})


def an_invented_entry(vandal: Vandal) -> None:
    last = vandal.entries()[-1]
    body = json.loads(last["c"])
    body["n"] += 1
    text = json.dumps(body, separators=(",", ":"))
    digest = hashlib.sha256(last["h"] + last.get("dc", b"") + text.encode()).digest()
    number = f"E#{PROGRAMME}#-#{body['n']:010d}"
    vandal.table.put({**last, "sk": number, "c": text, "ph": last["h"], "h": digest})


def a_detail(vandal: Vandal) -> None:
    row = vandal.table.query(vandal.pk, "D#")[2]
    vandal.table.put({**row, "z": b"another basket"})


def an_idempotency_row(vandal: Vandal) -> None:
    member = vandal.pk[2:]
    row = next(row for row in vandal.table.scan() if row["t"] == "I" and row["m"] == member)
    vandal.table.delete(str(row["pk"]), str(row["sk"]))


def a_version(vandal: Vandal) -> None:
    vandal.table.put({**vandal.account(), "v": vandal.account()["v"] - 1})


def the_status(vandal: Vandal) -> None:
    vandal.table.put({**vandal.account(), "st": "left"})


def a_tail_with_the_account_rolled_back(vandal: Vandal) -> None:
    """The last sale goes with all that followed it, and the account is put back before it."""
    rows = vandal.entries()
    cut = max(at for at, row in enumerate(rows) if json.loads(row["c"])["k"] == "purchase")
    for row in rows[cut:]:
        vandal.table.delete(vandal.pk, row["sk"])
    before = rows[cut - 1]
    version = json.loads(before["c"])["n"]
    vandal.table.put({**vandal.account(), "v": version, "h": before["h"]})


def an_invented_entry_and_the_account(vandal: Vandal) -> None:
    """A gift: an entry of 500 points at the end of the chain, the account moved along with it."""
    last = vandal.entries()[-1]
    body = json.loads(last["c"])
    lot = ["points", 500, 0, 60_000]
    body |= {"n": body["n"] + 1, "k": "adjust", "x": {"l": [lot]}, "e": []}
    body["b"] = {"points": body["b"].get("points", 0) + 500}
    text = json.dumps(body, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(last["h"] + last.get("dc", b"") + text.encode()).digest()
    sort = f"E#{PROGRAMME}#-#{body['n']:010d}"
    vandal.table.put({**last, "sk": sort, "c": text, "ph": last["h"], "h": digest})
    account = vandal.account()
    packed = account["l"].get("points", b"") + struct.pack(">HHi", 0, 60_000, 500)
    vandal.table.put({**account, "v": body["n"], "h": digest, "l": {"points": packed}})


def a_chain_computed_anew(vandal: Vandal) -> None:
    """An instant of an old sale is changed, and every hash after it computed again."""
    rows = vandal.entries()
    victim = next(row for row in rows if row["sk"] == vandal.first("purchase")["sk"])
    body = json.loads(victim["c"])
    body["o"] -= 1
    victim["c"] = json.dumps(body)
    vandal.chain_again(rows)


def a_member_removed_with_every_trace(vandal: Vandal) -> None:
    pk = vandal.pk
    for row in vandal.table.scan():
        if row["pk"] == pk or row.get("m") == pk[2:]:
            vandal.table.delete(str(row["pk"]), str(row["sk"]))


DEEDS: list[tuple[Callable[[Vandal], None], str]] = [
    (an_amount, "hash"),
    (a_missing_entry, "sequence"),
    (two_swapped, "place"),
    (a_lot, "lots"),
    (a_counter, "counters"),
    (a_window, "windows"),
    (the_instant_by_which_holds_lapse, "last_ms"),
    (a_hold, "holds"),
    (a_hash, "hash"),
    (an_invented_entry, "version"),
    (a_detail, "detail"),
    (an_idempotency_row, "row"),
    (a_version, "version"),
    (the_status, "status"),
    (a_tail_with_the_account_rolled_back, "row"),
    (an_invented_entry_and_the_account, "cause"),
]


@pytest.mark.parametrize(("deed", "rule"), DEEDS, ids=[deed.__name__ for deed, _ in DEEDS])
@pytest.mark.requirement("X-09")
def test_what_was_done_by_hand_is_found(deed: Callable[[Vandal], None], rule: str) -> None:
    vandal = Vandal()
    deed(vandal)
    assert rule in vandal.rules()


@pytest.mark.requirement("X-09")
def test_a_chain_computed_anew_shows_against_yesterday() -> None:
    """Everything in the table agrees with itself; what was kept outside it does not."""
    vandal = Vandal()
    a_chain_computed_anew(vandal)
    assert vandal.rules() == set()
    assert vandal.rules(witnessed=True) == {"witness"}


@pytest.mark.requirement("X-09")
def test_a_tail_cut_off_with_every_trace_shows_against_yesterday() -> None:
    vandal = Vandal()
    a_member_removed_with_every_trace(vandal)
    assert "witness" in vandal.rules(witnessed=True)


def test_the_first_entry_that_breaks_is_named() -> None:
    vandal = Vandal()
    an_amount(vandal)
    verdict = verify_accounts(StoreLedgerRows(vandal.table), [vandal.place])
    number = int(vandal.first("purchase")["sk"].rpartition("#")[2])
    assert verdict.breaks[0].number == number


def test_an_untouched_table_holds_and_its_root_is_one_hash() -> None:
    vandal = Vandal()
    verdict = verify_ledger(StoreLedgerRows(vandal.table), vandal.witnessed)
    assert verdict.holds
    assert verdict.accounts == len(vandal.witnessed)
    assert len(verdict.root) == 32
    the_status(vandal)
    assert verify_ledger(StoreLedgerRows(vandal.table)).root == verdict.root
