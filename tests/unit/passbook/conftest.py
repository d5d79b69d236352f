from __future__ import annotations

import pytest

from passbook import Signer
from tests.fakes.pass_chain import Chain, make_chain


@pytest.fixture(scope="session")
def chain() -> Chain:
    return make_chain()


@pytest.fixture(scope="session")
def signer(chain: Chain) -> Signer:
    return Signer.from_pem(chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem)
