"""Every sample of `events/` is answered as its route promises, in the form that OpenAPI shows."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tessera.entrypoints import answers
from tessera.entrypoints.routes import ROUTES, Route
from tests.fakes.gateway import EVENTS, Reply, sample
from tests.fakes.till_device import TillDevice
from tests.functional.conftest import Shop

STEPS = (
    "till_api/ping",
    "till_api/describe_problem",
    "till_api/describe_programme",
    "till_api/enrol_member",
    "till_api/till_setup",
    "till_api/scan_card",
    "till_api/quote_purchase",
    "till_api/record_purchase",
    "till_api/record_purchase_by_total",
    "till_api/record_purchase_of_the_past",
    "till_api/quote_return",
    "till_api/record_return",
    "till_api/redeem_reward",
    "till_api/redeem_reward_for_a_voucher",
    "till_api/validate_voucher",
    "till_api/use_voucher",
    "till_api/award_reward",
    "till_api/record_event",
    "till_api/open_hold",
    "till_api/commit_hold",
    "till_api/cancel_hold",
    "till_api/transfer_value",
    "till_api/open_household",
    "till_api/join_household",
    "till_api/leave_household",
    "till_api/find_candidates",
    "till_api/view_member",
    "till_api/read_member",
    "till_api/read_balances",
    "till_api/read_lots",
    "till_api/read_account_at",
    "till_api/read_entries",
    "till_api/read_trace",
    "till_api/read_rewards",
    "till_api/read_vouchers",
    "till_api/read_tiers",
    "admin_api/import_articles",
    "till_api/read_article",
    "admin_api/read_programme",
    "admin_api/read_join_link",
    "admin_api/read_printable",
    "admin_api/read_card_printable",
    "admin_api/report_cards",
    "admin_api/publish_programme",
    "design_api/upload_design",
    "design_api/list_designs",
    "design_api/upload_image",
    "design_api/request_upload",
    "design_api/push_design",
    "design_api/read_push",
    "design_api/pause_push",
    "design_api/resume_push",
    "design_api/roll_back_push",
    "design_api/push_news",
    "admin_api/list_programmes",
    "admin_api/save_draft",
    "admin_api/read_draft",
    "admin_api/plan_programme",
    "admin_api/ask_for_publication",
    "admin_api/list_publication_requests",
    "admin_api/read_publication_request",
    "admin_api/reject_publication",
    "admin_api/discard_draft",
    "admin_api/ask_for_publication_of_a_document",
    "admin_api/approve_publication",
    "admin_api/list_versions",
    "admin_api/read_version",
    "admin_api/roll_back",
    "admin_api/close_programme",
    "admin_api/duplicate_programme",
    "admin_api/change_programme_settings",
    "admin_api/read_programme_settings",
    "admin_api/adjust_balance",
    "admin_api/move_purchase",
    "till_api/undo_purchase",
    "till_api/record_return_without_receipt",
    "till_api/block_card",
    "till_api/unblock_card",
    "till_api/reissue_card",
    "till_api/replace_card",
    "till_api/find_purchase",
    "admin_api/invite_till",
    "till_api/enrol_till",
    "admin_api/list_tills",
    "admin_api/add_clerk",
    "till_api/list_clerks",
    "admin_api/change_pin",
    "till_api/open_session",
    "till_api/close_session",
    "till_api/read_day",
    "admin_api/remove_clerk",
    "admin_api/revoke_till",
    "admin_api/merge_members",
    "admin_api/import_codes",
    "admin_api/erase_member",
    "admin_api/issue_api_key",
    "admin_api/list_api_keys",
    "admin_api/revoke_api_key",
)
"""In an order in which each finds what it needs."""


DEVICE = TillDevice(
    ec.derive_private_key(
        int.from_bytes(base64.urlsafe_b64decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI=")),
        ec.SECP256R1(),
    )
)
"""The browser that the samples enrol as a till: its key is the example of RFC 7515, A.3."""


def prepared(shop: Shop, name: str, known: dict[str, str]) -> dict[str, Any]:
    """A sample with what only the running stack knows: the key, and ids that it gave."""
    text = json.dumps(sample(name), ensure_ascii=False)
    for place, value in known.items():
        text = text.replace(f"{{{place}}}", value)
    found: dict[str, Any] = json.loads(text)
    route = next(row for row in ROUTES if row.key == sample(name)["routeKey"])
    found["routeKey"] = found["requestContext"]["routeKey"] = route.key
    if found["headers"].get("authorization", "").startswith("Till"):
        method, path = found["requestContext"]["http"]["method"], found["rawPath"]
        found["headers"] |= DEVICE.signed(method, path, found.get("body", ""))
    elif name == "admin_api/approve_publication":
        # A key is nobody: only a person agrees.
        found["headers"]["authorization"] = f"Bearer {shop.token('antoine')}"
    elif "authorization" in found["headers"]:
        found["headers"]["authorization"] = f"Bearer {shop.gateway.secret}"
    return found


def route_of(name: str) -> Route:
    key = sample(name)["routeKey"]
    return next(route for route in ROUTES if route.key == key)


@pytest.fixture
def replies(shop: Shop) -> dict[str, Reply]:
    """The answers to all samples, in order."""
    member = shop.enrol("c-1", profile={"first_name": "Ada", "last_name": "Byron"})
    known = {
        "member_id": member["member_id"],
        "card_code": member["card"]["code"],
        "card_id": member["card"]["id"],
    }
    found: dict[str, Reply] = {}
    for name in STEPS:
        reply = shop.gateway.deliver(prepared(shop, name, known))
        found[name] = reply
        if name == "till_api/open_hold":
            known["hold"] = reply.json["holds"][0]["id"]
        if name == "till_api/redeem_reward_for_a_voucher":
            known["voucher"] = reply.json["vouchers"][0]["code"]
        if name == "till_api/record_purchase":
            known["entry"] = reply.json["results"][0]["entry_id"]
        if name == "till_api/open_household":
            known["household"] = reply.json["household"]
        if name == "admin_api/invite_till":
            DEVICE.till = known["till"] = reply.json["id"]
            known["till_code"] = reply.json["enrolment"]["code"]
        if name == "admin_api/add_clerk":
            known["clerk"] = reply.json["id"]
        if name == "till_api/open_session":
            known["session"] = reply.json["session"]
        if name.startswith("admin_api/ask_for_publication"):
            known["request_id"] = reply.json["id"]
        if name == "admin_api/issue_api_key":
            known["credential"] = reply.json["id"]
    return found


def test_every_route_has_a_sample() -> None:
    files = {path.relative_to(EVENTS).as_posix()[:-5] for path in EVENTS.rglob("*_api/*.json")}
    assert {
        name for name in files if name.startswith(("till_api/", "admin_api/", "design_api/"))
    } == set(STEPS)
    ours = {route.key for route in ROUTES if not route.own_protocol}
    assert {route_of(name).key for name in STEPS} == ours


def test_samples_are_answered_as_their_routes_promise(replies: dict[str, Reply]) -> None:
    statuses = {name: (reply.status, reply.body[:300]) for name, reply in replies.items()}
    promised = {name: route_of(name).status for name in STEPS}
    wrong = {name: told for name, told in statuses.items() if told[0] != promised[name]}
    assert wrong == {}


def test_answers_have_the_form_that_is_documented(replies: dict[str, Reply]) -> None:
    for name, reply in replies.items():
        assert reply.headers["content-type"] == "application/json", name
        answers.model(route_of(name).answer).model_validate(reply.json)


@pytest.mark.requirement("X-01")
def test_every_sample_that_writes_is_replayed_byte_for_byte(
    shop: Shop, replies: dict[str, Reply]
) -> None:
    """The second sending changes nothing and is answered as the first one was."""
    before = shop.rows()
    known = {
        "hold": replies["till_api/open_hold"].json["holds"][0]["id"],
        "voucher": replies["till_api/redeem_reward_for_a_voucher"].json["vouchers"][0]["code"],
        "household": replies["till_api/open_household"].json["household"],
        "card_id": replies["till_api/block_card"].json["card"]["id"],
    }
    for name in STEPS:
        if route_of(name).status != 201:
            continue
        if name == "till_api/enrol_till":
            # Its till is revoked by now.
            continue
        if name == "admin_api/reject_publication":
            known["request_id"] = replies["admin_api/ask_for_publication"].json["id"]
        if name == "admin_api/approve_publication":
            asked = replies["admin_api/ask_for_publication_of_a_document"]
            known["request_id"] = asked.json["id"]
        again = shop.gateway.deliver(prepared(shop, name, known))
        assert again.status == 201, (name, again.body)
        assert again.headers["idempotent-replayed"] == "true", name
        if name == "admin_api/issue_api_key":
            told = replies[name].json
            assert told.pop("secret")
            assert again.json == told
        elif name == "admin_api/invite_till":
            assert again.json["enrolment"] is None
        elif name == "till_api/cancel_hold":
            assert again.body == replies["till_api/commit_hold"].body
        else:
            assert again.body == replies[name].body, name
    assert shop.rows() == before
