"""What the adapter of the card queues asks of SQS."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tessera.adapters.card_queues import UNDER_WAY_S, SqsCardQueues
from tessera.application.card_ports import GoogleErrand, Haste


@dataclass
class Sqs:
    """A client that keeps what is sent."""

    sent: list[dict[str, Any]] = field(default_factory=list)

    def send_message(self, **message: Any) -> None:
        self.sent.append(message)


def test_what_nothing_overtakes_waits_until_no_older_word_is_under_way() -> None:
    sqs = Sqs()
    queues = SqsCardQueues(lambda: "cards", {Haste.TILL: lambda: "google"}, sqs)
    queues.tell_google([GoogleErrand("crd_a", 7), GoogleErrand("crd_b", 0)], Haste.TILL)
    delays = {
        json.loads(one["MessageBody"])["card"]: (one["QueueUrl"], one["DelaySeconds"])
        for one in sqs.sent
    }
    assert delays == {"crd_a": ("google", 0), "crd_b": ("google", UNDER_WAY_S)}
