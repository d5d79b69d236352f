"""Rubbish in: a precise 4xx that names the fault, in the caller's language, and nothing written."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

import pytest

from tessera.entrypoints.texts import TEXTS
from tests.fakes.gateway import Reply
from tests.functional.conftest import Shop

SALE: dict[str, Any] = {
    "member": {"external_id": "c-1"},
    "document": {"store": "s1", "number": "42"},
    "currency": "EUR",
    "lines": [{"article": "beans", "quantity": 1, "gross": 4250}],
}
LINE = "/lines/0"


@dataclass(frozen=True)
class Case:
    """A change to a good sale that makes it bad, and how it is then answered."""

    change: dict[str, Any]
    code: str
    field: str
    status: int = 400

    def body(self) -> dict[str, Any]:
        body = copy.deepcopy(SALE)
        for pointer, value in self.change.items():
            *parents, last = pointer.strip("/").split("/")
            place: Any = body
            for name in parents:
                place = place[int(name)] if isinstance(place, list) else place[name]
            if value is DROP:
                del place[last]
            elif isinstance(place, list):
                place[int(last)] = value
            else:
                place[last] = value
        return body


DROP = object()

FIELDS = [
    Case({"/colour": "red"}, "field_unknown", "/colour"),
    Case({"/lines/0/colour": "red"}, "field_unknown", f"{LINE}/colour"),
    Case({"/member": DROP}, "field_missing", "/member"),
    Case({"/member": {}}, "member_reference_ambiguous", "/member"),
    Case({"/member": {"id": "a", "card": "b"}}, "member_reference_ambiguous", "/member"),
    Case({"/member": "c-1"}, "object_expected", "/member"),
    Case({"/member": {"external_id": 7}}, "text_expected", "/member/external_id"),
    Case({"/member": {"external_id": ""}}, "text_empty", "/member/external_id"),
    Case({"/member": {"external_id": "x" * 129}}, "text_too_long", "/member/external_id"),
    Case({"/member": {"external_id": " c-1"}}, "text_not_trimmed", "/member/external_id"),
    Case({"/document": DROP}, "field_missing", "/document"),
    Case({"/document/number": DROP}, "field_missing", "/document/number"),
    Case({"/document/number": None}, "text_expected", "/document/number"),
    Case({"/document/number": 42}, "text_expected", "/document/number"),
    Case({"/document/store": "a store"}, "text_malformed", "/document/store"),
    Case({"/document/store": "s#1"}, "text_malformed", "/document/store"),
    Case({"/document/store": "s" * 65}, "text_malformed", "/document/store"),
    Case({"/currency": DROP}, "field_missing", "/currency"),
    Case({"/currency": "euro"}, "text_malformed", "/currency"),
    Case({"/currency": "eur"}, "text_malformed", "/currency"),
    Case({"/currency": 978}, "text_expected", "/currency"),
    Case({"/currency": "USD"}, "wrong_currency", "/currency"),
    Case({"/lines": DROP}, "basket_empty", ""),
    Case({"/lines": []}, "list_too_short", "/lines"),
    Case({"/lines": {}}, "list_expected", "/lines"),
    Case({"/lines": ["beans"]}, "object_expected", LINE),
    Case({"/lines": SALE["lines"] * 501}, "list_too_long", "/lines"),
    Case({"/lines/0/article": DROP}, "field_missing", f"{LINE}/article"),
    Case({"/lines/0/article": ""}, "text_empty", f"{LINE}/article"),
    Case({"/lines/0/gross": DROP}, "field_missing", f"{LINE}/gross"),
    Case({"/lines/0/gross": -1}, "number_too_small", f"{LINE}/gross"),
    Case({"/lines/0/gross": "4250"}, "integer_expected", f"{LINE}/gross"),
    Case({"/lines/0/gross": True}, "integer_expected", f"{LINE}/gross"),
    Case({"/lines/0/gross": None}, "integer_expected", f"{LINE}/gross"),
    Case({"/lines/0/gross": 10**12 + 1}, "number_too_large", f"{LINE}/gross"),
    Case({"/lines/0/discount": 4251}, "discount_above_price", f"{LINE}/discount"),
    Case({"/lines/0/discount": -5}, "number_too_small", f"{LINE}/discount"),
    Case({"/lines/0/tax": 4251}, "tax_above_amount", f"{LINE}/tax"),
    Case({"/lines/0/quantity": 0}, "number_too_small", f"{LINE}/quantity"),
    Case({"/lines/0/quantity": -1}, "number_too_small", f"{LINE}/quantity"),
    Case({"/lines/0/quantity": "0.000"}, "quantity_not_positive", f"{LINE}/quantity"),
    Case({"/lines/0/quantity": "1,5"}, "quantity_malformed", f"{LINE}/quantity"),
    Case({"/lines/0/quantity": "-1"}, "quantity_malformed", f"{LINE}/quantity"),
    Case({"/lines/0/quantity": "0.1234"}, "quantity_malformed", f"{LINE}/quantity"),
    Case({"/lines/0/quantity": "٣"}, "quantity_malformed", f"{LINE}/quantity"),
    Case({"/lines/0/quantity": True}, "value_malformed", f"{LINE}/quantity"),
    Case({"/lines/0/attributes": {"family": 1}}, "text_expected", f"{LINE}/attributes/family"),
    Case({"/total": 4249}, "total_differs", "/total"),
    Case({"/total": -1}, "number_too_small", "/total"),
    Case({"/occurred_at": "2026-11-22"}, "time_malformed", "/occurred_at"),
    Case({"/occurred_at": "2026-11-22T09:30:00"}, "time_malformed", "/occurred_at"),
    Case({"/occurred_at": "2026-02-30T09:30:00Z"}, "time_malformed", "/occurred_at"),
    Case({"/occurred_at": "2026-11-22T25:30:00Z"}, "time_malformed", "/occurred_at"),
    Case({"/occurred_at": 1795339800}, "text_expected", "/occurred_at"),
    Case({"/occurred_at": "0001-01-01T00:00:00+23:59"}, "time_out_of_range", "/occurred_at"),
    Case({"/occurred_at": "9999-12-31T23:59:59Z"}, "time_out_of_range", "/occurred_at"),
    Case({"/occurred_at": "2090-01-01T00:00:00Z"}, "time_in_future", "/occurred_at"),
    Case({"/import": "yes"}, "boolean_expected", "/import"),
    Case({"/vouchers": ["v"] * 21}, "list_too_long", "/vouchers"),
    Case({"/vouchers": ["v", "v"]}, "same_voucher_twice", "/vouchers"),
    Case({"/payments": [{"amount": 1}]}, "field_missing", "/payments/0/balance"),
    Case({"/payments": [{"balance": "miles"}]}, "balance_unknown", "/payments/0/balance"),
    Case({"/member": {"card": "R8V9KG22JM9NDWCX"}}, "card_code_malformed", "/member/card"),
    Case({"/member": {"card": "'; DROP TABLE"}}, "card_code_malformed", "/member/card"),
    Case({"/member": {"card": "A82GG3R050160142"}}, "card_unknown", "/member", 404),
    Case({"/member": {"external_id": "nobody"}}, "external_id_unknown", "/member", 404),
    Case({"/member": {"id": "mem_nobody"}}, "member_unknown", "/member", 404),
    Case({"/member": {"id": "x#0#P"}}, "member_unknown", "/member", 404),
    Case({"/vouchers": ["NOSUCHCODE"]}, "voucher_unknown", "", 404),
]  # fmt: skip

TEXTUAL = [
    ("", "body_missing", 400),
    ("  \n", "body_missing", 400),
    ("{", "json_malformed", 400),
    ("null", "object_expected", 400),
    ("[]", "object_expected", 400),
    ('"{}"', "object_expected", 400),
    ("{}{}", "json_malformed", 400),
    ("\ufeff{}", "json_malformed", 400),
    ('{"currency":"EUR","currency":"USD"}', "json_key_twice", 400),
    ('{"total":12.50}', "number_not_integer", 400),
    ('{"total":1e3}', "number_not_integer", 400),
    ('{"total":NaN}', "number_not_integer", 400),
    ('{"total":-Infinity}', "number_not_integer", 400),
    ('{"total":9007199254740993}', "number_out_of_range", 400),
    ('{"total":' + "9" * 5000 + "}", "number_out_of_range", 400),
    ('{"currency":"\\ud83d"}', "text_unreadable", 400),
    ('{"currency":"\\u0000"}', "text_unreadable", 400),
    ('{"a":' * 2000 + "1" + "}" * 2000, "json_too_deep", 400),
    ("[" * 100_000, "json_too_deep", 400),
    (b"\xff\xfe{\x00}\x00", "body_not_utf8", 400),
    (b'{"currency":"\xe9"}', "body_not_utf8", 400),
    ("x" * (256 * 1024 + 1), "body_too_large", 413),
    ("é" * (128 * 1024 + 1), "body_too_large", 413),
    (b"x" * 1_048_576, "body_too_large", 413),
]

HEADERS = [
    ({"content-type": "text/plain"}, "media_type_unsupported", 415),
    ({"content-type": "application/xml"}, "media_type_unsupported", 415),
    ({"content-type": ""}, "media_type_unsupported", 415),
    ({"content-type": "application/json; charset=latin-1"}, "media_type_unsupported", 415),
    ({"content-type": "multipart/form-data; boundary=x"}, "media_type_unsupported", 415),
]


def refused(reply: Reply, code: str, status: int, field: str | None = None) -> None:
    """The reply is a whole problem of that code, and says nothing but its own sentences."""
    assert (reply.status, reply.code) == (status, code), reply.body
    problem = reply.json
    assert problem["status"] == status
    assert problem["type"] == f"/v1/problems/{code}"
    assert problem["request_id"] == reply.headers["x-request-id"]
    assert problem["title"] == TEXTS[code][reply.headers["content-language"]].title
    assert "{" not in problem["detail"]
    assert "…" not in problem["detail"]
    if field is not None:
        assert problem.get("field", "") == field


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_bad_sale_is_refused_by_name_and_leaves_no_trace(
    shop: Shop, member: dict[str, Any], language: str
) -> None:
    before = shop.rows()
    for case in FIELDS:
        reply = shop.send(
            "POST", "/v1/purchases", case.body(), headers={"accept-language": language}
        )
        faults = reply.json.get("errors") or []
        if reply.code == "request_invalid":
            refused(reply, "request_invalid", case.status)
            told = [(fault["code"], fault["field"]) for fault in faults]
            assert (case.code, case.field) in told, (case, told)
            sentences = {fault["detail"] for fault in faults}
            assert not any("{" in text or "…" in text for text in sentences), sentences
        else:
            refused(reply, case.code, case.status, case.field)
        assert reply.headers["content-language"] == language
    assert shop.rows() == before


def test_the_good_sale_among_them_is_recorded(shop: Shop, member: dict[str, Any]) -> None:
    assert shop.send("POST", "/v1/purchases", SALE).status == 201


def test_a_body_that_can_be_read_in_two_ways_or_none_is_refused(
    shop: Shop, member: dict[str, Any]
) -> None:
    before = shop.rows()
    for text, code, status in TEXTUAL:
        refused(shop.send("POST", "/v1/purchases", text), code, status)
    assert shop.rows() == before


def test_a_body_that_is_not_announced_as_json_is_refused(
    shop: Shop, member: dict[str, Any]
) -> None:
    before = shop.rows()
    for headers, code, status in HEADERS:
        reply = shop.send("POST", "/v1/purchases", SALE, headers=headers)
        refused(reply, code, status, "Content-Type")
    assert shop.rows() == before


def test_json_is_read_however_its_type_is_spelt(shop: Shop, member: dict[str, Any]) -> None:
    spelt = [
        "application/json",
        "Application/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
    ]
    for number, content_type in enumerate(spelt):
        body = SALE | {"document": {"store": "s1", "number": str(number)}}
        reply = shop.send("POST", "/v1/purchases", body, headers={"content-type": content_type})
        assert reply.status == 201


def test_a_body_in_base64_is_the_same_body(shop: Shop, member: dict[str, Any]) -> None:
    first = shop.send("POST", "/v1/purchases", SALE)
    again = shop.send("POST", "/v1/purchases", json.dumps(SALE).encode())
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"


def test_a_sale_too_long_ago_needs_the_right_to_import(shop: Shop, member: dict[str, Any]) -> None:
    till = shop.issue_key("till", ["purchases:write"])
    late = SALE | {"occurred_at": "2020-01-01T12:00:00Z"}
    before = shop.rows()
    refused(shop.send("POST", "/v1/purchases", late, secret=till), "time_too_old", 400)
    forbidden = shop.send("POST", "/v1/purchases", SALE | {"import": True}, secret=till)
    refused(forbidden, "scope_missing", 403)
    assert shop.rows() == before


KEYED: dict[str, dict[str, Any]] = {
    "/v1/members": {"programme": "demo"},
    "/v1/redemptions": {
        "member": {"external_id": "c-1"},
        "programme": "demo",
        "reward": "five-off",
    },
    "/v1/events": {
        "member": {"external_id": "c-1"},
        "programme": "demo",
        "name": "review.posted",
    },
    "/v1/holds": {
        "member": {"external_id": "c-1"},
        "programme": "demo",
        "balance": "points",
        "amount": 1,
    },
    "/v1/adjustments": {
        "member": {"external_id": "c-1"},
        "programme": "demo",
        "balance": "points",
        "amount": 1,
        "reason": "goodwill",
    },
    "/v1/api-keys": {"label": "Till", "scopes": ["scans"]},
}


@pytest.mark.requirement("X-01")
def test_what_changes_something_needs_a_key_of_a_kind(shop: Shop, member: dict[str, Any]) -> None:
    before = shop.rows()
    for path, body in KEYED.items():
        missing = shop.send("POST", path, body)
        refused(missing, "idempotency_key_missing", 400, "Idempotency-Key")
        for bad in ("x" * 256, "a\tb", "é", "\x7f"):
            reply = shop.send("POST", path, body, key=bad)
            refused(reply, "idempotency_key_malformed", 400, "Idempotency-Key")
    assert shop.rows() == before


@pytest.mark.requirement("X-01")
def test_the_same_key_with_another_body_is_refused(shop: Shop, member: dict[str, Any]) -> None:
    for path, body in KEYED.items():
        first = shop.send("POST", path, body, key=path)
        assert first.status == 201, first.body
        before = shop.rows()
        other = body | ({"label": "Other"} if path == "/v1/api-keys" else {"store": "s2"})
        reply = shop.send("POST", path, other, key=path)
        refused(reply, "request_differs", 422, "Idempotency-Key")
        assert shop.rows() == before


@pytest.mark.requirement("X-01")
def test_the_same_key_at_another_address_is_refused(shop: Shop, member: dict[str, Any]) -> None:
    assert shop.send("POST", "/v1/events", KEYED["/v1/events"], key="k").status == 201
    before = shop.rows()
    reply = shop.send("POST", "/v1/holds", KEYED["/v1/holds"], key="k")
    refused(reply, "request_differs", 422, "Idempotency-Key")
    assert shop.rows() == before


@pytest.mark.requirement("X-01")
def test_the_same_document_with_another_body_is_refused_whatever_the_header_says(
    shop: Shop, member: dict[str, Any]
) -> None:
    first = shop.send("POST", "/v1/purchases", SALE, key="one")
    before = shop.rows()
    same = shop.send("POST", "/v1/purchases", dict(reversed(SALE.items())), key="two")
    assert (same.status, same.body) == (201, first.body)
    assert same.headers["idempotent-replayed"] == "true"
    other = SALE | {"total": 4250}
    reply = shop.send("POST", "/v1/purchases", other, key="one")
    refused(reply, "request_differs", 422, "/document")
    assert shop.rows() == before


def test_query_parameters_are_read_as_strictly(shop: Shop, member: dict[str, Any]) -> None:
    entries = f"/v1/members/{member['member_id']}/entries"
    for query, code, field in [
        ({}, "parameter_missing", "programme"),
        ({"programme": "demo", "limit": "0"}, "limit_out_of_range", "limit"),
        ({"programme": "demo", "limit": "101"}, "limit_out_of_range", "limit"),
        ({"programme": "demo", "limit": "1,2"}, "limit_out_of_range", "limit"),
        ({"programme": "demo", "cursor": "42"}, "cursor_malformed", "cursor"),
        ({"programme": "demo", "page": "2"}, "parameter_unknown", "page"),
        ({"programme": ""}, "parameter_malformed", "programme"),
        ({"programme": "x" * 513}, "parameter_malformed", "programme"),
    ]:
        refused(shop.send("GET", entries, query=query), code, 400, field)
    refused(shop.send("GET", entries, query={"programme": "other"}), "not_enrolled", 404)
    assert shop.send("GET", f"{entries}", query={"programme": "demo"}).status == 200


def test_no_address_is_too_long_for_the_table(shop: Shop, member: dict[str, Any]) -> None:
    """DynamoDB takes 2,048 bytes of a partition's key and 1,024 of a sort key."""
    for name in ("x" * 2_100, "é" * 200, "\U0001f600" * 70):
        for method, path in [
            ("GET", f"/v1/members/{name}"),
            ("GET", f"/v1/articles/{name}"),
            ("GET", f"/v1/entries/mem_x.{name}.-.1/trace"),
            ("GET", f"/v1/stores/{name}/clerks"),
            ("POST", f"/v1/holds/mem_x.{name}.-.H1/commit"),
            ("DELETE", f"/v1/api-keys/{name}"),
        ]:
            reply = shop.send(method, path)
            refused(reply, "path_unknown", 404)
        entries = f"/v1/members/{member['member_id']}/entries"
        reply = shop.send("GET", entries, query={"programme": name})
        refused(reply, "parameter_malformed", 400, "programme")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_an_instant_beyond_what_the_ledger_dates_is_refused(
    shop: Shop, member: dict[str, Any], at: str
) -> None:
    path = f"/v1/members/{member['member_id']}/account"
    reply = shop.send("GET", path, query={"programme": "demo", "at": at})
    refused(reply, "time_out_of_range", 400, "at")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_report_of_days_that_nobody_lived_is_refused(shop: Shop, day: str) -> None:
    for name in ("from", "to"):
        reply = shop.send("GET", "/v1/reports/cards", query={"programme": "demo", name: day})
        refused(reply, "parameter_malformed", 400, name)


