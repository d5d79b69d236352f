"""Programme versions in the table, and the cache that functions read them through.

`P#<programme>`/`H` is the head: the timetable of versions with the instant from which each is in
force. `P#<programme>`/`V#<version>` is one immutable document. Publishing writes both in one
transaction, at an instant at least two cache lives ahead, so that no function decides by an
older version once a newer one is in force (design §2).
"""

from __future__ import annotations

import json
import secrets
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tessera.adapters.dynamodb import keys, typed
from tessera.adapters.dynamodb.rows import answer_item
from tessera.adapters.dynamodb.table import (
    Absent,
    Condition,
    Equals,
    Item,
    Operation,
    Store,
    Value,
)
from tessera.application.outcomes import Cancelled, Committed, Reason
from tessera.application.writes import PutAnswer
from tessera.domain.canonical import Json, canonical
from tessera.domain.errors import Conflict, NotFound, Unavailable
from tessera.domain.programme import Programme, parse

# A till publishes nothing: it starts without what tells the story of a version.
if TYPE_CHECKING:
    from tessera.application.programme_desk import Request, Story

CACHE_S = 30

NEVER_BEGUN = 1 << 62
"""Business time where none was handed in: every programme has begun, and nothing ages by it."""


@dataclass(slots=True)
class _Read:
    """When something was read, by the container's own time and by business time."""

    at_s: float
    at_ms: int


@dataclass(slots=True)
class _Head:
    read: _Read
    timetable: tuple[tuple[int, int], ...]
    """Version and instant of effect, in the order of publication."""


