"""The nightly verification: every account in pages, compared with the last signed root (X-09)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from tessera.adapters.dynamodb.ledger_rows import StoreLedgerRows
from tessera.adapters.dynamodb.verification import StoreAccountPages, StoreProgress
from tessera.application.verify_ledger import Place
from tessera.application.verify_nightly import (
    TURNS,
    Night,
    Progress,
    broken_roots,
    is_turn,
    last_heads,
    read_root,
    root_name,
    verify_tonight,
)
from tessera.domain.audit import StoredLine
from tests.fakes.roots import MemoryVault, SecretSigner
from tests.unit.ledger import test_tampering as deeds
from tests.unit.ledger.test_tampering import Vandal

FIRST = dt.date(2026, 3, 1)


class Nights:
    """A merchant's table, night by night."""

    def __init__(self) -> None:
        self.vandal = Vandal()
        self.vault = MemoryVault()
        self.signer = SecretSigner()
        self.today = FIRST
        self.rows = StoreLedgerRows(self.vandal.table)

    def ports(self, time_left_ms: Callable[[], int] = lambda: 900_000) -> Night:
        table = self.vandal.table
        return Night(
            self.rows, StoreAccountPages(table), self.vault, self.signer,
            StoreProgress(table), time_left_ms,
        )  # fmt: skip

    def next(self) -> Progress:
        """The next night, in one run."""
        self.today += dt.timedelta(days=1)
        return verify_tonight(self.ports(), self.today.isoformat())

    def next_restless(self) -> Progress:
        """A night on which it is not the victim's turn to be folded from its first entry."""
        while is_turn(self.vandal.place, (self.today + dt.timedelta(days=1)).isoformat()):
            self.today += dt.timedelta(days=1)
        return self.next()


@pytest.fixture
def nights() -> Nights:
    nights = Nights()
    first = nights.next()
    assert (first.is_done, first.breaks) == (True, 0), first.told
    return nights


def test_a_root_names_every_account_and_follows_on_the_one_before(nights: Nights) -> None:
    second = nights.next()
    assert (second.is_done, second.breaks) == (True, 0)
    root = read_root(nights.vault, nights.signer, root_name(nights.today.isoformat()))
    assert root is not None
    assert root.accounts == len(nights.vandal.witnessed)
    assert list(broken_roots(nights.vault, nights.signer)) == []
    heads = last_heads(nights.vault, nights.signer).known
    assert {(one.place, one.version, one.hash) for one in nights.vandal.witnessed} == {
        (one.place, one.version, one.hash) for one in heads.values()
    }


def test_a_resting_account_costs_one_read(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[Place] = []
    lines = nights.rows.lines

    def counted(place: Place) -> Sequence[StoredLine]:
        folded.append(place)
        return lines(place)

    monkeypatch.setattr(nights.rows, "lines", counted)
    night = nights.next()
    turns = [one for one in nights.vandal.witnessed if is_turn(one.place, night.date)]
    assert len(folded) == len(turns) < night.accounts


ON_THE_ACCOUNT = [
    deeds.a_lot,
    deeds.a_counter,
    deeds.a_hold,
    deeds.a_version,
    deeds.the_status,
    deeds.a_tail_with_the_account_rolled_back,
    deeds.a_chain_computed_anew,
    deeds.an_invented_entry_and_the_account,
    deeds.a_member_removed_with_every_trace,
]
ON_THE_ENTRIES = [
    deeds.an_amount,
    deeds.a_missing_entry,
    deeds.two_swapped,
    deeds.a_hash,
    deeds.a_detail,
]


@pytest.mark.parametrize("deed", ON_THE_ACCOUNT, ids=lambda deed: deed.__name__)
@pytest.mark.requirement("X-09")
def test_what_changes_an_account_is_found_the_next_night_and_every_night_after(
    nights: Nights, deed: Callable[[Vandal], None]
) -> None:
    deed(nights.vandal)
    for _ in range(2):
        night = nights.next_restless()
        assert night.breaks
        assert nights.vandal.place.member in night.told[0]


@pytest.mark.parametrize("deed", ON_THE_ENTRIES, ids=lambda deed: deed.__name__)
@pytest.mark.requirement("X-09")
def test_what_changes_an_entry_of_a_resting_account_is_found_when_its_turn_comes(
    nights: Nights, deed: Callable[[Vandal], None]
) -> None:
    deed(nights.vandal)
    told = [nights.next() for _ in range(TURNS)]
    (found,) = [night for night in told if night.breaks]
    assert nights.vandal.place.member in found.told[0]


@pytest.mark.requirement("X-09")
def test_an_account_hidden_from_the_index_is_still_asked_for(nights: Nights) -> None:
    account = dict(nights.vandal.account())
    del account["dk"], account["ds"]
    nights.vandal.table.put({**account, "st": "left"})
    assert nights.next_restless().breaks


@pytest.mark.requirement("X-09")
def test_a_root_that_the_key_did_not_sign_proves_nothing(nights: Nights) -> None:
    name = root_name(nights.today.isoformat())
    forger = Nights()
    forger.signer = SecretSigner(b"a key of the forger's own")
    forger.next()
    nights.vault.objects[name] = forger.vault.objects[name]
    assert nights.next().told[0].startswith(f"root at {name}")
    assert [one.rule for one in broken_roots(nights.vault, nights.signer)] == ["root"]


@pytest.mark.requirement("X-09")
def test_heads_that_are_not_what_their_root_says_are_found(nights: Nights) -> None:
    (name,) = nights.vault.names("heads/")
    nights.vault.objects[name] = b"other heads"
    assert nights.next().told[0].startswith(f"root at {name}")


def test_a_night_goes_on_where_a_run_stopped_and_signs_once(nights: Nights) -> None:
    nights.vandal.table.page_rows = 5
    nights.today += dt.timedelta(days=1)
    runs = 0
    while True:
        # Time for one page; the next one would be begun with too little left.
        left = iter([900_000, 0])
        progress = verify_tonight(nights.ports(partial(next, left)), nights.today.isoformat())
        runs += 1
        if progress.is_done:
            break
    assert runs > 2
    assert (progress.accounts, progress.breaks) == (len(nights.vandal.witnessed), 0)
    again = verify_tonight(nights.ports(), nights.today.isoformat())
    assert again == progress


def test_of_two_runs_at_once_one_stops(nights: Nights) -> None:
    nights.vandal.table.page_rows = 5
    nights.today += dt.timedelta(days=1)
    row = StoreProgress(nights.vandal.table)
    begun = row.read()
    assert begun is not None

    def other_run_first() -> int:
        found = row.read()
        if found == begun:
            row.save(Progress(nights.today.isoformat(), position="", turn=begun.turn + 1))
        return 900_000

    progress = verify_tonight(nights.ports(other_run_first), nights.today.isoformat())
    assert not progress.is_done
    assert not nights.vault.names(root_name(nights.today.isoformat()))
