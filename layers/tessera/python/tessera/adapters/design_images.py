"""The images of a card design at every size that phones want, drawn from one source each.

Sizes: Apple, "Wallet Passes" (in points, at one, two and three pixels to the point); Google Wallet,
"Loyalty cards brand guidelines" (the logo is cut to a circle, the hero is 1032 x 336).
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from tessera.adapters.designs import SCALES, THEMES
from tessera.domain.errors import InvalidInput

PIXELS_MAX = 12_000_000
"""A photograph of a telephone. A larger one costs the function its memory."""

COLOURS_MAX = 255
"""Images travel with every update of a card: a palette keeps a strip at a third of its bytes."""


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of an image, and the field of the request that it came by."""

    content: bytes
    field: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The room of an image, in points. `covers` fills it and cuts what is too much; without it
    the image is made smaller until it fits, and keeps its own shape."""

    width: int
    height: int
    covers: bool


APPLE_FRAMES: Mapping[str, Frame] = {
    "icon": Frame(29, 29, covers=True),
    "logo": Frame(160, 50, covers=False),
    "strip": Frame(375, 123, covers=True),
    "thumbnail": Frame(90, 90, covers=False),
    "background": Frame(180, 220, covers=True),
    "footer": Frame(286, 15, covers=False),
}
GOOGLE_FRAMES: Mapping[str, Frame] = {
    "google_logo": Frame(660, 660, covers=True),
    "google_hero": Frame(1032, 336, covers=True),
}
KINDS = (*APPLE_FRAMES, *GOOGLE_FRAMES)
THEME_STRIP = re.compile(r"strip_([a-z0-9]{1,16})")
"""The strip of a theme, which the theme names: `strip_gold` is `gold`."""


def is_kind(kind: str) -> bool:
    """Whether an image of that name has a place on cards."""
    return kind in KINDS or THEME_STRIP.fullmatch(kind) is not None


def drawn(kind: str, source: Source) -> dict[str, bytes]:
    """The files of an image: Apple's at three scales, Google's at one.

    Raises InvalidInput for what is no image, is too small to be sharp, or too large to be opened.
    """
    image = _opened(source)
    theme = THEME_STRIP.fullmatch(kind)
    if theme:
        return _theme_drawn(theme[1], image, source.field)
    google = kind in GOOGLE_FRAMES
    frame = GOOGLE_FRAMES[kind] if google else APPLE_FRAMES[kind]
    # Three pixels to the point is what most phones have: a smaller source would be blurred on all.
    _require_sharp(image, frame, 1 if google else SCALES[-1][1], source.field)
    if google:
        return {f"google/{kind.removeprefix('google_')}.png": _png(_fitted(image, frame, 1))}
    return {f"{kind}{suffix}.png": _png(_fitted(image, frame, scale)) for suffix, scale in SCALES}


def _theme_drawn(name: str, image: Image.Image, field: str) -> dict[str, bytes]:
    """A theme's strip at three scales, and Google's cut of it."""
    frame, hero = APPLE_FRAMES["strip"], GOOGLE_FRAMES["google_hero"]
    _require_sharp(image, frame, SCALES[-1][1], field)
    files = {
        f"{THEMES}/{name}/strip{suffix}.png": _png(_fitted(image, frame, scale))
        for suffix, scale in SCALES
    }
    return {**files, f"google/hero-{name}.png": _png(_fitted(image, hero, 1))}


def google_from(images: Mapping[str, Source]) -> dict[str, bytes]:
    """What Google fetches where nothing was sent for it: its own cut of the strip and the icon."""
    found: dict[str, bytes] = {}
    for kind, source in (("google_hero", "strip"), ("google_logo", "icon")):
        if source in images and kind not in images:
            image = _opened(images[source])
            frame = GOOGLE_FRAMES[kind]
            name = kind.removeprefix("google_")
            fitted = ImageOps.fit(image, (frame.width, frame.height), Image.Resampling.LANCZOS)
            found[f"google/{name}.png"] = _png(fitted)
    return found


def _opened(source: Source) -> Image.Image:
    field = source.field
    try:
        image = Image.open(io.BytesIO(source.content), formats=("PNG", "JPEG", "WEBP"))
        if image.width * image.height > PIXELS_MAX:
            raise InvalidInput("image_too_large", field=field, params={"pixels_max": PIXELS_MAX})
        # Telephones write down how they were held; cards know nothing of it.
        turned = ImageOps.exif_transpose(image)
        return turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError) as error:
        raise InvalidInput("image_unreadable", field=field) from error


def _require_sharp(image: Image.Image, frame: Frame, scale: int, field: str) -> None:
    """Raises InvalidInput for an image that would be drawn larger than it is."""
    width, height = frame.width * scale, frame.height * scale
    large = [image.width >= width, image.height >= height]
    if not (all(large) if frame.covers else any(large)):
        params = {"width": width, "height": height}
        raise InvalidInput("image_too_small", field=field, params=params)


def _fitted(image: Image.Image, frame: Frame, scale: int) -> Image.Image:
    size = (frame.width * scale, frame.height * scale)
    if frame.covers:
        return ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    return ImageOps.contain(image, size, Image.Resampling.LANCZOS)


def _png(image: Image.Image) -> bytes:
    """The smallest PNG that looks the same: a palette where colours are few or edges opaque."""
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
    out = io.BytesIO()
    image.quantize(COLOURS_MAX, method=method).save(out, "PNG", optimize=True)
    return out.getvalue()
