"""The nightly verification under its schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.ports import Clock
from tessera.application.verify_nightly import Night, verify_tonight, view
from tessera.domain.canonical import Json
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "verify_ledger"

HALF_A_DAY = timedelta(hours=12)
"""Back from any hour of any zone's night lies the evening before."""


class Container(Protocol):
    """What the verification needs of the composition root."""

    @property
    def wall_clock(self) -> Clock: ...

    def night(self, time_left_ms: Callable[[], int]) -> Night:
        """The ports of one run."""
        ...


class Verification:
    """One run of the night's verification; the schedule asks for several."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Json]:
        """Go on with the day's verification and say how far it has come.

        A night is named by the day on which it began, by the wall clock (wherever the business
        clock stands: what it proves was true when it was written). Counts `LedgerBreaks` and
        `LedgerRoots` when a root is signed, which is what the alarms look at. Which account it
        was stands in the root, not in the log. Raises Unavailable where table, bucket or key
        don't answer; the next run goes on.
        """
        del event
        container = self._container()
        began = datetime.fromtimestamp(container.wall_clock.now_ms() / 1000, UTC) - HALF_A_DAY
        night = container.night(context.get_remaining_time_in_millis)
        before = night.progress.read()
        progress = verify_tonight(night, began.date().isoformat())
        told = view(progress)
        observability.logger_of(SERVICE).info("ledger verified", extra={"verified": told})
        if progress.is_done and (before is None or before != progress):
            observability.count_all(SERVICE, {"LedgerBreaks": progress.breaks, "LedgerRoots": 1})
        return told
