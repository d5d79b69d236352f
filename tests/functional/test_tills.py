"""Enrolled tills: one code, one browser; each request signed, once, by a till that still is one."""

from __future__ import annotations

import json
import time
from typing import Any
from unittest import mock

import pytest

from tessera.adapters.dynamodb.tills import StoreTills
from tests.fakes.gateway import Reply
from tests.fakes.till_device import TillDevice
from tests.functional.conftest import Shop

PIN = "4711"


class Counter:
    """A till of the shop with a clerk before it, as its page would use it."""

    def __init__(self, shop: Shop, name: str = "counter", **more: Any) -> None:
        self.shop = shop
        self.store = more.get("store", "paris")
        invited = shop.send(
            "POST", "/v1/tills", {"name": name, "store": "paris", **more}, key=f"till-{name}"
        )
        assert invited.status == 201, invited.body
        self.invitation = invited.json["enrolment"]
        self.device = TillDevice(till=invited.json["id"])

    def enrol(self) -> Reply:
        body = {"code": self.invitation["code"], "public_key": self.device.jwk}
        return self.shop.gateway.send("POST", "/v1/tills/enrol", body, secret="")

    def send(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **more: Any
    ) -> Reply:
        text = "" if body is None else json.dumps(body)
        headers = self.device.signed(method, path, text, key=key, **more)
        return self.shop.gateway.send(
            method, path, text if body is not None else None, secret="", headers=headers
        )

    def clerk(self, name: str = "Zoé", pin: str = PIN) -> str:
        body = {"name": name, "pin": pin}
        path = f"/v1/stores/{self.store}/clerks"
        added = self.shop.send("POST", path, body, key=f"clerk-{name.encode().hex()}")
        assert added.status == 201, added.body
        return str(added.json["id"])

    def step_up(self, clerk: str, pin: str = PIN) -> Reply:
        self.device.session = ""
        reply = self.send("POST", "/v1/clerk-sessions", {"clerk": clerk, "pin": pin})
        if reply.status == 200:
            self.device.session = reply.json["session"]
        return reply

    def sell(self, member: dict[str, Any], number: str, total: int = 1000, **more: Any) -> Reply:
        body = {
            "member": {"id": member["member_id"]},
            "document": {"store": self.store, "number": number},
            "currency": "EUR",
            "total": total,
            **more,
        }
        return self.send("POST", "/v1/purchases", body)


@pytest.fixture
def counter(shop: Shop) -> Counter:
    """An enrolled till with nobody before it."""
    found = Counter(shop)
    assert found.enrol().status == 201
    return found


@pytest.fixture
def till(counter: Counter) -> Counter:
    """An enrolled till with a clerk before it."""
    assert counter.step_up(counter.clerk()).status == 200
    return counter


def test_an_invitation_makes_one_browser_a_till(shop: Shop) -> None:
    counter = Counter(shop)
    assert counter.invitation["url"] == f"https://cards.example/till#{counter.invitation['code']}"
    first = counter.enrol()
    assert (first.status, first.json["status"], first.json["store"]) == (201, "active", "paris")

    # The same browser may ask again, for the answer may have been lost; another one may not.
    assert counter.enrol().json == first.json
    counter.device = TillDevice(till=counter.device.till)
    assert (counter.enrol().status, counter.enrol().code) == (404, "enrolment_code_unknown")
    setup = Counter.send(counter, "GET", "/v1/setup")
    assert (setup.status, setup.code) == (401, "signature_wrong")


def test_a_code_is_shown_once_and_stored_nowhere(shop: Shop) -> None:
    counter = Counter(shop)
    again = shop.send(
        "POST", "/v1/tills", {"name": "counter", "store": "paris"}, key="till-counter"
    )
    assert (again.status, again.json["enrolment"]) == (201, None)
    assert again.headers["idempotent-replayed"] == "true"
    assert counter.invitation["code"] not in json.dumps(shop.rows(), default=str)


