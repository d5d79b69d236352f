"""A queue as SQS keeps it: messages come late, twice, in any order, and to two readers at once."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tessera.application.card_ports import CardChange, GoogleErrand, Haste

BATCH = 10
VISIBILITY_S = 180
RECEIVES_MAX = 9


@dataclass
class _Message:
    id: str
    body: str
    visible_s: float
    receives: int = 0


@dataclass
class LateQueue:
    """Time passes only when nobody could be given anything; then it jumps.

    A message in several hands is gone for all of them when the first says so, which is the worst
    that clouds do: the laptop's does it, AWS may where the receipt is the last one given out.
    """

    random: random.Random
    now_s: float = 0.0
    dead: list[str] = field(default_factory=list)
    _messages: dict[str, _Message] = field(default_factory=dict)
    _sent: int = 0

    def send(self, body: str, delay_s: float = 0) -> None:
        """One more message."""
        self._sent += 1
        name = f"message-{self._sent}"
        self._messages[name] = _Message(name, body, self.now_s + delay_s)

    def receive(self) -> list[dict[str, Any]]:
        """Up to ten messages as Lambda hands them over; none only when the queue is empty."""
        while self._messages:
            visible = [one for one in self._messages.values() if one.visible_s <= self.now_s]
            for tired in [one for one in visible if one.receives >= RECEIVES_MAX]:
                self.dead.append(self._messages.pop(tired.id).body)
                visible.remove(tired)
            if visible:
                return [self._handed(one) for one in self._drawn(visible)]
            if self._messages:
                self.now_s = min(one.visible_s for one in self._messages.values())
        return []

    def _drawn(self, visible: Sequence[_Message]) -> list[_Message]:
        # Near the front, in any order: SQS promises no more.
        return self.random.sample(visible[: BATCH * 3], min(BATCH, len(visible)))

    def _handed(self, message: _Message) -> dict[str, Any]:
        message.receives += 1
        message.visible_s = self.now_s + VISIBILITY_S
        return {
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.receives)},
        }

    def conclude(self, records: Sequence[dict[str, Any]], answer: dict[str, Any]) -> None:
        """What Lambda does with a reader's answer: all but the failed messages are ended."""
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        for record in records:
            if record["messageId"] not in failed:
                self._messages.pop(record["messageId"], None)

    def delay(self, receipt: str, delay_s: float) -> None:
        """A message comes again after so long; one that is gone stays gone."""
        if receipt in self._messages:
            self._messages[receipt].visible_s = self.now_s + delay_s


@dataclass
class LateCardQueues:
    """`card_ports.CardQueues`: the cards' queue is real enough, Google's takes whatever comes."""

    cards: LateQueue

    def tell_google(self, errands: Sequence[GoogleErrand], haste: Haste) -> None:
        """Nobody reads it."""

    def hasten(self, receipts: Sequence[str], delay_s: int) -> None:
        for receipt in receipts:
            self.cards.delay(receipt, delay_s)

    def look_again(self, changes: Sequence[CardChange], delay_s: int) -> None:
        for change in changes:
            detail = {
                "member": change.member,
                "programme": change.programme,
                "partition": change.partition,
                "sequence": change.sequence,
            }
            self.cards.send(json.dumps({"detail": detail}), delay_s)
