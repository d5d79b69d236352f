"""The card of `make bench-wallet` is the one that `wallet_api` hands out, and it is sound."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from passbook import read_pass
from passbook.doctor import examine_pass
from tests.fakes.pass_chain import PASS_TYPE, TEAM, Chain
from tools.bench_wallet import (
    BUDGETS,
    OURS,
    RAW,
    Round,
    Worker,
    accounts,
    examples,
    judged_by_peers,
    verdicts,
    verify,
)
from tools.wallet_peers import ours


@pytest.fixture(scope="module")
def secret(chain: Chain) -> str:
    return json.dumps(
        {
            "pass_type_identifier": PASS_TYPE,
            "team_identifier": TEAM,
            "organization_name": "Café",
            "certificate_pem": chain.leaf.pem.decode(),
            "private_key_pem": chain.leaf.key_pem.decode(),
            "wwdr_pem": chain.wwdr.pem.decode(),
        }
    )


def test_each_account_gives_another_sound_card(secret: str, chain: Chain) -> None:
    members = accounts(24)
    make = ours.maker(secret, members)
    now = datetime.now(UTC)

    cards = [make(number) for number in range(24)]

    for archive, account in zip(cards, members, strict=True):
        assert examine_pass(archive, now, root=chain.root.pem) == []
        document: Any = read_pass(archive).document
        assert document["serialNumber"] == account["card"]
        tier = document["storeCard"]["headerFields"][0]
        assert tier["value"] == account["tier"]
    assert len({read_pass(one).members["pass.json"] for one in cards}) == 24


def test_cards_are_verified_by_openssl(secret: str, chain: Chain, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_bytes(chain.root.pem)

    verify("ours", ours.maker(secret, accounts(1))(0), root)


def test_other_libraries_take_our_cards(secret: str, tmp_path: Path) -> None:
    """Every example of docs/images/cards and a sample of members; `make judge-cards` takes 500."""
    members = accounts(24)
    make = ours.maker(secret, members)
    cards = [*examples(secret), *(make(number) for number in range(24))]

    told = judged_by_peers(tmp_path, cards)

    assert told == (
        f"{len(cards)} documents accepted by passkit-generator's schemas, "
        f"{len(cards)} archives read by pass-js"
    )


def crew(rates: dict[str, float]) -> list[Worker]:
    out = []
    for name, rate in rates.items():
        worker = Worker(name, [], Path(), 0)
        worker.rounds = [Round(rate, b"", b"")] * 3
        out.append(worker)
    return out


def test_a_missed_budget_is_told_from_one_that_no_program_could_meet() -> None:
    peers = {name: 100.0 for name, _ in BUDGETS if name != RAW}
    fast = {OURS: 10_000.0, RAW: 12_000.0, **peers}
    slow = {OURS: 5_000.0, RAW: 12_000.0, **peers}
    slow_rsa = {OURS: 5_900.0, RAW: 6_000.0, **peers}

    assert [met for _, met in verdicts(crew(fast))] == [True, True, True]
    assert [met for _, met in verdicts(crew(slow))] == [True, False, False]
    words = [text for text, _ in verdicts(crew(slow_rsa))]
    assert words[1].startswith("OUT OF REACH on this processor: 59.00 x py-pkpass (")
    assert all(met for _, met in verdicts(crew(slow_rsa)))
