"""What one transaction writes, in the words of the domain, each with its condition built in.

The storage adapter turns these into items; the commit protocol reads the outcome of each by its
position. Every write states what must be true for it to happen: a transaction in which one
condition fails does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tessera.application.card_face import PutFace
from tessera.application.requests import Answer, Identity
from tessera.domain.account import Account
from tessera.domain.canonical import Json
from tessera.domain.ledger import Entry


@dataclass(frozen=True, slots=True)
class Profile:
    """All personal data of a member, and the salt that ties ledger details to him.

    `birthday` is (year or 0, month, day). `personal` holds names, e-mail, phone, address and
    whatever else identifies; `attributes` what segments and operations ask. `version` counts
    the profile's own changes.
    """

    member: str
    salt: bytes
    version: int = 0
    language: str = "fr"
    birthday: tuple[int, int, int] | None = None
    personal: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str | int | bool] = field(default_factory=dict)
    consents: Mapping[str, Json] = field(default_factory=dict)
    created_at_ms: int = 0
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Card:
    """A member's card in one programme: what wallets, pushes and blocks hang on."""

    id: str
    member: str
    programme: str
    partition: str = "-"
    code: str = ""
    status: str = "active"
    created_at_ms: int = 0
    membership_id: str = ""
    former_codes: tuple[str, ...] = ()
    """Codes that it had before it was reissued: tills are told that they were replaced, and an
    erasure takes them with it."""


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A card, and what wallets were last told of it.

    `row_version` counts the writes of the row and guards each of them. `visible_version` counts
    what a member could see change; it is 0 until the card was first given out, and nobody is
    told of a card that nobody has. `modified_s` is its `Last-Modified` in wall seconds, which
    only grows. `digest` is the hash of what was visible then, `account_version` the entry up to
    which the account was looked at, `announced` the part that the phone should speak of.
    """

    card: Card
    row_version: int
    visible_version: int = 0
    modified_s: int = 0
    digest: str = ""
    announced: str = ""
    token_version: str = ""
    account_version: int = 0
    on_google: bool = False
    channel: str = ""
    """By what link the card was first given out: a poster, the till, an e-mail."""

    notifies: bool = False
    """Whether this version may raise a banner on Android phones."""

    notified_day: int = 0
    notified_count: int = 0
    """How many versions did on that day (UTC): Google lets three through and refuses a fourth."""

    untold: bool = False
    """Whether wallets may not have been told of this version: whoever looks next tells them."""


@dataclass(frozen=True, slots=True)
class PutAccount:
    """The account after its entry; it must still be at `expected_version` (0: not exist)."""

    account: Account
    expected_version: int
    due_on: int | None = None
    due_kind: str = ""


@dataclass(frozen=True, slots=True)
class CheckAccount:
    """An account that must still be at this version, and is left as it is."""

    member: str
    programme: str
    partition: str
    version: int


@dataclass(frozen=True, slots=True)
class PutEntry:
    """A new entry; its number must be free."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class PutDetail:
    """The erasable detail of an entry: basket, shares, receipt, trace, as compressed bytes."""

    member: str
    programme: str
    partition: str
    sequence: int
    detail: bytes


@dataclass(frozen=True, slots=True)
class PutAnswer:
    """The idempotency row: must not exist.

    `owners` names, by programme, the household on whose account an entry lies where it is not
    the member's own. `returned` opens a document to returns: by line, the quantity (thousandths)
    and the amount that have come back so far.
    """

    identity: Identity
    member: str
    answer: Answer
    entries: tuple[tuple[str, str, int], ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    returned: Mapping[int, tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class ChangeReturned:
    """What has come back of a document, by line; it must still be at `expected_version`.

    All but `returned` is as it was put: the row keeps the answer that its sale was given.
    """

    put: PutAnswer
    expected_version: int


@dataclass(frozen=True, slots=True)
class PutProfile:
    """A profile; must be at `expected_version` (0: must not exist)."""

    profile: Profile
    expected_version: int


@dataclass(frozen=True, slots=True)
class PutLookup:
    """A unique look-up (card code, external id): must not exist."""

    kind: str
    value: str
    member: str
    card: str = ""
    programme: str = ""


@dataclass(frozen=True, slots=True)
class PutCandidate:
    """A look-up that several members may share (e-mail, phone, name)."""

    kind: str
    value: str
    member: str


@dataclass(frozen=True, slots=True)
class PutCard:
    """A new card; its id must be free."""

    card: Card


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A card as it is to be; its row must still be at `issued.row_version`."""

    issued: IssuedCard


@dataclass(frozen=True, slots=True)
class ChangeLookup:
    """A unique look-up whose status changes; it must be the member's."""

    lookup: PutLookup
    status: str


@dataclass(frozen=True, slots=True)
class PutVoucher:
    """Where a voucher lies; its code must be free (else draw again).

    What can still be done with it stands in the account that holds it, and nowhere else.
    """

    code: str
    member: str
    programme: str
    partition: str
    reward: str


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """A voucher as found by its code."""

    code: str
    member: str
    programme: str
    partition: str
    reward: str


@dataclass(frozen=True, slots=True)
class TakeCode:
    """A code leaves its pool; it must still be there."""

    pool: str
    code: str


@dataclass(frozen=True, slots=True)
class PutErasure:
    """What an erasure still has to delete; the look-ups are stored by their HMAC."""

    member: str
    lookups: tuple[tuple[str, str], ...]
    candidates: tuple[tuple[str, str], ...]
    households: tuple[str, ...] = ()
    """Those he was ever in: what he bought there has its details on their accounts."""

    merged: tuple[str, ...] = ()
    """Memberships that were merged into his: what they left to delete goes before his."""


@dataclass(frozen=True, slots=True)
class PutNotice:
    """An outbox row for a change that moves no money; the stream publishes it."""

    member: str
    id: str
    name: str
    at_ms: int
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class PutJournal:
    """What was done at a till, for its day's report: who, how much, and what it moved.

    `day` is the business day, `amount` what was sold or came back before discounts, `paid` what
    was left to pay. `moved` has what each balance earned and spent, by programme. `number` is the
    document's. Nothing in it leads to the member.
    """

    store: str
    day: int
    recorded_at_ms: int
    occurred_at_ms: int
    cause: str
    till: str
    clerk: str
    kind: str
    amount: int
    paid: int
    currency: str
    number: str
    moved: Mapping[str, Mapping[str, tuple[int, int]]]


Write = (
    PutAccount
    | CheckAccount
    | PutEntry
    | PutDetail
    | PutAnswer
    | ChangeReturned
    | PutProfile
    | PutLookup
    | PutCandidate
    | PutCard
    | ChangeCard
    | ChangeLookup
    | PutVoucher
    | TakeCode
    | PutErasure
    | PutNotice
    | PutJournal
    | PutFace
)