def test_a_code_is_good_for_a_quarter_of_an_hour(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(shop)
    later_ms = time.time_ns() // 1_000_000 + 15 * 60_000 + 1000
    monkeypatch.setattr(type(shop.container.wall_clock), "now_ms", lambda _: later_ms)
    assert (counter.enrol().status, counter.enrol().code) == (404, "enrolment_code_unknown")


def test_a_key_that_is_no_point_of_the_curve_is_refused(shop: Shop) -> None:
    counter = Counter(shop)
    jwk = {**counter.device.jwk, "y": "A" * 43}
    body = {"code": counter.invitation["code"], "public_key": jwk}
    reply = shop.gateway.send("POST", "/v1/tills/enrol", body, secret="")
    assert (reply.status, reply.code) == (400, "public_key_malformed")
    assert counter.enrol().status == 201


def test_a_till_is_told_who_and_where_it_is(counter: Counter) -> None:
    told = counter.send("GET", "/v1/setup").json
    assert told["till"] == {"id": counter.device.till, "name": "counter", "training": False}
    assert told["stores"] == ["paris"]


@pytest.mark.requirement("K-10")
def test_a_replayed_request_is_refused_though_the_gateway_would_let_it_in(
    till: Counter, member: dict[str, Any]
) -> None:
    body = json.dumps(
        {
            "member": {"id": member["member_id"]},
            "document": {"store": "paris", "number": "1"},
            "currency": "EUR",
            "total": 1000,
        }
    )
    headers = till.device.signed("POST", "/v1/purchases", body)
    send = till.shop.gateway.send
    assert send("POST", "/v1/purchases", body, secret="", headers=headers).status == 201
    before = till.shop.rows()
    again = send("POST", "/v1/purchases", body, secret="", headers=headers)
    assert (again.status, again.code) == (401, "request_replayed")
    assert till.shop.rows() == before


def test_requests_that_overtake_each_other_are_let_in_once_each(counter: Counter) -> None:
    assert counter.send("GET", "/v1/setup", number=500).status == 200
    assert counter.send("GET", "/v1/setup", number=498).status == 200
    assert counter.send("GET", "/v1/setup", number=498).code == "request_replayed"
    for number in range(600, 632):
        assert counter.send("GET", "/v1/setup", number=number).status == 200
    # So far behind, nobody remembers whether it was there.
    assert counter.send("GET", "/v1/setup", number=499).code == "request_replayed"


@pytest.mark.requirement("K-10")
def test_a_revoked_till_is_refused_at_once(till: Counter, member: dict[str, Any]) -> None:
    # The gateway keeps the authorizer's word for a minute: here it is asked no more.
    told = till.shop.gateway.authorizer(
        {"headers": {"authorization": f"Till {till.device.till}"}}, None
    )
    revoked = till.shop.send("DELETE", f"/v1/tills/{till.device.till}")
    assert (revoked.status, revoked.json["status"]) == (200, "revoked")
    till.shop.gateway.authorizer = lambda _event, _context: told
    reply = till.sell(member, "1")
    assert (reply.status, reply.code) == (401, "till_revoked")


def test_the_authorizer_turns_a_revoked_till_away_itself(till: Counter) -> None:
    till.shop.send("DELETE", f"/v1/tills/{till.device.till}")
    assert till.send("GET", "/v1/setup").status == 403
    listed = till.shop.send("GET", "/v1/tills").json["tills"]
    assert [(one["name"], one["status"]) for one in listed] == [("counter", "revoked")]


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_signature_of_another_time_is_refused(counter: Counter, seconds: int) -> None:
    created_s = int(time.time()) + seconds
    reply = counter.send("GET", "/v1/setup", created_s=created_s)
    assert (reply.status, reply.code) == (401, "signature_time")


def changed(name: str, value: str | None) -> dict[str, str | None]:
    return {name: value}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signature": None}, "signature_missing"),
        ({"signature-input": None}, "signature_missing"),
        ({"content-digest": None}, "signature_missing"),
        ({"signature": "till=:" + "A" * 86 + "==:"}, "signature_wrong"),
        # A header that the till did not sign: nobody may add one on the way.
        ({"idempotency-key": "other"}, "signature_missing"),
        ({"tessera-clerk": "ses_0"}, "signature_missing"),
    ],
)
def test_what_is_not_signed_as_it_stands_is_refused(
    counter: Counter, change: dict[str, str | None], code: str
) -> None:
    headers = {**counter.device.signed("GET", "/v1/setup"), **change}
    sent = {name: value for name, value in headers.items() if value is not None}
    reply = counter.shop.gateway.send("GET", "/v1/setup", secret="", headers=sent)
    assert (reply.status, reply.code) == (401, code)


