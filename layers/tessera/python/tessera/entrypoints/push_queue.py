"""The queue of pushes, as Lambda hands it over: one step of one push at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.card_face import PushErrand
from tessera.application.card_ports import CardServices
from tessera.application.walk_push import walk_push
from tessera.domain.errors import Unavailable
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "push_card_faces"


class Container(Protocol):
    """What the queue's reader needs of the composition root."""

    @property
    def card_services(self) -> CardServices:
        """The ports of cards, wired."""
        ...

    def push_errand_of(self, body: str, received: int) -> PushErrand:
        """The errand of a message."""
        ...

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        """An invocation begins: `remaining_ms` says how long it may still last."""
        ...


class FacePushQueue:
    """Takes the steps of pushes."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Take the step of each message; names the messages that want to come again."""
        container = self._container()
        container.begin(context.get_remaining_time_in_millis)
        failed = [one["messageId"] for one in event["Records"] if not _stepped(container, one)]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _stepped(container: Container, record: Mapping[str, Any]) -> bool:
    """Whether the message is done with."""
    received = int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
    logger = observability.logger_of(SERVICE)
    try:
        errand = container.push_errand_of(record["body"], received)
        step = walk_push(container.card_services, errand)
    except (KeyError, TypeError, ValueError) as error:
        observability.log_bug(SERVICE, error)
        return False
    except Unavailable as error:
        logger.warning("a step of a push comes again", extra={"reason": error.code})
        return False
    logger.info(
        "push stepped",
        extra={
            "programme": errand.programme,
            "push": errand.push,
            "cards_seen": step.seen,
            "cards_changed": step.changed,
            "pushes": step.pushes,
            "google_queued": step.google_queued,
            "failed": step.failed,
            "over": step.over,
        },
    )
    counts = {"CardsChanged": step.changed, "Pushes": step.pushes, "PushFailures": step.failed}
    observability.count_all(SERVICE, {name: value for name, value in counts.items() if value})
    return True
