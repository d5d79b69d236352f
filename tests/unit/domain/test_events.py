"""What the engine lets happen is what the table of events says, field by field."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tessera.domain.account import Account
from tessera.domain.calendar import day_of
from tessera.domain.commands import (
    Command,
    Document,
    Enrol,
    ExpireValue,
    FireOccasion,
    Leave,
    Purchase,
    RecordEvent,
)
from tessera.domain.decide import after, decide
from tessera.domain.decision import Happening, Ids
from tessera.domain.due import birthday_occasions, occasions_due
from tessera.domain.errors import TesseraError
from tessera.domain.events import EVENTS
from tessera.domain.programme import Programme, parse
from tests.unit.domain.worlds import DAY_MS, FACTS, START_MS, lines

PROGRAMMES = Path(__file__).parents[3] / "programmes"
NAMES = sorted(path.stem for path in PROGRAMMES.glob("*.yaml"))
TYPES: Mapping[str, type] = {"string": str, "integer": int, "boolean": bool}


def faults(happening: Happening) -> list[str]:
    """How an event differs from its entry in the table."""
    event = EVENTS.get(happening.name)
    if event is None:
        return [f"{happening.name} is not in the table"]
    found = [
        f"{happening.name} lacks {name}"
        for name, field in event.fields.items()
        if field.required and name not in happening.data
    ]
    for name, value in happening.data.items():
        field = event.fields.get(name)
        if field is None:
            if not event.open_fields or not name.startswith(event.open_fields):
                found.append(f"{happening.name} has {name}")
        elif value is None:
            if not field.nullable:
                found.append(f"{happening.name}.{name} is null")
        elif type(value) is not TYPES[field.type]:
            found.append(f"{happening.name}.{name} is {value!r}")
    return found


def life(programme: Programme, years: int) -> list[Happening]:
    """What happens to a member who buys now and then, day by day."""
    draw = random.Random(7)
    found: list[Happening] = []
    account = Account(member="m", programme=programme.id)

    def do(command: Command, number: int) -> None:
        nonlocal account
        try:
            decision = decide(programme, account, FACTS, command, Ids(bytes([number % 251])))
        except TesseraError:
            return
        account = after(account, decision)
        found.extend(decision.happenings)

    do(Enrol(START_MS, START_MS), 0)
    for number in range(1, 365 * years):
        at_ms = START_MS + number * DAY_MS
        today = day_of(at_ms, programme.zone)
        due = occasions_due(programme, account, today)
        due += birthday_occasions(programme, (11, 24), today)
        for one in due:
            occasion = ExpireValue(at_ms, at_ms)
            do(FireOccasion(at_ms, at_ms, kind=one.kind, period=one.period, due_on=one.day), number)
            if one.kind == "expire":
                do(occasion, number)
        if number < 60 and number % 5 == 0:
            goods: tuple[Any, ...] = lines(draw, 3)
            times: dict[str, Any] = {
                "occurred_at_ms": at_ms,
                "recorded_at_ms": at_ms,
                "store": "s1",
            }
            document = Document("s1", str(number))
            sale = Purchase(**times, document=document, currency="EUR", lines=goods)
            do(sale, number)
            do(RecordEvent(**times, name="review.posted"), number)
    do(Leave(START_MS + 365 * years * DAY_MS, START_MS + 365 * years * DAY_MS, reason="x"), 1)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_event_of_a_member_s_life_is_as_the_table_says(name: str) -> None:
    document = yaml.safe_load((PROGRAMMES / f"{name}.yaml").read_text("utf-8"))
    happened = life(parse(document, 1), years=2)

    assert {"member.enrolled", "purchase.recorded", "member.left"} <= {one.name for one in happened}
    assert sorted({fault for one in happened for fault in faults(one)}) == []
