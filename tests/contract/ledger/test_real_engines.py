"""The ledger's histories on real engines: threads, a hot account, a network that fails."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.contract.ledger.hammer import Hammer
from tests.fakes.engines import Engine, create_table
from tests.fakes.faulting_proxy import FAULTS, Faults, faulting_proxy

WRITERS = 48
PROXIED = 80


@pytest.fixture(params=["dynamodb-local", "ministack"])
def concurrent_engine(request: pytest.FixtureRequest) -> Engine:
    """The engines on which transactions are atomic under threads."""
    found: Engine = request.getfixturevalue(request.param.replace("-", "_") + "_engine")
    return found


def test_48_writers_on_one_account_lose_nothing_and_double_nothing(
    dynamodb_local_engine: Engine, record_property: Callable[[str, object], None]
) -> None:
    url = dynamodb_local_engine.url
    assert url is not None
    hammer = Hammer(url, create_table(url))
    hammer.open(url, 1)
    sales = [hammer.purchase(hammer.members[0], f"T-{number}", 100) for number in range(WRITERS)]
    # Each document is handed in by two tills at once.
    seconds = hammer.run([*sales, *reversed(sales)], WRITERS)
    record_property("operations_per_second", round(len(sales) * 2 / seconds, 1))
    record_property("told_to_send_again", hammer.done["unavailable"])
    assert hammer.violations(url) == []
    assert sum(len(sale.acks) for sale in sales) == 2 * WRITERS
    assert hammer.done["replays"] == WRITERS


def test_a_network_that_fails_breaks_no_invariant(concurrent_engine: Engine) -> None:
    url = concurrent_engine.url
    assert url is not None
    table = create_table(url)
    faults = Faults(0.0, Random(11))
    with faulting_proxy(url, faults) as proxy:
        hammer = Hammer(proxy, table, read_timeout_s=1.0)
        hammer.open(url, 4)
        faults.share = 0.3
        random = Random(12)
        requests = [hammer.any_request(random, number) for number in range(PROXIED)]
        again = [random.choice(requests) for _ in range(PROXIED // 4)]
        hammer.run([*requests, *again], 8)
    assert hammer.violations(url) == []
    assert all(request.settled for request in requests)
    assert set(faults.struck) == set(FAULTS)


def test_claims_of_one_receipt_by_two_members_credit_one(concurrent_engine: Engine) -> None:
    url = concurrent_engine.url
    assert url is not None
    hammer = Hammer(url, create_table(url))
    hammer.open(url, 2)
    one, other = hammer.members
    claims = [
        hammer.purchase(member, f"T-{number}", 2_000)
        for number in range(12)
        for member in (one, other)
    ]
    hammer.run(claims, 8)
    assert hammer.violations(url) == []
    assert sum(bool(claim.acks) for claim in claims) == 12
    refused = [code for claim in claims for _, code, _ in claim.refusals]
    assert refused == ["request_differs"] * 12
