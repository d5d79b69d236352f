"""A store's day by clerk and till: what the tills' journal says is what the ledger did."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from tests.functional.conftest import Shop
from tests.functional.test_tills import Counter

Sums = dict[tuple[str, str], list[int]]


def opened(shop: Shop, name: str, clerk: str, pin: str = "4711") -> tuple[Counter, str]:
    counter = Counter(shop, name)
    assert counter.enrol().status == 201
    known = counter.clerk(clerk, pin)
    assert counter.step_up(known, pin).status == 200
    return counter, f"{counter.device.till}.{known}"


def day_of(counter: Counter) -> str:
    return str(counter.send("GET", "/v1/setup").json["now"][:10])


def report_of(counter: Counter) -> dict[str, Any]:
    reply = counter.send("GET", f"/v1/stores/{counter.store}/days/{day_of(counter)}")
    assert reply.status == 200, reply.body
    return reply.json


def ledger_of(shop: Shop, *members: dict[str, Any]) -> dict[tuple[str, str], Sums]:
    """By who and kind of entry, what each balance earned and lost: read off the entries alone."""
    found: dict[tuple[str, str], Sums] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for member in members:
        path = f"/v1/members/{member['member_id']}/entries"
        query = {"programme": "demo", "limit": "100"}
        for entry in shop.send("GET", path, query=query).json["entries"]:
            sums = found[entry["by"], entry["kind"]]
            for movement in entry["movements"]:
                place = 0 if movement["amount"] > 0 else 1
                sums["demo", movement["balance"]][place] += abs(movement["amount"])
    return found


@pytest.mark.requirement("K-10")
def test_the_report_is_equal_to_the_ledger(shop: Shop) -> None:
    first, second = shop.enrol("c-1"), shop.enrol("c-2")
    one, zoe = opened(shop, "one", "Zoé")
    two, yan = opened(shop, "two", "Yan", "8290")

    for number, total in enumerate((1000, 2550, 405)):
        assert one.sell(first, f"a{number}", total).status == 201
    assert two.sell(second, "b1", 9900).status == 201
    undone = two.send(
        "POST", "/v1/purchases/undo", {"document": {"store": "paris", "number": "b1"}}
    )
    assert undone.status == 201
    returned = two.send(
        "POST",
        "/v1/returns",
        {
            "document": {"store": "paris", "number": "r1"},
            "original": {"store": "paris", "number": "a1"},
            "lines": [{"line": 0, "amount": 550}],
        },
    )
    assert returned.status == 201, returned.body
    given = one.send(
        "POST",
        "/v1/redemptions",
        {"member": {"id": first["member_id"]}, "programme": "demo", "reward": "five-off"},
        key="give",
    )
    assert given.status == 201, given.body
    # Sent again, each is told the same and counts once.
    assert one.sell(first, "a0", 1000).headers["idempotent-replayed"] == "true"

    told = report_of(one)
    lines = {f"{line['till']}.{line['clerk']}": line for line in told["lines"]}
    assert [line["clerk_name"] for line in told["lines"]] == ["Yan", "Zoé"]
    assert (lines[zoe]["sales"]["count"], lines[zoe]["sales"]["amount"]) == (3, 3955)
    assert (lines[yan]["sales"]["count"], lines[yan]["undos"]["count"]) == (1, 1)
    assert lines[yan]["undos"]["amount"] == 9900
    assert (lines[yan]["returns"]["count"], lines[yan]["returns"]["amount"]) == (1, 550)
    (total,) = told["totals"]
    assert (total["sales"]["count"], total["redemptions"]["count"]) == (4, 1)

    ledger = ledger_of(shop, first, second)
    for who, kind, entry_kind in (
        (zoe, ("sales",), "purchase"),
        (zoe, ("redemptions",), "redeem"),
        (yan, ("sales",), "purchase"),
        (yan, ("returns", "undos"), "return"),
    ):
        assert journal_of(lines[who], *kind) == dict(ledger[who, entry_kind]), (who, kind)


def journal_of(line: dict[str, Any], *kinds: str) -> Sums:
    """What each balance earned and spent in a line of the report."""
    found: Sums = defaultdict(lambda: [0, 0])
    for kind in kinds:
        for moved in line[kind]["balances"]:
            pair = found[moved["programme"], moved["balance"]]
            pair[0] += moved["earned"]
            pair[1] += moved["spent"]
    return dict(found)


def test_a_report_reads_its_day_and_nothing_else(shop: Shop, member: dict[str, Any]) -> None:
    counter, _ = opened(shop, "one", "Zoé")
    counter.sell(member, "1")
    day = day_of(counter)
    found: list[Any] = []
    shop.container.table.consumed = found
    reply = counter.send("GET", f"/v1/stores/paris/days/{day}")
    shop.container.table.consumed = None
    assert reply.status == 200
    assert {one["operation"] for one in found} <= {"Query", "GetItem", "PutItem"}
    empty = counter.send("GET", "/v1/stores/paris/days/2020-02-29").json
    assert (empty["lines"], empty["totals"]) == ([], [])
    wrong = counter.send("GET", "/v1/stores/paris/days/2020-02-30")
    assert (wrong.status, wrong.code) == (400, "date_malformed")


def test_a_key_keeps_no_journal(shop: Shop, member: dict[str, Any]) -> None:
    body = {
        "member": {"id": member["member_id"]},
        "document": {"store": "paris", "number": "1"},
        "currency": "EUR",
        "total": 1000,
    }
    shop.send("POST", "/v1/purchases", body)
    assert [row for row in shop.rows() if row["t"] == "T"] == []


@pytest.mark.requirement("O-12")
def test_a_sale_is_found_with_its_lines_and_what_came_back(
    shop: Shop, member: dict[str, Any]
) -> None:
    counter, _ = opened(shop, "one", "Zoé")
    document = {"store": "paris", "number": "1"}
    lines = [
        {"article": "tea", "gross": 350, "quantity": 2, "attributes": {"name": "Thé"}},
        {"article": "cake", "gross": 420},
    ]
    assert counter.sell(member, "1", 770, lines=lines).status == 201
    returned = counter.send(
        "POST",
        "/v1/returns",
        {
            "document": {"store": "paris", "number": "r1"},
            "original": document,
            "lines": [{"line": 0, "quantity": 1}],
        },
    )
    assert returned.status == 201
    found = counter.send("POST", "/v1/purchases/find", {"document": document}).json
    assert [
        (line["article"], line["name"], line["quantity_milli"], line["returned_milli"])
        for line in found["lines"]
    ] == [("tea", "Thé", 2000, 1000), ("cake", "", 1000, 0)]
    unknown = {"document": {"store": "paris", "number": "2"}}
    assert counter.send("POST", "/v1/purchases/find", unknown).code == "document_unknown"
