"""What all cards of a programme share and the merchant may change: the design, the latest news.

A change reaches cards step by step. A *push* walks them in an order of its own (by a hash of their
ids: random, the same for ever), and a card shows the change once the push has come past it. So ten
per cent of a push are ten per cent of the cards, a pause leaves each card as it is, and rolling
back finds exactly those that had changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

START = ""
END = "g"
"""Behind every position: positions are hexadecimal."""

_POSITIONS = 16**8


def position_of(card: str) -> str:
    """Where a card stands in the order in which pushes walk."""
    return f"{hashlib.sha256(card.encode()).hexdigest()[:8]}#{card}"


def position_at(percentage: int) -> str:
    """The position behind so many per cent of all cards, of 100 the end."""
    if percentage >= 100:
        return END
    return f"{_POSITIONS * percentage // 100:08x}"


@dataclass(frozen=True, slots=True)
class CardPointer:
    """A card that was given out, at its place in the order in which pushes walk."""

    position: str
    card: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """News for the holders of all cards; `texts` by language.

    `number` counts the news of `day` (UTC, in days since 1970) that asked for a notification.
    """

    id: str
    texts: Mapping[str, str]
    notify: bool
    day: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class Face:
    """What the cards of a programme share. An empty design leaves it to the programme."""

    design: str = ""
    news: Announcement | None = None


class PushState(StrEnum):
    """How a push stands."""

    RUNNING = "running"
    PAUSED = "paused"
    STANDING = "standing"
    """It came as far as it was asked to, which was not all the way."""

    DONE = "done"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class Push:
    """One change on its way over the cards.

    Cards up to `reach` show it; those up to `told` were told so. It stops at `goal`, or after
    `cards_left` cards where that is not None. `back` says that it undoes another push.
    """

    id: str
    kind: str
    state: PushState
    started_ms: int
    goal: str = END
    cards_left: int | None = None
    cards_per_minute: int | None = None
    reach: str = START
    told: str = START
    back: bool = False
    seen: int = 0
    changed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class ProgrammeFace:
    """The row: what cards showed before the last push and what they show after it."""

    programme: str
    version: int = 0
    before: Face = field(default_factory=Face)
    after: Face = field(default_factory=Face)
    push: Push | None = None

    def of(self, card: str) -> Face:
        """What a card shows now."""
        if self.push is None or position_of(card) <= self.push.reach:
            return self.after
        return self.before

    @property
    def shared(self) -> Face:
        """What shows where one thing stands for all cards: the new only once all have it."""
        if self.push is None or self.push.reach == END:
            return self.after
        return self.before

    def settled(self, push: Push) -> ProgrammeFace:
        """The row with its push in another state."""
        return replace(self, push=push)


@dataclass(frozen=True, slots=True)
class PutFace:
    """The face of a programme; its row must still be at `face.version`, which it raises."""

    face: ProgrammeFace


class Faces(Protocol):
    """Faces as rows, and the cards that were given out, in the order of pushes."""

    def of(self, programme: str) -> ProgrammeFace:
        """The face of a programme, read strongly; a plain one where nothing was pushed yet."""
        ...

    def change(self, face: ProgrammeFace) -> ProgrammeFace | None:
        """Write it if the row is still at its version; as written, or None."""
        ...

    def cards(self, programme: str, after: str, upto: str, limit: int) -> Sequence[CardPointer]:
        """Cards behind `after` and not behind `upto`, in the order of their positions."""
        ...


@dataclass(frozen=True, slots=True)
class PushErrand:
    """One message of the queue of pushes: whose turn it is. `attempt` counts its deliveries."""

    programme: str
    push: str
    attempt: int = 1


class PushQueue(Protocol):
    """Where pushes take their turns."""

    def go_on(self, errand: PushErrand, delay_s: int) -> None:
        """Let the push take its next step after so long. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class StoredDesign:
    """A design that was uploaded: its id is its name and the hash of its content."""

    id: str
    created_at_ms: int
    created_by: str
    bundle_bytes: int
    warnings: int = 0


class DesignShelf(Protocol):
    """Designs that can be pushed: those that were shipped, and those that were uploaded."""

    def has(self, design: str) -> bool:
        """Whether cards can be made of it."""
        ...

    def put(self, design: StoredDesign, bundle: bytes) -> StoredDesign:
        """Keep a design; the one that was kept before where its content is the same."""
        ...

    def listed(self) -> Sequence[StoredDesign]:
        """Every design that was uploaded, by id."""
        ...


@dataclass(frozen=True, slots=True)
class MadeDesign:
    """A design ready to be kept: it was found sound, and its images drawn at every scale."""

    id: str
    bundle: bytes
    languages: tuple[str, ...]
    files: Mapping[str, int]
    """The bytes of each file."""
    warnings: tuple[Mapping[str, str], ...]


class DesignWorkshop(Protocol):
    """Makes designs of what a merchant sends."""

    def make(
        self, name: str, content: Mapping[str, object], uploads: Mapping[str, bytes]
    ) -> MadeDesign:
        """Lay colours, texts and images over a shipped design, draw, and judge the result.

        `uploads` are images by kind that were too large to come with the content. Raises
        InvalidInput naming the first rule that a phone would refuse the card for.
        """
        ...
