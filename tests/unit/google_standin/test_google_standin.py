"""The Google Wallet stand-in accepts what Google documents and refuses the rest as Google does."""

from __future__ import annotations

import base64
import json
import struct
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.unit.google_standin.caller import (
    CLASS,
    CLASS_ID,
    ISSUER,
    OBJECT,
    OBJECT_ID,
    Caller,
)
from tools.google_standin import discovery
from tools.google_standin.api import ROUTES
from tools.google_standin.server import GoogleStandin
from tools.google_standin.store import Store
from tools.http_client import Response


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("google")


@pytest.fixture
def caller(state_dir: Path) -> Iterator[Caller]:
    with GoogleStandin(state_dir) as google:
        connected = Caller(google, state_dir)
        connected.control(rate_per_second=None)
        yield connected


@pytest.fixture
def member(caller: Caller) -> Caller:
    """A caller whose class and object exist."""
    assert caller.call("POST", "loyaltyClass", CLASS).status == 200
    assert caller.call("POST", "loyaltyObject", OBJECT).status == 200
    return caller


def message_of(response: Response) -> str:
    text: str = response.json()["error"]["message"]
    return text


def test_a_class_and_an_object_are_kept_and_the_class_is_approved(member: Caller) -> None:
    assert member.call("GET", f"loyaltyClass/{CLASS_ID}").json()["reviewStatus"] == "APPROVED"
    found = member.call("GET", f"loyaltyObject/{OBJECT_ID}").json()
    assert found["loyaltyPoints"]["balance"] == {"int": 42}
    assert found["hasUsers"] is False
    assert found["classReference"]["programName"] == "Le Club"
    listed = member.call("GET", f"loyaltyObject?classId={CLASS_ID}").json()
    assert [item["id"] for item in listed["resources"]] == [OBJECT_ID]


def test_the_routes_are_those_of_the_discovery_document() -> None:
    resources = discovery.load()["resources"]
    served = {
        (method, f"walletobjects/v1/{kind}" + ("/{resourceId}" if has_id else "") + tail)
        for kind in ("loyaltyClass", "loyaltyObject")
        for method, has_id, action in ROUTES
        for tail in [f"/{action}" if action else ""]
    }
    documented = {
        (rule["httpMethod"], rule["path"])
        for name in ("loyaltyclass", "loyaltyobject")
        for call, rule in resources[name]["methods"].items()
        if call != "modifylinkedofferobjects"
    }
    assert served == documented


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"loyaltyPoint": {}}, 'Unknown name "loyaltyPoint"'),
        ({"loyaltyPoints": {"balance": {"int": "42"}}}, "expected a 32-bit integer"),
        ({"loyaltyPoints": {"balance": {"int": True}}}, "expected a 32-bit integer"),
        ({"loyaltyPoints": {"balance": {"int": 2**31}}}, "expected a 32-bit integer"),
        ({"loyaltyPoints": {"balance": {"int": 1, "string": "1"}}}, "exactly one of"),
        ({"loyaltyPoints": {"label": "Points"}}, "balance is required"),
        ({"state": "LIVE"}, "Invalid value at 'resource.state'"),
        ({"state": None}, "resource.state is required"),
        ({"barcode": {"type": "QR", "value": "1"}}, "Invalid value at 'resource.barcode.type'"),
        ({"barcode": {"type": "QR_CODE"}}, "barcode.value is required"),
        ({"heroImage": {"sourceUri": {"uri": "logo.png"}}}, "must be a web address"),
        ({"heroImage": {}}, "exactly one of sourceUri and privateImageId"),
        ({"messages": [{"body": "x"}] * 11}, "more than 10 items"),
        ({"merchantLocations": [{"latitude": 91, "longitude": 0}]}, "within 90 degrees"),
        ({"linksModuleData": {"uris": [{"uri": "shop.example"}]}}, "must have a scheme"),
        ({"validTimeInterval": {"end": {"date": "31/12/2026"}}}, "Invalid date"),
        ({"textModulesData": {"body": "x"}}, "expected an array"),
        ({"valueAddedModuleData": [{"uri": "https://a.example"}]}, "header is required"),
        ({"rotatingBarcode": {"type": "QR_CODE"}}, "valuePattern is required"),
        ({"id": f"{ISSUER}.member 1"}, "Invalid resource ID"),
        ({"secondaryLoyaltyPoints": {"balance": {"money": {"micros": "1"}}}}, "currencyCode"),
    ],
)
def test_an_object_google_refuses_is_refused(
    member: Caller, change: dict[str, Any], says: str
) -> None:
    body = {**OBJECT, "id": f"{ISSUER}.other", **change}
    response = member.call("POST", "loyaltyObject", body)
    assert response.status == 400
    assert says in message_of(response)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"programLogo": None}, "programLogo is required"),
        ({"issuerName": ""}, "issuerName is required"),
        ({"reviewStatus": "APPROVED"}, "Invalid review status"),
        ({"hexBackgroundColor": "blue"}, "Invalid hex colour"),
        ({"callbackOptions": {"url": "http://shop.example/google"}}, "must be https"),
    ],
)
def test_a_class_google_refuses_is_refused(
    caller: Caller, change: dict[str, Any], says: str
) -> None:
    response = caller.call("POST", "loyaltyClass", {**CLASS, **change})
    assert response.status == 400
    assert says in message_of(response)


