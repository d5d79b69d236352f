"""What the use cases of cards need from outside: the cards' rows, Apple, Google, tokens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tessera.application.card_face import Faces, PushQueue
from tessera.application.card_view import CardView
from tessera.application.services import Services
from tessera.application.writes import IssuedCard, PutNotice


class ClientKind(StrEnum):
    """Which programme on a device speaks Apple's protocol to us."""

    APPLE = "ApplePass"
    OTHER = "AndroidPass"
    """Readers of Apple's cards on Android. They poll; their tokens mean nothing to APNs."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A device that wants to know when a card changes."""

    card: str
    device: str
    push_token: str
    kind: ClientKind
    registered_at_ms: int


class CardStore(Protocol):
    """Cards and registrations as rows."""

    def find(self, card: str) -> IssuedCard | None:
        """The card of that id."""
        ...

    def of_member(self, member: str) -> Sequence[IssuedCard]:
        """Every card of a member."""
        ...

    def change(self, issued: IssuedCard, notice: PutNotice | None = None) -> IssuedCard | None:
        """Write the card if its row is still at `row_version`; the card as written, or None.

        A notice is written with it or not at all.
        """
        ...

    def registration(self, card: str, device: str) -> Registration | None:
        """The registration of a device for a card."""
        ...

    def registrations(self, card: str) -> Sequence[Registration]:
        """Every device that wants to know of a card."""
        ...

    def register(self, registration: Registration, notice: PutNotice | None) -> None:
        """Write a registration; without a notice the device is registered for the card already."""
        ...

    def unregister(self, registration: Registration, notice: PutNotice) -> bool:
        """Remove a registration unless the device registered anew since it was read."""
        ...

    def note(self, notice: PutNotice) -> bool:
        """Write a notice; False where it was written before."""
        ...

    def cards_of(self, device: str) -> Sequence[str]:
        """The ids of the cards for which a device is registered."""
        ...


class CardTokens(Protocol):
    """The secret that a card carries: what its phone shows when it speaks of it."""

    @property
    def newest(self) -> str:
        """The version under which new cards get their token."""
        ...

    def token(self, card: str, version: str) -> str:
        """The token of a card under a version of the secret; it never changes."""
        ...

    def fits(self, card: str, token: str) -> bool:
        """Whether we issued that token for that card, in constant time."""
        ...


class AppleCards(Protocol):
    """Apple's cards, signed."""

    @property
    def pass_type(self) -> str:
        """The pass type identifier of the certificate."""
        ...

    @property
    def available(self) -> bool:
        """Whether this stack has a certificate at all."""
        ...

    def sign(self, view: CardView, token: str, announced: str) -> bytes:
        """The card as a .pkpass; `announced` names the part of which the phone speaks."""
        ...


class PushOutcome(StrEnum):
    """What became of one push."""

    DELIVERED = "delivered"
    GONE = "gone"
    """The device took the card off, or the token was never one: forget it."""

    FAILED = "failed"
    """Not now: try again later."""


@dataclass(frozen=True, slots=True)
class PushResult:
    """One device's outcome. `gone_since_ms` is when Apple knew that a token had died."""

    outcome: PushOutcome
    reason: str = ""
    gone_since_ms: int | None = None


class Pushes(Protocol):
    """Apple's push service."""

    def send(self, push_tokens: Collection[str]) -> Mapping[str, PushResult]:
        """Tell each device once that a card of ours changed."""
        ...


class GoogleFailure(Exception):
    """Google did not do what we asked. `retry` says whether asking later may help.

    `code` is one of the error table's (docs/reference/google-errors.md); `status` Google's.
    """

    def __init__(self, code: str, status: int, *, retry: bool) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.retry = retry

    @property
    def unanswered(self) -> bool:
        """Whether Google may have done it all the same, or may do it yet."""
        return self.status == 0 or self.status >= 500


class Haste(StrEnum):
    """Who waits for a call to Google: it decides whose turn comes first."""

    NEW = "new"
    TILL = "till"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class GoogleChange:
    """A card to bring up to date; `notify` asks Google to tell its holder."""

    view: CardView
    notify: bool = False


