"""Draws the images of the shipped card designs at the three scales of phones, from one source.

Everything is described once, in points, as coloured squares of a mosaic (a tessera is one of its
stones), and rasterised per scale without smoothing, so that edges are sharp on every screen and
few colours keep the files small: what is in a card travels again with each of its updates.

    python -m tools.draw_assets [--directory wallet_assets/tessera]
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]

NIGHT: Final[Colour] = (27, 38, 59)
SLATE: Final[tuple[Colour, ...]] = ((32, 45, 69), (37, 51, 77), (43, 59, 88))
TEAL: Final[tuple[Colour, ...]] = ((44, 98, 112), (58, 124, 135), (86, 151, 158))
SAND: Final[tuple[Colour, ...]] = ((214, 190, 150), (232, 214, 182), (244, 232, 208))
COCOA: Final[Colour] = (58, 36, 27)
WHEAT: Final[tuple[Colour, ...]] = ((184, 144, 31), (207, 169, 58), (226, 190, 142))
CLAY: Final[tuple[Colour, ...]] = ((168, 73, 47), (201, 93, 61), (219, 124, 92))

DESIGNS: Final = ("tessera", "stamps")
STRIP_WIDTH_POINTS: Final = 375
STRIP_HEIGHT_POINTS: Final = 123
STONE_POINTS: Final = 10
JOINT_POINTS: Final = 1


@dataclass(frozen=True, slots=True)
class Stone:
    """One square of the mosaic, in points."""

    left: float
    top: float
    size: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Drawing:
    """An image: its size in points, its ground (None is transparent) and its stones."""

    width: int
    height: int
    ground: Colour | None
    stones: tuple[Stone, ...]

    def rasterise(self, scale: int) -> Image.Image:
        """The image at `scale` pixels to the point, with a palette of the colours it uses."""
        colours = list(dict.fromkeys([self.ground or NIGHT, *(one.colour for one in self.stones)]))
        image = Image.new("P", (self.width * scale, self.height * scale), 0)
        image.putpalette([part for colour in colours for part in colour])
        pen = ImageDraw.Draw(image)
        for stone in self.stones:
            box = (
                round(stone.left * scale),
                round(stone.top * scale),
                round((stone.left + stone.size) * scale) - 1,
                round((stone.top + stone.size) * scale) - 1,
            )
            pen.rectangle(box, fill=colours.index(stone.colour))
        if self.ground is None:
            image.info["transparency"] = 0
        return image


def _dice(column: int, row: int, faces: int) -> int:
    """The same throw for the same stone on every run, so that a redrawing changes nothing."""
    mixed = (column * 73_856_093) ^ (row * 19_349_663)
    mixed = (mixed ^ (mixed >> 13)) * 1_274_126_177 & 0xFFFFFFFF
    return (mixed >> 16) % faces


def _wave_stones() -> Iterator[Stone]:
    """Waves that roll in from the right; the left stays dark, for the balance is written there."""
    columns = math.ceil(STRIP_WIDTH_POINTS / STONE_POINTS)
    rows = math.ceil(STRIP_HEIGHT_POINTS / STONE_POINTS)
    for column in range(columns):
        for row in range(rows):
            distance = math.hypot(column - columns - 2, (row - rows - 4) * 1.25)
            band = int(distance / 2.6)
            shade = _dice(column, row, 3)
            if distance > 20.7 - _dice(row, column, 4):
                palette = SLATE
            elif band % 4 == 0:
                palette = CLAY
            elif band % 4 == 2:
                palette = SAND
            else:
                palette = TEAL
            yield Stone(
                column * STONE_POINTS,
                row * STONE_POINTS + 2,
                STONE_POINTS - JOINT_POINTS,
                palette[shade],
            )


_MARK: Final = (
    "SSCCSS",
    "SSCCSS",
    "..TT..",
    "..TT..",
    "..TT..",
    "..TT..",
)
"""The letter T laid in stones: sand, clay and teal."""


def _mark_stones(
    left: float, top: float, stone: float, joint: float, stem: tuple[Colour, ...] = TEAL
) -> Iterator[Stone]:
    palettes = {"S": SAND, "C": CLAY, "T": stem}
    for row, line in enumerate(_MARK):
        for column, letter in enumerate(line):
            if letter in palettes:
                shade = _dice(column + 5, row + 2, 2) + 1
                place = (left + column * (stone + joint), top + row * (stone + joint))
                yield Stone(*place, stone, palettes[letter][shade])


def drawings() -> dict[str, Drawing]:
    """Every image of the design by the name Apple gives it."""
    return {
        "icon": Drawing(29, 29, NIGHT, tuple(_mark_stones(3, 3, 3, 1))),
        "logo": Drawing(50, 50, None, tuple(_mark_stones(4, 4, 6, 1))),
        "strip": Drawing(STRIP_WIDTH_POINTS, STRIP_HEIGHT_POINTS, NIGHT, tuple(_wave_stones())),
    }


def google_drawings() -> dict[str, tuple[Drawing, int]]:
    """What Google fetches, each with its one scale: 660 x 660 and 1032 x 336 pixels.

    Google cuts the logo to a circle, so the mark keeps away from the corners.
    """
    stones = tuple(
        Stone(stone.left - STRIP_WIDTH_POINTS + 344, stone.top - 5, stone.size, stone.colour)
        for stone in _wave_stones()
    )
    return {
        "logo": (Drawing(44, 44, NIGHT, tuple(_mark_stones(9, 9, 3.8, 0.64))), 15),
        "hero": (Drawing(344, 112, NIGHT, stones), 3),
    }


def stamp_drawings() -> dict[str, Drawing]:
    """The images of the design `stamps`: its strips are drawn for each count, not here."""
    return {
        "icon": Drawing(29, 29, COCOA, tuple(_mark_stones(3, 3, 3, 1, WHEAT))),
        "logo": Drawing(50, 50, None, tuple(_mark_stones(4, 4, 6, 1, WHEAT))),
    }


def stamp_google_drawings() -> dict[str, tuple[Drawing, int]]:
    """What Google fetches of it."""
    return {"logo": (Drawing(44, 44, COCOA, tuple(_mark_stones(9, 9, 3.8, 0.64, WHEAT))), 15)}


def draw(directory: Path) -> list[Path]:
    """Writes each image as name.png, name@2x.png and name@3x.png; gives the paths written.

    Google's lie in a folder of their own, so that no pass carries them.
    """
    written: list[Path] = []
    (directory / "google").mkdir(parents=True, exist_ok=True)
    stamps = directory.name == "stamps"
    for_google = stamp_google_drawings() if stamps else google_drawings()
    for name, (drawing, scale) in for_google.items():
        path = directory / "google" / f"{name}.png"
        drawing.rasterise(scale).save(path, "PNG", optimize=True)
        written.append(path)
    for name, drawing in (stamp_drawings() if stamps else drawings()).items():
        for scale, suffix in ((1, ""), (2, "@2x"), (3, "@3x")):
            path = directory / f"{name}{suffix}.png"
            drawing.rasterise(scale).save(path, "PNG", optimize=True)
            written.append(path)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--directory", type=Path, help="one design's folder; all where absent")
    given = parser.parse_args().directory
    folders = [given] if given else [Path("wallet_assets") / name for name in DESIGNS]
    paths = [path for folder in folders for path in draw(folder)]
    for path in paths:
        print(f"{path.stat().st_size:6d} {path}")
    print(f"{sum(path.stat().st_size for path in paths):6d} bytes in all")


if __name__ == "__main__":
    main()
