"""The business clock of a running laptop stack: `make clock`, `make clock TO=2027-01-31`.

Moving it lives through every day in between: at the hour of each schedule that has somebody due the
scheduled function runs for that day, and the clock waits until what it found has been dealt with.
The clock never goes back, and production has none (design §2): only an offset in the table makes
business time differ from the wall's.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from pynamodb.connection.base import Connection

from tessera.adapters.dynamodb.keys import DUE_SHARDS
from tessera.adapters.dynamodb.occasions import StoreCursors
from tessera.adapters.dynamodb.programmes import StoreProgrammes
from tessera.adapters.dynamodb.table import DynamoTable
from tessera.application.ports import Cursors, Programmes
from tools.agenda import Agenda, Run, pass_over
from tools.laptop.cloud import client, outputs
from tools.laptop.places import REGION, STACK_NAME, LaptopError, Places

SCHEDULES: Final = (
    ("expire_points", time_of_day(0, 10)),
    ("fire_tier_anniversary_events", time_of_day(8, 0)),
    ("fire_birthday_events", time_of_day(8, 10)),
    ("fire_expiry_warning_events", time_of_day(8, 20)),
)
"""The scheduled functions that act on the day, at the hours that template.yaml gives them."""

ON_WALL_TIME: Final = frozenset({"watch_certificates"})
"""The others: a certificate ends on the day that it names, whatever the business clock says."""

ZONE: Final = ZoneInfo("Europe/Paris")
"""The template's default for the zone of the schedules."""

ROW: Final = {"pk": {"S": "S#clock"}, "sk": {"S": "S"}}
PRODUCTION: Final = "production"
QUEUES: Final = ("occasions", "cards")
STUCK_S_MAX: Final = 400.0
"""A message that failed comes again after six minutes."""
POLL_S: Final = 0.1
STEP_MAX: Final = timedelta(days=28)
"""Who comes while time flies is looked for so often: a month late an occasion is passed over."""


class ClockError(RuntimeError):
    """The clock cannot be moved so; the message says why."""


@dataclass(slots=True)
class Stack:
    """What the clock needs of a running stack."""

    dynamodb: Any
    functions: Any
    queues: Any
    table: str
    rows: DynamoTable
    programmes: Programmes
    cursors: Cursors

    @classmethod
    def of(cls, places: Places) -> Stack:
        """The stack at these places. Raises LaptopError where it isn't deployed."""
        table = outputs(places)["TableName"]
        dynamodb, functions, queues = (
            client(places, name) for name in ("dynamodb", "lambda", "sqs")
        )
        environment = places.aws_environment()
        connection = Connection(
            region=REGION,
            host=places.endpoint,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )
        rows = DynamoTable(table, REGION, connection)
        return cls(
            dynamodb, functions, queues, table, rows, StoreProgrammes(rows), StoreCursors(rows)
        )

    def stage(self) -> str:
        """The stage of what is deployed, as its functions know it."""
        answer = self.functions.get_function_configuration(
            FunctionName=f"{STACK_NAME}-{SCHEDULES[0][0]}"
        )
        return str(answer["Environment"]["Variables"]["TESSERA_STAGE"])

    def is_empty(self) -> bool:
        """Whether the stack has no member yet: nobody's days are left out by a jump."""
        found = self.dynamodb.scan(TableName=self.table, IndexName="due", Limit=1)
        return not found["Items"]

    def offset_ms(self) -> int:
        """By how much business time runs ahead of the wall's."""
        item = self.dynamodb.get_item(TableName=self.table, Key=ROW, ConsistentRead=True)
        return int(item["Item"]["o"]["N"]) if "Item" in item else 0

    def now(self) -> datetime:
        """Business time."""
        return datetime.now(UTC) + timedelta(milliseconds=self.offset_ms())

    def set_to(self, moment: datetime) -> None:
        """Move business time forward to a moment; it never goes back."""
        offset_ms = round((moment - datetime.now(UTC)).total_seconds() * 1000)
        if offset_ms < self.offset_ms():
            raise ClockError("the business clock never goes back")
        self.dynamodb.put_item(
            TableName=self.table,
            Item={**ROW, "t": {"S": "S"}, "sv": {"N": "1"}, "o": {"N": str(offset_ms)}},
        )

    def agenda(self) -> Agenda:
        """Who is due, and when."""
        return Agenda.of(self.rows)

    def run(self, function: str, day: date) -> int:
        """Run a scheduled function for a day; gives how many members it found due."""
        answer = self.functions.invoke(
            FunctionName=f"{STACK_NAME}-{function}",
            Qualifier="live",
            Payload=json.dumps({"date": day.isoformat()}).encode(),
        )
        content = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise ClockError(f"{function} failed for {day}: {content.get('errorMessage')}")
        return int(content["rows"])

    def settle(self) -> None:
        """Wait until the queues are empty: everything found due has been dealt with.

        Raises ClockError when nothing moved for long.
        """
        waiting = self._waiting_in_all()
        deadline_s = time.monotonic() + STUCK_S_MAX
        while waiting:
            time.sleep(POLL_S)
            left = self._waiting_in_all()
            if left < waiting:
                deadline_s = time.monotonic() + STUCK_S_MAX
            elif time.monotonic() > deadline_s:
                raise ClockError("the queues do not empty: make logs says why")
            waiting = left

    def _waiting_in_all(self) -> int:
        return sum(map(self._waiting, QUEUES))

    def _waiting(self, queue: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self.queues.get_queue_url(QueueName=f"{STACK_NAME}-{queue}")["QueueUrl"]
        found = self.queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(found["Attributes"][name]) for name in names)


