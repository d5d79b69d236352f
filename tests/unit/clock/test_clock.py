"""The simulated clock: which schedule runs when, and what the command line asks for."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tessera.adapters.dynamodb.occasions import StoreCursors
from tessera.adapters.dynamodb.programmes import StoreProgrammes
from tests.fakes.engines import moto_engine
from tests.fakes.memory_table import MemoryTable
from tests.fakes.stack import MemoryStack
from tools.agenda import Agenda, Run
from tools.clock import (
    ON_WALL_TIME,
    SCHEDULES,
    ZONE,
    ClockError,
    Stack,
    end_of,
    move,
    runs_between,
    start_at,
)
from tools.engines.tables import client, create_table, table_on
from tools.laptop.places import Places

TEMPLATE = Path(__file__).parents[3] / "template.yaml"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_hours_are_those_of_the_template() -> None:
    text = TEMPLATE.read_text("utf-8")
    stated = re.findall(
        r"Name: !Sub \$\{AWS::StackName\}-(\w+)\n.*\n\s+ScheduleExpression: cron\((\d+) (\d+) ",
        text,
    )

    assert {name for name, _, _ in stated} >= ON_WALL_TIME
    assert sorted(
        (name, (int(hour), int(minute)))
        for name, minute, hour in stated
        if name not in ON_WALL_TIME
    ) == sorted((name, (hour.hour, hour.minute)) for name, hour in SCHEDULES)
    assert f"Default: {ZONE.key}" in text


def test_every_schedule_between_two_moments_runs_once_in_order() -> None:
    start, end = at("2027-01-30T12:00:00+01:00"), at("2027-02-01T08:05:00+01:00")

    found = list(runs_between(start, end))

    assert [(run.function, run.day.isoformat()) for run in found] == [
        *[(function, "2027-01-31") for function, _ in SCHEDULES],
        ("expire_points", "2027-02-01"),
        ("fire_tier_anniversary_events", "2027-02-01"),
    ]
    assert [run.moment for run in found] == sorted(run.moment for run in found)


def test_days_of_23_and_25_hours_have_each_schedule_once() -> None:
    for day in ("2027-03-28", "2027-10-31"):
        start = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZONE)
        end = datetime.combine(
            date.fromisoformat(day) + timedelta(days=1), datetime.min.time(), ZONE
        )

        assert len(list(runs_between(start.astimezone(UTC), end.astimezone(UTC)))) == len(SCHEDULES)


def test_a_date_means_its_noon_and_a_length_counts_from_now() -> None:
    now = at("2027-01-01T10:00:00+00:00")

    assert end_of("2027-01-31", None, now) == at("2027-01-31T12:00:00+01:00")
    assert end_of(None, "30d", now) == now + timedelta(days=30)
    assert end_of(None, "12h", now) == now + timedelta(hours=12)
    assert end_of(None, "2w", now) == now + timedelta(weeks=2)


@pytest.mark.parametrize(("to", "advance"), [("soon", None), ("2027-02-30", None), (None, "30")])
def test_what_is_neither_a_date_nor_a_length_is_refused(
    to: str | None, advance: str | None
) -> None:
    with pytest.raises(ClockError):
        end_of(to, advance, at("2027-01-01T10:00:00+00:00"))


class Deployed:
    """A stack whose functions say which stage they are of."""

    def __init__(self, stage: str) -> None:
        self.stage_told = stage
        self.offset = 0

    def get_function_configuration(self, **_: str) -> dict[str, dict[str, dict[str, str]]]:
        return {"Environment": {"Variables": {"TESSERA_STAGE": self.stage_told}}}

    def get_item(self, **_: object) -> dict[str, object]:
        return {}


def stack_of(dynamodb: Any, deployed: Deployed, name: str) -> Stack:
    rows = table_on(None, name)
    return Stack(
        dynamodb, deployed, deployed, name, rows, StoreProgrammes(rows), StoreCursors(rows)
    )


def test_production_has_no_clock_to_move() -> None:
    deployed = Deployed("production")
    stack = stack_of(deployed, deployed, "table")

    with pytest.raises(ClockError, match="wall clock"):
        move(stack, stack.now() + timedelta(days=1))


def test_a_new_stack_begins_at_its_date_and_an_older_one_lives_until_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with moto_engine():
        deployed = Deployed("dev")
        stack = stack_of(client(None), deployed, create_table(None))
        monkeypatch.setattr(Stack, "of", lambda _: stack)
        lived: list[datetime] = []
        monkeypatch.setattr("tools.clock.move", lambda _, end: lived.append(end))
        ahead = (datetime.now(ZONE) + timedelta(days=400)).date()
        places = Places(4566, tmp_path)

        assert start_at(places, ahead.isoformat()) == f"{ahead} 12:00"
        assert lived == []

        row = {"pk": {"S": "M#1"}, "sk": {"S": "0#A#p#-"}, "dk": {"S": "X#1"}, "ds": {"S": "W#1"}}
        stack.dynamodb.put_item(TableName=stack.table, Item=row)
        later = ahead + timedelta(days=1)
        start_at(places, later.isoformat())
        assert lived == [datetime.combine(later, datetime.min.time().replace(hour=12), ZONE)]
        assert start_at(places, ahead.isoformat()).startswith(str(ahead))


def test_a_new_stack_begins_in_no_past_and_production_at_no_date(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with moto_engine():
        deployed = Deployed("dev")
        stack = stack_of(client(None), deployed, create_table(None))
        monkeypatch.setattr(Stack, "of", lambda _: stack)
        with pytest.raises(ClockError, match="never goes back"):
            start_at(Places(4566, tmp_path), "2020-01-31")
        deployed.stage_told = "production"
        with pytest.raises(ClockError, match="production"):
            start_at(Places(4566, tmp_path), "2099-01-31")


def at_their_hours(day: str) -> dict[str, Run]:
    """A day's runs."""
    start = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZONE)
    return {run.function: run for run in runs_between(start, start + timedelta(hours=12))}


