"""The scheduled functions, their queue and the outbox, on moto, beside the shop."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from functions.act_on_occasions import app as act_on_occasions
from functions.expire_points import app as expire_points
from functions.fire_birthday_events import app as fire_birthday_events
from functions.fire_expiry_warning_events import app as fire_expiry_warning_events
from functions.fire_tier_anniversary_events import app as fire_tier_anniversary_events
from functions.publish_changes import app as publish_changes
from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.clock import MovableClock
from tessera.adapters.dynamodb.occasions import StoreCursors
from tessera.adapters.eventbridge import EventBus
from tessera.application.occasions import Cursor, Lane
from tessera.domain.calendar import start_of_day_ms, to_day
from tests.fakes.gateway import Context
from tests.functional.conftest import DEMO, TABLE, Shop, client

BUS = "tessera-test"
PAGERS = {
    "expire_points": expire_points.handler,
    "fire_tier_anniversary_events": fire_tier_anniversary_events.handler,
    "fire_birthday_events": fire_birthday_events.handler,
    "fire_expiry_warning_events": fire_expiry_warning_events.handler,
}
HOUR_MS = 3_600_000


@dataclass
class Town:
    """A shop whose days go by: its schedules, its worker and its outbox are run by hand."""

    shop: Shop
    queue_url: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    context: Any = field(default_factory=lambda: Context(remaining_ms=300_000))

    def set_date(self, text: str, hour: int = 9) -> None:
        """Move the stack's business clock to an hour of a day in Paris."""
        clock = self.shop.container.clock
        assert isinstance(clock, MovableClock)
        wanted_ms = start_of_day_ms(to_day(date.fromisoformat(text)), "Europe/Paris")
        offset_ms = wanted_ms + hour * HOUR_MS - clock.wall_ms()
        if clock.now_ms() < wanted_ms + hour * HOUR_MS:
            clock.set_offset_ms(offset_ms)

    def skip_to(self, text: str) -> None:
        """Let time pass in which the pagers ran every day and found nothing."""
        self.set_date(text)
        cursors = StoreCursors(self.shop.container.store)
        yesterday = Cursor(to_day(date.fromisoformat(text)) - 1)
        for pager in PAGERS:
            for shard in range(keys.DUE_SHARDS):
                cursors.save(Lane(pager, "Europe/Paris", shard), yesterday)

    def page(self, pager: str, event: dict[str, Any] | None = None) -> dict[str, int]:
        """Invoke a scheduled function."""
        found: dict[str, int] = PAGERS[pager](event or {}, self.context)
        return found

    def waiting(self) -> list[dict[str, Any]]:
        """Take what is queued, as Lambda hands it to the worker."""
        taken: list[dict[str, Any]] = []
        while True:
            answer = client("sqs").receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
            if "Messages" not in answer:
                return taken
            for message in answer["Messages"]:
                client("sqs").delete_message(
                    QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"]
                )
                taken.append({"messageId": message["MessageId"], "body": message["Body"]})

    def work(self, records: list[dict[str, Any]] | None = None) -> list[str]:
        """Invoke the worker; gives the messages that it wants again."""
        answer = act_on_occasions.handler(
            {"Records": self.waiting() if records is None else records}, self.context
        )
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def run_day(self) -> None:
        """Every schedule of the day, the worker after each."""
        for pager in PAGERS:
            self.page(pager)
            assert self.work() == []

    def records(self) -> list[dict[str, Any]]:
        """The stream's records of every entry in the table, in order of recording."""
        pages = client("dynamodb").get_paginator("scan").paginate(TableName=TABLE)
        images = [item for page in pages for item in page["Items"] if item["t"]["S"] in {"E", "O"}]
        images.sort(key=lambda image: json.loads(image["c"]["S"]).get("r", 0))
        return [record_of(image, number) for number, image in enumerate(images, start=1)]

    def publish(self, records: list[dict[str, Any]] | None = None) -> list[str]:
        """Invoke the outbox; gives the records that it wants again."""
        answer = publish_changes.handler(
            {"Records": self.records() if records is None else records}, self.context
        )
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def heard(self) -> list[dict[str, Any]]:
        """What the bus was sent since it was asked last, as rules match it."""
        taken, self.sent = self.sent, []
        return [
            {
                "source": entry["Source"],
                "detail-type": entry["DetailType"],
                "detail": json.loads(entry["Detail"]),
            }
            for entry in taken
        ]

    def listen(self, params: dict[str, Any], **_: Any) -> None:
        """Overhear what the outbox sends, as botocore is about to send it."""
        self.sent += params["Entries"]


def record_of(image: dict[str, Any], number: int) -> dict[str, Any]:
    """A row's insertion as DynamoDB's stream tells Lambda: binary values in base64."""
    told = {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in image.items()
    }
    return {
        "eventID": str(number),
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {"pk": told["pk"], "sk": told["sk"]},
            "NewImage": told,
            "SequenceNumber": str(number),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


@pytest.fixture
def town(empty_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """The shop on 1 February 2027, with the demo programme, its queue and its bus."""
    queue_url = client("sqs").create_queue(QueueName="occasions")["QueueUrl"]
    client("events").create_event_bus(Name=BUS)
    # Two shards are walked like sixteen, in an eighth of the time that moto takes.
    monkeypatch.setattr(keys, "DUE_SHARDS", 2)
    monkeypatch.setenv("TESSERA_OCCASIONS_QUEUE_URL", queue_url)
    monkeypatch.setenv("TESSERA_EVENT_BUS_NAME", BUS)
    town = Town(empty_shop, queue_url)
    bus = EventBus(BUS, client("events"))
    vars(empty_shop.container)["bus"] = bus
    client("events").meta.events.register(
        "provide-client-params.events.PutEvents", town.listen, unique_id="town"
    )
    town.set_date("2027-02-01")
    reply = empty_shop.send(
        "POST", "/v1/programmes/demo/publish", {"document": DEMO}, key="publish-demo"
    )
    assert reply.status == 201, reply.body
    yield town
    client("events").meta.events.unregister(
        "provide-client-params.events.PutEvents", unique_id="town"
    )
