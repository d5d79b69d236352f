"""What members are promised is looked at before a programme is published."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.fakes.gateway import Reply
from tests.functional.conftest import DEMO, Shop


def publish(shop: Shop, edits: dict[str, Any], key: str) -> Reply:
    document = {**copy.deepcopy(DEMO), **edits}
    return shop.send("POST", "/v1/programmes/demo/publish", {"document": document}, key=key)


def reward(**parts: Any) -> dict[str, Any]:
    name = {"fr": "Un café offert", "en": "A free coffee"}
    return {"id": "coffee", "kind": "product", "products": ["coffee"], "name": name, **parts}


@pytest.mark.requirement("Z-24")
def test_something_free_that_nobody_can_have_is_not_published(shop: Shop) -> None:
    empty = publish(shop, {"rewards": [*DEMO["rewards"], reward(budget=0)]}, "a")
    costs = reward(use={"price": {"balance": "points", "amount": 10}})
    warned = publish(shop, {"rewards": [*DEMO["rewards"], costs]}, "b")

    assert empty.status == 422
    assert "reward_budget_empty" in empty.body
    assert warned.status == 201
    assert "free_has_price" in warned.body


@pytest.mark.requirement("Z-29")
def test_an_advantage_for_what_somebody_is_warns_whoever_publishes_it(shop: Shop) -> None:
    segment = {"id": "women", "if": {"member.gender": "f"}, "steps": [{"from": 0, "percent": "5"}]}
    fair = {**segment, "id": "parisians", "if": {"member.city": "Paris"}}

    warned = publish(shop, {"segments": [segment]}, "a")
    clean = publish(shop, {"segments": [fair]}, "b")

    assert "protected_attribute" in warned.body
    assert "protected_attribute" not in clean.body


@pytest.mark.requirement("Z-30")
def test_members_rights_are_not_reduced_without_notice(shop: Shop) -> None:
    shorter = copy.deepcopy(DEMO["balances"])
    shorter[0]["expiry"] = {"after": {"months": 3}}
    notice = {"notice": {"fr": "Dès mars", "en": "From March"}}

    silent = publish(shop, {"balances": shorter}, "a")
    announced = publish(
        shop, {"balances": shorter, "texts": {**DEMO.get("texts", {}), **notice}}, "b"
    )

    assert silent.status == 422
    assert "rights_reduced" in silent.body
    assert announced.status == 201
