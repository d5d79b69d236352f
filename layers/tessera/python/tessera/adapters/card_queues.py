"""`card_ports.CardQueues` on SQS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tessera.adapters.sqs import SqsClient
from tessera.application.card_ports import CardChange, GoogleErrand, Haste
from tessera.domain.errors import Unavailable

UNDER_WAY_S = 15
"""After so long a call that got no answer was taken or lost: what is said then is said last."""


class SqsCardQueues(SqsClient):
    """The queues by their addresses, which are asked for when a message is first sent."""

    def __init__(
        self,
        cards_url: Callable[[], str],
        google_urls: Mapping[Haste, Callable[[], str]],
        client: Any = None,
    ) -> None:
        self._cards_url = cards_url
        self._google_urls = google_urls
        super().__init__(client)

    def tell_google(self, errands: Sequence[GoogleErrand], haste: Haste) -> None:
        """Queue what Google must learn, see `card_ports.CardQueues`."""
        url = self._google_urls[haste]()
        for one in errands:
            body = json.dumps({"card": one.card, "version": one.version})
            self._send(url, [body], 0 if one.version else UNDER_WAY_S)

    def look_again(self, changes: Sequence[CardChange], delay_s: int) -> None:
        """Queue changes once more, in the envelope in which they came from the bus."""
        self._send(self._cards_url(), [_envelope(change) for change in changes], delay_s)

    def hasten(self, receipts: Sequence[str], delay_s: int) -> None:
        """Let failed messages come again soon, see `card_ports.CardQueues`."""
        from botocore.exceptions import BotoCoreError, ClientError

        for receipt in receipts:
            with suppress(BotoCoreError, ClientError):
                self._client.change_message_visibility(
                    QueueUrl=self._cards_url(), ReceiptHandle=receipt, VisibilityTimeout=delay_s
                )

    def _send(self, url: str, bodies: Sequence[str], delay_s: int) -> None:
        """One by one: few messages go this way, and the laptop's cloud takes the batch for an
        action of its own, which no policy of AWS can name."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            for body in bodies:
                self._client.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=delay_s)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("not_queued") from error


def _envelope(change: CardChange) -> str:
    detail: dict[str, str | int] = {"member": change.member}
    if change.programme:
        detail["programme"] = change.programme
    if change.sequence:
        detail |= {"partition": change.partition, "sequence": change.sequence}
    return json.dumps({"detail": detail})


def errand_of(message: str, body: str) -> GoogleErrand:
    """The errand of a message; KeyError, TypeError or ValueError for another message."""
    content: Mapping[str, Any] = json.loads(body)
    return GoogleErrand(str(content["card"]), int(content["version"]), message)
