"""Images of a pass: PNG, named as Apple names them, of the sizes that Wallet draws.

Sizes are in points; `@2x` and `@3x` files hold twice and three times as many pixels. Sources:
Apple's "Wallet Passes" reference and its older Passbook guide; for the poster images Apple gives
no size that could be checked, so only their format is. Wallet shrinks or crops what is somewhat
too large, which is a warning here; an image of more than twice its room is an error.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from passbook.errors import Finding, Severity

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NAME = re.compile(
    r"(?:(?P<locale>[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*)\.lproj/)?"
    r"(?P<kind>[A-Za-z0-9]+)(?:@(?P<scale>[23])x)?\.png",
    re.ASCII,
)
_POSTER = frozenset({"artwork", "primaryLogo", "secondaryLogo", "venueMap"})
PASS_BYTES_MAX = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Box:
    """The room Wallet has for an image, in points."""

    width: int
    height: int


_BOXES: Mapping[str, Box] = {
    "icon": Box(29, 29),
    "logo": Box(160, 50),
    "thumbnail": Box(120, 150),
    "background": Box(180, 220),
    "footer": Box(286, 15),
    "personalizationLogo": Box(150, 40),
}
_STRIP = Box(375, 123)
_STRIPS: Mapping[str, Box] = {
    "storeCard": _STRIP,
    "coupon": _STRIP,
    "eventTicket": Box(375, 98),
}
_STYLE_OF_IMAGE: Mapping[str, frozenset[str]] = {
    "strip": frozenset(_STRIPS),
    "thumbnail": frozenset({"generic", "eventTicket"}),
    "background": frozenset({"eventTicket", "posterGeneric"}),
    "footer": frozenset({"boardingPass"}),
}
KINDS = frozenset({*_BOXES, "strip", *_POSTER})


def png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG in pixels, or None when the bytes are no PNG."""
    if len(data) < 33 or not data.startswith(_SIGNATURE) or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return (width, height) if width and height else None


def image_findings(files: Mapping[str, bytes], styles: frozenset[str]) -> list[Finding]:
    """What is wrong with the images among `files`, for a pass of these styles."""
    out: list[Finding] = []
    sizes: dict[str, tuple[int, int]] = {}
    for path, data in files.items():
        if not path.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")):
            continue
        _check_image(path, data, styles, sizes, out)
    _check_icon(files, out)
    _check_scales(sizes, out)
    total = sum(map(len, files.values()))
    if total > PASS_BYTES_MAX:
        message = f"{total} bytes of files make a pass that phones may refuse."
        out.append(Finding("pass-size", "pass", message, "Make the images smaller."))
    return out


def _check_image(
    path: str,
    data: bytes,
    styles: frozenset[str],
    sizes: dict[str, tuple[int, int]],
    out: list[Finding],
) -> None:
    size = png_size(data)
    if size is None:
        message = "It is not a PNG, whatever its name says." if data else "The file is empty."
        out.append(Finding("image-format", path, message, "Export it as PNG."))
        return
    found = _NAME.fullmatch(path)
    kind = found.group("kind") if found is not None else ""
    if found is None or kind not in KINDS:
        message = f"Wallet knows no image of the name {path}."
        remedy = "Name it icon.png, logo@2x.png, strip@3x.png and so on: @2x is written with @."
        out.append(Finding("image-name", path, message, remedy, "warning"))
        return
    sizes[path] = size
    used_by = _STYLE_OF_IMAGE.get(kind)
    if used_by is not None and styles and not styles & used_by:
        message = f"Wallet draws {kind} only on {', '.join(sorted(used_by))}."
        remedy = "Leave it out, or change the style."
        out.append(Finding("image-unused", path, message, remedy, "warning"))
    _check_size(path, found, size, styles, out)


def _check_size(
    path: str,
    found: re.Match[str],
    size: tuple[int, int],
    styles: frozenset[str],
    out: list[Finding],
) -> None:
    kind, scale = found.group("kind"), int(found.group("scale") or 1)

    def report(rule: str, message: str, remedy: str, severity: Severity) -> None:
        out.append(
            Finding(rule, path, f"{size[0]} x {size[1]} pixels: {message}", remedy, severity)
        )

    width, height = size
    if kind == "icon":
        wanted = 29 * scale
        if width < wanted or height < wanted:
            message = f"an icon at {scale}x has {wanted} x {wanted}."
            report("image-size", message, "Draw it larger.", "error")
        elif width != height:
            report("image-size", "an icon is square.", f"Use {wanted} x {wanted}.", "error")
        return
    box = _BOXES.get(kind)
    if kind == "strip":
        box = next((_STRIPS[style] for style in _STRIPS if style in styles), _STRIP)
    if box is None:
        return
    room = (box.width * scale, box.height * scale)
    excess = max(width / room[0], height / room[1])
    if excess > 2:
        message = f"Wallet has room for {room[0]} x {room[1]}."
        report("image-size", message, "Make it smaller.", "error")
    elif kind == "strip" and size != room:
        remedy = f"Use {room[0]} x {room[1]}, with 5 % side margins."
        report("strip-cropped", "Wallet scales and crops this strip.", remedy, "warning")
    elif excess > 1:
        message = f"Wallet has room for {room[0]} x {room[1]} and shrinks it."
        report("image-size", message, "Make it smaller.", "warning")


def _check_icon(files: Mapping[str, bytes], out: list[Finding]) -> None:
    if "icon.png" not in files:
        message = "There is no icon.png, and phones refuse the pass without a word."
        remedy = "Add icon.png (29 x 29), icon@2x.png (58 x 58) and icon@3x.png (87 x 87)."
        out.append(Finding("icon-missing", "icon.png", message, remedy))
    elif "icon@2x.png" not in files and "icon@3x.png" not in files:
        message = "Only the icon of old screens is there."
        remedy = "Add icon@2x.png (58 x 58) and icon@3x.png (87 x 87)."
        out.append(Finding("image-scale-missing", "icon@2x.png", message, remedy, "warning"))


def _check_scales(sizes: Mapping[str, tuple[int, int]], out: list[Finding]) -> None:
    """A file at 2x or 3x is two or three times its 1x sibling, give or take a pixel."""
    for path, (width, height) in sizes.items():
        for scale in (2, 3):
            suffix = f"@{scale}x.png"
            sibling = sizes.get(path.removesuffix(suffix) + ".png") if suffix in path else None
            if sibling is None:
                continue
            if abs(width - sibling[0] * scale) > scale or abs(height - sibling[1] * scale) > scale:
                message = f"It is not {scale} times {sibling[0]} x {sibling[1]}."
                remedy = f"Draw it at {sibling[0] * scale} x {sibling[1] * scale}."
                out.append(Finding("image-scale", path, message, remedy, "warning"))
