"""Strips of stamp cards: the right number of stamps, sharp, small, the same on every machine."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tessera.adapters.designs import Designs
from tessera.adapters.stamps import HERO_POINTS, SLOTS_MAX, STRIP_POINTS, StampArt, stamp_strip

ART = StampArt(
    ground="#000000",
    empty=("#111111",),
    full=("#ff0000",),
    heart=("#00ff00",),
    goal=("#0000ff",),
)


def picture(count: int, total: int, points: tuple[int, int] = STRIP_POINTS) -> Image.Image:
    return Image.open(io.BytesIO(stamp_strip(ART, count, total, points, 2))).convert("RGB")


def hearts(image: Image.Image) -> int:
    """How many given stamps a picture shows: groups of pixels of the heart's colour."""
    grid = image.load()
    assert grid is not None
    seen: set[tuple[int, int]] = set()
    found = 0
    for y in range(0, image.height, 2):
        for x in range(0, image.width, 2):
            if grid[x, y] != (0, 255, 0) or (x, y) in seen:
                continue
            found += 1
            around = [(x, y)]
            while around:
                place = around.pop()
                if place in seen:
                    continue
                seen.add(place)
                # Joints between the stones of one stamp are narrower than ten pixels.
                for dx, dy in ((-10, 0), (10, 0), (0, -10), (0, 10)):
                    for step in range(2, 12, 2):
                        near = (
                            place[0] + (dx and (step if dx > 0 else -step)),
                            place[1] + (dy and (step if dy > 0 else -step)),
                        )
                        inside = 0 <= near[0] < image.width and 0 <= near[1] < image.height
                        if inside and grid[near] == (0, 255, 0):
                            around.append(near)
    return found


@pytest.mark.parametrize("total", [1, 5, 6, 10, 12])
def test_a_strip_shows_as_many_stamps_as_were_given(total: int) -> None:
    for count in range(total + 1):
        assert hearts(picture(count, total)) == count


def test_more_than_a_full_card_is_a_full_card() -> None:
    assert stamp_strip(ART, 14, 10, STRIP_POINTS, 1) == stamp_strip(ART, 10, 10, STRIP_POINTS, 1)


def test_a_debt_of_stamps_is_an_empty_card() -> None:
    assert stamp_strip(ART, -3, 10, STRIP_POINTS, 1) == stamp_strip(ART, 0, 10, STRIP_POINTS, 1)


def test_of_very_many_stamps_the_share_is_shown() -> None:
    half = stamp_strip(ART, 50, 100, STRIP_POINTS, 1)
    assert half == stamp_strip(ART, SLOTS_MAX // 2, SLOTS_MAX, STRIP_POINTS, 1)


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_strips_have_apples_sizes_and_stay_small(scale: int) -> None:
    data = stamp_strip(ART, 3, 10, STRIP_POINTS, scale)
    image = Image.open(io.BytesIO(data))
    image.verify()
    assert image.size == (375 * scale, 123 * scale)
    assert len(data) < 5_000


def test_the_hero_has_googles_size() -> None:
    image = Image.open(io.BytesIO(stamp_strip(ART, 3, 10, HERO_POINTS, 3)))
    assert image.size == (1032, 336)


def test_nothing_is_drawn_where_phones_may_cut() -> None:
    image = picture(12, 12)
    margin = round(image.width * 0.05)
    sides = [image.crop((0, 0, margin, image.height))]
    sides.append(image.crop((image.width - margin, 0, image.width, image.height)))
    assert all(side.getcolors() == [(side.width * side.height, (0, 0, 0))] for side in sides)


def test_google_gets_a_picture_for_each_count_and_for_nothing_else() -> None:
    design = Designs().design("stamps")
    assert design.google_image("stamps-3-of-10.png") is not None
    for name in ("stamps-11-of-10.png", "stamps-0-of-0.png", "stamps-1-of-500.png", "x.png"):
        assert design.google_image(name) is None
    for name in ("../design.json", "..%2Fdesign.json", "logo.PNG", ""):
        assert design.google_image(name) is None
    assert Designs().design("tessera").google_image("stamps-3-of-10.png") is None
