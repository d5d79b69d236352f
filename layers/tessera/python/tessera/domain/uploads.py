"""Files too large for a request: announced by their hash, put into S3, used by their name.

An upload's name is the hash of its content and its kind. Whoever uses it is given what he
announced, or told what is wrong with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from tessera.domain.errors import InvalidInput

UPLOAD_BYTES_MAX = 8 * 1024 * 1024
"""A photograph of a telephone, as it comes."""

UPLOAD_LIFE_S = 600
"""How long an address takes what was announced for it (design §6)."""

KINDS: Mapping[str, str] = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
NAME = "[0-9a-f]{64}[.](?:png|jpg|webp)"


@dataclass(frozen=True, slots=True)
class Upload:
    """What somebody is about to send: its hash in hexadecimal, its media type, its bytes."""

    sha256: str
    media_type: str
    size_bytes: int

    @property
    def name(self) -> str:
        """By which it is used."""
        return f"{self.sha256}.{KINDS[self.media_type]}"


def require_announced(name: str, content: bytes, field: str) -> None:
    """Hold what was found to its name: the hash, and the kind of image that its bytes are.

    Raises InvalidInput naming the field. S3 was told the hash too, but it is not what we trust.
    """
    sha256, _, kind = name.partition(".")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise InvalidInput("upload_differs", field=field)
    if kind_of(content) != kind:
        raise InvalidInput("upload_kind_differs", field=field, params={"kind": kind})


def kind_of(content: bytes) -> str:
    """The kind of image by its first bytes, whatever anybody says; "" for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    return "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""
