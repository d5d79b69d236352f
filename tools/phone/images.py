"""Images of a card: PNG files of known names and sizes (points; @2x and @3x multiply)."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tools.phone.refusal import Blemish, Refused

_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_NAME: Final = re.compile(
    r"^(?:[A-Za-z-]+\.lproj/)?(?P<stem>[A-Za-z]+)(?:@(?P<scale>[23])x)?\.png$"
)


@dataclass(frozen=True, slots=True)
class Box:
    """Allowed sizes in points, both ends included."""

    width_min: int
    width_max: int
    height_min: int
    height_max: int


# Apple, "Creating a pass": the icon is fixed, the others have a largest size. A store card's strip
# is 375 x 123; the older guide lets it be up to 144 high.
SIZES: Final[Mapping[str, Box]] = {
    "icon": Box(29, 29, 29, 29),
    "logo": Box(1, 160, 1, 50),
    "strip": Box(375, 375, 123, 144),
    "thumbnail": Box(1, 90, 1, 90),
    "background": Box(180, 180, 220, 220),
    "footer": Box(1, 286, 1, 15),
}


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a whole, undamaged PNG. Raises ValueError otherwise."""
    if not data.startswith(_MAGIC):
        raise ValueError("it does not begin as a PNG does")
    position, chunks = len(_MAGIC), []
    size = (0, 0)
    while position < len(data):
        if len(data) - position < 12:
            raise ValueError("it is cut off")
        length, kind = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        end = position + 8 + length
        if len(data) < end + 4:
            raise ValueError("it is cut off")
        if zlib.crc32(kind + body) != struct.unpack_from(">I", data, end)[0]:
            raise ValueError(f"its part {kind.decode('latin-1')} is damaged")
        if kind == b"IHDR":
            size = struct.unpack_from(">II", body)
        chunks.append(kind)
        position = end + 4
    if not chunks or chunks[0] != b"IHDR" or chunks[-1] != b"IEND" or b"IDAT" not in chunks:
        raise ValueError("its parts are not in order")
    return size


def check_images(members: Mapping[str, bytes]) -> Iterator[Blemish]:
    """Refuse what is no PNG, and remark on names and sizes that Wallet does not use."""
    if "icon.png" not in members:
        raise Refused("icon-missing", "without icon.png a phone refuses the card and says nothing")
    for name, data in members.items():
        if not name.lower().endswith(".png"):
            continue
        try:
            width, height = png_size(data)
        except ValueError as error:
            raise Refused("image-not-png", f"{name}: {error}") from error
        match = _NAME.match(name)
        if match is None or match["stem"] not in SIZES:
            yield Blemish("image-name", f"{name} is no image that Wallet knows")
            continue
        scale = int(match["scale"] or 1)
        box = SIZES[match["stem"]]
        fits = (
            box.width_min * scale <= width <= box.width_max * scale
            and box.height_min * scale <= height <= box.height_max * scale
        )
        if not fits:
            yield Blemish("image-size", f"{name} has {width} x {height} pixels")
