"""The business clock of a running laptop stack: `make clock`, `make clock TO=2027-01-31`.

Moving it lives through every day in between: at the hour of each schedule the scheduled function
runs for that day, and the clock waits until what it found has been dealt with. The clock never
goes back, and production has none (design §2): only an offset in the table makes business time
differ from the wall's.
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
from typing import Any, Final
from zoneinfo import ZoneInfo

from tessera.application.occasions import PAGERS
from tools.laptop.cloud import client, outputs
from tools.laptop.places import STACK_NAME, LaptopError, Places

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


class ClockError(RuntimeError):
    """The clock cannot be moved so; the message says why."""


@dataclass(slots=True)
class Stack:
    """What the clock needs of a running stack."""

    dynamodb: Any
    functions: Any
    queues: Any
    table: str

    @classmethod
    def of(cls, places: Places) -> Stack:
        """The stack at these places. Raises LaptopError where it isn't deployed."""
        table = outputs(places)["TableName"]
        dynamodb, functions, queues = (
            client(places, name) for name in ("dynamodb", "lambda", "sqs")
        )
        return cls(dynamodb, functions, queues, table)

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

    def is_quiet(self, function: str, day: date) -> bool:
        """Whether the function is sure to find nothing: no account is due by the day after.

        Birthdays are always asked for, because programmes may greet days ahead; so is an index
        of more than a page, which costs more to read than the function to run.
        """
        letter = PAGERS[function].letter
        if letter == PAGERS["fire_birthday_events"].letter:
            return False
        page = self.dynamodb.scan(TableName=self.table, IndexName="due")
        if "LastEvaluatedKey" in page:
            return False
        # A programme's day may be a day ahead of that of the schedules' zone.
        last = (day + timedelta(days=1)).isoformat()
        return not any(
            item["dk"]["S"][:2] == "X#"
            and item["dk"]["S"][2:12] <= last
            and item["ds"]["S"].startswith(f"{letter}#")
            for item in page["Items"]
        )

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


def moments(start: datetime, end: datetime) -> Iterator[tuple[datetime, str, date]]:
    """Every run of a schedule after `start` and up to `end`: when, which function, for what day."""
    day = start.astimezone(ZONE).date()
    while day <= end.astimezone(ZONE).date():
        for function, hour in SCHEDULES:
            moment = datetime.combine(day, hour, ZONE).astimezone(UTC)
            if start < moment <= end:
                yield moment, function, day
        day += timedelta(days=1)


def move(stack: Stack, end: datetime, *, quiet: bool = False) -> dict[str, int]:
    """Live through all the time up to `end`; gives how many were found due, by function.

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
    for moment, function, day in moments(start, end):
        stack.set_to(max(moment, stack.now()))
        # Days on which nothing is due are passed over: the next run walks them, and finds nothing.
        found = 0 if stack.is_quiet(function, day) else stack.run(function, day)
        due[function] += found
        if found:
            stack.settle()
        if not quiet and function == SCHEDULES[-1][0]:
            _show(day, (day - start.astimezone(ZONE).date()).days, days, sum(due.values()))
    stack.set_to(max(end, stack.now()))
    return due


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
    options = parser.parse_args(arguments)
    try:
        stack = Stack.of(Places.from_environment())
        if options.to or options.advance:
            due = move(stack, end_of(options.to, options.advance, stack.now()))
            print()
            for function, count in due.items():
                print(f"{function:<30} found {count} due")
        offset = timedelta(milliseconds=stack.offset_ms())
        print(f"business time is {stack.now().astimezone(ZONE):%Y-%m-%d %H:%M %Z}", end="")
        print(f", {offset.days} days ahead of the wall clock" if offset else ", the wall clock's")
    except (ClockError, LaptopError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
