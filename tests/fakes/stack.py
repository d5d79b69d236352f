"""The published use cases on a table in memory, with a clock that tests set.

Everything between the use case and the stored item is production code; only the table, the
clock and the randomness are stand-ins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tessera.adapters.code_keys import DerivedCodeKeys
from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.api_keys import StoreApiKeys
from tessera.adapters.dynamodb.articles import StoreArticles
from tessera.adapters.dynamodb.card_steps import StoreCardSteps
from tessera.adapters.dynamodb.driver import StoreDriver
from tessera.adapters.dynamodb.entries import StoreCandidates, StoreCards, StoreEntries
from tessera.adapters.dynamodb.erasures import StoreErasures
from tessera.adapters.dynamodb.journal import StoreJournal
from tessera.adapters.dynamodb.programme_desk import StoreProgrammeDesk
from tessera.adapters.dynamodb.programmes import StoreProgrammes
from tessera.adapters.dynamodb.rates import StorePaces
from tessera.adapters.dynamodb.rows import Codec, account_of
from tessera.adapters.dynamodb.scans import StoreScans
from tessera.adapters.dynamodb.shared import StorePools
from tessera.adapters.dynamodb.tallies import StoreTallies
from tessera.adapters.dynamodb.tills import StoreClerks, StoreTills
from tessera.adapters.links import SignedLinks
from tessera.adapters.signatures import EcdsaSignatures
from tessera.application.programme_desk import ProgrammeServices
from tessera.application.publish_programme import publish_programme
from tessera.application.requests import Answer, Caller, Writing
from tessera.application.services import Services
from tessera.domain.account import Account
from tests.fakes.memory_table import MemoryTable

PROGRAMMES = Path(__file__).parents[2] / "programmes"

EVERY_SCOPE = frozenset(
    {
        "adjustments:unlimited",
        "adjustments:write",
        "events:write",
        "import",
        "keys:write",
        "members:erase",
        "members:merge",
        "members:read",
        "members:write",
        "cards:write",
        "programmes:approve",
        "programmes:draft",
        "programmes:read",
        "programmes:write",
        "purchases:move",
        "purchases:write",
        "redemptions:write",
        "scans",
        "transfers:write",
    }
)

START_MS = 1_795_000_000_000
"""2026-11-18T11:06:40Z."""


@dataclass
class TestClock:
    """Business time as the test says."""

    __test__ = False

    at_ms: int = START_MS

    def now_ms(self) -> int:
        return self.at_ms

    def pass_days(self, days: int) -> None:
        self.at_ms += days * 86_400_000


class CountedEntropy:
    """The same bytes in every run, never the same twice in one."""

    def __init__(self) -> None:
        self._numbers = count()

    def bytes(self, length: int) -> bytes:
        number = next(self._numbers)
        found = b""
        while len(found) < length:
            found += sha256(f"{number} {len(found)}".encode()).digest()
        return found[:length]


@dataclass
class MemoryStack:
    """Services on a `MemoryTable`, and short ways to use them."""

    table: MemoryTable = field(default_factory=MemoryTable)
    clock: TestClock = field(default_factory=TestClock)
    entropy: CountedEntropy = field(default_factory=CountedEntropy)

    def __post_init__(self) -> None:
        self._publications = count(1)
        # The container's own clock stands still: the cache ages by business time alone.
        self.programmes = StoreProgrammes(
            self.table, monotonic=lambda: 0.0, now_ms=self.clock.now_ms
        )
        self.driver = StoreDriver(
            self.table, Codec(b"a secret for look-ups in tests.."), self.programmes, lambda _: None
        )
        self.services = Services(
            driver=self.driver,
            clock=self.clock,
            entropy=self.entropy,
            entries=StoreEntries(self.table),
            programmes=self.programmes,
            cards=StoreCards(self.table),
            candidates=StoreCandidates(self.table, b"a secret for look-ups in tests.."),
            links=SignedLinks("https://cards.example", {"1": b"a secret for card links in tests"}),
            erasures=StoreErasures(self.table, b"a secret for look-ups in tests.."),
            pools=StorePools(self.table, b"a secret for look-ups in tests.."),
            api_keys=StoreApiKeys(self.table, live=False),
            wall_clock=self.clock,
            codes=DerivedCodeKeys({"1": b"a secret for card codes in tests"}),
            scans=StoreScans(self.table),
            card_steps=StoreCardSteps(self.table),
            paces=StorePaces(self.table, self.clock.now_ms),
            tills=StoreTills(self.table),
            clerks=StoreClerks(self.table),
            journal=StoreJournal(self.table),
            signatures=EcdsaSignatures(),
            articles=StoreArticles(self.table),
        )
        self.desk = ProgrammeServices(
            driver=self.driver,
            clock=self.clock,
            programmes=self.programmes,
            api_keys=self.services.api_keys,
            articles=self.services.articles,
            desk=StoreProgrammeDesk(self.table),
            tallies=StoreTallies(self.table),
        )
        self.caller = Caller("key_test", scopes=EVERY_SCOPE)

    def publish(self, document: Mapping[str, Any]) -> str:
        """Publish a programme's first or next version and give its id."""
        name: str = document["programme"]
        writing = Writing(
            caller=self.caller,
            body={"document": document},
            key=f"publish {name} {next(self._publications)}",
            now_ms=self.clock.now_ms(),
            seed=self.entropy.bytes(32),
        )
        publish_programme(self.desk, writing, name)
        return name

    def with_scopes(self, *scopes: str) -> Caller:
        """A caller who may do these things and nothing else."""
        return Caller("key_other", scopes=frozenset(scopes))

    def publish_file(self, name: str) -> str:
        """Publish one of the example programmes."""
        return self.publish(yaml.safe_load((PROGRAMMES / f"{name}.yaml").read_text("utf-8")))

    def writing(
        self, body: Mapping[str, Any], key: str | None = None, caller: Caller | None = None
    ) -> Writing:
        """A writing request as an entrypoint makes it; the key is fresh unless given."""
        return Writing(
            caller=caller or self.caller,
            body=body,
            key=key or self.entropy.bytes(16).hex(),
            now_ms=self.clock.now_ms(),
            seed=self.entropy.bytes(32),
        )

    def account(self, member: str, programme: str, partition: str = "-") -> Account:
        """The account as it lies in the table."""
        item = self.table.get(keys.member(member), keys.account(programme, partition))
        assert item is not None
        return account_of(item)


def said(answer: Answer) -> dict[str, Any]:
    """The JSON of an answer."""
    content: dict[str, Any] = json.loads(answer.body)
    return content
