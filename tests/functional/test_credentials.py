"""Deny by default: every route, with every kind of credential that must not open it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from moto import mock_aws

from functions.authorizer import app as authorizer
from tessera import bootstrap_authorizer
from tessera.adapters.dynamodb.clock import WallClock
from tessera.application import find_candidates
from tessera.domain.programme.codes import Pace
from tessera.entrypoints.routes import ROUTES, Auth, Route
from tests.fakes.gateway import Context, event, reply_of, sample
from tests.functional.conftest import EVERY_SCOPE, Shop

KEYED = [route for route in ROUTES if route.auth is Auth.KEY]
STRANGER = "tk_test_" + "A" * 43


def path_of(route: Route) -> str:
    path = route.path
    for name in route.parameters:
        path = path.replace(f"{{{name}}}", "x")
    return path


def query_of(route: Route) -> dict[str, str]:
    return dict.fromkeys(route.query_required, "demo")


def walk(shop: Shop, secret: str) -> dict[str, tuple[int, str]]:
    """Status and body's code of each route that needs a key, as that key is answered."""
    found = {}
    for route in KEYED:
        body: dict[str, Any] | None = {} if route.request else None
        reply = shop.gateway.send(
            route.method,
            path_of(route),
            body,
            key="k",
            query=query_of(route),
            secret=secret,
        )
        found[route.key] = (reply.status, str(reply.json.get("code", reply.json.get("message"))))
    return found


def test_without_a_credential_every_route_is_closed(shop: Shop) -> None:
    before = shop.rows()
    assert set(walk(shop, "").values()) == {(401, "Unauthorized")}
    assert shop.rows() == before


def test_a_key_that_nobody_issued_opens_nothing(shop: Shop) -> None:
    assert set(walk(shop, STRANGER).values()) == {(403, "Forbidden")}


NO_KEYS = [
    "Bearer",
    "Bearer ",
    "Bearer x",
    "tk",
    "Basic dXNlcjpwYXNz",
    f"Token {STRANGER}",
    f"Bearer {STRANGER} {STRANGER}",
    f"Bearer {STRANGER}A",
    "Bearer tk_live_" + "A" * 43,
    "Bearer TK_TEST_" + "A" * 43,
    "Bearer " + "A" * 10_000,
    "Bearer tk_test_" + "é" * 43,
    "Bearer tk_test_" + "A" * 42 + "\n",
]


def test_what_is_no_key_is_denied_without_a_read(shop: Shop) -> None:
    shop.container.table.consumed = []
    for header in NO_KEYS:
        sent = sample("authorizer/unknown_key")
        sent["headers"]["authorization"] = header
        sent["identitySource"] = [header]
        assert authorizer.handler(sent, Context()) == {"isAuthorized": False}, header
    assert shop.container.table.consumed == []


def test_a_request_without_headers_is_denied(shop: Shop) -> None:
    assert authorizer.handler({"requestContext": {}}, Context()) == {"isAuthorized": False}


def test_a_revoked_key_opens_nothing(shop: Shop) -> None:
    secret = shop.issue_key("till", EVERY_SCOPE)
    assert shop.gateway.send("GET", "/v1/api-keys", secret=secret).status == 200
    revoked = shop.send("DELETE", f"/v1/api-keys/{shop.keys['till']}")
    assert (revoked.status, revoked.json["status"]) == (200, "revoked")
    assert set(walk(shop, secret).values()) == {(403, "Forbidden")}


def test_an_expired_key_opens_nothing(shop: Shop) -> None:
    secret = shop.issue_key("till", EVERY_SCOPE, expires_at="2098-01-01T00:00:00Z")
    sent = sample("authorizer/known_key")
    sent["headers"]["authorization"] = f"Bearer {secret}"
    assert authorizer.handler(sent, Context())["isAuthorized"]
    issued = shop.container.api_keys.find(shop.keys["till"])
    assert issued is not None
    assert issued.expires_at_ms is not None
    expiry_ms = issued.expires_at_ms
    wired = vars(bootstrap_authorizer.container())
    wired["wall_clock"] = WallClock(lambda: expiry_ms)
    assert set(walk(shop, secret).values()) == {(403, "Forbidden")}
    wired["wall_clock"] = WallClock(lambda: expiry_ms - 1)
    assert authorizer.handler(sent, Context())["isAuthorized"]


