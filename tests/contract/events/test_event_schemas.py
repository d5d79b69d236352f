"""What the outbox publishes is what docs/reference/events promises."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tessera.adapters.eventbridge import EventBus
from tessera.application.changes import NOTICES, Event
from tessera.application.enrol_member import enrol_member
from tessera.application.record_purchase import record_purchase
from tessera.application.redeem_reward import redeem_reward
from tessera.domain.events import EVENTS
from tests.fakes.scheduling import Schedules, set_date, told
from tests.fakes.stack import MemoryStack, said
from tools.generate_event_schemas import CUSTOM, FOLDER, main

ENGINE = Path(__file__).parents[3] / "layers" / "tessera" / "python" / "tessera"


def validator(name: str) -> Draft202012Validator:
    path = FOLDER / f"{name}.json"
    schema = json.loads((path if path.is_file() else FOLDER / f"{CUSTOM}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_schemas_in_the_tree_are_the_generated_ones() -> None:
    assert main(["--check"]) == 0


@pytest.mark.parametrize("name", [*EVENTS, *NOTICES])
def test_every_event_has_a_schema(name: str) -> None:
    assert (FOLDER / f"{name}.json").is_file()
    assert json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["title"] == name
    assert validator(name).is_valid({}) is False


class Sent:
    """EventBridge's client: keeps what it is sent."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.entries += Entries
        return {"Entries": [{"EventId": "1"} for _ in Entries], "FailedEntryCount": 0}


def year_of_a_member() -> list[Event]:
    """Everything that a year brings to a member of the demo programme, as events."""
    stack = MemoryStack()
    set_date(stack, "2026-02-01")
    stack.publish_file("demo")
    schedules = Schedules(stack)
    body = {
        "programme": "demo",
        "profile": {"first_name": "Zoé", "email": "zoe@example.org", "birthday": "1990-03-10"},
    }
    member = said(enrol_member(stack.services, stack.writing(body)))["member_id"]
    record_purchase(
        stack.services,
        stack.writing(
            {
                "member": {"id": member},
                "document": {"store": "paris", "number": "T-1"},
                "currency": "EUR",
                "lines": [{"article": "coffee", "quantity": 1, "gross": 31_000}],
            }
        ),
    )
    redeem_reward(
        stack.services,
        stack.writing({"member": {"id": member}, "programme": "demo", "reward": "free-coffee"}),
    )
    for today in (
        "2026-03-03", "2026-03-10", "2027-01-02", "2027-01-18", "2027-02-01", "2027-02-02",
    ):  # fmt: skip
        set_date(stack, today)
        schedules.run_day()
    return told(stack)


def test_what_is_published_is_what_the_schemas_promise() -> None:
    client = Sent()
    events = year_of_a_member()
    EventBus("tessera", client).publish(events)

    for entry in client.entries:
        validator(entry["DetailType"]).validate(json.loads(entry["Detail"]))
    assert {entry["DetailType"] for entry in client.entries} >= {
        "member.enrolled",
        "purchase.recorded",
        "value.earned",
        "tier.changed",
        "reward.redeemed",
        "birthday.approaching",
        "tier_anniversary.approaching",
        "value.expiring",
        "value.expired",
    }
    assert len({event.id for event in events}) == len(events)


def test_no_event_says_anything_personal() -> None:
    published = json.dumps([dict(event.detail) for event in year_of_a_member()], default=dict)

    for secret in ("Zoé", "zoe", "example.org", "1990", '03-10"'):
        assert secret not in published


def test_a_schema_refuses_what_it_does_not_know() -> None:
    (event, *_) = (event for event in year_of_a_member() if event.name == "value.expiring")
    detail = json.loads(json.dumps(dict(event.detail), default=dict))

    changes: list[dict[str, Any]] = [
        {"surprise": 1},
        {"data": {**detail["data"], "amount": "12"}},
        {"data": {}},
    ]
    for change in changes:
        with pytest.raises(ValidationError):
            validator(event.name).validate({**detail, **change})


def _names_given(function: str, place: int) -> Iterable[tuple[Path, str]]:
    """The literal names that the engine's source hands to a function at a place."""
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > place:
                called = node.func
                name = getattr(called, "attr", getattr(called, "id", ""))
                given = node.args[place]
                if name == function and isinstance(given, ast.Constant):
                    yield path, str(given.value)


def test_the_engine_lets_nothing_happen_that_the_tables_do_not_name() -> None:
    happenings = list(_names_given("happen", 0)) + list(_names_given("Happening", 0))
    notices = list(_names_given("PutNotice", 2))

    assert happenings
    assert notices
    assert [name for _, name in happenings if name not in EVENTS] == []
    assert [name for _, name in notices if name not in NOTICES] == []
