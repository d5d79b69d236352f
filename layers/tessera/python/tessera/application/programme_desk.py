"""Where programmes are prepared: drafts, requests for publication, and the story of versions.

What is in force is `ports.Programmes`; what is here is read by those who work on programmes and
by no till.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tessera.application.articles import Articles
from tessera.application.credentials import ApiKeys
from tessera.application.ports import Clock, Driver, Programmes
from tessera.application.writes import PutAnswer
from tessera.domain.canonical import Json


@dataclass(frozen=True, slots=True)
class By:
    """Who did something, and when. `name` is what a staff token calls him, often nothing."""

    credential: str
    at_ms: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that somebody works on. `revision` counts its replacements from 1.

    `base` is the version that was the latest when the draft was begun; 0 where there was none.
    """

    programme: str
    revision: int
    document: Mapping[str, Json]
    saved: By
    base: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """How a version came about: `kind` is publish, rollback or close.

    `origin` is the version whose document a rollback took up again. `approved` is None where
    nobody else had to agree.
    """

    kind: str
    published: By
    why: str = ""
    origin: int | None = None
    approved: By | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One published version with its story."""

    programme: str
    number: int
    effective_at_ms: int
    document: Mapping[str, Json]
    story: Story


PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"


@dataclass(frozen=True, slots=True)
class Request:
    """A publication that waits for another person's yes.

    `persons` are the credentials behind which the person who asks may stand: his own, and for an
    API key those that issued it. `base` is the latest version at that time: whatever is published
    in between makes the request stale.
    """

    programme: str
    id: str
    document: Mapping[str, Json]
    asked: By
    base: int
    persons: tuple[str, ...] = ()
    effective_at_ms: int | None = None
    why: str = ""
    revision: int | None = None
    status: str = PENDING
    decided: By | None = None
    reason: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What an administrator decided about a programme, outside its document."""

    second_approver: bool = False
    changed: By | None = None


class ProgrammeDesk(Protocol):
    """Drafts, requests, settings and versions, for those who work on programmes."""

    def drafts(self) -> Sequence[Draft]:
        """Every draft there is, in the order of the programmes' ids."""
        ...

    def draft(self, programme: str) -> Draft | None:
        """The draft of a programme."""
        ...

    def save(self, draft: Draft, record: PutAnswer | None = None) -> bool:
        """Store a draft in place of the revision before it; False where that is not there.

        Revision 1 is stored where there is no draft. `record` is written with it.
        """
        ...

    def discard(self, programme: str, revision: int) -> bool:
        """Throw a draft away; False where another revision, or none, is there."""
        ...

    def settings(self, programme: str) -> Settings:
        """The settings of a programme; the defaults where nobody changed them."""
        ...

    def change_settings(self, programme: str, settings: Settings) -> None:
        """Put settings in place of those before."""
        ...

    def requests(self, programme: str, limit: int, before: str | None) -> Sequence[Request]:
        """At most `limit` requests below the id `before`, newest first."""
        ...

    def request(self, programme: str, request: str) -> Request | None:
        """One request."""
        ...

    def ask(self, request: Request, record: PutAnswer) -> bool:
        """Store a new request with the answer to it; False where either is there already."""
        ...

    def reject(self, request: Request, record: PutAnswer) -> bool:
        """Store a request that was pending as rejected; False where it is decided already."""
        ...

    def version(self, programme: str, number: int) -> Version | None:
        """One version with its story."""
        ...

    def versions(self, programme: str, limit: int, before: int | None) -> Sequence[Version]:
        """At most `limit` versions below the number `before`, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """How many accounts are open in a programme, and how many vouchers of each reward."""

    accounts: int = 0
    vouchers: Mapping[str, int] = field(default_factory=dict)


class Tallies(Protocol):
    """Counts that follow the ledger within seconds, kept so that nobody has to scan it."""

    def of(self, programme: str, month: int) -> Tally:
        """The counts of a programme, without vouchers whose last day lies in an earlier month."""
        ...


@dataclass(frozen=True, slots=True)
class ProgrammeServices:
    """The ports that work on programmes needs; tills start without them."""

    driver: Driver
    clock: Clock
    programmes: Programmes
    api_keys: ApiKeys
    articles: Articles
    desk: ProgrammeDesk
    tallies: Tallies
