"""The engines that the ledger's contract is held on, each started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tessera.adapters.dynamodb.table import Store
from tests.fakes.engines import MOTO, Engine, create_table, moto_engine, table_on
from tests.fakes.memory_table import MemoryTable
from tools.engines import dynamodb_local, ministack

MEMORY = Engine("memory", survives_threads=False)
NAMES = ("memory", "moto", "dynamodb-local", "ministack")


@pytest.fixture(scope="session")
def dynamodb_local_engine() -> Iterator[Engine]:
    """Amazon's own emulator, in memory."""
    with dynamodb_local.running() as started:
        yield Engine("dynamodb-local", started.url)


@pytest.fixture(scope="session")
def ministack_engine() -> Iterator[Engine]:
    """The laptop's cloud."""
    with ministack.running() as url:
        yield Engine("ministack", url)


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn."""
    if request.param == "memory":
        yield MEMORY
    elif request.param == "moto":
        with moto_engine():
            yield MOTO
    else:
        yield request.getfixturevalue(request.param.replace("-", "_") + "_engine")


@pytest.fixture
def store(engine: Engine) -> Store:
    """An empty table on the engine."""
    if engine.name == "memory":
        return MemoryTable()
    return table_on(engine.url, create_table(engine.url))
