"""Programmes in force: published at a date, by two persons, rolled back, ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tessera.application.programme_desk import By
from tessera.domain.calendar import to_datetime
from tests.functional.life.conftest import COFFEE, Merchant, changed

PROGRAMME = "/v1/programmes/coffee"
NOTICE = {"fr": "Les règles changent.", "en": "The rules change."}


def gives(points: int) -> Any:
    def edit(document: dict[str, Any]) -> None:
        document["rules"][0]["then"][0]["credit"]["per_amount"]["give"] = points

    return edit


def in_minutes(merchant: Merchant, minutes: int) -> str:
    moment = to_datetime(merchant.stack.clock.at_ms + minutes * 60_000)
    return moment.astimezone(UTC).isoformat()


def ask(merchant: Merchant, who: str = "maud", **more: Any) -> dict[str, Any]:
    body = {"document": changed(gives(3)), "why": "A richer spring", **more}
    return merchant.ok(who, "POST", f"{PROGRAMME}/requests", body)


def approve(merchant: Merchant, who: str, request: str, **more: Any) -> Any:
    return merchant.send(who, "POST", f"{PROGRAMME}/requests/{request}/approve", **more)


@pytest.mark.requirement("B-52", "X-07")
def test_a_first_version_for_a_date_ahead_is_not_in_force_before(merchant: Merchant) -> None:
    merchant.publish(COFFEE, effective_at=in_minutes(merchant, 60))

    (row,) = merchant.ok("maud", "GET", "/v1/programmes")["programmes"]
    assert (row["state"], row["version"]) == ("scheduled", None)
    early = merchant.send("key:till", "POST", "/v1/members", {"programme": "coffee"})
    assert (early.status, early.code) == (404, "programme_unknown")
    merchant.pass_minutes(60)

    assert merchant.buy(merchant.enrol(), 1000)["balances"][0]["after"] == 20


@pytest.mark.requirement("Z-30", "X-07")
def test_members_lose_no_right_without_a_notice(coffee: Merchant) -> None:
    path = f"{PROGRAMME}/publish"

    silent = coffee.send("alice", "POST", path, {"document": changed(gives(1))}, language="fr")

    assert (silent.status, silent.code) == (422, "document_faulty")
    (fault,) = silent.json["errors"]
    assert (fault["field"], fault["code"]) == (
        "/document/rules/0/then/0/credit",
        "rights_reduced",
    )
    assert "texts.notice" in fault["detail"]
    assert coffee.ok("maud", "GET", PROGRAMME)["version"] == 1
    told = coffee.publish(changed(gives(1), notice=NOTICE))
    assert [(item["severity"], item["code"]) for item in told["warnings"]] == [
        ("warning", "rights_reduced")
    ]


@pytest.mark.requirement("X-07", "Z-19")
def test_what_was_earned_stays_as_it_was_promised(coffee: Merchant) -> None:
    member = coffee.enrol()
    coffee.buy(member, 1000)
    before = coffee.ok("key:till", "GET", f"/v1/members/{member}/lots")["lots"]

    def shorter(document: dict[str, Any]) -> None:
        gives(1)(document)
        document["balances"][0]["expiry"]["after"]["months"] = 1

    coffee.publish(changed(shorter, notice=NOTICE))
    coffee.pass_minutes(2)
    after = coffee.buy(member, 1000)

    assert after["programme_version"] == 2
    assert after["balances"][0]["earned"] == 10
    lots = coffee.ok("key:till", "GET", f"/v1/members/{member}/lots")["lots"]
    assert before[0] in lots
    assert len(lots) == 2


def test_a_marketer_publishes_nothing_by_himself(coffee: Merchant) -> None:
    for path, body in (
        ("publish", {"document": changed(gives(3))}),
        ("rollback", {"version": 1}),
        (
            "close",
            {"earning_until": "2027-01-31", "spending_until": "2027-06-30", "notice": NOTICE},
        ),
    ):
        reply = coffee.send("maud", "POST", f"{PROGRAMME}/{path}", body)
        assert (reply.status, reply.code) == (403, "scope_missing")
    reply = coffee.send("maud", "PUT", f"{PROGRAMME}/settings", {"second_approver": False})
    assert (reply.status, reply.code) == (403, "scope_missing")


@pytest.mark.requirement("X-07")
def test_one_person_asks_and_another_one_agrees(coffee: Merchant) -> None:
    asked = ask(coffee)
    assert (asked["status"], asked["base_version"]) == ("pending", 1)
    coffee.pass_minutes(30)

    reply = approve(coffee, "antoine", asked["id"])

    assert (reply.status, reply.json["version"]) == (201, 2)
    newest = coffee.ok("maud", "GET", f"{PROGRAMME}/versions")["versions"][0]
    assert newest["state"] == "scheduled"
    assert newest["why"] == "A richer spring"
    assert newest["published"]["credential"] == "stf_maud"
    assert newest["published"]["name"] == "Maud"
    assert newest["approved"]["credential"] == "stf_antoine"
    (request,) = coffee.ok("maud", "GET", f"{PROGRAMME}/requests")["requests"]
    assert (request["status"], request["version"]) == ("approved", 2)
    assert approve(coffee, "antoine", asked["id"]).code == "request_decided"


def test_whoever_asked_does_not_agree_and_neither_does_a_key(coffee: Merchant) -> None:
    asked = ask(coffee, "alice")
    before = coffee.ok("maud", "GET", f"{PROGRAMME}/versions")

    assert approve(coffee, "alice", asked["id"]).code == "approver_is_author"
    assert approve(coffee, "key:till", asked["id"]).code == "approver_not_a_person"
    assert approve(coffee, "maud", asked["id"]).code == "scope_missing"
    assert approve(coffee, "antoine", "no-such-request").code == "request_unknown"
    assert coffee.ok("maud", "GET", f"{PROGRAMME}/versions") == before
    assert approve(coffee, "antoine", asked["id"]).status == 201


def test_a_key_asks_for_the_person_who_issued_it(coffee: Merchant) -> None:
    body = {"label": "pipeline", "scopes": ["programmes:draft"]}
    issued = coffee.ok("alice", "POST", "/v1/api-keys", body)["id"]
    second = coffee.ok(f"key:{issued[4:]}", "POST", "/v1/api-keys", {**body, "label": "other"})
    asked = ask(coffee, f"key:{second['id'][4:]}")

    assert approve(coffee, "alice", asked["id"]).code == "approver_is_author"
    assert approve(coffee, "antoine", asked["id"]).status == 201


def test_where_two_are_needed_one_is_refused(coffee: Merchant) -> None:
    coffee.ok("alice", "PUT", f"{PROGRAMME}/settings", {"second_approver": True})

    reply = coffee.send(
        "alice", "POST", f"{PROGRAMME}/publish", {"document": changed(gives(3))}, language="fr"
    )

    assert (reply.status, reply.code) == (409, "second_approver_needed")
    assert "/requests" in reply.json["detail"]
    plan = coffee.ok("maud", "POST", f"{PROGRAMME}/plan", {"document": changed(gives(3))})
    assert plan["second_approver"] is True
    closing = {"earning_until": "2027-01-31", "spending_until": "2027-06-30", "notice": NOTICE}
    assert coffee.send("alice", "POST", f"{PROGRAMME}/close", closing).code == (
        "second_approver_needed"
    )
    assert approve(coffee, "antoine", ask(coffee)["id"]).status == 201


def test_a_request_is_stale_once_another_version_was_published(coffee: Merchant) -> None:
    asked = ask(coffee)
    coffee.publish(changed(gives(4)))

    reply = approve(coffee, "antoine", asked["id"])

    assert (reply.status, reply.code) == (409, "request_stale")


def test_the_checks_run_again_when_somebody_agrees(coffee: Merchant) -> None:
    member = coffee.enrol()
    coffee.buy(member, 2000)
    gone = changed(lambda document: document.pop("rewards"), notice=NOTICE)
    asked = ask(coffee, document=gone)
    coffee.redeem(member)
    coffee.deliver_stream()

    reply = approve(coffee, "antoine", asked["id"])

    assert (reply.status, reply.code) == (422, "document_faulty")


def test_a_request_keeps_its_date_or_takes_effect_as_soon_as_it_can(coffee: Merchant) -> None:
    far = ask(coffee, effective_at=in_minutes(coffee, 600))
    coffee.pass_minutes(10)
    at = approve(coffee, "antoine", far["id"]).json["effective_at"]
    assert datetime.fromisoformat(at) == datetime.fromisoformat(far["effective_at"])
    near = ask(coffee, effective_at=in_minutes(coffee, 5))
    coffee.pass_minutes(60)

    at = approve(coffee, "antoine", near["id"]).json["effective_at"]

    assert datetime.fromisoformat(at) == datetime.fromisoformat(in_minutes(coffee, 1))


def test_a_request_is_turned_down_with_a_reason_or_taken_back(coffee: Merchant) -> None:
    reason = {"reason": "Wait for the spring"}
    asked, own = ask(coffee), ask(coffee)
    path = f"{PROGRAMME}/requests/{{}}/reject"

    assert coffee.send("paul", "POST", path.format(asked["id"]), reason).code == "scope_missing"
    told = coffee.ok("antoine", "POST", path.format(asked["id"]), reason)
    assert (told["status"], told["reason"]) == ("rejected", "Wait for the spring")
    assert coffee.ok("maud", "POST", path.format(own["id"]), reason)["status"] == "rejected"
    assert approve(coffee, "antoine", asked["id"]).code == "request_decided"
    found = coffee.ok("maud", "GET", f"{PROGRAMME}/requests/{asked['id']}")
    assert found["document"] == changed(gives(3))


@pytest.mark.requirement("X-07", "Z-23")
def test_the_history_tells_who_when_and_why_and_keeps_each_document(coffee: Merchant) -> None:
    coffee.pass_minutes(10)
    coffee.publish(changed(gives(3)), why="A richer spring")
    coffee.pass_minutes(2)
    coffee.ok(
        "alice",
        "POST",
        f"{PROGRAMME}/rollback",
        {"version": 1, "notice": NOTICE, "why": "Too rich"},
    )
    coffee.pass_minutes(2)

    page = coffee.ok("maud", "GET", f"{PROGRAMME}/versions", query={"limit": "2"})
    rest = coffee.ok("maud", "GET", f"{PROGRAMME}/versions", query={"cursor": page["next"]})

    told = [
        (one["version"], one["state"], one["kind"], one["why"], one["origin"])
        for one in [*page["versions"], *rest["versions"]]
    ]
    assert told == [
        (3, "in_force", "rollback", "Too rich", 1),
        (2, "past", "publish", "A richer spring", None),
        (1, "past", "publish", None, None),
    ]
    assert {one["published"]["credential"] for one in page["versions"]} == {"stf_alice"}
    assert rest["next"] is None
    assert coffee.ok("maud", "GET", f"{PROGRAMME}/versions/1")["document"] == COFFEE
    unknown = coffee.send("maud", "GET", f"{PROGRAMME}/versions/9")
    assert (unknown.status, unknown.code) == (404, "programme_version_unknown")
    assert coffee.send("maud", "GET", f"{PROGRAMME}/versions/x").code == "parameter_malformed"


@pytest.mark.requirement("X-07")
def test_a_rollback_reaches_forward_and_never_back(coffee: Merchant) -> None:
    member = coffee.enrol()
    coffee.publish(changed(gives(5)))
    coffee.pass_minutes(2)
    assert coffee.buy(member, 1000)["balances"][0]["earned"] == 50
    path = f"{PROGRAMME}/rollback"
    silent = coffee.send("alice", "POST", path, {"version": 1})
    assert (silent.status, silent.code) == (422, "document_faulty")

    coffee.ok("alice", "POST", path, {"version": 1, "notice": NOTICE})

    meanwhile = coffee.buy(member, 1000)
    assert (meanwhile["programme_version"], meanwhile["balances"][0]["earned"]) == (2, 50)
    coffee.pass_minutes(2)
    later = coffee.buy(member, 1000)
    assert (later["programme_version"], later["balances"][0]["earned"]) == (3, 20)
    assert later["balances"][0]["after"] == 120
    assert coffee.send("alice", "POST", path, {"version": 3}).code == "version_is_latest"
    assert coffee.send("alice", "POST", path, {"version": 7}).code == "programme_version_unknown"


def test_a_rollback_overtakes_what_was_scheduled(coffee: Merchant) -> None:
    coffee.publish(changed(gives(5)), effective_at=in_minutes(coffee, 600))
    coffee.ok("alice", "POST", f"{PROGRAMME}/rollback", {"version": 1})
    states = [one["state"] for one in coffee.ok("maud", "GET", f"{PROGRAMME}/versions")["versions"]]
    assert states == ["scheduled", "overtaken", "in_force"]
    coffee.pass_minutes(700)
    assert coffee.buy(coffee.enrol(), 1000)["balances"][0]["earned"] == 20


def test_a_version_that_was_stored_before_stories_were_kept_is_still_read(
    coffee: Merchant,
) -> None:
    item = coffee.stack.table.get("P#coffee", "V#0000000001")
    assert item is not None
    old = {key: value for key, value in item.items() if key not in {"k", "pb", "y", "og", "ap"}}
    coffee.stack.table.put(old)

    version = coffee.stack.desk.desk.version("coffee", 1)

    assert version is not None
    assert version.story.published == By("stf_alice", version.effective_at_ms)


@pytest.mark.requirement("Z-23", "Z-30")
def test_an_end_is_announced_in_time_and_in_both_languages(coffee: Merchant) -> None:
    path = f"{PROGRAMME}/close"
    body = {"earning_until": "2026-11-30", "spending_until": "2026-12-05", "notice": NOTICE}

    soon = coffee.send("alice", "POST", path, body)
    assert {item["code"] for item in soon.json["errors"]} == {"closing_too_soon"}
    assert "2026-12-18" in soon.json["errors"][0]["detail"]
    mute = coffee.send("alice", "POST", path, {**body, "notice": {"fr": "Fin."}})
    assert (mute.status, mute.code) == (400, "request_invalid")
    upside_down = {**body, "earning_until": "2027-12-31", "spending_until": "2027-06-30"}
    assert {
        item["code"] for item in coffee.send("alice", "POST", path, upside_down).json["errors"]
    } == {"spending_ends_before_earning"}

    coffee.ok("alice", "POST", path, {**body, "spending_until": "2027-05-31"})

    newest = coffee.ok("maud", "GET", f"{PROGRAMME}/versions")["versions"][0]
    assert newest["kind"] == "close"
    document = coffee.ok("maud", "GET", f"{PROGRAMME}/versions/2")["document"]
    assert document["texts"]["notice"] == NOTICE
    coffee.pass_minutes(2)
    again = coffee.send("alice", "POST", path, {**body, "spending_until": "2027-05-31"})
    assert (again.status, again.code) == (409, "programme_closes_already")
    sooner = {**document, "closing": {**document["closing"], "spending_until": "2027-03-31"}}
    reply = coffee.send("alice", "POST", f"{PROGRAMME}/publish", {"document": sooner})
    assert (reply.status, reply.json["errors"][0]["code"]) == (422, "rights_reduced")


@pytest.mark.requirement("Z-30")
def test_a_closing_programme_lets_members_spend_what_they_have(coffee: Merchant) -> None:
    member = coffee.enrol()
    coffee.buy(member, 6000)
    closing = {"earning_until": "2026-11-30", "spending_until": "2027-02-28", "notice": NOTICE}
    coffee.ok("alice", "POST", f"{PROGRAMME}/close", closing)
    coffee.pass_minutes(2)
    (row,) = coffee.ok("maud", "GET", "/v1/programmes")["programmes"]
    assert row["state"] == "closing"
    # Until its last day the programme goes on as before.
    assert coffee.buy(member, 1000)["balances"][0]["earned"] == 20
    coffee.stack.clock.pass_days(14)

    assert coffee.buy(member, 1000)["balances"][0]["earned"] == 0
    late = coffee.send("key:till", "POST", "/v1/members", {"programme": "coffee"})
    assert (late.status, late.code) == (422, "programme_closing")
    code = coffee.redeem(member).json["vouchers"][0]["code"]
    paid = coffee.buy(member, 5000, payments=[{"balance": "beans", "amount": 50}])
    assert paid["balances"][0]["spent"] == 50
    coffee.stack.clock.pass_days(90)
    ended = coffee.redeem(member)
    assert (ended.status, ended.code) == (422, "programme_ended")
    (row,) = coffee.ok("maud", "GET", "/v1/programmes")["programmes"]
    assert row["state"] == "ended"
    # A voucher in the hand keeps the validity that it was given.
    used = coffee.buy(member, 5000, vouchers=[code])
    assert [benefit["amount"] for benefit in used["benefits"]] == [300]


def test_a_programme_that_closes_takes_nobody_in_by_a_sale(merchant: Merchant) -> None:
    def gate(document: dict[str, Any]) -> None:
        document["membership"] = {"join": [{"event": "purchase.recorded"}]}

    merchant.publish(changed(gate))
    closing = {"earning_until": "2026-11-30", "spending_until": "2027-02-28", "notice": NOTICE}
    merchant.ok("alice", "POST", f"{PROGRAMME}/close", closing)
    merchant.stack.clock.pass_days(20)
    customer = merchant.ok("key:till", "POST", "/v1/members", {})["member_id"]
    sale = {
        "member": {"id": customer},
        "document": {"store": "s1", "number": "T-closed"},
        "currency": "EUR",
        "total": 1000,
    }
    reply = merchant.send("key:till", "POST", "/v1/purchases", sale)
    assert (reply.status, reply.code) == (422, "not_enrolled")
