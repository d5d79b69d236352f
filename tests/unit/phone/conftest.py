"""One test chain for all the phone's tests: making keys takes most of a second."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.phone.card_maker import Draft, seal
from tools import testpki


@pytest.fixture(scope="package")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("phone")


@pytest.fixture(scope="package")
def paths(state_dir: Path) -> testpki.Paths:
    return testpki.ensure(state_dir)


@pytest.fixture(scope="package")
def draft(state_dir: Path) -> Draft:
    """A good card, to be broken in one place."""
    return Draft(seal(state_dir))