def test_another_body_path_or_method_than_the_signed_one_is_refused(till: Counter) -> None:
    search = {"last_name": "Byron"}
    signed = till.device.signed("POST", "/v1/members/search", json.dumps(search))
    send = till.shop.gateway.send
    body = json.dumps({"last_name": "Lovelace"})
    reply = send("POST", "/v1/members/search", body, secret="", headers=signed)
    assert (reply.status, reply.code) == (401, "signature_wrong")
    reply = send("POST", "/v1/scans", json.dumps(search), secret="", headers=signed)
    assert (reply.status, reply.code) == (401, "signature_wrong")
    view = till.device.signed("GET", "/v1/members/x/scan", query="store=paris")
    reply = send("GET", "/v1/members/x/scan", query={"store": "lyon"}, secret="", headers=view)
    assert (reply.status, reply.code) == (401, "signature_wrong")


def test_a_till_speaks_for_its_store_and_manages_nothing(
    till: Counter, member: dict[str, Any]
) -> None:
    till.store = "lyon"
    reply = till.sell(member, "1")
    assert (reply.status, reply.code) == (403, "store_not_allowed")
    reply = till.send("GET", "/v1/tills")
    assert (reply.status, reply.code) == (403, "scope_missing")


@pytest.mark.requirement("K-10")
def test_without_a_clerk_a_till_sells_nothing_and_sees_nobody(
    counter: Counter, member: dict[str, Any]
) -> None:
    before = counter.shop.container.services.journal.of_day("paris", 0)
    assert counter.sell(member, "1").code == "clerk_missing"
    reply = counter.send("POST", "/v1/members/search", {"last_name": "Byron"})
    assert (reply.status, reply.code) == (403, "clerk_missing")
    counter.device.session = "ses_" + "0" * 24
    assert counter.sell(member, "1").code == "clerk_missing"
    assert counter.shop.container.services.journal.of_day("paris", 0) == before


