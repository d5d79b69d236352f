"""The queue of members whose cards may have changed, as Lambda hands it over."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.card_ports import CardChange, CardServices
from tessera.application.refresh_card import Refreshed, refresh_cards
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "refresh_passes"
RETRY_FIRST_S = 5
RETRIES_DOUBLED_MAX = 5
"""5 s, 10 s, 20 s ... up to 160 s: a quarter of an hour of Apple's silence makes dead letters."""


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
        _hasten(container.card_services, event["Records"], failed)
        return {"batchItemFailures": [{"itemIdentifier": name} for name in sorted(failed)]}


def _hasten(
    services: CardServices, records: Sequence[Mapping[str, Any]], failed: Collection[str]
) -> None:
    """What failed comes again after seconds and not after the queue's minutes, later each time."""
    by_delay: dict[int, list[str]] = {}
    for record in records:
        if record["messageId"] in failed and "receiptHandle" in record:
            delay_s = RETRY_FIRST_S << min(_received(record) - 1, RETRIES_DOUBLED_MAX)
            by_delay.setdefault(delay_s, []).append(record["receiptHandle"])
    for delay_s, receipts in by_delay.items():
        services.queues.hasten(receipts, delay_s)


def _received(record: Mapping[str, Any]) -> int:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))


def change_of(record: Mapping[str, Any]) -> CardChange:
    """The change that a message tells: the bus's envelope around one of our events."""
    envelope = json.loads(record["body"])
    detail = envelope["detail"]
    return CardChange(
        message=record["messageId"],
        member=detail["member"],
        programme=detail.get("programme", ""),
        partition=detail.get("partition", ""),
        sequence=int(detail.get("sequence", 0)),
        erased=envelope.get("detail-type") == "member.erased",
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
