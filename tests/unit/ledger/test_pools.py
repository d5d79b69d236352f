"""Codes that the merchant brings are given out once, however often he brings them (B-08, B-50)."""

from __future__ import annotations

import pytest
import yaml

from tessera.application.award_reward import award_reward
from tessera.application.enrol_member import enrol_member
from tessera.application.import_codes import import_codes
from tessera.domain.errors import Refused
from tests.fakes.stack import PROGRAMMES, MemoryStack, said

CODES = ["B-1", "B-2"]


@pytest.fixture
def stack() -> MemoryStack:
    """A reward and a membership, each with codes of a pool."""
    stack = MemoryStack()
    document = yaml.safe_load((PROGRAMMES / "demo.yaml").read_text("utf-8"))
    document["membership"]["identifier"] = {"mode": "pool", "pool": "numbers"}
    document["rewards"] += [
        {
            "id": "bon",
            "kind": "discount",
            "name": "Bon",
            "worth": {"discount": "2.00"},
            "code": {"mode": "pool", "pool": "bons"},
        }
    ]
    stack.publish(document)
    return stack


def bring(stack: MemoryStack, pool: str, codes: list[str]) -> None:
    caller = stack.with_scopes("programmes:write")
    import_codes(stack.services.pools, caller, pool, {"codes": codes})


def enrol(stack: MemoryStack) -> dict[str, str]:
    body = {"programme": "demo", "profile": {"first_name": "Anna"}}
    found = said(enrol_member(stack.services, stack.writing(body)))
    return {"id": found["member_id"], "number": found["card"]["membership_id"]}


@pytest.mark.requirement("B-50")
def test_a_file_that_comes_again_brings_no_code_that_somebody_has(stack: MemoryStack) -> None:
    bring(stack, "numbers", ["N-1"])
    who = enrol(stack)["id"]
    award = {"member": {"id": who}, "programme": "demo", "reward": "bon"}
    given = []
    for _ in CODES:
        bring(stack, "bons", CODES)
        (voucher,) = said(award_reward(stack.services, stack.writing(award)))["vouchers"]
        given.append(voucher["code"])
    bring(stack, "bons", CODES)
    assert sorted(given) == CODES
    with pytest.raises(Refused, match="code_pool_empty"):
        award_reward(stack.services, stack.writing(award))


@pytest.mark.requirement("B-08")
def test_a_number_of_a_member_is_not_given_to_another(stack: MemoryStack) -> None:
    bring(stack, "numbers", ["N-1"])
    assert enrol(stack)["number"] == "N-1"
    bring(stack, "numbers", ["N-1", *[f"N-{number}" for number in range(2, 40)]])
    assert enrol(stack)["number"] != "N-1"
    assert len([row for row in stack.table.scan() if row["t"] == "K"]) == 37


@pytest.mark.requirement("B-08")
def test_who_joins_once_the_numbers_are_out_is_refused(stack: MemoryStack) -> None:
    bring(stack, "numbers", ["N-1"])
    enrol(stack)
    bring(stack, "numbers", ["N-1"])
    with pytest.raises(Refused, match="code_pool_empty"):
        enrol(stack)
