"""Queues: batches of messages of which some may fail and come again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.fire_occasions import fire_batch
from tessera.application.occasions import DueBatch
from tessera.application.ports import Clock
from tessera.application.services import Services
from tessera.domain.errors import TesseraError
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "act_on_occasions"

RESERVE_MS = 5_000
"""No message is begun with less time left: it is better taken by another invocation."""


class Container(Protocol):
    """What the worker needs of the composition root."""

    @property
    def services(self) -> Services: ...

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        """An invocation begins: `remaining_ms` says how long it may still last."""
        ...

    def fresh_clock(self) -> Clock:
        """A clock that has remembered nothing."""
        ...

    def batch_of(self, message: str) -> DueBatch:
        """The rows that a message names."""
        ...


class OccasionWorker:
    """Fires what is due for the members that the messages name."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Work through the messages; those that failed are named, and come again.

        One bad message does not stop the others. After its last attempt it lies in the
        dead-letter queue.
        """
        container = self._container()
        container.begin(context.get_remaining_time_in_millis)
        now_ms = container.fresh_clock().now_ms()
        failures: list[dict[str, str]] = []
        fired = 0
        for record in event["Records"]:
            if context.get_remaining_time_in_millis() < RESERVE_MS:
                failures.append({"itemIdentifier": record["messageId"]})
                continue
            try:
                batch = container.batch_of(record["body"])
                fired += len(fire_batch(container.services, batch, now_ms))
            except (TesseraError, KeyError, TypeError, ValueError) as error:
                observability.log_bug(SERVICE, error)
                failures.append({"itemIdentifier": record["messageId"]})
        told = {"fired": fired, "failed": len(failures)}
        observability.logger_of(SERVICE).info("occasions fired", extra=told)
        return {"batchItemFailures": failures}
