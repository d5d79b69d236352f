"""The table's stream, as Lambda hands it over: batches of one shard, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.changes import Change
from tessera.application.ports import Bus
from tessera.application.publish_changes import publish_changes
from tessera.application.tallying import Counting, tally_changes
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "publish_changes"


class Container(Protocol):
    """What the outbox needs of the composition root."""

    @property
    def bus(self) -> Bus:
        """Where events go."""
        ...

    @property
    def counting(self) -> Counting:
        """Where open accounts and vouchers are counted."""
        ...

    def change_of(self, image: Mapping[str, Any]) -> Change | None:
        """The change that a new row's image tells; None where there is nothing to publish."""
        ...


class Outbox:
    """Publishes batches of stream records."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], _context: LambdaContext) -> dict[str, Any]:
        """Publish a batch; stops at the first record that fails and names it.

        Lambda delivers the named record and all after it again, so that a shard's changes are
        published in their order. A record that cannot be read is named like one that the bus
        refused: after its last attempt Lambda hands it to the dead-letter queue and goes on.
        """
        container = self._container()
        changes: list[Change] = []
        numbers: list[str] = []
        unreadable: str | None = None
        for record in event["Records"]:
            number = str(record["dynamodb"]["SequenceNumber"])
            image = record["dynamodb"].get("NewImage")
            try:
                change = container.change_of(image) if image else None
            except (KeyError, TypeError, ValueError, AssertionError) as error:
                observability.log_bug(SERVICE, error)
                unreadable = number
                break
            if change is not None:
                changes.append(change)
                numbers.append(number)
        published = publish_changes(container.bus, changes)
        # Where this fails, the batch comes again: events under their first ids, counts once.
        tally_changes(container.counting, changes[:published])
        failed = numbers[published] if published < len(changes) else unreadable
        if failed is None:
            return {"batchItemFailures": []}
        observability.count(SERVICE, "ChangesHeldBack")
        return {"batchItemFailures": [{"itemIdentifier": failed}]}
