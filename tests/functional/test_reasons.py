"""Why an entry is what it is, asked of the deployed API by cashiers and auditors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.gateway import Reply
from tests.functional.conftest import DEMO, Shop

SALE: dict[str, Any] = {
    "member": {"external_id": "c-1"},
    "document": {"store": "s1", "number": "42"},
    "currency": "EUR",
    "total": 5000,
    "advantages": [{"code": "B", "amount": 3500}],
}


def asked(shop: Shop, entry: str, **more: Any) -> Reply:
    return shop.send("GET", f"/v1/entries/{entry}/trace", **more)


def sentences(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [step["text"].replace("\u00a0", " ") for step in reply.json["trace"]]


@pytest.fixture
def entry(shop: Shop, member: dict[str, Any]) -> str:
    """The entry of a sale of 50 EUR of which 15 were left to pay."""
    sold = shop.send("POST", "/v1/purchases", SALE)
    assert sold.status == 201, sold.body
    found: str = sold.json["results"][0]["entry_id"]
    return found


@pytest.mark.requirement("X-05")
def test_the_stored_trace_says_why_15_points_and_not_50(shop: Shop, entry: str) -> None:
    english = sentences(asked(shop, entry))
    assert "Points are earned on €15: €50 less €35 of discounts" in english
    assert any(text.endswith("= 15 points") for text in english)
    french = sentences(asked(shop, entry, query={"language": "fr"}))
    assert "Les points se gagnent sur 15 € : 50 € moins 35 € de remises" in french
    assert sentences(asked(shop, entry, headers={"accept-language": "fr"})) == french
    told = asked(shop, entry).json
    assert told["entry"]["id"] == entry
    assert [sum(move["amount"] for move in told["entry"]["movements"])] == [15]


def test_a_later_version_changes_no_old_reasons(shop: Shop, entry: str) -> None:
    """The names are those of the version that decided, not of the one in force."""
    before = asked(shop, entry).json
    renamed = {**DEMO, "rules": [{**rule, "name": "Renamed"} for rule in DEMO["rules"]]}
    reply = shop.send(
        "POST", "/v1/programmes/demo/publish", {"document": renamed}, key="publish-again"
    )
    assert reply.status == 201, reply.body
    shop.container.clock.set_offset_ms(86_400_000)  # type: ignore[attr-defined]
    assert shop.send("GET", "/v1/programmes/demo").json["version"] == 2
    assert asked(shop, entry).json == before


@pytest.mark.parametrize("name", ["x", "a.b", "a.b.c", "a.demo.-.x", "a.demo.-.99999999999", "..."])
def test_what_names_no_entry_is_not_found(shop: Shop, name: str) -> None:
    reply = asked(shop, name)
    assert (reply.status, reply.code) == (404, "entry_unknown")


def test_an_entry_that_was_never_made_is_not_found(shop: Shop, entry: str) -> None:
    assert asked(shop, f"{entry}0").code == "entry_unknown"


def test_sentences_are_in_languages_that_are_spoken_here(shop: Shop, entry: str) -> None:
    reply = asked(shop, entry, query={"language": "de"})
    assert (reply.status, reply.json["field"]) == (400, "language")


def test_a_key_without_the_right_learns_no_reasons(shop: Shop, entry: str) -> None:
    secret = shop.issue_key("scanner", ["scans"])
    assert asked(shop, entry, secret=secret).code == "scope_missing"


@pytest.mark.requirement("X-14")
def test_an_erased_member_leaves_entries_without_reasons(shop: Shop, entry: str) -> None:
    """Everything personal goes from the table; the entry stays, and says that its detail went."""
    shop.enrol("c-2", profile={"first_name": "Ada", "email": "ada@mail.example"})
    erased = shop.send("POST", "/v1/erasures", {"member": {"external_id": "c-1"}}, key="erase-c-1")
    assert (erased.status, erased.json["accounts"], erased.json["cards"]) == (201, 1, 1)
    told = asked(shop, entry).json
    assert (told["erased"], told["trace"], told["receipt"]) == (True, [], [])
    assert told["entry"]["id"] == entry
    gone = shop.send("GET", f"/v1/members/{erased.json['member_id']}")
    assert (gone.status, gone.code) == (404, "member_unknown")
    shop.send("POST", "/v1/erasures", {"member": {"external_id": "c-2"}}, key="erase-c-2")
    rows = repr(shop.rows())
    assert "Ada" not in rows
    assert "ada@mail.example" not in rows


def test_erasing_is_for_those_who_may(shop: Shop, member: dict[str, Any]) -> None:
    secret = shop.issue_key("clerk", ["members:read", "members:write", "members:merge"])
    reply = shop.send(
        "POST", "/v1/erasures", {"member": {"external_id": "c-1"}}, key="erase", secret=secret
    )
    assert (reply.status, reply.code) == (403, "scope_missing")
    assert shop.send("GET", f"/v1/members/{member['member_id']}").status == 200


@pytest.mark.requirement("X-12")
def test_a_households_entry_names_the_member_through_whom_it_came(
    shop: Shop, member: dict[str, Any]
) -> None:
    opened = shop.send("POST", "/v1/households", {"programme": "demo"}, key="open")
    assert opened.status == 201, opened.body
    household = opened.json["household"]
    who = {"member": {"external_id": "c-1"}}
    joined = shop.send("POST", f"/v1/households/{household}/members", who, key="join")
    assert joined.status == 201, joined.body
    assert {one["owner"] for one in joined.json["results"]} == {household, member["member_id"]}
    sold = shop.send("POST", "/v1/purchases", SALE).json["results"][0]
    told = asked(shop, sold["entry_id"]).json
    assert (told["owner"], told["member_id"]) == (household, member["member_id"])
    left = shop.send("POST", f"/v1/households/{household}/leavers", who, key="leave")
    assert left.status == 201, left.body
    again = shop.send("POST", f"/v1/households/{household}/leavers", who, key="leave-again")
    assert (again.status, again.code) == (409, "not_in_household")
    balances = shop.send("GET", f"/v1/members/{member['member_id']}/balances").json
    assert balances["accounts"][0]["balances"][0]["available"] == 60 + 15


def test_nobody_joins_a_household_that_was_never_opened(shop: Shop, member: dict[str, Any]) -> None:
    who = {"member": {"external_id": "c-1"}}
    reply = shop.send("POST", "/v1/households/hh_none/members", who, key="join")
    assert (reply.status, reply.code) == (404, "household_unknown")


def test_a_pool_takes_codes_that_can_be_given_out(shop: Shop) -> None:
    def sent(pool: str, *codes: str) -> Reply:
        return shop.send("POST", f"/v1/code-pools/{pool}/codes", {"codes": list(codes)})

    assert sent("cards", "C-1", "C-2", "C-2").json == {"pool": "cards", "received": 2}
    rows = shop.rows()
    assert sent("cards", "C-2", "C-1").status == 200
    assert shop.rows() == rows
    assert sent("cards").json["field"] == "/codes"
    assert sent("cards", "C-3", "C\u200b4").json["field"] == "/codes/1"
    assert sent("cards", "C-3", "C#4").json["field"] == "/codes/1"
    assert sent("Cards of mine", "C-3").code == "not_an_identifier"
    assert shop.rows() == rows


STAFF_RULES: dict[str, Any] = {
    **DEMO,
    "programme": "demo",
    "segments": [
        {
            "id": "staff",
            "name": {"fr": "Collaborateurs", "en": "Staff"},
            "if": {"member.type": "staff"},
            "steps": [{"from": "0", "discount": "5.00"}],
        }
    ],
    "operations": [
        {
            "id": "insiders",
            "name": {"fr": "Pour les initiés", "en": "For insiders"},
            "balance": "points",
            "coefficient": "2",
            "if": {"member.type": "staff"},
        },
        {
            "id": "big",
            "name": {"fr": "Gros panier", "en": "Big basket"},
            "balance": "points",
            "coefficient": "2",
            "if": {"purchase.total": {"at_least": "100.00"}},
        },
    ],
}
TOLD: dict[tuple[str, str], tuple[set[str], set[str]]] = {
    ("auditor", "en"): (
        {
            "Segment “Staff”: not taken, it needs member.type = staff",
            "Operation “For insiders”: not applied, it needs member.type = staff",
            "Operation “Big basket”: not applied, it needs the amount of the purchase ≥ 100",
            "Rule “Welcome”: waits for other events (member.enrolled)",
            "Rule “Review posted”: waits for other events (review.posted)",
        },
        set(),
    ),
    ("cashier", "en"): (
        {
            "Operation “For insiders”: not applied, its conditions are not met",
            "Operation “Big basket”: not applied, it needs the amount of the purchase ≥ 100",
        },
        {"member.type", "Staff", "waits for"},
    ),
    ("member", "fr"): (
        {
            "Opération « Pour les initiés » : non appliquée, ses conditions ne sont pas réunies",
            "Opération « Gros panier » : non appliquée, il faudrait le montant de l'achat ≥ 100",
        },
        {"member.type", "Collaborateurs", "attend d'autres"},
    ),
    ("cashier", "fr"): (
        {"Opération « Gros panier » : non appliquée, il faudrait le montant de l'achat ≥ 100"},
        {"member.type", "Collaborateurs"},
    ),
    ("member", "en"): (
        {"Operation “Big basket”: not applied, it needs the amount of the purchase ≥ 100"},
        {"member.type", "Staff"},
    ),
    ("auditor", "fr"): (
        {
            "Segment « Collaborateurs » : non retenu, il faudrait member.type = staff",
            "Règle « Bienvenue » : attend d'autres événements (member.enrolled)",
        },
        set(),
    ),
}


@pytest.fixture
def explained(empty_shop: Shop) -> Shop:
    """A shop whose programme has a segment and operations that do not apply to everybody."""
    path = "/v1/programmes/demo/publish"
    reply = empty_shop.send("POST", path, {"document": STAFF_RULES}, key="publish-staff")
    assert reply.status == 201, reply.body
    empty_shop.enrol()
    return empty_shop


@pytest.mark.requirement("X-05")
def test_each_reader_is_told_why_and_why_not_in_his_own_measure(explained: Shop) -> None:
    sold = explained.send("POST", "/v1/purchases", SALE)
    path = f"/v1/entries/{sold.json['results'][0]['entry_id']}/trace"
    for (reader, language), (said, unsaid) in TOLD.items():
        headers = {"accept-language": language}
        asked_for = {"reader": reader}
        entry = explained.send("GET", path, query=asked_for, headers=headers)
        quote = explained.send("POST", "/v1/quotes", SALE, query=asked_for, headers=headers).json[
            "results"
        ][0]
        assert entry.status == 200, entry.body
        assert entry.json["reader"] == reader
        for told in (entry.json["reasons"], quote["reasons"]):
            reasons = {text.replace("\u00a0", " ") for text in told}
            assert said <= reasons, (reader, language, reasons)
            assert not [text for text in reasons for word in unsaid if word in text]
        assert bool(entry.json["trace"]) is (reader == "auditor")
        assert bool(quote["trace"]) is (reader == "auditor")


def test_a_reader_that_nobody_knows_is_refused(explained: Shop) -> None:
    reply = explained.send("POST", "/v1/quotes", SALE, query={"reader": "owner"})
    assert (reply.status, reply.json["field"]) == (400, "reader")
