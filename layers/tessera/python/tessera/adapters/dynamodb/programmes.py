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

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.rows import answer_item
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Item, Operation, Store
from tessera.application.outcomes import Committed
from tessera.application.writes import PutAnswer
from tessera.domain.canonical import Json, canonical
from tessera.domain.errors import Conflict, NotFound, Unavailable
from tessera.domain.programme import Programme, parse

CACHE_S = 30


@dataclass(slots=True)
class _Head:
    read_at_s: float
    timetable: tuple[tuple[int, int], ...]
    """Version and instant of effect, in the order of publication."""


@dataclass(slots=True)
class StoreProgrammes:
    """`ports.Programmes` on a `Store`, with parsed versions kept for the container's life."""

    store: Store
    monotonic: Callable[[], float] = time.monotonic
    _heads: dict[str, _Head] = field(default_factory=dict)
    _ids: tuple[float, tuple[str, ...]] | None = None
    _versions: dict[tuple[str, int], Programme] = field(default_factory=dict)

    def at(self, programme: str, instant_ms: int, known_version: int = 0) -> Programme | None:
        """The version in force at an instant; see `ports.Programmes`.

        Before the first version's instant the first version answers: a sale older than the
        programme itself is decided by the rules it began with.
        """
        head = self._head(programme, known_version)
        if head is None:
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
        packed = item["z"]
        assert isinstance(packed, bytes)
        content: dict[str, Json] = json.loads(zlib.decompress(packed))
        return content

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
        now_s = self.monotonic()
        if afresh or self._ids is None or now_s - self._ids[0] >= CACHE_S:
            self._ids = (now_s, tuple(self.ids()))
        found = [self.at(name, instant_ms) for name in self._ids[1]]
        return [item for item in found if item is not None and item.membership.join]

    def publish(
        self,
        programme: str,
        document: Mapping[str, Json],
        effective_at_ms: int,
        author: str,
        record: Callable[[int], PutAnswer],
    ) -> int:
        """Store the next version; see `ports.Programmes`."""
        item = self.store.get(keys.programme(programme), keys.PROGRAMME_HEAD)
        last = _number(item["v"]) if item else 0
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
            "z": zlib.compress(canonical(document), 9),
            "at": effective_at_ms,
            "by": author,
        }
        listing: Item = {"pk": keys.PROGRAMMES, "sk": programme, "t": "PL", "sv": 1}
        outcome = self.store.transact(
            [
                Operation("put", head, expected),
                Operation("put", row, Absent()),
                Operation("put", listing),
                Operation("put", answer_item(record(version)), Absent()),
            ],
            # Tokens are known across every table of an account and region: none is derived.
            secrets.token_hex(16),
        )
        self._heads.pop(programme, None)
        self._ids = None
        if isinstance(outcome, Committed):
            return version
        now = self.store.get(keys.programme(programme), keys.PROGRAMME_HEAD)
        if now is not None and _number(now["v"]) != last:
            raise Conflict("programme_moved", params={"version": _number(now["v"])})
        raise Unavailable

    def _head(self, programme: str, known_version: int) -> _Head | None:
        head = self._heads.get(programme)
        now_s = self.monotonic()
        if head and now_s - head.read_at_s < CACHE_S and head.timetable[-1][0] >= known_version:
            return head
        item = self.store.get(keys.programme(programme), keys.PROGRAMME_HEAD)
        if item is None:
            return None
        head = self._heads[programme] = _Head(now_s, _timetable(item))
        return head


def _timetable(item: Item) -> tuple[tuple[int, int], ...]:
    rows = item["tt"]
    assert isinstance(rows, list)
    return tuple((_number(version), _number(at_ms)) for version, at_ms in rows)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a row holds another type than a number")
    return value