def runs_between(start: datetime, end: datetime) -> Iterator[Run]:
    """Every run of a schedule after `start` and up to `end`, in order."""
    day = start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        for function, hour in SCHEDULES:
            moment = datetime.combine(day, hour, ZONE).astimezone(UTC)
            if start < moment <= end:
                yield Run(moment, function, day)
        day += timedelta(days=1)


class Movable(Protocol):
    """A stack whose time can be moved: `Stack`, or one in memory."""

    @property
    def programmes(self) -> Programmes: ...

    @property
    def cursors(self) -> Cursors: ...

    def stage(self) -> str: ...

    def now(self) -> datetime: ...

    def set_to(self, moment: datetime) -> None: ...

    def agenda(self) -> Agenda: ...

    def run(self, function: str, day: date) -> int: ...

    def settle(self) -> None: ...


def move(
    stack: Movable, end: datetime, *, quiet: bool = False, every_run: bool = False
) -> dict[str, int]:
    """Live through all the time up to `end`; gives how many were found due, by function.

    Runs that are sure to find nobody are passed over, and the clock goes straight to the next one;
    `every_run` has every schedule run on every day, which comes to the same. Who is due is looked
    up anew after each run, for a run is what changes it, and before it: whoever others enrol
    while time flies is found a little late, as after an outage.
    Raises ClockError for an end in the past, or where a function fails: the clock then stands at
    that run, and moving it again goes on from there.
    """
    if stack.stage() == PRODUCTION:
        raise ClockError("production runs on the wall clock, which nobody moves")
    start = stack.now()
    if end <= start:
        raise ClockError(f"it is already {start.astimezone(ZONE):%Y-%m-%d %H:%M}: time goes on")
    due: dict[str, int] = dict.fromkeys((name for name, _ in SCHEDULES), 0)
    days = max(1, (end.astimezone(ZONE).date() - start.astimezone(ZONE).date()).days)
    agenda = Agenda(is_known=False) if every_run else stack.agenda()
    passed: dict[str, list[Run]] = {}
    stood = start
    for run in runs_between(start, end):
        # The first run of each walks the days that nobody walked before time was moved.
        is_needed = run.function not in passed or run.moment - stood > STEP_MAX
        if not is_needed and agenda.is_quiet(run, stack.programmes):
            passed[run.function].append(run)
        else:
            stood = run.moment
            stack.set_to(max(run.moment, stack.now()))
            if not every_run:
                _catch_up(stack, agenda, passed, due)
                _pass_over(stack, passed.get(run.function, ()))
            passed[run.function] = []
            due[run.function] += _run(stack, run)
            agenda = agenda if every_run else stack.agenda()
        if not quiet and run.function == SCHEDULES[-1][0]:
            gone = (run.day - start.astimezone(ZONE).date()).days
            _show(run.day, gone, days, sum(due.values()))
    stack.set_to(max(end, stack.now()))
    _catch_up(stack, agenda, passed, due)
    for runs in passed.values():
        _pass_over(stack, runs)
    return due


