"""`ports.OccasionQueue` on SQS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tessera.adapters.sqs import SqsClient
from tessera.application.occasions import DueBatch, DueRow
from tessera.domain.calendar import to_date, to_day
from tessera.domain.errors import Unavailable

MESSAGES_MAX = 10
ATTEMPTS_MAX = 3


class SqsOccasions(SqsClient):
    """A queue by its address. The client is botocore's, made when it is first needed."""

    def __init__(self, url: str, client: Any = None) -> None:
        self._url = url
        super().__init__(client)

    def send(self, batches: Sequence[DueBatch]) -> None:
        """Queue every batch, see `ports.OccasionQueue`: SQS may take some of a call only."""
        for start in range(0, len(batches), MESSAGES_MAX):
            bodies = [message_of(batch) for batch in batches[start : start + MESSAGES_MAX]]
            for _ in range(ATTEMPTS_MAX):
                bodies = self._send(bodies)
                if not bodies:
                    break
            else:
                raise Unavailable("not_queued")

    def _send(self, bodies: Sequence[str]) -> list[str]:
        """Send one call's worth; gives what was not accepted."""
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
        answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        return [bodies[int(failure["Id"])] for failure in answer.get("Failed", ())]


def message_of(batch: DueBatch) -> str:
    """A batch as a message: names of members and accounts, nothing personal."""
    return json.dumps(
        {
            "pager": batch.pager,
            "zone": batch.zone,
            "date": to_date(batch.day).isoformat(),
            "rows": [[row.member, row.programme, row.partition] for row in batch.rows],
        },
        separators=(",", ":"),
    )


def batch_of(message: str) -> DueBatch:
    """The inverse of `message_of`; KeyError, TypeError or ValueError for another message."""
    content: Mapping[str, Any] = json.loads(message)
    return DueBatch(
        pager=str(content["pager"]),
        zone=str(content["zone"]),
        day=to_day(date.fromisoformat(content["date"])),
        rows=tuple(
            DueRow(str(member), str(programme), str(partition))
            for member, programme, partition in content["rows"]
        ),
    )