def test_a_text_that_small_screens_cut_is_remarked_on_and_refused_on_demand(
    caller: Caller,
) -> None:
    long = {**CLASS, "rewardsTier": "Essentiel"}
    assert caller.call("POST", "loyaltyClass", long).status == 200
    assert "9 characters" in caller.read("/log")["calls"][-1]["warnings"][0]
    caller.control(strict_lengths=True)
    again = caller.call("POST", "loyaltyClass", {**long, "id": f"{ISSUER}.second"})
    assert again.status == 400


def test_a_second_insert_is_a_conflict(member: Caller) -> None:
    response = member.call("POST", "loyaltyObject", OBJECT)
    assert response.status == 409
    assert response.json()["error"]["errors"][0]["reason"] == "existingResource"


def test_what_is_not_there_is_not_found(member: Caller) -> None:
    assert member.call("GET", f"loyaltyObject/{ISSUER}.nobody").status == 404
    assert member.call("PATCH", f"loyaltyObject/{ISSUER}.nobody", {}).status == 404
    orphan = {**OBJECT, "id": f"{ISSUER}.x", "classId": f"{ISSUER}.nowhere"}
    response = member.call("POST", "loyaltyObject", orphan)
    assert (response.status, response.json()["error"]["status"]) == (404, "NOT_FOUND")


def test_another_issuers_things_are_forbidden(member: Caller) -> None:
    assert member.call("POST", "loyaltyClass", {**CLASS, "id": "12345.club"}).status == 403
    assert member.call("GET", "loyaltyObject/12345.member").status == 403


def test_an_object_needs_a_class_that_is_not_a_draft(caller: Caller) -> None:
    caller.call("POST", "loyaltyClass", {**CLASS, "reviewStatus": "DRAFT"})
    response = caller.call("POST", "loyaltyObject", OBJECT)
    assert response.status == 400
    assert "not approved" in message_of(response)


def test_a_patch_merges_objects_replaces_lists_and_removes_nulls(member: Caller) -> None:
    member.call(
        "PATCH", f"loyaltyObject/{OBJECT_ID}", {"textModulesData": [{"id": "a", "body": "1"}]}
    )
    patched = member.call(
        "PATCH",
        f"loyaltyObject/{OBJECT_ID}",
        {"loyaltyPoints": {"balance": {"int": 84}}, "textModulesData": [], "barcode": None},
    ).json()
    assert patched["loyaltyPoints"] == {"label": "Points", "balance": {"int": 84}}
    assert patched["textModulesData"] == []
    assert "barcode" not in patched


def test_a_patched_class_must_ask_for_review_and_cannot_go_back_to_draft(member: Caller) -> None:
    path = f"loyaltyClass/{CLASS_ID}"
    assert member.call("PATCH", path, {"programName": "Club"}).status == 400
    assert member.call("PATCH", path, {"reviewStatus": "APPROVED"}).status == 400
    assert member.call("PATCH", path, {"reviewStatus": "DRAFT"}).status == 400
    changed = member.call("PATCH", path, {"programName": "Club", "reviewStatus": "UNDER_REVIEW"})
    assert changed.json()["programName"] == "Club"


