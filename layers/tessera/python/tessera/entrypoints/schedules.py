"""Schedules: a function for each pager, once a day or whenever somebody asks for a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.page_due import Paging, page_due
from tessera.application.ports import Clock, Cursors, DueIndex, OccasionQueue, Programmes
from tessera.domain.calendar import to_day
from tessera.domain.errors import InvalidInput
from tessera.entrypoints import observability

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Container(Protocol):
    """What a pager needs of the composition root."""

    @property
    def due_index(self) -> DueIndex: ...

    @property
    def cursors(self) -> Cursors: ...

    @property
    def occasion_queue(self) -> OccasionQueue: ...

    @property
    def programmes(self) -> Programmes: ...

    def fresh_clock(self) -> Clock:
        """A clock that has remembered nothing: what it shows now is what the stack's shows."""
        ...


class Schedule:
    """One pager under its schedule."""

    def __init__(self, pager: str, container: Callable[[], Container]) -> None:
        self._pager = pager
        self._container = container

    def handler(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:
        """Queue whoever is due, up to today or up to the `date` of the event.

        Raises InvalidInput for a date that is none or lies ahead, Unavailable where time ran
        out; Lambda then calls again, and the walk goes on where it stood.
        """
        container = self._container()
        paging = Paging(
            index=container.due_index,
            cursors=container.cursors,
            queue=container.occasion_queue,
            programmes=container.programmes,
            time_left_ms=context.get_remaining_time_in_millis,
        )
        walked = page_due(
            paging, self._pager, container.fresh_clock().now_ms(), _day(event.get("date"))
        )
        told = {"days": walked.days, "rows": walked.rows}
        observability.logger_of(self._pager).info("due rows queued", extra=told)
        return told


def _day(text: object) -> int | None:
    if text is None:
        return None
    try:
        return to_day(date.fromisoformat(str(text)))
    except ValueError as error:
        raise InvalidInput("date_malformed", field="/date") from error
