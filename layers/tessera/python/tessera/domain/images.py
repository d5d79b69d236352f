"""Images that members see: what they are, judged from their bytes, and the address they get.

An image's name is the hash of its content: what an address once gave it always gives (B-15, B-38).
"""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tessera.domain.errors import InvalidInput

SIDE_MAX = 4096
"""Pixels: more than any screen shows of a logo or a reward."""

NAME = "[0-9a-f]{64}[.](?:png|jpg)"
TYPES = {"png": "image/png", "jpg": "image/jpeg"}

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was found sound. `name` is the hash of its content and its kind."""

    name: str
    width: int
    height: int

    @property
    def media_type(self) -> str:
        return media_type(self.name)


def media_type(name: str) -> str:
    """The media type of an image by its name; "" where the name is none."""
    return TYPES[name.rpartition(".")[2]] if re.fullmatch(NAME, name) else ""


def image_of(content: bytes, field: str = "/content") -> Image:
    """The image that these bytes are.

    Raises InvalidInput, naming the field: neither PNG nor JPEG, damaged, with something behind its
    end, or too large. Browsers and wallets are told its kind from here, never from what a sender
    claims.
    """
    if content.startswith(_PNG):
        kind, (width, height) = "png", _png_size(content, field)
    elif content.startswith(_JPEG):
        kind, (width, height) = "jpg", _jpeg_size(content, field)
    else:
        raise InvalidInput("image_format_refused", field=field)
    if not (0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX):
        raise InvalidInput(
            "image_sides_too_long",
            field=field,
            params={"width": width, "height": height, "most": SIDE_MAX},
        )
    return Image(f"{hashlib.sha256(content).hexdigest()}.{kind}", width, height)


def _png_size(content: bytes, field: str) -> tuple[int, int]:
    """Every chunk with its checksum, from the header to the end and nothing behind it."""
    size, last = (0, 0), b""
    for kind, body in _png_chunks(content, field):
        if kind == b"IHDR" and len(body) == 13:
            size = struct.unpack(">II", body[:8])
        last = kind
    if last != b"IEND" or size == (0, 0):
        raise InvalidInput("image_damaged", field=field)
    return size


def _png_chunks(content: bytes, field: str) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place < len(content):
        head = content[place : place + 8]
        if len(head) < 8:
            raise InvalidInput("image_damaged", field=field)
        (length,) = struct.unpack(">I", head[:4])
        body = content[place + 8 : place + 8 + length]
        checksum = content[place + 8 + length : place + 12 + length]
        if len(checksum) < 4 or zlib.crc32(head[4:] + body) != int.from_bytes(checksum, "big"):
            raise InvalidInput("image_damaged", field=field)
        yield head[4:], body
        place += 12 + length
        if head[4:] == b"IEND" and place != len(content):
            raise InvalidInput("image_damaged", field=field)


def _jpeg_size(content: bytes, field: str) -> tuple[int, int]:
    """The size that the first frame states; the file must end where the image does."""
    place = 2
    if not content.endswith(b"\xff\xd9"):
        raise InvalidInput("image_damaged", field=field)
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker in _ALONE:
            place += 2
            continue
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        if marker in _FRAMES and place + 9 <= len(content):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        if marker == 0xDA or length < 2:
            break
        place += 2 + length
    raise InvalidInput("image_damaged", field=field)
