"""What callers are told of card designs and pushes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tessera.entrypoints.answer_views import Answer


class CardDesign(Answer):
    """A design that was uploaded. Its id is its name and the hash of its content."""

    design: str
    name: str
    bytes: int
    created_at: str
    created_by: str


class UploadTicket(Answer):
    """Where a file may be put, and the name by which it is used then."""

    upload: str = Field(description="Its name, for `upload` and `uploads` of other requests.")
    method: Literal["PUT"]
    url: str = Field(description="Takes this file and no other. Send no credential along.")
    headers: dict[str, str] = Field(description="To be sent as they are.")
    expires_at: str = Field(description="Until when it takes the file, ten minutes from now.")


class KeptImage(Answer):
    """An image that was kept."""

    image: str = Field(description="Its name, for `logo` and `image` of a programme's document.")
    url: str = Field(description="Where anybody may fetch it, for ever.")
    media_type: str
    width: int
    height: int
    bytes: int


class CardDesigns(Answer):
    """Every design that was uploaded."""

    card_designs: list[CardDesign]


class DesignWarning(Answer):
    """What a phone would take, and its author may not have meant."""

    rule: str
    place: str
    message: str
    remedy: str


class MadeDesign(CardDesign):
    """A design that was made; `kept` is false after a dry run."""

    languages: list[str]
    files: dict[str, int] = Field(description="The bytes of each file.")
    warnings: list[DesignWarning]
    kept: bool


class SharedFace(Answer):
    """What cards share. Without a design the programme's own holds."""

    design: str | None
    news: dict[str, str] | None


class CardPush(Answer):
    """A change on its way over the cards."""

    id: str
    kind: Literal["design", "news"]
    state: Literal["running", "paused", "standing", "done", "rolled_back"]
    undoes: bool = Field(description="Whether it undoes another push.")
    started_at: str
    percentage: int = Field(description="The share of cards that it came past, rounded down.")
    goal_percentage: int
    cards_seen: int
    cards_changed: int = Field(description="Cards on which the change could be seen.")
    cards_failed: int = Field(description="Cards whose phones could not be told.")
    cards_per_minute: int | None


class CardFace(Answer):
    """What the cards of a programme show: `before` the push has come past them, and `after`."""

    programme: str
    before: SharedFace
    after: SharedFace
    push: CardPush | None
