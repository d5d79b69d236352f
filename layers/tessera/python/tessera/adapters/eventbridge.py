"""`ports.Bus` on EventBridge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from functools import cached_property
from typing import Any

from tessera.application.changes import Event
from tessera.domain.canonical import canonical

SOURCE = "tessera"
ENTRIES_MAX = 10
BYTES_MAX = 262_144
"""A call to PutEvents takes ten entries and 256 KB, counted as AWS documents it."""

_TIME_BYTES = 14


class EventBus:
    """A bus by its name. The client is botocore's, made when it is first needed."""

    def __init__(self, name: str, client: Any = None) -> None:
        self._name = name
        self._given = client

    @cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import botocore.session

        return botocore.session.get_session().create_client("events")

    def publish(self, events: Sequence[Event]) -> int:
        """Publish in order, see `ports.Bus`: PutEvents may accept some of a call and not others.

        Raises ValueError for an event that no call can carry, before anything is sent.
        """
        accepted = 0
        for entries in list(_calls([self._entry(event) for event in events])):
            answer = self._client.put_events(Entries=entries)
            for result in answer["Entries"]:
                if "EventId" not in result or result.get("ErrorCode"):
                    return accepted
                accepted += 1
        return accepted

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.name,
            "Detail": canonical(event.detail).decode(),
            "Time": event.at.astimezone(UTC),
        }


def _calls(entries: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The entries in order, in calls that respect both limits."""
    call: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        own = entry_bytes(entry)
        if own > BYTES_MAX:
            raise ValueError("an event is larger than the bus can carry")
        if call and (len(call) == ENTRIES_MAX or size + own > BYTES_MAX):
            yield call
            call, size = [], 0
        call.append(entry)
        size += own
    if call:
        yield call


def entry_bytes(entry: dict[str, Any]) -> int:
    """The size of an entry as EventBridge counts it."""
    texts = (entry["Source"], entry["DetailType"], entry["Detail"])
    return _TIME_BYTES + sum(len(text.encode()) for text in texts)
