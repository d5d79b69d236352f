"""The deployed stack: one for all tests of a session, seen from outside only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.laptop import Places, Stack

ROOT = Path(__file__).resolve().parents[2]
# Beside a developer's own stack, which may be running.
PORT_BASE = 4766


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep every test of the stack on one worker: it is deployed once, not once per worker."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A stack with nothing in it but its first API key."""
    places = Places(PORT_BASE, ROOT / "build" / "e2e")
    fresh = Stack(places, quiet=True)
    fresh.reset()
    with fresh:
        yield fresh
