"""The one place that sees everything: wires settings, adapters and use cases together.

Nothing is made at import. `container()` makes what it is asked for once per process.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

from tessera.adapters.dynamodb.api_keys import StoreApiKeys
from tessera.adapters.dynamodb.clock import MovableClock, WallClock
from tessera.adapters.dynamodb.driver import StoreDriver
from tessera.adapters.dynamodb.entries import StoreCards, StoreEntries
from tessera.adapters.dynamodb.programmes import StoreProgrammes
from tessera.adapters.dynamodb.rows import Codec
from tessera.adapters.dynamodb.table import DynamoTable, Store
from tessera.adapters.links import SignedLinks
from tessera.adapters.secrets import KeySecrets, read_secret
from tessera.application.ports import Clock
from tessera.application.services import Services
from tessera.settings import Settings, settings


class SystemEntropy:
    """`ports.Entropy` from the operating system."""

    def bytes(self, length: int) -> bytes:
        return os.urandom(length)


@dataclass(frozen=True)
class Container:
    """Everything that a function may need, made when it is first asked for."""

    settings: Settings

    @cached_property
    def keys(self) -> KeySecrets:
        return KeySecrets.of(read_secret(self.settings.keys_secret_id))

    @cached_property
    def table(self) -> DynamoTable:
        return DynamoTable(self.settings.table_name, self.settings.region)

    @property
    def store(self) -> Store:
        return self.table

    @cached_property
    def programmes(self) -> StoreProgrammes:
        return StoreProgrammes(self.store)

    @cached_property
    def codec(self) -> Codec:
        return Codec(self.keys.lookup)

    @cached_property
    def driver(self) -> StoreDriver:
        return StoreDriver(self.store, self.codec, self.programmes)

    @cached_property
    def clock(self) -> Clock:
        if self.settings.stage == "production":
            return WallClock()
        return MovableClock(self.store)

    @cached_property
    def api_keys(self) -> StoreApiKeys:
        return StoreApiKeys(self.store, live=self.settings.is_production)

    @cached_property
    def wall_clock(self) -> Clock:
        return WallClock()

    @cached_property
    def services(self) -> Services:
        return Services(
            driver=self.driver,
            clock=self.clock,
            entropy=SystemEntropy(),
            entries=StoreEntries(self.store),
            programmes=self.programmes,
            cards=StoreCards(self.store),
            links=SignedLinks(self.settings.public_url, self.keys.card_link),
            api_keys=self.api_keys,
            wall_clock=self.wall_clock,
        )

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        """An invocation begins; `remaining_ms` is Lambda's own count of the time left."""
        self.driver.remaining_ms = remaining_ms


@cache
def container() -> Container:
    """The container of this process."""
    return Container(settings())