def test_a_search_may_say_of_the_others_that_there_is_nothing(shop: Shop) -> None:
    shop.enrol("c-9", profile={"email": "zoe@example.org"})
    body = {"phone": None, "last_name": None, "email": "zoe@example.org"}
    assert len(shop.send("POST", "/v1/members/search", body).json["candidates"]) == 1
    bads: list[dict[str, Any]] = [{}, {"email": None}, {"email": "a@b.fr", "phone": "0612345678"}]
    for bad in bads:
        reply = shop.send("POST", "/v1/members/search", bad)
        refused(reply, "request_invalid", 400)
        assert reply.json["errors"][0]["code"] == "search_ambiguous"


@pytest.mark.requirement("K-10")
def test_an_accent_is_the_same_however_it_is_written(shop: Shop) -> None:
    """As one character, or as a letter and an accent, which files from a Mac have."""
    shop.enrol("c-8", profile={"first_name": "Zoé", "last_name": "Be\u0301rard"})
    for name in ("B\u00e9rard", "Be\u0301rard", "b\u00c9RARD", "\uff22\u00e9rard"):
        found = shop.send("POST", "/v1/members/search", {"last_name": name}).json["candidates"]
        assert len(found) == 1, ascii(name)


def test_an_image_that_is_not_base64_is_refused(shop: Shop) -> None:
    for content in ("é", "AAA", "A A=", "\u202e"):
        reply = shop.send("POST", "/v1/images", {"content": content})
        refused(reply, "image_damaged", 400, "/content")


