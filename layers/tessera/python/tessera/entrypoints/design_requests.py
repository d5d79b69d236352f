"""What callers may send about card designs and pushes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from tessera.domain.uploads import NAME, UPLOAD_BYTES_MAX
from tessera.entrypoints.request_types import Model

DesignName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
DesignId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
UploadName = Annotated[str, StringConstraints(pattern=f"^{NAME}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Language = Annotated[str, StringConstraints(pattern=r"^(fr|en)$")]
NewsText = Annotated[str, StringConstraints(min_length=1, max_length=240)]
Pace = Annotated[int, Field(ge=1, le=100_000, strict=True)]
Percentage = Annotated[int, Field(ge=1, le=100, strict=True)]
Coordinate = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,3}(\.[0-9]{1,7})?$")]
"""Degrees, as text: no number of the API is a fraction."""

Count = Annotated[int, Field(ge=1, le=100_000_000, strict=True)]


class Place(Model):
    """A shop, near which a phone offers the card by itself."""

    latitude: Coordinate
    longitude: Coordinate
    texts: dict[Language, NewsText] | None = Field(
        default=None, description="What the phone says there, by language."
    )


class DesignRequest(Model):
    """A design: what differs from the one that it is laid over."""

    name: DesignName
    base: DesignId | None = Field(
        default=None, description="The design that it is laid over; `tessera` where absent."
    )
    document: dict[str, Any] | None = Field(
        default=None,
        description="Parts of design.json: `apple` key by key, `google`, `themes`, `stamps` whole.",
    )
    texts: dict[Language, dict[str, str]] | None = Field(
        default=None, description="Texts of the card by language and English sentence."
    )
    images: dict[str, str] | None = Field(
        default=None,
        description=(
            "PNG, JPEG or WebP in base64, one source each, at three pixels to the point or more: "
            "`icon`, `logo`, `strip`, `thumbnail`, `background`, `footer`, `google_logo`, "
            "`google_hero`, and `strip_gold` for a theme whose `strip` is `gold`."
        ),
    )
    uploads: dict[str, UploadName] | None = Field(
        default=None,
        description="The same images where they are too large for a request: by their uploads.",
    )
    places: Annotated[list[Place], Field(max_length=10)] | None = None
    dry_run: bool = Field(default=False, description="Make and judge the design, keep nothing.")


class UploadRequest(Model):
    """A file that is about to be sent, too large for a request."""

    sha256: Sha256 = Field(description="The hash of the file, in hexadecimal digits.")
    bytes: int = Field(ge=1, le=UPLOAD_BYTES_MAX, strict=True)
    media_type: Literal["image/png", "image/jpeg", "image/webp"]


class ImageRequest(Model):
    """An image of a balance or a reward."""

    content: str | None = Field(
        default=None, min_length=1, description="A PNG or JPEG, in base64. This, or `upload`."
    )
    upload: UploadName | None = Field(
        default=None, description="The upload of a PNG or JPEG that is too large for a request."
    )
    sha256: Sha256 | None = Field(
        default=None, description="The hash that the content must have, in hexadecimal digits."
    )


class PushRequest(Model):
    """How far a design goes."""

    design: DesignId = Field(description="The id of an uploaded design, or a shipped one's name.")
    percentage: Percentage | None = Field(
        default=None, description="Stop after so many per cent of the cards; all where absent."
    )
    cards: Count | None = Field(default=None, description="Stop after so many cards.")
    cards_per_minute: Pace | None = Field(
        default=None, description="How fast; as fast as it goes where absent."
    )


class NewsRequest(Model):
    """News for the holders of all cards."""

    texts: Annotated[dict[Language, NewsText], Field(min_length=1)]
    notify: bool = Field(default=True, description="Let phones say it; at most three a day.")
    cards_per_minute: Pace | None = None
