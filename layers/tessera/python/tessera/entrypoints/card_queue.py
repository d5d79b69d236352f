"""The queue of members whose cards may have changed, as Lambda hands it over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.card_ports import CardChange, CardServices
from tessera.application.refresh_card import Refreshed, refresh_cards
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "refresh_passes"


class Container(Protocol):
    """What the queue's reader needs of the composition root."""

    @property
    def card_services(self) -> CardServices:
        """The ports of cards, wired."""
        ...

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        """An invocation begins: `remaining_ms` says how long it may still last."""
        ...


class CardQueue:
    """Refreshes cards, a batch of messages at a time."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Refresh the cards of a batch; names the messages that want to come again.

        A message that cannot be read is one of them: after its last delivery it lies in the
        dead-letter queue, where an alarm finds it.
        """
        container = self._container()
        container.begin(context.get_remaining_time_in_millis)
        changes: list[CardChange] = []
        failed: set[str] = set()
        for record in event["Records"]:
            try:
                changes.append(change_of(record))
            except (KeyError, TypeError, ValueError) as error:
                observability.log_bug(SERVICE, error)
                failed.add(record["messageId"])
        result = refresh_cards(container.card_services, changes)
        _observe(result, len(changes))
        failed |= result.failed
        return {"batchItemFailures": [{"itemIdentifier": name} for name in sorted(failed)]}


def change_of(record: Mapping[str, Any]) -> CardChange:
    """The change that a message tells: the bus's envelope around one of our events."""
    detail = json.loads(record["body"])["detail"]
    received = record.get("attributes", {}).get("ApproximateReceiveCount", "1")
    return CardChange(
        message=record["messageId"],
        member=detail["member"],
        programme=detail.get("programme", ""),
        partition=detail.get("partition", ""),
        sequence=int(detail.get("sequence", 0)),
        again=int(received) > 1,
    )


def _observe(result: Refreshed, messages: int) -> None:
    observability.logger_of(SERVICE).info(
        "cards refreshed",
        extra={
            "messages": messages,
            "failed": len(result.failed),
            "cards_changed": result.cards_changed,
            "pushes": result.pushes,
            "devices_gone": result.devices_gone,
            "google_updates": result.google_updates,
            "google_queued": result.google_queued,
            "put_off": result.put_off,
            "reasons": sorted(set(result.reasons)),
        },
    )
    counts = {
        "CardsChanged": result.cards_changed,
        "Pushes": result.pushes,
        "DevicesGone": result.devices_gone,
        "GoogleUpdates": result.google_updates,
        "CardRefreshFailures": len(result.failed),
    }
    observability.count_all(SERVICE, {name: value for name, value in counts.items() if value})