def test_an_update_replaces_the_whole_object(member: Caller) -> None:
    path = f"loyaltyObject/{OBJECT_ID}"
    assert member.call("PUT", path, {"classId": CLASS_ID}).status == 400
    replaced = member.call("PUT", path, {"classId": CLASS_ID, "state": "INACTIVE"}).json()
    assert "loyaltyPoints" not in replaced


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "somebody@example.test"}, "invalid_grant"),
        ({"aud": "https://elsewhere.example/token"}, "invalid_grant"),
        ({"iat": int(time.time()) - 9000, "exp": int(time.time()) - 5400}, "invalid_grant"),
        ({"exp": int(time.time()) + 9000}, "invalid_grant"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_a_false_assertion_gets_no_token(
    caller: Caller, changes: dict[str, Any], error: str
) -> None:
    response = caller.token(**changes)
    assert response.status == 400
    assert response.json()["error"] == error


def test_an_assertion_signed_with_another_key_gets_no_token(caller: Caller) -> None:
    caller.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert "signature" in caller.token().json()["error_description"]


def test_a_call_needs_a_token_of_ours_with_the_wallet_scope(member: Caller) -> None:
    scoped = member.token(scope="https://www.googleapis.com/auth/cloud-platform").json()
    for bearer, status in (("ya29.e30.00", 401), ("", 401), (scoped["access_token"], 403)):
        member.bearer = bearer
        assert member.call("GET", f"loyaltyObject/{OBJECT_ID}").status == status


def test_no_sliding_second_holds_more_than_twenty_calls() -> None:
    now = 0.0
    store = Store(clock=lambda: now)
    served: list[float] = []
    for milliseconds in range(0, 3000, 7):
        now = milliseconds / 1000
        if store.take_call():
            served.append(now)
    windows = [sum(start <= at < start + 1.0 for at in served) for start in served]
    assert max(windows) == 20
    assert len(served) == 60


def test_a_call_above_the_rate_is_told_to_come_later(member: Caller) -> None:
    member.control(rate_per_second=0)
    response = member.call("GET", f"loyaltyObject/{OBJECT_ID}")
    assert (response.status, response.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    member.control(rate_per_second=None)
    assert member.call("GET", f"loyaltyObject/{OBJECT_ID}").status == 200


def test_a_planned_failure_happens_as_often_as_asked(member: Caller) -> None:
    member.control(fail_next=[{"status": 503, "times": 2, "path": "loyaltyObject"}])
    statuses = [member.call("GET", f"loyaltyObject/{OBJECT_ID}").status for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_a_skinny_link_saves_an_object_that_exists(member: Caller) -> None:
    response = member.save(member.link())
    assert response.json()["objects"][0]["object"]["id"] == OBJECT_ID
    assert member.call("GET", f"loyaltyObject/{OBJECT_ID}").json()["hasUsers"] is True


def test_a_link_does_not_change_an_object_that_exists(member: Caller) -> None:
    fat = {**OBJECT, "loyaltyPoints": {"label": "Points", "balance": {"int": 999}}}
    response = member.save(member.link(payload={"loyaltyObjects": [fat]}))
    assert response.json()["objects"][0]["object"]["loyaltyPoints"]["balance"] == {"int": 42}
    assert "the link's fields are ignored" in response.json()["warnings"][0]


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"aud": "wallet"}, "aud must be"),
        ({"typ": "JWT"}, "typ must be"),
        ({"iat": None}, "iat must be"),
        ({"origins": "https://a.example"}, "origins must be"),
        ({"payload": {}}, "payload is missing"),
        ({"payload": {"loyaltyCards": []}}, "unknown name loyaltyCards"),
        ({"payload": {"loyaltyObjects": [{"id": f"{ISSUER}.ghost"}]}}, "does not exist"),
        ({"payload": {"loyaltyObjects": [{"id": "999.ghost"}]}}, "Invalid resource ID"),
        ({"iss": "somebody@example.test"}, "iss is not"),
    ],
)
def test_a_link_google_refuses_is_refused(
    member: Caller, claims: dict[str, Any], says: str
) -> None:
    response = member.save(member.link(**claims))
    assert response.status == 400
    assert says in message_of(response)


def test_a_link_must_be_signed_and_short(member: Caller) -> None:
    token = member.link()
    assert "signature" in message_of(member.save(token[:-4] + "AAAA"))
    assert "RS256" in message_of(member.save(member.sign({}, alg="none")))
    long = member.link(origins=["https://" + "a" * 1200 + ".example"])
    assert "more than 1800" in message_of(member.save(long))


def test_one_user_may_hold_a_card_that_is_for_one(caller: Caller) -> None:
    rule = {"multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES"}
    caller.call("POST", "loyaltyClass", {**CLASS, **rule})
    caller.call("POST", "loyaltyObject", OBJECT)
    assert caller.save(caller.link(), "a@example.test").status == 200
    assert caller.save(caller.link(), "b@example.test").status == 403