def test_a_run_is_quiet_for_whom_nothing_is_due() -> None:
    stack = MemoryStack()
    stack.publish_file("demo")
    for key, row in {
        "0#A#p#-": {"dk": "X#2027-03-10#03", "ds": "W#1"},
        "0#P": {"dk": "B#05-20#00", "ds": "P#1"},
    }.items():
        stack.table.put({"pk": "M#1", "sk": key, "t": "A", **row})
    agenda = Agenda.of(stack.table)

    def quiet(function: str, day: str) -> bool:
        return agenda.is_quiet(at_their_hours(day)[function], stack.programmes)

    assert quiet("fire_expiry_warning_events", "2027-03-09")
    assert not quiet("fire_expiry_warning_events", "2027-03-10")
    assert not quiet("fire_expiry_warning_events", "2027-04-01")
    assert quiet("expire_points", "2027-03-10")
    # The demo greets on the day and a week ahead.
    days = [f"2027-05-{day}" for day in (12, 13, 14, 19, 20, 21)]
    assert [quiet("fire_birthday_events", day) for day in days] == [
        True, False, True, True, False, True,
    ]  # fmt: skip


def test_an_index_that_is_too_long_to_look_at_leaves_no_run_out() -> None:
    stack = MemoryStack(table=MemoryTable(page_rows=1))
    stack.publish_file("demo")
    for number in range(3):
        row = {"dk": "X#2099-03-10#03", "ds": f"W#{number}"}
        stack.table.put({"pk": f"M#{number}", "sk": "0#A#p#-", "t": "A", **row})
    agenda = Agenda.of(stack.table)
    runs = at_their_hours("2027-03-09").values()
    assert not any(agenda.is_quiet(run, stack.programmes) for run in runs)
