"""The strip of a stamp card, drawn for its count: so many stamps of so many, as a small mosaic.

Strips are drawn where cards are made, and not shipped, because a programme may ask for any number
of stamps. Flat squares in a few colours need no imaging library: a picture is rows of palette
indexes, and a PNG is those rows compressed (PNG specification, ISO/IEC 15948, colour type 3).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

SLOTS_MAX = 30
"""More stamps than this can't be told apart on a phone: the card then shows the share of them."""

STRIP_POINTS = (375, 123)
"""Apple's strip of a store card, in points; phones cut up to 5 % off at the sides."""

HERO_POINTS = (344, 112)
"""Google's hero image, 1032 x 336 pixels at scale 3."""

HEART = (
    "  ooooo  ",
    " ooooooo ",
    "oo**o**oo",
    "oo*****oo",
    "oo*****oo",
    "ooo***ooo",
    "oooo*oooo",
    " ooooooo ",
    "  ooooo  ",
)
"""A stamp, laid in stones: a coin (`o`) with a heart (`*`) on it. Blank is the ground."""

CROWN = (
    "  ooooo  ",
    " ooooooo ",
    "oo*o*o*oo",
    "oo*o*o*oo",
    "oo*****oo",
    "oo*****oo",
    "ooooooooo",
    " ooooooo ",
    "  ooooo  ",
)
"""The last stamp, the one that wins."""

STONES = len(HEART)
STEP_MAX = 1.22
"""How far apart stamps may stand in a row, against their height."""

MARGIN = 0.06


@dataclass(frozen=True, slots=True)
class StampArt:
    """Colours of a design's stamps, each `#rrggbb`."""

    ground: str
    empty: tuple[str, ...]
    full: tuple[str, ...]
    heart: tuple[str, ...]
    goal: tuple[str, ...]

    @classmethod
    def of(cls, content: Mapping[str, str | Sequence[str]]) -> StampArt:
        """The art of a design.json; KeyError for one that lacks a colour."""
        return cls(
            ground=str(content["ground"]),
            empty=tuple(content["empty"]),
            full=tuple(content["full"]),
            heart=tuple(content["heart"]),
            goal=tuple(content["goal"]),
        )


@dataclass(slots=True)
class _Canvas:
    """Rows of palette indexes."""

    width: int
    height: int
    colours: list[str]
    rows: list[bytearray] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = [bytearray(self.width) for _ in range(self.height)]

    def square(self, left: float, top: float, size: float, colour: str) -> None:
        """Fill a square; its edges fall on whole pixels, so that they are sharp."""
        if colour not in self.colours:
            self.colours.append(colour)
        first, last = max(0, round(left)), min(self.width, round(left + size))
        fill = bytes([self.colours.index(colour)]) * max(0, last - first)
        for row in self.rows[max(0, round(top)) : min(self.height, round(top + size))]:
            row[first:last] = fill

    def png(self) -> bytes:
        """The picture as a PNG with a palette."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        palette = b"".join(bytes.fromhex(colour[1:]) for colour in self.colours)
        pixels = b"".join(b"\x00" + bytes(row) for row in self.rows)
        chunks = (
            (b"IHDR", header),
            (b"PLTE", palette),
            (b"IDAT", zlib.compress(pixels, 9)),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@lru_cache(maxsize=256)
def stamp_strip(
    art: StampArt, count: int, total: int, points: tuple[int, int], scale: int
) -> bytes:
    """The strip with `count` of `total` stamps, at `scale` pixels to the point, as a PNG."""
    slots = min(total, SLOTS_MAX)
    filled = min(slots, max(0, count if slots == total else count * slots // total))
    width, height = points[0] * scale, points[1] * scale
    canvas = _Canvas(width, height, [art.ground])
    rows = 1 if slots <= 5 else 2 if slots <= 14 else 3
    columns = -(-slots // rows)
    room_x, room_y = width * (1 - 2 * MARGIN), height * (1 - 2 * MARGIN)
    cell = min(room_x / columns, room_y / rows)
    step = min(room_x / columns, cell * STEP_MAX)
    left = (width - step * (columns - 1) - cell) / 2
    top = (height - cell * rows) / 2
    for slot in range(slots):
        row, column = divmod(slot, columns)
        place = (left + column * step + cell * 0.06, top + row * cell + cell * 0.06)
        last = slot == slots - 1
        _stamp(canvas, art, place, cell * 0.88, slot, filled=slot < filled, goal=last)
    return canvas.png()


def _stamp(
    canvas: _Canvas,
    art: StampArt,
    place: tuple[float, float],
    size: float,
    slot: int,
    *,
    filled: bool,
    goal: bool,
) -> None:
    """One stamp: a coin once it is given; before that its rim, and of the last one its crown."""
    shape = CROWN if goal else HEART
    stone = size / STONES
    for row, line in enumerate(shape):
        for column, mark in enumerate(line):
            palette = _palette(art, shape, row, column, filled=filled, goal=goal)
            if palette and mark != " ":
                colour = palette[(slot * 7 + row * 3 + column * 5) % len(palette)]
                left, top = place[0] + column * stone, place[1] + row * stone
                canvas.square(left, top, stone * 0.9, colour)


def _palette(
    art: StampArt, shape: Sequence[str], row: int, column: int, *, filled: bool, goal: bool
) -> tuple[str, ...]:
    """The colours of a stone; none where a stamp that was not given shows the ground."""
    raised = shape[row][column] == "*"
    if filled:
        coin = art.goal if goal else art.full
        return art.heart if raised else coin
    if goal and raised:
        return art.goal
    rim = art.goal if goal else art.empty
    return rim if _on_rim(shape, row, column) else ()


def _on_rim(shape: Sequence[str], row: int, column: int) -> bool:
    """Whether a stone has the ground beside it."""
    around = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
    return any(not (0 <= y < STONES and 0 <= x < STONES) or shape[y][x] == " " for y, x in around)