def test_a_jwt_is_validated_and_inserted_over_rest(member: Caller) -> None:
    token = member.link()
    validate = member.call("POST", "jwt/validate", {"jwtResource": {"jwt": token}})
    assert (validate.status, validate.json()) == (200, {})
    assert member.call("POST", "jwt/validate", {}).status == 400
    inserted = member.call("POST", "jwt", {"jwt": token})
    assert inserted.json()["saveUri"] == f"{member.google.url}/save/{token}"
    plain = json.dumps({"loyaltyObjects": [{**OBJECT, "id": f"{ISSUER}.z", "state": "gone"}]})
    refused = member.call("POST", "jwt/validate", {"jsonResource": {"json": plain}})
    assert refused.status == 400


def test_a_pass_is_announced_at_most_three_times_a_day(member: Caller) -> None:
    path = f"loyaltyObject/{OBJECT_ID}"
    for points in (1, 2):
        change = {"loyaltyPoints": {"balance": {"int": points}}}
        member.call("PATCH", path, {**change, "notifyPreference": "NOTIFY_ON_UPDATE"})
    message = {"message": {"header": "Hi", "body": "x", "messageType": "TEXT_AND_NOTIFY"}}
    assert member.call("POST", f"{path}/addMessage", message).status == 200
    refused = member.call("POST", f"{path}/addMessage", message)
    assert (refused.status, refused.json()["error"]["errors"][0]["reason"]) == (
        403,
        "quotaExceeded",
    )
    message["message"]["messageType"] = "TEXT"
    assert member.call("POST", f"{path}/addMessage", message).status == 200
    silent = member.call(
        "PATCH",
        path,
        {"loyaltyPoints": {"balance": {"int": 3}}, "notifyPreference": "NOTIFY_ON_UPDATE"},
    )
    assert silent.json()["loyaltyPoints"]["balance"] == {"int": 3}
    kinds = [line["kind"] for line in member.read("/notifications")["notifications"]]
    assert kinds == ["fields", "fields", "message"]


def test_a_change_that_is_not_on_the_list_announces_nothing(member: Caller) -> None:
    body = {"accountName": "Ada", "notifyPreference": "NOTIFY_ON_UPDATE"}
    member.call("PATCH", f"loyaltyObject/{OBJECT_ID}", body)
    assert member.read("/notifications")["notifications"] == []


def test_a_phone_that_waits_learns_of_a_change(member: Caller) -> None:
    after = member.read("/changes?after=0&timeout_s=0")["seq"]
    seen: list[Any] = []
    phone = threading.Thread(
        target=lambda: seen.append(member.read(f"/changes?after={after}&timeout_s=30"))
    )
    phone.start()
    member.call("PATCH", f"loyaltyObject/{OBJECT_ID}", {"accountName": "Ada"})
    phone.join(timeout=30)
    assert seen[0]["changed"] == [OBJECT_ID]


def test_objects_outlive_a_restart(state_dir: Path) -> None:
    with GoogleStandin(state_dir, keep=True) as google:
        before = Caller(google, state_dir)
        before.call("POST", "loyaltyClass", CLASS)
        before.call("POST", "loyaltyObject", OBJECT)
    with GoogleStandin(state_dir, keep=True) as google:
        after = Caller(google, state_dir)
        after.bearer = before.bearer
        assert after.call("GET", f"loyaltyObject/{OBJECT_ID}").status == 200


class _Listener(BaseHTTPRequestHandler):
    received: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(json.loads(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


def framed(*parts: str) -> bytes:
    return b"".join(struct.pack("<I", len(p.encode())) + p.encode() for p in parts)


def test_the_issuer_is_called_back_with_two_signatures_that_verify(caller: Caller) -> None:
    received: list[dict[str, Any]] = []
    handler = type("Listener", (_Listener,), {"received": received})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/google/callback"
        caller.call("POST", "loyaltyClass", {**CLASS, "callbackOptions": {"url": url}})
        caller.call("POST", "loyaltyObject", OBJECT)
        caller.save(caller.link())
        thread.join(timeout=30)
    (callback,) = received
    root = caller.read("/gp/m/issuer/keys")["keys"][0]
    sender, protocol = "GooglePayPasses", "ECv2SigningOnly"
    intermediate = callback["intermediateSigningKey"]
    verify(
        root["keyValue"],
        intermediate["signatures"][0],
        framed(sender, protocol, intermediate["signedKey"]),
    )
    verify(
        json.loads(intermediate["signedKey"])["keyValue"],
        callback["signature"],
        framed(sender, ISSUER, protocol, callback["signedMessage"]),
    )
    message = json.loads(callback["signedMessage"])
    assert (message["eventType"], message["objectId"]) == ("save", OBJECT_ID)


def verify(public: str, signature: str, content: bytes) -> None:
    key = serialization.load_der_public_key(base64.b64decode(public))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(base64.b64decode(signature), content, ec.ECDSA(hashes.SHA256()))