def test_pages_of_entries_join_without_gap_or_overlap(shop: Shop, member: dict[str, Any]) -> None:
    for number in range(5):
        shop.send(
            "POST", "/v1/purchases", SALE | {"document": {"store": "s1", "number": str(number)}}
        )
    path = f"/v1/members/{member['member_id']}/entries"
    whole = shop.send("GET", path, query={"programme": "demo"}).json
    assert whole["next"] is None
    found: list[Any] = []
    query = {"programme": "demo", "limit": "4"}
    while True:
        page = shop.send("GET", path, query=query).json
        found += page["entries"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == whole["entries"]
    assert [entry["sequence"] for entry in found] == [6, 5, 4, 3, 2, 1]


def test_what_nobody_serves_is_not_found(shop: Shop) -> None:
    for method, path in [
        ("GET", "/v1/members/mem_nobody"),
        ("GET", "/v1/members/%23"),
        ("GET", "/v1/members/" + "x" * 2000),
        ("GET", "/v1/programmes/nothing"),
        ("DELETE", "/v1/api-keys/key_nobody"),
        ("POST", "/v1/holds/a.b.c/commit"),
        ("POST", "/v1/holds/mem_x.demo.-.H1/cancel"),
        ("GET", "/v1/problems/no_such_thing"),
    ]:
        reply = shop.send(method, path)
        assert reply.status == 404, (path, reply.body)
        assert "field" not in reply.json


def test_a_body_where_none_is_expected_is_refused(shop: Shop) -> None:
    reply = shop.send("POST", "/v1/holds/a.b.c.d/commit", {"amount": 5})
    refused(reply, "body_unexpected", 400)


def test_a_programme_with_faults_is_pointed_into(shop: Shop) -> None:
    reply = shop.send(
        "POST",
        "/v1/programmes/demo/publish",
        {"document": {"programme": "demo", "name": "Demo", "colour": "red"}},
        key="k",
    )
    assert reply.status == 400
    assert reply.json["field"].startswith("/document")
