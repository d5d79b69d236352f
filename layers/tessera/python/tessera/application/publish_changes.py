"""The outbox: what was committed becomes events on the bus, in order and at least once.

Nothing is published by the code that commits. The table's stream hands over each new entry, and
each notice of a change that moves no money; every happening of an entry becomes one
self-contained event. A consumer that has seen an event's id has seen the event: the stream may
bring it again, and so may `republish`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tessera.application.changes import Change, Event, Notice
from tessera.application.ports import Bus, Entries
from tessera.domain.calendar import to_datetime
from tessera.domain.canonical import Json
from tessera.domain.ledger import Entry


def events_of(change: Change) -> Sequence[Event]:
    """The events of one change, in the order in which they happened.

    A silent entry (a historic import, A-18) has none: no message, card or automation may follow
    from what happened long ago. Entries without happenings have none either.
    """
    if isinstance(change, Notice):
        return (_event_of_notice(change),)
    if change.silent:
        return ()
    return [
        _event_of_entry(change, number, name, data)
        for number, (name, data) in enumerate(change.happenings, start=1)
    ]


def publish_changes(bus: Bus, changes: Sequence[Change]) -> int:
    """Publish the events of changes, in order; gives how many changes were published whole.

    The first change that was not, and every one after it, must come again: what the bus accepted
    of them is then published twice, under the same ids.
    """
    owners: list[int] = []
    events: list[Event] = []
    for index, change in enumerate(changes):
        for event in events_of(change):
            owners.append(index)
            events.append(event)
    accepted = bus.publish(events)
    return len(changes) if accepted == len(events) else owners[accepted]


def republish(
    entries: Entries, bus: Bus, member: str, programme: str, partition: str = "-", after: int = 0
) -> int:
    """Publish a member's entries above number `after` again, under their first ids.

    For what fell out of the stream, which keeps a day. Gives the number of the last entry
    whose events were all accepted (`after` where there was none); less than the account's
    version means that the bus refused one, and the caller goes on from there.
    """
    done = after
    for batch in _batches(entries.oldest(member, programme, partition, after)):
        published = publish_changes(bus, batch)
        if published:
            done = batch[published - 1].sequence
        if published < len(batch):
            break
    return done


REPUBLISH_BATCH = 100


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == REPUBLISH_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _event_of_entry(entry: Entry, number: int, name: str, data: Mapping[str, Json]) -> Event:
    detail: dict[str, Json] = {
        "id": f"{entry.id}.{number}",
        "member": entry.member,
        "programme": entry.programme,
        "partition": entry.partition,
        "sequence": entry.sequence,
        "occurred_at": time_text(entry.occurred_at_ms),
        "recorded_at": time_text(entry.recorded_at_ms),
        "data": dict(data),
    }
    return Event(name, to_datetime(entry.recorded_at_ms), detail)


def _event_of_notice(notice: Notice) -> Event:
    told = time_text(notice.at_ms)
    detail: dict[str, Json] = {
        "id": f"{notice.member}.{notice.id}",
        "member": notice.member,
        "occurred_at": told,
        "recorded_at": told,
        "data": dict(notice.data),
    }
    return Event(notice.name, to_datetime(notice.at_ms), detail)


def time_text(instant_ms: int) -> str:
    """An instant as RFC 3339 in UTC, to the millisecond."""
    return to_datetime(instant_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
