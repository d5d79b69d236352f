"""Images of balances and rewards, kept under the hash of their content (B-15, B-38)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tessera.application.ports import Links
from tessera.application.requests import Caller
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.domain.images import image_of

RIGHT = "programmes:write"


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


def upload_image(
    services: ImageServices, caller: Caller, body: Mapping[str, Any]
) -> dict[str, Json]:
    """Keep a PNG or JPEG, and say its name for the programme's document, and its address.

    The name follows from the content: the same image sent again is the same image. Where `sha256`
    is sent, the content must have that hash. Raises InvalidInput for what is no sound image.
    """
    caller.require(RIGHT)
    try:
        content = base64.b64decode(str(body["content"]), validate=True)
    except binascii.Error:
        raise InvalidInput("image_damaged", field="/content") from None
    claimed = body.get("sha256")
    if claimed is not None and hashlib.sha256(content).hexdigest() != claimed:
        raise InvalidInput("image_hash_differs", field="/sha256")
    image = image_of(content)
    services.vault.keep(image.name, content, image.media_type)
    return {
        "image": image.name,
        "url": services.links.image_url(image.name),
        "media_type": image.media_type,
        "width": image.width,
        "height": image.height,
        "bytes": len(content),
    }
