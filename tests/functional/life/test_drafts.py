"""Programmes before they are published: listed, drafted, compared, copied."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functional.life.conftest import COFFEE, Merchant, changed

DRAFT = "/v1/programmes/coffee/draft"
PLAN = "/v1/programmes/coffee/plan"
NOTICE = {"fr": "Les règles changent.", "en": "The rules change."}


def dearer(document: dict[str, Any]) -> None:
    document["rewards"][0]["price"]["amount"] = 30


@pytest.mark.requirement("B-04")
def test_a_list_holds_several_programmes_by_names_that_only_the_merchant_sees(
    coffee: Merchant,
) -> None:
    tea = {**COFFEE, "programme": "tea", "internal_name": "Projet Thé"}
    coffee.ok("maud", "PUT", "/v1/programmes/tea/draft", {"document": tea, "revision": 0})

    rows = coffee.ok("maud", "GET", "/v1/programmes")["programmes"]

    assert [(row["programme"], row["internal_name"], row["state"]) for row in rows] == [
        ("coffee", "Projet Torréfaction 2027", "active"),
        ("tea", "Projet Thé", "draft"),
    ]
    member = coffee.enrol()
    for path in ("", "/balances", "/rewards", "/scan", "/tiers", "/vouchers"):
        reply = coffee.send("key:till", "GET", f"/v1/members/{member}{path}")
        assert reply.status == 200
        assert "Torréfaction" not in reply.body
    assert "Torréfaction" not in str(coffee.buy(member, 1000))


@pytest.mark.requirement("B-52")
def test_only_an_explicit_publication_activates_a_programme(merchant: Merchant) -> None:
    merchant.ok("maud", "PUT", DRAFT, {"document": COFFEE, "revision": 0})
    assert merchant.send("key:till", "POST", "/v1/members", {"programme": "coffee"}).code == (
        "programme_unknown"
    )

    merchant.ok("alice", "POST", "/v1/programmes/coffee/publish", {"revision": 1})

    assert merchant.buy(merchant.enrol(), 1000)["balances"][0]["after"] == 20
    # What was published is no draft any more.
    assert merchant.send("maud", "GET", DRAFT).code == "draft_unknown"


def test_a_draft_is_replaced_by_who_has_seen_it_and_by_nobody_else(merchant: Merchant) -> None:
    first = merchant.ok("maud", "PUT", DRAFT, {"document": COFFEE, "revision": 0})
    assert (first["revision"], first["saved"]["credential"]) == (1, "stf_maud")
    second = changed(dearer)
    assert merchant.ok("paul", "PUT", DRAFT, {"document": second, "revision": 1})["revision"] == 2

    late = merchant.send("maud", "PUT", DRAFT, {"document": COFFEE, "revision": 1})

    assert (late.status, late.code, late.json["field"]) == (409, "draft_moved", "/revision")
    assert "2" in late.json["detail"]
    assert merchant.ok("maud", "GET", DRAFT)["document"] == second
    # The same request again, because its answer was lost, is no new revision.
    assert merchant.ok("paul", "PUT", DRAFT, {"document": second, "revision": 1})["revision"] == 2


def test_a_draft_may_have_errors_and_is_told_them(merchant: Merchant) -> None:
    broken = changed(lambda document: document["rewards"][0]["price"].update(balance="tokens"))

    saved = merchant.ok("maud", "PUT", DRAFT, {"document": broken, "revision": 0}, language="fr")

    assert [item["severity"] for item in saved["findings"]] == ["error"]
    refused = merchant.send("alice", "POST", "/v1/programmes/coffee/publish", {"revision": 1})
    assert refused.status in {400, 422}
    assert refused.json["field"].startswith("/document")


def test_a_draft_is_thrown_away_once(merchant: Merchant) -> None:
    merchant.ok("maud", "PUT", DRAFT, {"document": COFFEE, "revision": 0})
    assert merchant.send("maud", "DELETE", DRAFT, query={"revision": "7"}).code == "draft_moved"
    for was_there in (True, False):
        told = merchant.ok("maud", "DELETE", DRAFT, query={"revision": "1"})
        assert told["discarded"] is was_there
    assert merchant.ok("maud", "GET", "/v1/programmes")["programmes"] == []


def test_who_only_reads_saves_nothing(merchant: Merchant) -> None:
    reply = merchant.send("antoine", "PUT", DRAFT, {"document": COFFEE, "revision": 0})
    assert (reply.status, reply.code) == (403, "scope_missing")


@pytest.mark.requirement("X-07")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "récompense «\u00a0cup\u00a0», prix, montant\u00a0: 20 devient 30"),
        ("en", "reward 'cup', price, amount: 20 becomes 30"),
    ],
)
def test_a_plan_tells_differences_findings_and_whom_they_touch(
    coffee: Merchant, language: str, said: str
) -> None:
    for _ in range(3):
        member = coffee.enrol()
        coffee.buy(member, 2000)
    assert coffee.redeem(member).status == 201
    coffee.deliver_stream()

    plan = coffee.ok("maud", "POST", PLAN, {"document": changed(dearer)}, language=language)

    assert [item["text"] for item in plan["differences"]] == [said]
    assert [item["path"] for item in plan["differences"]] == ["/rewards/cup/price/amount"]
    errors = [item for item in plan["findings"] if item["severity"] == "error"]
    assert [(item["pointer"], item["code"]) for item in errors] == [
        ("/rewards/0/price", "rights_reduced")
    ]
    assert (plan["live_version"], plan["publishable"], plan["accounts"]) == (1, False, 3)
    assert [(one["reward"], one["count"], one["effect"]) for one in plan["vouchers"]] == [
        ("cup", 1, "kept")
    ]


def test_a_plan_says_what_becomes_of_vouchers_that_members_hold(coffee: Merchant) -> None:
    member = coffee.enrol()
    coffee.buy(member, 2000)
    coffee.redeem(member)
    coffee.deliver_stream()
    less = changed(lambda document: document["rewards"][0]["worth"].update(discount="2.00"))
    gone = changed(lambda document: document.pop("rewards"), notice=NOTICE)

    worth = coffee.ok("maud", "POST", PLAN, {"document": less})["vouchers"]
    stranded = coffee.ok("maud", "POST", PLAN, {"document": gone})

    assert worth[0]["effect"] == "changed"
    assert "3.00 becomes 2.00" in worth[0]["text"]
    assert stranded["vouchers"][0]["effect"] == "stranded"
    assert "vouchers_stranded" in {item["code"] for item in stranded["findings"]}
    # A notice does not make up for a voucher that is worth nothing: the reward has to stay.
    reply = coffee.send("alice", "POST", "/v1/programmes/coffee/publish", {"document": gone})
    assert (reply.status, reply.code) == (422, "document_faulty")
    coffee.publish(changed(lambda document: document["rewards"][0].update(listed=False)))


def test_counts_follow_the_ledger_and_count_an_entry_once(coffee: Merchant) -> None:
    member = coffee.enrol()
    coffee.buy(member, 2000)
    code = coffee.redeem(member).json["vouchers"][0]["code"]
    coffee.deliver_stream(again=3)
    plan = {"document": COFFEE}
    assert coffee.ok("maud", "POST", PLAN, plan)["accounts"] == 1
    assert coffee.ok("maud", "POST", PLAN, plan)["vouchers"][0]["count"] == 1

    coffee.buy(member, 2000, vouchers=[code])
    coffee.deliver_stream(again=2)

    assert coffee.ok("maud", "POST", PLAN, plan)["vouchers"] == []
    coffee.redeem(member)
    coffee.deliver_stream()
    assert coffee.ok("maud", "POST", PLAN, plan)["vouchers"][0]["count"] == 1
    # A voucher whose last month has gone by touches nobody any more.
    coffee.stack.clock.pass_days(250)
    assert coffee.ok("maud", "POST", PLAN, plan)["vouchers"] == []
    coffee.ok("key:till", "POST", "/v1/erasures", {"member": {"id": member}})
    coffee.deliver_stream()
    assert coffee.ok("maud", "POST", PLAN, plan)["accounts"] == 0


def test_nothing_reads_the_table_from_end_to_end_for_a_plan(
    coffee: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    coffee.enrol()
    coffee.deliver_stream()

    def scanned(*_: object) -> None:
        raise AssertionError("the table was scanned")

    monkeypatch.setattr(coffee.stack.table, "scan", scanned)
    monkeypatch.setattr(coffee.stack.table, "scan_page", scanned)

    assert coffee.ok("maud", "POST", PLAN, {"document": COFFEE})["accounts"] == 1


def test_a_copy_begins_under_an_id_of_its_own(coffee: Merchant) -> None:
    path = "/v1/programmes/coffee/duplicate"
    body = {"programme": "coffee-lyon", "internal_name": "Torréfaction Lyon"}

    copied = coffee.ok("maud", "POST", path, body)

    assert (copied["programme"], copied["revision"]) == ("coffee-lyon", 1)
    draft = coffee.ok("maud", "GET", "/v1/programmes/coffee-lyon/draft")["document"]
    assert draft == {**COFFEE, **body}
    for taken in ("coffee", "coffee-lyon"):
        reply = coffee.send("maud", "POST", path, {"programme": taken})
        assert (reply.status, reply.code) == (409, "programme_exists")
    coffee.ok("alice", "POST", "/v1/programmes/coffee-lyon/publish", {"revision": 1})
    assert coffee.buy(coffee.enrol("coffee-lyon"), 1000)["programme"] == "coffee-lyon"
