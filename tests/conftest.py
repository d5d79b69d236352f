"""What tests of the deployed stack share: one stack for all of them, on one worker."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.sharing import ByFolder

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

    from tools.laptop import Stack

ROOT = Path(__file__).resolve().parents[1]
# Beside a developer's own stack, which may be running. Two checkouts that test at once differ here.
PORT_BASE = int(os.environ.get("TESSERA_TEST_PORT_BASE", "4766"))

# How long an example takes says how busy the machine is, and nothing of the property.
settings.register_profile("tessera", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tessera")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make screens` and `make doctor-page` write what a plain run compares."""
    parser.addoption("--write-screens", action="store_true", help="write docs/screens anew")
    parser.addoption("--write-doctor", action="store_true", help="write docs/reference/doctor.md")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Keep the tests of the stack on one worker: it is deployed once, not once per worker."""
    return ByFolder(config, log)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A stack that began with nothing in it but its first API key."""
    from tools.laptop import Places, Stack

    places = Places(PORT_BASE, ROOT / "build" / "e2e")
    fresh = Stack(places, quiet=True)
    fresh.reset()
    with fresh:
        yield fresh


@pytest.fixture(autouse=True)
def _stack_is_up(request: pytest.FixtureRequest) -> None:
    """A test that failed between a stop and a start of the stack takes no other test along."""
    if "stack" in request.fixturenames:
        from tools.laptop import Stack

        found = request.getfixturevalue("stack")
        # Other tests call a table in memory their stack.
        if isinstance(found, Stack) and not found.is_up():
            found.up()