def _run(stack: Movable, run: Run) -> int:
    """Run a schedule, and wait until whoever it found has been dealt with; gives how many."""
    found = stack.run(run.function, run.day)
    if found:
        stack.settle()
    return found


def _catch_up(
    stack: Movable, agenda: Agenda, passed: dict[str, list[Run]], due: dict[str, int]
) -> None:
    """Run after all what was passed over, where somebody who came meanwhile is due.

    The clock stands beyond those runs by now, so that whoever comes from here on is due later.
    """
    now = stack.agenda()
    if now == agenda:
        return
    for function, runs in passed.items():
        if not all(now.is_quiet(run, stack.programmes) for run in runs):
            due[function] += _run(stack, runs[-1])
            passed[function] = []


def _pass_over(stack: Movable, runs: Sequence[Run]) -> None:
    """Leave what these runs of one function would have left, who find nobody."""
    if runs:
        pass_over(runs[-1], stack.programmes, stack.cursors, DUE_SHARDS)


def _show(day: date, done: int, days: int, due: int) -> None:
    text = f"{day}  day {done} of {days}, {due} members were due so far"
    terminal = sys.stderr.isatty()
    if terminal or done % 30 == 0 or done == days:
        print(f"\r{text:<70}" if terminal else text, end="" if terminal else "\n", file=sys.stderr)


def start_at(places: Places, to: str) -> str:
    """Let business time stand at noon of a date, and say where it stands.

    A stack in which nobody is begins there; any other lives through the days until then, and
    stays where it is once it has come as far. Raises ClockError for what is no date, for a date
    in the past of a new stack, and in production.
    """
    stack = Stack.of(places)
    if stack.stage() == PRODUCTION:
        raise ClockError("production runs on the wall clock, which nobody moves")
    end = end_of(to, None, stack.now())
    if stack.is_empty():
        stack.set_to(end)
    elif end > stack.now():
        move(stack, end)
    return f"{stack.now().astimezone(ZONE):%Y-%m-%d %H:%M}"


def end_of(to: str | None, advance: str | None, now: datetime) -> datetime:
    """The moment that the command line asks for: a date means noon of that day.

    Raises ClockError for what is neither a date nor a length of time.
    """
    if to is not None:
        try:
            return datetime.combine(date.fromisoformat(to), time_of_day(12), ZONE).astimezone(UTC)
        except ValueError as error:
            raise ClockError(f"TO is a date such as 2027-01-31, not {to!r}") from error
    found = re.fullmatch(r"(\d{1,4})([dhw])", advance or "")
    if found is None:
        raise ClockError(f"ADVANCE is a length such as 30d, 12h or 2w, not {advance!r}")
    unit = {"h": "hours", "d": "days", "w": "weeks"}[found[2]]
    return now + timedelta(**{unit: int(found[1])})


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the clock, or move it. 0 on success, 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.clock",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--to", help="a date, YYYY-MM-DD: noon of that day")
    group.add_argument("--advance", help="a length of time: 30d, 12h, 2w")
    parser.add_argument(
        "--every-run", action="store_true", help="run schedules that are sure to find nobody too"
    )
    options = parser.parse_args(arguments)
    try:
        stack = Stack.of(Places.from_environment())
        if options.to or options.advance:
            began_s = time.monotonic()
            end = end_of(options.to, options.advance, stack.now())
            due = move(stack, end, every_run=options.every_run)
            print(f"\nthat took {time.monotonic() - began_s:.0f} s")
            for function, count in due.items():
                print(f"{function:<30} found {count} due")
        offset = timedelta(milliseconds=stack.offset_ms())
        print(f"business time is {stack.now().astimezone(ZONE):%Y-%m-%d %H:%M %Z}", end="")
        days = round(offset / timedelta(days=1))
        print(f", {days} days ahead of the wall clock" if offset else ", the wall clock's")
    except (ClockError, LaptopError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
