"""Lets dead letters be delivered again, once what killed them is mended.

    python -m tools.redrive                     say what lies in each dead-letter queue
    python -m tools.redrive cards               say what would be delivered again
    python -m tools.redrive cards --go          deliver it again, oldest first [--limit 100]

On the laptop stack without more; elsewhere with `--stack NAME` and AWS settings in the
environment. A message is taken out of its dead-letter queue only after the other queue has it:
interrupted at the worst moment it is delivered twice, and every reader takes that.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tools.laptop.places import LaptopError, Places

BACK_TO: Final[Mapping[str, str]] = {
    "cards": "cards",
    "events": "cards",
    "google": "google",
    "google-campaigns": "google-campaigns",
    "pushes": "pushes",
    "occasions": "occasions",
}
"""Dead-letter queues by their short names, and the queue that their messages were meant for."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "changes": "it names places in the table's stream: python -m tools.republish --since …",
    "schedules": "nothing: the next run of a schedule does what was left undone",
}
LAPTOP_STACK: Final = "tessera"
BATCH: Final = 10
LOOK_S: Final = 5


class RedriveError(RuntimeError):
    """A queue refused something; the message says which, and how far it came."""


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """One dead-letter queue."""

    name: str
    url: str
    count: int
    kinds: Mapping[str, int]
    """What the first messages are, without a word of their content."""


class Queues:
    """The queues of one stack."""

    def __init__(self, client: Any, stack: str) -> None:
        self._client = client
        self._stack = stack

    def dead(self, names: Sequence[str]) -> Iterator[DeadLetters]:
        """What lies in dead-letter queues; nothing in them changes."""
        for name in names:
            url = self._url(f"{name}-dead")
            if url is None:
                continue
            wanted = ["ApproximateNumberOfMessages"]
            found = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)
            count = int(found["Attributes"]["ApproximateNumberOfMessages"])
            yield DeadLetters(name, url, count, self._kinds(url) if count else {})

    def redrive(self, dead: DeadLetters, limit: int) -> int:
        """Deliver at most so many messages again; gives how many. Raises RedriveError."""
        target = self._url(BACK_TO[dead.name])
        if target is None:
            raise RedriveError(f"the stack has no queue {BACK_TO[dead.name]}")
        done = 0
        while done < limit:
            messages = self._received(dead.url, min(BATCH, limit - done), 60)
            if not messages:
                break
            done += self._moved(dead, target, messages)
        return done

    def _moved(self, dead: DeadLetters, target: str, messages: Sequence[Mapping[str, Any]]) -> int:
        entries = [
            {"Id": str(place), "MessageBody": message["Body"]}
            for place, message in enumerate(messages)
        ]
        answer = self._client.send_message_batch(QueueUrl=target, Entries=entries)
        sent = [int(one["Id"]) for one in answer.get("Successful", ())]
        taken = [
            {"Id": str(place), "ReceiptHandle": messages[place]["ReceiptHandle"]} for place in sent
        ]
        if taken:
            self._client.delete_message_batch(QueueUrl=dead.url, Entries=taken)
        if answer.get("Failed"):
            raise RedriveError(f"{target} refused {len(answer['Failed'])} messages: run it again")
        return len(sent)

    def _kinds(self, url: str) -> Mapping[str, int]:
        messages = self._received(url, BATCH, LOOK_S)
        for message in messages:
            self._client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return Counter(kind_of(message["Body"]) for message in messages)

    def _received(self, url: str, count: int, hidden_s: int) -> Sequence[Mapping[str, Any]]:
        answer = self._client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=count, VisibilityTimeout=hidden_s
        )
        found: Sequence[Mapping[str, Any]] = answer.get("Messages", ())
        return found

    def _url(self, name: str) -> str | None:
        try:
            found: str = self._client.get_queue_url(QueueName=f"{self._stack}-{name}")["QueueUrl"]
        except self._client.exceptions.QueueDoesNotExist:
            return None
        return found


def kind_of(body: str) -> str:
    """What a message is: an event's name, or the names of its members; never a value."""
    try:
        content = json.loads(body)
    except ValueError:
        return "not JSON"
    if not isinstance(content, dict):
        return "not an object"
    return str(content.get("detail-type") or ", ".join(sorted(content)))


def report(dead: DeadLetters) -> str:
    """A dead-letter queue in one line."""
    if not dead.count:
        return f"{dead.name:<18} empty"
    kinds = ", ".join(f"{kind} ({count})" for kind, count in sorted(dead.kinds.items()))
    remedy = ELSEWHERE.get(dead.name)
    back = remedy or f"back to {BACK_TO[dead.name]}: python -m tools.redrive {dead.name} --go"
    return f"{dead.name:<18} {dead.count} messages, the first: {kinds}\n{'':<18} {back}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all went well, 1 with the reason on standard error."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.go and not options.queue:
        parser.error("name the queue whose cause was mended: python -m tools.redrive cards --go")
    try:
        queues = Queues(_client(options.stack), options.stack or LAPTOP_STACK)
        names = [options.queue] if options.queue else [*BACK_TO, *ELSEWHERE]
        for dead in queues.dead(names):
            print(report(dead))
            if options.go and dead.count:
                print(f"{'':<18} {queues.redrive(dead, options.limit)} delivered again")
    except (RedriveError, LaptopError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.redrive",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("queue", nargs="?", choices=list(BACK_TO), help="one queue only")
    parser.add_argument("--go", action="store_true", help="do it; without it nothing changes")
    parser.add_argument("--limit", type=int, default=1_000_000, help="messages at most")
    parser.add_argument("--stack", help="the stack in AWS; the laptop's where absent")
    return parser


def _client(stack: str | None) -> Any:
    import boto3

    if stack is None:
        os.environ.update(Places.from_environment().aws_environment())
    return boto3.client("sqs")


if __name__ == "__main__":
    sys.exit(main())