@dataclass(frozen=True, slots=True)
class GoogleNews:
    """News for all cards of a programme: `headers` and `texts` by language."""

    id: str
    programme: str
    headers: Mapping[str, str]
    texts: Mapping[str, str]
    notify: bool


class GoogleCards(Protocol):
    """Cards in Google Wallet. Calls wait for their turn, for all machines share one rate."""

    @property
    def available(self) -> bool:
        """Whether this stack has a service account at all."""
        ...

    def put(self, view: CardView) -> None:
        """Insert the card's object, or bring the one that is there up to date.

        Raises GoogleFailure.
        """
        ...

    def update(
        self, changes: Sequence[GoogleChange], haste: Haste, patience_ms: int
    ) -> Mapping[str, GoogleFailure]:
        """Bring objects up to date, several at a time; gives the failures by card.

        A call whose turn would come later than `patience_ms` from now fails as `rate_exceeded`.
        """
        ...

    def share(self, view: CardView, haste: Haste, patience_ms: int) -> None:
        """Write what all cards of the view's programme share: the class. Raises GoogleFailure."""
        ...

    def announce(self, news: GoogleNews, haste: Haste, patience_ms: int) -> None:
        """Tell every holder of a programme's cards something, in one call.

        Raises GoogleFailure; `not_found` where nobody ever saved a card of the programme.
        """
        ...

    def take_back(
        self, programme: str, left: GoogleNews | None, haste: Haste, patience_ms: int
    ) -> None:
        """Show every holder of a programme's cards the news that are `left` and no others.

        Nobody is notified. Raises GoogleFailure.
        """
        ...

    def forget(self, card: str, haste: Haste, patience_ms: int) -> None:
        """Take everything out of a card's object but its name, and let it expire.

        An object that Google never had is forgotten. Raises GoogleFailure.
        """
        ...

    def save_url(self, view: CardView) -> str:
        """The link that saves the card to a phone; its object must have been put."""
        ...


@dataclass(frozen=True, slots=True)
class GoogleEvent:
    """What a callback says: a card was saved or taken off. `nonce` is its identity."""

    card: str
    saved: bool
    nonce: str


class GoogleCallbacks(Protocol):
    """What Google tells us by itself."""

    def verified(self, body: bytes) -> GoogleEvent:
        """The event of a callback. Raises Unauthenticated for one that Google did not sign."""
        ...


@dataclass(frozen=True, slots=True)
class CardChange:
    """One message of the cards queue: whose cards may have changed, and why.

    `sequence` is the entry's number in its `partition`, 0 where no entry is the cause;
    `programme` is empty where every programme's card may be concerned. `erased` says that the
    member was erased: there may be something left to delete.
    """

    message: str
    member: str
    programme: str = ""
    partition: str = ""
    sequence: int = 0
    erased: bool = False


@dataclass(frozen=True, slots=True)
class GoogleErrand:
    """One message of a Google queue: a card, and the visible version that Google must learn.

    A version that was overtaken needs no telling, except 0, which is whatever the card shows when
    the errand's turn comes: an older word of ours may have reached Google after a newer one.
    """

    card: str
    version: int
    message: str = ""


class CardQueues(Protocol):
    """Work that is put off."""

    def tell_google(self, errands: Sequence[GoogleErrand], haste: Haste) -> None:
        """Queue what Google must learn. Raises Unavailable where the queue takes nothing."""
        ...

    def hasten(self, receipts: Sequence[str], delay_s: int) -> None:
        """Let messages of the cards queue that failed come again so soon. Never fails: at worst
        they come when the queue would have brought them."""
        ...

    def look_again(self, changes: Sequence[CardChange], delay_s: int) -> None:
        """Queue changes once more, to be looked at after a while. Raises Unavailable."""
        ...


class Admission(Protocol):
    """How many may come in at a public door."""

    def admit(self, door: str) -> bool:
        """Whether one more may come in now."""
        ...


@dataclass(frozen=True, slots=True)
class CardServices:
    """What the use cases of cards are handed."""

    core: Services
    store: CardStore
    tokens: CardTokens
    apple: AppleCards
    google: GoogleCards
    google_callbacks: GoogleCallbacks
    pushes: Pushes
    queues: CardQueues
    admission: Admission
    faces: Faces
    push_queue: PushQueue
