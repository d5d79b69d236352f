"""Twenty clients buy without pause while a version is published and rolled back.

Each client is served by a container of its own, which keeps its own copy of the programme, as
Lambda's do. Time goes by in small steps that a seed chooses; so are the moments of publishing.
"""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from tessera.adapters.dynamodb import programmes as cache
from tests.fakes.memory_table import MemoryTable
from tests.fakes.stack import MemoryStack
from tests.functional.life.conftest import Merchant, changed

CLIENTS = 20
CENTS = 1000
NOTICE = {"fr": "Les règles changent.", "en": "The rules change."}


def two_rules(per_euro: int, fixed: int) -> dict[str, Any]:
    """The programme with two rules that every sale meets: a mixture of versions shows."""

    def edit(document: dict[str, Any]) -> None:
        rule = document["rules"][0]
        rule["then"][0]["credit"]["per_amount"]["give"] = per_euro
        second = copy.deepcopy(rule) | {"id": "visit"}
        second["then"] = [{"credit": {"balance": "beans", "amount": fixed}}]
        document["rules"].append(second)

    return changed(edit, notice=NOTICE)


BEFORE, RICHER = two_rules(2, 3), two_rules(5, 7)
EARNS = {1: 23, 2: 57, 3: 23}
"""What a sale of ten euros earns by the whole of each version."""


@dataclass
class Shops:
    """Many containers on one table, under one clock."""

    seed: int
    frozen: bool
    """Whether the containers' own clocks stand still, as where business time is moved."""
    numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        table = MemoryTable()
        self.office = Merchant(MemoryStack(table=table))
        self.clock = self.office.stack.clock
        self.office.publish(BEFORE)
        entropy = self.office.stack.entropy
        self.tills = [Merchant(MemoryStack(table, self.clock, entropy)) for _ in range(CLIENTS)]
        for till in self.tills:
            if not self.frozen:
                till.stack.programmes.monotonic = lambda: self.clock.at_ms / 1000
        self.members = [self.office.enrol() for _ in self.tills]
        self.wrong: list[str] = []

    def sell(self, seconds: float) -> None:
        """Let sales happen, at one till after another, for so long."""
        until_ms = self.clock.at_ms + int(seconds * 1000)
        while self.clock.at_ms < until_ms:
            self.clock.at_ms += self.random.randrange(0, 2_000)
            place = self.random.randrange(CLIENTS)
            self._sale(self.tills[place], self.members[place])

    def _sale(self, till: Merchant, member: str) -> None:
        now_ms = self.clock.at_ms
        number = f"S{next(self.numbers)}"
        sale = {
            "member": {"id": member},
            "document": {"store": "s1", "number": number},
            "currency": "EUR",
            "total": CENTS,
        }
        result = till.ok("key:till", "POST", "/v1/purchases", sale)["results"][0]
        version, earned = result["programme_version"], result["balances"][0]["earned"]
        due = max(
            number
            for number, at_ms in self.office.stack.programmes.timetable("coffee")
            if at_ms <= now_ms
        )
        if (version, earned) != (due, EARNS[due]):
            self.wrong.append(f"sale {number}: version {version} gave {earned}, due was {due}")


def run(seed: int, *, frozen: bool) -> Shops:
    shops = Shops(seed, frozen)
    path = "/v1/programmes/coffee"
    shops.sell(40)
    shops.office.ok("alice", "POST", f"{path}/publish", {"document": RICHER})
    shops.sell(150)
    rollback = {"version": 1, "notice": {**NOTICE, "en": "As before."}}
    shops.office.ok("alice", "POST", f"{path}/rollback", rollback)
    shops.sell(150)
    return shops


@pytest.mark.requirement("X-07", "A-12", "Z-19")
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_every_purchase_is_decided_by_the_version_in_force_and_by_no_mixture(
    seed: int, frozen: bool
) -> None:
    shops = run(seed, frozen=frozen)

    assert shops.wrong == []
    assert next(shops.numbers) > 200
    for member in shops.members:
        query = {"programme": "coffee", "limit": "100"}
        entries = shops.office.ok("key:till", "GET", f"/v1/members/{member}/entries", query=query)
        versions = [one["programme_version"] for one in entries["entries"]]
        assert versions == sorted(versions, reverse=True)
    served = {
        one["programme_version"]
        for member in shops.members
        for one in shops.office.ok("key:till", "GET", f"/v1/members/{member}/entries", query=query)[
            "entries"
        ]
    }
    assert served == {1, 2, 3}


def test_copies_that_lived_longer_than_a_version_waits_would_be_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The seeded fault: this is what the lead of two cache lives is for."""
    monkeypatch.setattr(cache, "CACHE_S", 300)
    assert run(0, frozen=False).wrong != []
