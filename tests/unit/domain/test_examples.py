"""The example programmes are read without complaint, and a case of each is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes.golden import Shop, look

PROGRAMMES = Path(__file__).parents[3] / "programmes"
NAMES = sorted(path.stem for path in PROGRAMMES.glob("*.yaml"))


def example(name: str) -> Shop:
    """A shop with that example in force."""
    text = (PROGRAMMES / f"{name}.yaml").read_text("utf-8")
    return Shop([yaml.safe_load(text)])


def line(article: str, gross: int, **attributes: str) -> dict[str, Any]:
    return {"article": article, "gross": gross, "attributes": attributes}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_accepted_and_serves_a_purchase(name: str) -> None:
    shop = example(name)
    store = "angers-centre" if name == "stores" else "s1"
    shop.act({"enrol": {"store": store}})

    reply = shop.act({"buy": {"total": 4250, "store": store}})

    assert reply["status"] == 201, reply


def test_the_coffee_shop_doubles_in_the_quiet_hours_and_gives_a_coffee() -> None:
    shop = example("coffee")
    shop.act({"enrol": {}})
    shop.set_clock("2026-11-23T15:00")

    sale = shop.act({"buy": {"lines": [line("espresso", 1000, option="own-cup")]}})
    coffee = shop.act({"redeem": {"reward": "free-coffee"}})

    assert look(sale, "balances.beans.earned") == 24
    assert look(coffee, "balances.beans.after") == 4


def test_the_hotel_carries_what_is_left_of_a_hundred_and_pays_after_a_fortnight() -> None:
    shop = example("hotel")
    stay = {"lines": [{"article": "night", "gross": 11000, "tax": 1000}]}

    first = shop.act({"buy": dict(stay)})
    shop.set_clock("2026-12-07T09:00")
    second = shop.act({"buy": {**stay, "payments": [{"balance": "cashback"}]}})

    assert look(first, "balances.cashback.pending") == 1000
    assert look(second, "benefits.payment.amount") == 1000


def test_the_bakery_gives_the_eleventh_bread() -> None:
    shop = example("bakery")
    bread = {**line("baguette", 120, family="bread"), "quantity": 5}

    shop.act({"buy": {"lines": [bread]}})
    shop.set_clock("2026-11-24T10:00")
    second = shop.act({"buy": {"lines": [bread]}})

    assert look(second, "vouchers.free-bread.reward") == "free-bread"
    assert look(second, "balances.stamps.after") == 0


def test_the_fashion_brand_multiplies_knitwear_for_an_allure() -> None:
    shop = example("fashion")
    shop.act({"buy": {"lines": [line("coat", 40000)]}})

    sale = shop.act({"buy": {"lines": [line("pull", 10000, family="knitwear")]}})

    assert look(sale, "tiers.status.tier") == "allure"
    assert look(sale, "balances.points.earned") == 250


def test_the_club_gives_its_price_and_double_points_for_a_year() -> None:
    shop = example("club")
    shop.act({"buy": {"lines": [line("club-card", 3900)]}})

    sale = shop.act({"buy": {"total": 10000}})

    assert look(sale, "benefits.club:saint-clair.amount") == 800
    assert look(sale, "balances.points.earned") == 184


def test_partitioned_stores_keep_accounts_apart() -> None:
    shop = example("stores")
    for store in ("angers-centre", "bordeaux"):
        shop.act({"enrol": {"store": store}})
    shop.act({"buy": {"total": 13000, "store": "angers-centre"}})

    elsewhere = shop.act({"buy": {"total": 4000, "store": "bordeaux"}})
    beside = shop.act({"buy": {"total": 100, "store": "angers-gare"}})

    assert look(elsewhere, "balances.points.after") == 40
    assert look(beside, "balances.points.after") == 131
