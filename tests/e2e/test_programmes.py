"""Each example programme, used through the deployed API as its shop would use it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import yaml

from tools.api_client import Api
from tools.laptop import Stack

PROGRAMMES = Path(__file__).parents[2] / "programmes"
PARIS = ZoneInfo("Europe/Paris")


class Shop:
    """One example programme on the stack, and short ways to use it."""

    def __init__(self, api: Api, programme: str) -> None:
        self.api = api
        self.programme = programme
        self.run = uuid4().hex[:8]
        document = yaml.safe_load((PROGRAMMES / f"{programme}.yaml").read_text("utf-8"))
        reply = api.post(
            f"/v1/programmes/{programme}/publish", {"document": document}, f"{programme} {self.run}"
        )
        assert reply.ok, reply.reason

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        reply = self.api.post(f"/v1{path}", body, uuid4().hex)
        assert reply.ok, reply.reason
        return reply.body

    def refused(self, path: str, **body: Any) -> dict[str, Any]:
        reply = self.api.post(f"/v1{path}", body, uuid4().hex)
        assert reply.status == 422, reply.body
        return reply.body

    def enrol(self, **body: Any) -> dict[str, Any]:
        return self.post("/members", programme=self.programme, **body)

    def sale(self, member: str, store: str = "s1", **body: Any) -> dict[str, Any]:
        number = f"{self.run}-{uuid4().hex[:8]}"
        sold: dict[str, Any] = {
            "member": {"id": member},
            "document": {"store": store, "number": number},
            "currency": "EUR",
            **body,
        }
        return sold

    def buy(self, member: str, store: str = "s1", **body: Any) -> dict[str, Any]:
        """What a sale did in this programme."""
        answer = self.post("/purchases", **self.sale(member, store, **body))
        return next(result for result in answer["results"] if result["programme"] == self.programme)


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    api = Api(stack.api_url, stack.admin_key)
    yield api
    api.close()


def moved(result: dict[str, Any], balance: str) -> tuple[int, int, int]:
    """Earned, spent and left of a balance."""
    found = next(item for item in result["balances"] if item["balance"] == balance)
    return found["earned"], found["spent"], found["after"]


def yesterday_at(hour: int) -> str:
    day = datetime.now(UTC).astimezone(PARIS).date() - timedelta(days=1)
    return datetime.combine(day, time(hour), PARIS).isoformat()


def test_a_coffee_shop_gives_points_for_cups_and_reviews_and_takes_them_for_coffee(
    api: Api,
) -> None:
    shop = Shop(api, "coffee")
    member = shop.enrol(occurred_at=yesterday_at(9), profile={"first_name": "Léa"})["member_id"]
    lines = [
        {"article": "espresso", "gross": 400, "attributes": {"option": "own-cup"}},
        {"article": "cake", "gross": 300},
    ]
    cups = shop.buy(member, occurred_at=yesterday_at(10), lines=lines)
    assert moved(cups, "beans") == (9, 0, 29)
    coffee = {"member": {"id": member}, "programme": "coffee", "reward": "free-coffee"}
    refusal = shop.refused("/redemptions", **coffee)
    assert (refusal["required"], refusal["available"], refusal["missing"]) == (40, 29, 11)
    review = shop.post("/events", member={"id": member}, programme="coffee", name="review.posted")
    assert moved(review, "beans") == (10, 0, 39)
    shop.buy(member, occurred_at=yesterday_at(11), total=200)
    assert moved(shop.post("/redemptions", **coffee), "beans") == (0, 40, 1)


def test_a_customer_joins_the_coffee_shop_with_the_first_purchase_there(api: Api) -> None:
    shop = Shop(api, "coffee")
    customer = shop.post("/members", profile={"first_name": "Noé"})["member_id"]
    joined = shop.buy(customer, "petit-noir", occurred_at=yesterday_at(10), total=500)
    assert moved(joined, "beans")[2] == 20 + 5
    assert joined["joined"]["code"]


def test_a_hotel_gives_ten_euros_for_each_hundred_and_carries_the_rest(api: Api) -> None:
    shop = Shop(api, "hotel")
    joined = shop.enrol(profile={"first_name": "Max"})
    assert joined["card"]["membership_id"].startswith("HQ-")
    member = joined["member_id"]
    first = shop.buy(member, lines=[{"article": "night", "gross": 23_100, "tax": 2_100}])
    assert moved(first, "cashback") == (2_000, 0, 0)
    second = shop.buy(member, lines=[{"article": "night", "gross": 9_900, "tax": 900}])
    assert moved(second, "cashback") == (1_000, 0, 0)
    lots = api.get(f"/v1/members/{member}/lots").body["lots"]
    assert [(lot["amount"], lot["state"]) for lot in lots] == [(3_000, "pending")]


def test_a_bakery_stamps_ten_breads_and_gives_the_eleventh(api: Api) -> None:
    shop = Shop(api, "bakery")
    bread = {"article": "baguette", "gross": 120, "attributes": {"family": "bread"}}
    member = shop.enrol(occurred_at=yesterday_at(7), profile={"first_name": "Ines"})["member_id"]
    mixed = [{**bread, "quantity": 3}, {"article": "croissant", "gross": 110}]
    assert moved(shop.buy(member, occurred_at=yesterday_at(8), lines=mixed), "stamps")[2] == 3
    capped = shop.buy(member, occurred_at=yesterday_at(9), lines=[{**bread, "quantity": 4}])
    assert moved(capped, "stamps") == (2, 0, 5)
    full = shop.buy(member, lines=[{**bread, "quantity": 5}])
    assert moved(full, "stamps") == (5, 10, 0)
    assert [voucher["reward"] for voucher in full["vouchers"]] in ([], ["free-bread"])
    hand = api.get(f"/v1/members/{member}/vouchers").body["vouchers"]
    assert [voucher["reward"] for voucher in hand] == ["free-bread"]


def test_a_fashion_brand_greets_the_first_order_and_doubles_its_points(api: Api) -> None:
    shop = Shop(api, "fashion")
    member = shop.enrol(profile={"first_name": "Awa"})["member_id"]
    order = shop.buy(
        member, "web", channel="web", delivery="colissimo", delivery_cost=590,
        lines=[{"article": "coat", "gross": 16_000}],
    )  # fmt: skip
    amounts = {benefit["kind"]: benefit["amount"] for benefit in order["benefits"]}
    assert amounts == {"discount": 1_600, "free_delivery": 590}
    assert moved(order, "points") == (288, 0, 288)
    paid = shop.buy(member, total=5_000, payments=[{"balance": "points", "amount": 200}])
    assert moved(paid, "points")[1] == 200


def test_a_club_member_buys_cheaper_and_earns_double_for_a_year(api: Api) -> None:
    shop = Shop(api, "club")
    member = shop.enrol(profile={"first_name": "Paul"})["member_id"]
    before = shop.buy(member, lines=[{"article": "wine", "gross": 10_000}])
    assert moved(before, "points") == (100, 0, 100)
    shop.buy(member, lines=[{"article": "club-card", "gross": 5_000}])
    after = shop.buy(member, lines=[{"article": "wine", "gross": 13_000}])
    amounts = {benefit["kind"]: benefit["amount"] for benefit in after["benefits"]}
    assert amounts == {"discount": 1_560, "free_delivery": 0}
    assert moved(after, "points")[0] == 228


def test_stores_that_cannot_see_each_other_keep_accounts_apart(api: Api) -> None:
    shop = Shop(api, "stores")
    member = shop.enrol(store="angers-centre", profile={"first_name": "Zoé"})["member_id"]
    shop.enrol(member_id=member, store="bordeaux")
    assert moved(shop.buy(member, "angers-gare", total=13_000), "points")[2] == 130
    assert moved(shop.buy(member, "bordeaux", total=4_000), "points")[2] == 40
    ask = {"total": 10_000, "payments": [{"balance": "points", "amount": 50}]}
    refusal = shop.refused("/purchases", **shop.sale(member, "bordeaux", **ask))
    assert (refusal["required"], refusal["available"]) == (50, 40)
    spent = moved(shop.buy(member, "angers-centre", **ask), "points")
    assert spent[1] == 50
