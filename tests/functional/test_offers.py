"""What runs now is told with the scan, and what has ended or not begun is not."""

from __future__ import annotations

import copy

import pytest

from tests.functional.conftest import DEMO, Shop


@pytest.mark.requirement("Z-43")
def test_a_scan_tells_the_offers_of_now_and_vouchers_by_their_names(empty_shop: Shop) -> None:
    document = copy.deepcopy(DEMO)
    document["operations"] = [
        {"id": "ended", "balance": "points", "coefficient": "2", "ends_at": "2020-01-31"},
        {
            "id": "double",
            "name": {"fr": "Points doublés", "en": "Double points"},
            "balance": "points",
            "coefficient": "2",
            "starts_at": "2020-01-01",
            "ends_at": "2098-12-31T20:00",
        },
        {"id": "later", "balance": "points", "coefficient": "3", "starts_at": "2098-01-01"},
    ]
    published = empty_shop.send(
        "POST", "/v1/programmes/demo/publish", {"document": document}, key="publish"
    )
    assert published.status == 201, published.body
    member = empty_shop.enrol()
    given = empty_shop.send(
        "POST",
        "/v1/redemptions",
        {"member": {"id": member["member_id"]}, "programme": "demo", "reward": "five-off"},
        key="give",
    )
    assert given.status == 201, given.body

    scan = empty_shop.send("POST", "/v1/scans", {"code": member["card"]["code"]}).json
    (account,) = scan["accounts"]
    assert account["offers"] == [
        {"operation": "double", "name": "Double points", "ends_at": "2098-12-31T20:00"}
    ]
    assert [voucher["name"] for voucher in account["vouchers"]] == ["5 EUR off"]