def test_a_moved_business_clock_does_not_revive_a_key(shop: Shop) -> None:
    secret = shop.issue_key("till", ["scans"], expires_at="2098-01-01T00:00:00Z")
    shop.container.clock.set_offset_ms(80 * 365 * 86_400_000)  # type: ignore[attr-defined]
    sent = sample("authorizer/known_key")
    sent["headers"]["authorization"] = f"Bearer {secret}"
    assert authorizer.handler(sent, Context())["isAuthorized"]


def test_a_key_without_the_scope_of_a_route_is_told_which(shop: Shop) -> None:
    """The right is asked for before the body is read: here there is none."""
    weak = {
        left_out: shop.issue_key(left_out, [scope for scope in EVERY_SCOPE if scope != left_out])
        for left_out in {route.scope for route in KEYED}
    }
    before = shop.rows()
    for route in KEYED:
        reply = shop.gateway.send(route.method, path_of(route), secret=weak[route.scope])
        assert (reply.status, reply.code) == (403, "scope_missing"), route.key
        assert f"`{route.scope}`" in reply.json["detail"]
    assert shop.rows() == before


def test_a_function_behind_no_authorizer_answers_401(shop: Shop) -> None:
    """What the gateway should have asked is asked again, in case the template forgot it."""
    vouched: list[dict[str, Any]] = [
        {},
        {"authorizer": None},
        {"authorizer": {"lambda": {"kind": "key"}}},
        {"authorizer": {"lambda": {"kind": "key", "credential": "key_1"}}},
        {"authorizer": {"lambda": {"kind": "nobody", "credential": "k", "scopes": "scans"}}},
    ]
    for route in KEYED:
        for context in vouched:
            sent = event(
                route.method, path_of(route), None, {"authorization": f"Bearer {STRANGER}"}
            )
            sent["requestContext"] |= context
            reply = reply_of(shop.gateway.handlers[route.function](sent, Context()))
            assert (reply.status, reply.code) == (401, "credential_missing"), route.key
            assert reply.headers["www-authenticate"] == "Bearer"


def test_a_key_of_one_store_speaks_for_that_store_only(shop: Shop, member: dict[str, Any]) -> None:
    till = shop.issue_key("till", ["purchases:write", "redemptions:write"], stores=["lyon"])
    body = {
        "member": {"id": member["member_id"]},
        "document": {"store": "paris", "number": "1"},
        "currency": "EUR",
        "total": 100,
    }
    before = shop.rows()
    reply = shop.gateway.send("POST", "/v1/purchases", body, secret=till)
    assert (reply.status, reply.code) == (403, "store_not_allowed")
    assert shop.rows() == before
    body["document"] = {"store": "lyon", "number": "1"}
    assert shop.gateway.send("POST", "/v1/purchases", body, secret=till).status == 201


def test_what_names_a_store_is_for_keys_of_that_store(shop: Shop, member: dict[str, Any]) -> None:
    other = shop.enrol("c-2")
    secret = shop.issue_key("lyon", ["members:write", "transfers:write"], stores=["lyon"])
    pair = {"member": {"id": member["member_id"]}, "to": {"id": other["member_id"]}}
    gift = {**pair, "programme": "demo", "balance": "points", "amount": 1}
    for path, body in (("/v1/transfers", gift), ("/v1/households", {"programme": "demo"})):
        sent = {**body, "store": "paris"}
        reply = shop.gateway.send("POST", path, sent, key=path, secret=secret)
        assert (reply.status, reply.code) == (403, "store_not_allowed"), path
        sent = {**body, "store": "lyon"}
        assert shop.gateway.send("POST", path, sent, key=path, secret=secret).status == 201


