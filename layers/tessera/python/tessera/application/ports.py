"""What the use cases need from outside, as protocols with no vendor in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from tessera.application.asking import Protocol_
from tessera.application.writes import Card, IssuedCard, PutAnswer
from tessera.domain.canonical import Json
from tessera.domain.ledger import Entry
from tessera.domain.programme import Programme

# A till names no event and no due date: it starts without their modules.
if TYPE_CHECKING:
    from tessera.application.changes import Event
    from tessera.application.occasions import Cursor, DueBatch, DuePage, Lane
    from tessera.application.programme_desk import Request, Story

Result = TypeVar("Result")


class Driver(Protocol):
    """Runs a protocol against the store."""

    def run(self, protocol: Protocol_[Result], limit_ms: int | None = None) -> Result:
        """Drive the generator to its end and give its result; its errors pass through.

        `limit_ms` is after how long the protocol is told that no time is left; without it the
        driver's own limit holds, and never more than the running invocation has.
        """
        ...


class Clock(Protocol):
    """Business time. On the laptop it can be moved; in production it is the wall clock."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        ...


class Entropy(Protocol):
    """Randomness fit for codes and tokens."""

    def bytes(self, length: int) -> bytes:
        """So many unpredictable bytes."""
        ...


class Entries(Protocol):
    """The ledger's lines, for reading."""

    def newest(
        self, member: str, programme: str, partition: str, limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        """At most `limit` entries with a number below `before`, newest first."""
        ...

    def oldest(
        self, member: str, programme: str, partition: str, after: int = 0
    ) -> Iterable[Entry]:
        """Every entry with a number above `after`, oldest first."""
        ...

    def detail(self, member: str, programme: str, partition: str, sequence: int) -> bytes | None:
        """The detail of an entry as it was committed to; None where it was erased."""
        ...


class Programmes(Protocol):
    """Programme versions and their timetable."""

    def at(self, programme: str, instant_ms: int, known_version: int = 0) -> Programme | None:
        """The version in force at an instant, None where the programme is unknown."""
        ...

    def version(self, programme: str, version: int) -> Programme:
        """One version by its number; NotFound where it was never published."""
        ...

    def ids(self) -> Sequence[str]:
        """Every programme that was ever published."""
        ...

    def joinable(self, instant_ms: int, *, afresh: bool = False) -> Sequence[Programme]:
        """The versions in force of the programmes that a sale or an event may enrol in.

        `afresh` asks again which programmes there are, whatever is remembered.
        """
        ...

    def begun_at_ms(self, programme: str) -> int | None:
        """From when the first version is in force; None where the programme is unknown."""
        ...

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
        """Store a new immutable version and its instant; gives its number.

        `record` makes the idempotency row of a version's number, which is written with it;
        `request` is the one that asked for it, which must be pending and is then approved.

        Raises Conflict where another publication came between.
        """
        ...

    def document(self, programme: str, version: int) -> Mapping[str, Json]:
        """The document of a version; NotFound where it was never published."""
        ...

    def timetable(self, programme: str) -> Sequence[tuple[int, int]]:
        """Every version with its instant of effect, read afresh; nothing for a draft."""
        ...


class Cards(Protocol):
    """Cards, for reading."""

    def issued(self, card: str) -> IssuedCard | None:
        """The card of that id, with what wallets were told of it."""
        ...

    def find(self, card: str) -> Card | None:
        """The card of that id."""
        ...

    def of_member(self, member: str) -> Sequence[Card]:
        """Every card of a member."""
        ...


class CardSteps(Protocol):
    """How cards spread, counted by day (UTC)."""

    def of_day(self, programme: str, day: int) -> Mapping[tuple[str, str, str], int]:
        """How often each step happened on a day, by (step, wallet, channel)."""
        ...

    def count_updates(self, programme: str, channel: str, day: int, amount: int) -> None:
        """Count cards of a channel that changed visibly and were told."""
        ...


class Candidates(Protocol):
    """Members by what several may share."""

    def members(self, kind: str, value: str, limit: int) -> Sequence[str]:
        """At most `limit` members whose `kind` (email, phone, last_name) compares as `value`."""
        ...


@dataclass(frozen=True, slots=True)
class JoinPlace:
    """What a join link says: the programme, the store (or none), and by what people come."""

    programme: str
    store: str = ""
    channel: str = "poster"


class Links(Protocol):
    """Addresses that members are given."""

    def card_url(self, card: str) -> str:
        """The signed address from which a card is added to a phone; it shows nothing personal."""
        ...

    def card_of(self, token: str) -> str:
        """The card of a link's token; NotFound where we did not sign it."""
        ...

    def join_url(self, place: JoinPlace) -> str:
        """The signed address behind a poster's QR code, where anybody may join."""
        ...

    def till_url(self, code: str) -> str:
        """The address behind a QR code that makes the browser which opens it a till."""
        ...

    def image_url(self, image: str) -> str | None:
        """Where anybody may fetch an image; None where there is none."""
        ...

    def print_url(self, token: str, file: str) -> str:
        """Where a printed thing is fetched, by the token of the link that it leads to."""
        ...

    def join_of(self, token: str) -> JoinPlace:
        """Where such an address leads; NotFound where we did not sign it."""
        ...


class Bus(Protocol):
    """Where events go that other parts and other systems wait for."""

    def publish(self, events: Sequence[Event]) -> int:
        """Publish in order; gives how many from the beginning were accepted.

        Some after the first refused one may have been accepted too: they come again under the
        same ids.
        """
        ...


class DueIndex(Protocol):
    """Who is due on a day, by pages of keys."""

    @property
    def shards(self) -> int:
        """Over how many shards the accounts of one day are spread."""
        ...

    def accounts(self, day: int, shard: int, letter: str, position: str | None) -> DuePage:
        """Accounts whose next occasion falls on that day and stands under that letter."""
        ...

    def birthdays(self, month: int, day_of_month: int, position: str | None) -> DuePage:
        """Members born on that day of the year."""
        ...


class Cursors(Protocol):
    """How far each lane of the due index has been walked."""

    def read(self, lane: Lane) -> Cursor | None:
        """The lane's cursor; None for a lane that was never walked."""
        ...

    def save(self, lane: Lane, cursor: Cursor) -> None:
        """Move the cursor: what it covers has been queued."""
        ...


class OccasionQueue(Protocol):
    """Where the worker finds who is due."""

    def send(self, batches: Sequence[DueBatch]) -> None:
        """Queue every batch, at least once each; Unavailable where one was not accepted."""
        ...


class Pools(Protocol):
    """Imported codes that wait to be given out."""

    def add(self, pool: str, codes: Sequence[str]) -> None:
        """Put the codes into the pool; those that are there stay, those that somebody was given
        stay out. Raises Unavailable where the store doesn't answer.
        """
        ...


class Erasures(Protocol):
    """What is left to delete once a member was erased."""

    def sweep(self, member: str) -> None:
        """Delete details, look-ups and cards of an erased member, and of those merged into him.

        Cards that Google shows stay written down, see `at_google`. Repeating it is harmless.
        """
        ...

    def at_google(self, member: str) -> Sequence[str]:
        """Cards of an erased member that Google has not forgotten yet."""
        ...

    def forgotten(self, member: str, card: str) -> None:
        """Google has forgotten the card."""
        ...

    def unfinished(self) -> Sequence[str]:
        """Members whose erasure was committed and is not at its end."""
        ...