def test_what_is_no_name_of_a_session_is_not_looked_for(
    till: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header may hold eight kilobytes, and the table answers a fault to such a key."""
    looked = mock.Mock(side_effect=StoreTills.session, autospec=True)
    monkeypatch.setattr(StoreTills, "session", looked)
    for name in ("x" * 4_000, "ses_" + "0" * 23, "ses_" + "G" * 24, "S"):
        till.device.session = name
        reply = till.send("POST", "/v1/members/search", {"last_name": "Byron"})
        assert (reply.status, reply.code) == (403, "clerk_missing")
    looked.assert_not_called()


def test_a_pin_is_taken_at_a_till_only(shop: Shop) -> None:
    reply = shop.send("POST", "/v1/clerk-sessions", {"clerk": "clk_1", "pin": PIN})
    assert (reply.status, reply.code) == (403, "till_only")


def test_guessing_locks_a_clerk_out_and_a_new_pin_frees_him(counter: Counter) -> None:
    clerk = counter.clerk()
    for _ in range(5):
        assert counter.step_up(clerk, "0815").code == "pin_wrong"
    locked = counter.step_up(clerk)
    assert (locked.status, locked.code) == (422, "clerk_locked")
    (shown,) = counter.send("GET", "/v1/stores/paris/clerks").json["clerks"]
    assert shown["locked_until"] is not None
    assert set(shown) == {"id", "store", "name", "status", "locked_until"}

    path = f"/v1/stores/paris/clerks/{clerk}/pin"
    assert counter.shop.send("POST", path, {"pin": "8290"}).status == 200
    assert counter.step_up(clerk).code == "pin_wrong"
    assert counter.step_up(clerk, "8290").status == 200


@pytest.mark.parametrize("pin", ["0000", "1234", "87654321"])
def test_a_pin_that_anybody_would_try_is_refused(shop: Shop, pin: str) -> None:
    body = {"name": "Zoé", "pin": pin}
    reply = shop.send("POST", "/v1/stores/paris/clerks", body, key="clerk")
    assert (reply.status, reply.code) == (400, "pin_too_simple")


def test_a_removed_clerk_is_out_at_once(till: Counter, member: dict[str, Any]) -> None:
    assert till.sell(member, "1").status == 201
    (clerk,) = till.send("GET", "/v1/stores/paris/clerks").json["clerks"]
    path = f"/v1/stores/paris/clerks/{clerk['id']}"
    assert till.shop.send("DELETE", path).json["status"] == "removed"
    assert till.sell(member, "2").code == "clerk_session_ended"
    assert till.step_up(clerk["id"]).code == "clerk_unknown"
    assert till.send("GET", "/v1/stores/paris/clerks").json["clerks"] == []


@pytest.mark.requirement("X-11")
def test_a_sale_of_before_the_clerk_left_is_taken_and_one_of_after_is_not(
    till: Counter, member: dict[str, Any]
) -> None:
    clock = till.shop.container.clock
    sold_ms = clock.now_ms() + 60_000
    clock.set_offset_ms(60_000)  # type: ignore[attr-defined]
    left = till.send("DELETE", f"/v1/clerk-sessions/{till.device.session}")
    assert left.status == 200
    clock.set_offset_ms(3_600_000)  # type: ignore[attr-defined]

    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(sold_ms / 1000 - 30))
    after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(sold_ms / 1000 + 60))
    assert till.sell(member, "1", occurred_at=before).status == 201
    late = till.sell(member, "2", occurred_at=after)
    assert (late.status, late.code) == (403, "clerk_session_ended")
    assert till.sell(member, "3").code == "clerk_session_ended"


def test_an_entry_names_till_and_clerk_by_pseudonym(till: Counter, member: dict[str, Any]) -> None:
    clerk = till.send("GET", "/v1/stores/paris/clerks").json["clerks"][0]["id"]
    till.sell(member, "1")
    path = f"/v1/members/{member['member_id']}/entries"
    entries = till.shop.send("GET", path, query={"programme": "demo"}).json["entries"]
    assert [(one["kind"], one["by"]) for one in entries] == [
        ("purchase", f"{till.device.till}.{clerk}"),
        ("enrol", None),
    ]
    assert "Zoé" not in json.dumps(entries)


def test_what_a_till_sells_on_training_is_kept_apart(
    shop: Shop, till: Counter, member: dict[str, Any]
) -> None:
    school = Counter(shop, "school", training=True)
    assert school.enrol().json["training"] is True
    clerk = school.send("GET", "/v1/stores/training-paris/clerks").json["clerks"][0]["id"]
    school.store = "training-paris"
    assert school.step_up(clerk).status == 200

    real = school.sell(member, "1")
    assert (real.status, real.code) == (422, "member_is_real")
    scan = school.send("POST", "/v1/scans", {"code": member["card"]["code"]})
    assert scan.code == "member_is_real"
    reward = {
        "member": {"id": member["member_id"]}, "programme": "demo", "reward": "five-off"
    }  # fmt: skip
    assert shop.send("POST", "/v1/redemptions", reward, key="reward").status == 201
    held = shop.send("GET", f"/v1/members/{member['member_id']}/vouchers").json["vouchers"]
    code = held[0]["code"]
    for action in ("validate", "redeem"):
        reply = school.send("POST", f"/v1/vouchers/{code}/{action}", {}, key=action)
        assert (reply.status, reply.code) == (422, "member_is_real"), action

    body = {"programme": "demo", "profile": {"first_name": "Nobody", "last_name": "Byron"}}
    learner = school.send("POST", "/v1/members", body, key="learner").json
    assert learner["member_id"].startswith("trn_")
    assert school.sell(learner, "1").status == 201
    assert till.sell(learner, "2").code == "member_is_for_training"
    search = {"last_name": "Byron"}
    assert till.send("POST", "/v1/members/search", search).json["candidates"] == []
    assert len(school.send("POST", "/v1/members/search", search).json["candidates"]) == 1
    # And neither shares a household with the other.
    homes = [
        one.send("POST", "/v1/households", {"programme": "demo"}, key="home").json["household"]
        for one in (till, school)
    ]
    for one, home, who, code in (
        (school, homes[0], learner, "member_is_real"),
        (till, homes[1], member, "member_is_for_training"),
    ):
        reply = one.send(
            "POST",
            f"/v1/households/{home}/members",
            {"member": {"id": who["member_id"]}},
            key="join",
        )
        assert (reply.status, reply.code) == (422, code)
    joining = {"member": {"id": learner["member_id"]}}
    path = f"/v1/households/{homes[1]}/members"
    assert school.send("POST", path, joining, key="learn").status == 201
    # The same receipt number is another document in training.
    assert till.sell(member, "1").status == 201