@dataclass(slots=True)
class StoreProgrammes:
    """`ports.Programmes` on a `Store`, with parsed versions kept for the container's life.

    `now_ms` is business time. What was read lives half a minute by the container's own clock and
    by that one: where business time is moved, a version that was published two cache lives ahead
    is in force sooner than the container's clock would have it read.
    """

    store: Store
    monotonic: Callable[[], float] = time.monotonic
    now_ms: Callable[[], int] = lambda: NEVER_BEGUN
    _heads: dict[str, _Head] = field(default_factory=dict)
    _ids: tuple[_Read, tuple[str, ...]] | None = None
    _versions: dict[tuple[str, int], Programme] = field(default_factory=dict)

    def at(self, programme: str, instant_ms: int, known_version: int = 0) -> Programme | None:
        """The version in force at an instant; see `ports.Programmes`.

        Before the first version's instant the first version answers: a sale older than the
        programme itself is decided by the rules it began with. Until that instant has come the
        programme is unknown: a first version may be published for a day ahead (B-52).
        """
        head = self._head(programme, known_version)
        if head is None or self.now_ms() < min(at_ms for _, at_ms in head.timetable):
            return None
        version = head.timetable[0][0]
        for number, effective_at_ms in head.timetable:
            if effective_at_ms <= instant_ms:
                version = number
        return self.version(programme, version)

    def version(self, programme: str, version: int) -> Programme:
        """One version by its number; NotFound where it was never published."""
        found = self._versions.get((programme, version))
        if found is None:
            document = self.document(programme, version)
            found = self._versions[programme, version] = parse(document, version)
        return found

    def document(self, programme: str, version: int) -> Mapping[str, Json]:
        """The document of a version, as it was published."""
        item = self.store.get(keys.programme(programme), keys.programme_version(version))
        if item is None:
            raise NotFound("programme_version_unknown", params={"version": version})
        return unpacked(item["z"])

    def timetable(self, programme: str) -> Sequence[tuple[int, int]]:
        """Every version with its instant of effect, read afresh."""
        self._heads.pop(programme, None)
        head = self._head(programme, 0)
        return head.timetable if head else ()

    def ids(self) -> Sequence[str]:
        """Every programme that was ever published."""
        return [str(item["sk"]) for item in self.store.query(keys.PROGRAMMES)]

    def begun_at_ms(self, programme: str) -> int | None:
        """From when the first version is in force; see `ports.Programmes`."""
        head = self._head(programme, 0)
        return head.timetable[0][1] if head else None

    def joinable(self, instant_ms: int, *, afresh: bool = False) -> Sequence[Programme]:
        """See `ports.Programmes`; the list of programmes is read once per cache life."""
        if afresh or self._ids is None or not self._is_fresh(self._ids[0]):
            self._ids = (self._now(), tuple(self.ids()))
        found = [self.at(name, instant_ms) for name in self._ids[1]]
        return [item for item in found if item is not None and item.membership.join]

    def publish(
        self,
        programme: str,
        document: Mapping[str, Json],
        effective_at_ms: int,
        author: str,
        record: Callable[[int], PutAnswer],
        story: Story | None = None,
        request: Request | None = None,
    ) -> int:
        """Store the next version; see `ports.Programmes`."""
        from tessera.adapters.dynamodb.programme_rows import approved_item, story_item

        item = self.store.get(keys.programme(programme), keys.PROGRAMME_HEAD)
        last = typed.number(item["v"]) if item else 0
        timetable = [list(entry) for entry in _timetable(item)] if item else []
        version = last + 1
        expected: Condition = Equals("v", last) if item else Absent()
        head: Item = {
            "pk": keys.programme(programme),
            "sk": keys.PROGRAMME_HEAD,
            "t": "PH",
            "sv": 1,
            "v": version,
            "tt": [*timetable, [version, effective_at_ms]],
        }
        row: Item = {
            "pk": keys.programme(programme),
            "sk": keys.programme_version(version),
            "t": "PV",
            "sv": 1,
            "z": packed(document),
            "at": effective_at_ms,
            "by": author,
            **(story_item(story) if story else {}),
        }
        listing: Item = {"pk": keys.PROGRAMMES, "sk": programme, "t": "PL", "sv": 1}
        operations = [
            Operation("put", head, expected),
            Operation("put", row, Absent()),
            Operation("put", listing),
            Operation("put", answer_item(record(version)), Absent()),
        ]
        if request is not None:
            operations.append(approved_item(request, version))
        outcome = self.store.transact(
            operations,
            # Tokens are known across every table of an account and region: none is derived.
            secrets.token_hex(16),
        )
        self._heads.pop(programme, None)
        self._ids = None
        if isinstance(outcome, Committed):
            return version
        now = self.store.get(keys.programme(programme), keys.PROGRAMME_HEAD)
        if now is not None and typed.number(now["v"]) != last:
            raise Conflict("programme_moved", params={"version": typed.number(now["v"])})
        decided_before = (
            request is not None
            and isinstance(outcome, Cancelled)
            and outcome.reasons[-1] is Reason.CONDITION
        )
        if decided_before:
            raise Conflict("request_decided", params={"status": "decided"})
        raise Unavailable

    def _head(self, programme: str, known_version: int) -> _Head | None:
        head = self._heads.get(programme)
        if head and self._is_fresh(head.read) and head.timetable[-1][0] >= known_version:
            return head
        read = self._now()
        item = self.store.get(keys.programme(programme), keys.PROGRAMME_HEAD)
        if item is None:
            return None
        head = self._heads[programme] = _Head(read, _timetable(item))
        return head

    def _now(self) -> _Read:
        return _Read(self.monotonic(), self.now_ms())

    def _is_fresh(self, read: _Read) -> bool:
        own_s = self.monotonic() - read.at_s
        return own_s < CACHE_S and self.now_ms() - read.at_ms < CACHE_S * 1000


def packed(document: Mapping[str, Json]) -> bytes:
    """A document as versions, drafts and requests keep it."""
    return zlib.compress(canonical(document), 9)


def unpacked(value: Value) -> Mapping[str, Json]:
    """The document of a row."""
    assert isinstance(value, bytes)
    content: dict[str, Json] = json.loads(zlib.decompress(value))
    return content


def _timetable(item: Item) -> tuple[tuple[int, int], ...]:
    rows = item["tt"]
    assert isinstance(rows, list)
    return tuple((typed.number(version), typed.number(at_ms)) for version, at_ms in rows)
