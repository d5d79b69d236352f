"""When we are at fault: the caller learns that, the log learns where, and nobody learns more."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.exceptions import VerboseClientError

from tessera.domain.errors import Unavailable
from tessera.entrypoints import till_api
from tests.functional.conftest import PUBLIC_URL, Shop

SALE: dict[str, Any] = {
    "member": {"external_id": "c-1"},
    "document": {"store": "s1", "number": "42"},
    "currency": "EUR",
    "total": 4250,
}


def break_at(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the recording of purchases fail in a way that nobody foresaw."""

    def broken(_: object) -> Any:
        raise error

    monkeypatch.setitem(till_api.BINDINGS, "record_purchase", broken)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_bug_is_told_without_a_word_about_itself(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    log: io.StringIO,
    capsys: pytest.CaptureFixture[str],
    language: str,
) -> None:
    break_at(monkeypatch, KeyError("ada@mail.example"))
    capsys.readouterr()
    reply = shop.send("POST", "/v1/purchases", SALE, headers={"accept-language": language})
    assert (reply.status, reply.code) == (500, "internal_error")
    assert reply.json["request_id"] == reply.headers["x-request-id"]
    assert set(reply.json) == {"type", "title", "status", "code", "detail", "request_id"}
    assert "KeyError" not in reply.body
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    told = next(line for line in lines if line.get("message") == "unforeseen")
    assert told["kinds"] == ["builtins.KeyError"]
    assert told["correlation_id"] == reply.json["request_id"]
    assert any("broken" in frame for frame in told["frames"])
    assert "ada@mail.example" not in log.getvalue()
    counted = json.loads(capsys.readouterr().out)
    assert (counted["service"], counted["Bugs"]) == ("till_api", [1.0])


def test_an_error_of_aws_is_logged_by_its_code(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    response = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
    break_at(monkeypatch, VerboseClientError(response, "PutItem", {}))
    assert shop.send("POST", "/v1/purchases", SALE).status == 500
    assert "VerboseClientError AccessDeniedException" in log.getvalue()


def test_a_missing_setting_is_a_fault_of_ours(
    empty_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TESSERA_KEYS_SECRET_ID")
    reply = empty_shop.send("POST", "/v1/purchases", SALE)
    assert (reply.status, reply.code) == (500, "internal_error")
    assert "TESSERA" not in reply.body


def test_an_unknown_outcome_says_send_again(
    shop: Shop, member: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table does not answer while the time is up: neither done nor refused."""

    def silent(*_: object) -> Any:
        raise ReadTimeoutError(endpoint_url="x", error="silence")

    whole = shop.container.table._connection.dispatch
    monkeypatch.setattr(shop.container.table._connection, "dispatch", silent)
    monkeypatch.setattr(shop.gateway, "authorizer", lambda *_: AUTHORISED)
    shop.gateway.context.remaining_ms = 100
    reply = shop.send("POST", "/v1/purchases", SALE)
    assert (reply.status, reply.code) == (503, "try_again")
    assert reply.headers["retry-after"] == "1"
    monkeypatch.setattr(shop.container.table._connection, "dispatch", whole)
    shop.gateway.context.remaining_ms = 10_000
    assert shop.send("POST", "/v1/purchases", SALE).status == 201


AUTHORISED = {
    "isAuthorized": True,
    "context": {
        "kind": "key",
        "credential": "key_1",
        "scopes": "purchases:write",
        "stores": "null",
    },
}


def test_a_later_retry_says_when(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    break_at(monkeypatch, Unavailable(retry_after_s=9))
    assert shop.send("POST", "/v1/purchases", SALE).headers["retry-after"] == "9"


def test_nothing_personal_is_logged_or_answered_to_a_till(shop: Shop, log: io.StringIO) -> None:
    profile = {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@mail.example",
        "phone": "+33612345678",
        "birthday": "1815-12-10",
    }
    member = shop.enrol("customer-77", profile=profile)
    card = member["card"]["code"]
    scan = shop.send("POST", "/v1/scans", {"code": card})
    assert scan.json["greeting"] == "Ada L."
    told = [scan.body, json.dumps(member)]
    sale = SALE | {"member": {"card": card}}
    told.append(shop.send("POST", "/v1/purchases", sale).body)
    told.append(shop.send("POST", "/v1/purchases", sale | {"total": "Lovelace"}).body)
    broken = {"programme": "demo", "profile": profile | {"email": "ada at mail"}}
    told.append(shop.send("POST", "/v1/members", broken, key="k").body)
    told += [
        shop.send("GET", f"/v1/members/{member['member_id']}{path}").body
        for path in ("", "/balances", "/lots", "/rewards", "/tiers", "/vouchers")
    ]
    for secret in ("Lovelace", "ada@mail", "ada at mail", "33612345678", "1815", "12-10"):
        assert not any(secret in body for body in told), secret
        assert secret not in log.getvalue(), secret
    for place in (card, "customer-77", "Ada"):
        assert place not in log.getvalue(), place


def test_every_answer_carries_what_browsers_and_operators_need(
    shop: Shop, member: dict[str, Any]
) -> None:
    for reply in (
        shop.send("GET", "/v1/ping"),
        shop.send("POST", "/v1/purchases", SALE),
        shop.send("POST", "/v1/purchases", {}),
    ):
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["x-request-id"].startswith("request-")
    assert member["card"]["url"].startswith(f"{PUBLIC_URL}/cards/")


def test_the_log_keeps_nothing_of_the_request_before(
    shop: Shop, member: dict[str, Any], log: io.StringIO
) -> None:
    shop.send("POST", "/v1/purchases", SALE)
    shop.send("POST", "/v1/purchases", SALE)
    shop.send("GET", "/v1/ping", secret="")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    first, again, ping = (line for line in lines if line.get("message") == "request answered")
    assert "replayed" not in first
    assert again["replayed"] is True
    assert first["correlation_id"] != again["correlation_id"]
    assert "credential" not in ping
    assert "replayed" not in ping
