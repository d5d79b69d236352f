"""`card_face.PushQueue` on SQS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tessera.adapters.sqs import SqsClient
from tessera.application.card_face import PushErrand
from tessera.domain.errors import Unavailable


class SqsPushQueue(SqsClient):
    """The queue by its address, which is asked for when a message is first sent."""

    def __init__(self, url: Callable[[], str], client: Any = None) -> None:
        self._url = url
        super().__init__(client)

    def go_on(self, errand: PushErrand, delay_s: int) -> None:
        """Queue the push's next step, see `card_face.PushQueue`."""
        from botocore.exceptions import BotoCoreError, ClientError

        body = json.dumps({"programme": errand.programme, "push": errand.push})
        try:
            self._client.send_message(QueueUrl=self._url(), MessageBody=body, DelaySeconds=delay_s)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("not_queued") from error


def push_errand_of(body: str, received: int) -> PushErrand:
    """The errand of a message; KeyError, TypeError or ValueError for another message."""
    content: Mapping[str, Any] = json.loads(body)
    return PushErrand(str(content["programme"]), str(content["push"]), received)
