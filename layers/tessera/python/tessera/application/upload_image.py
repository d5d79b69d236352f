"""Images of balances and rewards, kept under the hash of their content (B-15, B-38)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tessera.application.ports import Links
from tessera.application.requests import Caller
from tessera.application.uploads import UploadBox, uploaded
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.domain.images import image_of

RIGHT = "programmes:write"
IMAGE_BYTES_MAX = 2 * 1024 * 1024
"""Members' phones fetch it, and a function answers with it."""


class ImageVault(Protocol):
    """Where images are kept, by their names."""

    def keep(self, name: str, content: bytes, media_type: str) -> None:
        """Store an image; storing it again changes nothing. Raises Unavailable."""
        ...

    def load(self, name: str) -> bytes | None:
        """The image of that name, or None. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class ImageServices:
    """What this use case is handed."""

    vault: ImageVault
    links: Links
    uploads: UploadBox


def upload_image(
    services: ImageServices, caller: Caller, body: Mapping[str, Any]
) -> dict[str, Json]:
    """Keep a PNG or JPEG, and say its name for the programme's document, and its address.

    It comes in the request, or was uploaded before. The name follows from the content: the same
    image sent again is the same image. Where `sha256` is sent, the content must have that hash.
    Raises InvalidInput for what is no sound image, NotFound for an upload that is not there.
    """
    caller.require(RIGHT)
    content, field = _content(services, body)
    claimed = body.get("sha256")
    if claimed is not None and hashlib.sha256(content).hexdigest() != claimed:
        raise InvalidInput("image_hash_differs", field="/sha256")
    image = image_of(content, field)
    if len(content) > IMAGE_BYTES_MAX:
        params = {"bytes": len(content), "bytes_max": IMAGE_BYTES_MAX}
        raise InvalidInput("image_too_heavy", field=field, params=params)
    services.vault.keep(image.name, content, image.media_type)
    return {
        "image": image.name,
        "url": services.links.image_url(image.name),
        "media_type": image.media_type,
        "width": image.width,
        "height": image.height,
        "bytes": len(content),
    }


def _content(services: ImageServices, body: Mapping[str, Any]) -> tuple[bytes, str]:
    """The bytes of the image, and the field that they came by."""
    sent, upload = body.get("content"), body.get("upload")
    if (sent is None) == (upload is None):
        raise InvalidInput("image_source_unclear", field="/upload")
    if upload is not None:
        return uploaded(services.uploads, str(upload), "/upload"), "/upload"
    try:
        return base64.b64decode(str(sent), validate=True), "/content"
    except ValueError:
        # Also binascii.Error, which is one of them: not what base64 looks like.
        raise InvalidInput("image_damaged", field="/content") from None
