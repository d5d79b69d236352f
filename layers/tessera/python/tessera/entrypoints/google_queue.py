"""The queues of cards that Google must learn of, as Lambda hands them over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.card_ports import CardServices, GoogleErrand, Haste
from tessera.application.update_google_cards import GoogleTold, update_google_cards
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "update_google_cards"
CAMPAIGNS_SUFFIX = "-google-campaigns"


class Container(Protocol):
    """What the queues' reader needs of the composition root."""

    @property
    def card_services(self) -> CardServices:
        """The ports of cards, wired."""
        ...

    def errand_of(self, message: str, body: str) -> GoogleErrand:
        """The errand of a message."""
        ...

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        """An invocation begins: `remaining_ms` says how long it may still last."""
        ...


class GoogleQueue:
    """Updates objects, a batch of messages at a time. Each batch is of one queue."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Update the objects of a batch; names the messages that want to come again."""
        container = self._container()
        container.begin(context.get_remaining_time_in_millis)
        errands: list[GoogleErrand] = []
        failed: set[str] = set()
        haste = Haste.TILL
        for record in event["Records"]:
            if str(record.get("eventSourceARN", "")).endswith(CAMPAIGNS_SUFFIX):
                haste = Haste.CAMPAIGN
            try:
                errands.append(container.errand_of(record["messageId"], record["body"]))
            except (KeyError, TypeError, ValueError) as error:
                observability.log_bug(SERVICE, error)
                failed.add(record["messageId"])
        result = update_google_cards(container.card_services, errands, haste)
        _observe(result, haste)
        failed |= result.failed
        return {"batchItemFailures": [{"itemIdentifier": name} for name in sorted(failed)]}


def _observe(result: GoogleTold, haste: Haste) -> None:
    observability.logger_of(SERVICE).info(
        "google told",
        extra={
            "haste": str(haste),
            "updates": result.updates,
            "superseded": result.superseded,
            "failed": len(result.failed),
            "reasons": sorted(set(result.reasons)),
        },
    )
    counts = {"GoogleUpdates": result.updates, "GoogleFailures": len(result.failed)}
    observability.count_all(SERVICE, {name: value for name, value in counts.items() if value})