def test_nobody_runs_through_names_to_see_who_is_a_member(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find_candidates, "SEARCHES", Pace(per_minute=60, at_once=3))
    till = shop.issue_key("till", ["members:read"])
    other = shop.issue_key("other", ["members:read"])
    for name in ("Martin", "Bernard", "Thomas"):
        reply = shop.gateway.send("POST", "/v1/members/search", {"last_name": name}, secret=till)
        assert reply.status == 200
    for body in ({"last_name": "Petit"}, {"phone": "0612345678"}, {"email": "a@b.fr"}):
        reply = shop.gateway.send("POST", "/v1/members/search", body, secret=till)
        assert (reply.status, reply.code) == (429, "till_too_soon")
        assert int(reply.headers["retry-after"]) >= 1
        assert "field" not in reply.json
    reply = shop.gateway.send("POST", "/v1/members/search", body, secret=other)
    assert reply.status == 200


def test_a_key_of_some_stores_manages_keys_of_those_stores(shop: Shop) -> None:
    """Who may not grant a right may not take it away either, nor read whose it is."""
    names = {"everywhere": None, "lyon": ["lyon"], "both": ["lyon", "paris"], "paris": ["paris"]}
    for name, stores in names.items():
        shop.issue_key(name, ["scans"], **({"stores": stores} if stores else {}))
    manager = shop.issue_key("manager", ["keys:write", "scans"], stores=["lyon", "rennes"])
    listed = shop.gateway.send("GET", "/v1/api-keys", secret=manager).json["api_keys"]
    assert {key["label"] for key in listed} == {"lyon", "manager"}
    for name in names:
        path = f"/v1/api-keys/{shop.keys[name]}"
        reply = shop.gateway.send("DELETE", path, secret=manager)
        if name == "lyon":
            assert (reply.status, reply.json["status"]) == (200, "revoked")
        else:
            assert (reply.status, reply.code) == (403, "rights_exceeded"), name
    every = shop.send("GET", "/v1/api-keys").json["api_keys"]
    assert {key["label"] for key in every if key["status"] == "revoked"} == {"lyon"}


def test_an_idempotency_key_is_its_credentials_own(shop: Shop, member: dict[str, Any]) -> None:
    body = {"member": {"id": member["member_id"]}, "programme": "demo", "name": "review.posted"}
    one = shop.issue_key("one", ["events:write"])
    two = shop.issue_key("two", ["events:write"])
    first = shop.gateway.send("POST", "/v1/events", body, key="same", secret=one)
    second = shop.gateway.send("POST", "/v1/events", body, key="same", secret=two)
    assert (first.status, second.status) == (201, 201)
    assert "idempotent-replayed" not in second.headers
    assert first.json["sequence"] < second.json["sequence"]


def test_the_authorizer_raises_rather_than_denies_when_it_can_not_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A denial would be kept for a minute, against a key that is perfectly good."""
    monkeypatch.setattr(shop.container.table, "name", "no-such-table")
    sent = sample("authorizer/known_key")
    with pytest.raises(Exception, match="ResourceNotFound"):
        authorizer.handler(sent, Context())


def test_neither_secret_nor_header_is_ever_logged(shop: Shop, log: io.StringIO) -> None:
    secret = shop.issue_key("till", EVERY_SCOPE)
    walk(shop, secret)
    walk(shop, STRANGER)
    logged = log.getvalue()
    assert "denied" in logged
    assert shop.keys["till"] in logged
    for word in (secret, STRANGER, shop.gateway.secret, "Bearer"):
        assert word not in logged


def test_secrets_are_stored_as_hashes_only(shop: Shop) -> None:
    secret = shop.issue_key("till", ["scans"])
    stored = json.dumps(shop.rows(), default=str)
    assert secret not in stored
    assert secret[8:] not in stored


def test_ping_needs_neither_key_nor_table(monkeypatch: pytest.MonkeyPatch, shop: Shop) -> None:
    for name in ("TESSERA_TABLE_NAME", "TESSERA_KEYS_SECRET_ID", "TESSERA_STAGE"):
        monkeypatch.delenv(name)
    with mock_aws():
        reply = shop.gateway.send("GET", "/v1/ping", secret="")
    assert (reply.status, reply.json["service"]) == (200, "tessera")
