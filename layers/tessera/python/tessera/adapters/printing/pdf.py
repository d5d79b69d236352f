"""Sheets as a PDF 1.4: filled boxes, lines of Helvetica, modules of QR codes, and nothing else.

Why by hand: see decision 0032. Written after ISO 32000-1: a content stream for each page, the two
fonts by name, and for a sheet with bleed the TrimBox by which a printer cuts.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from tessera.adapters.printing import fonts
from tessera.adapters.printing.sheets import Box, Qr, Sheet, Words

POINTS_PER_MM = 72 / 25.4
_ROUND = 0.5523
"""How far a Bézier's handles lie from its ends to make a quarter of a circle."""

_NARROW_BLANK = "\u202f"
"""Groups the figures of French amounts; cp1252 has the wider one only."""

_FONTS = {fonts.REGULAR: "F1", fonts.BOLD: "F2"}


def pdf_of(sheets: Sequence[Sheet]) -> bytes:
    """One page for each sheet."""
    objects: list[bytes] = []
    first_page = 5
    kids = " ".join(f"{first_page + 2 * index} 0 R" for index in range(len(sheets)))
    objects.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode())
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects += [font.format(name).encode() for name in _FONTS]
    for index, sheet in enumerate(sheets):
        objects.append(_page(sheet, first_page + 2 * index + 1))
        objects.append(_stream(_content(sheet)))
    title = _text(sheets[0].title if sheets else "")
    objects.append(b"<< /Title " + title + b" /Producer (Tessera) >>")
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects with their table of places; the last one is the information on the document."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    size, info = len(objects) + 1, len(objects)
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info {info} 0 R >>\nstartxref\n{table}\n"
    return bytes(out + trailer.encode() + b"%%EOF\n")


def _page(sheet: Sheet, content: int) -> bytes:
    wide, high = sheet.width + 2 * sheet.bleed, sheet.height + 2 * sheet.bleed
    media = _numbers(0, 0, wide, high)
    trim = _numbers(sheet.bleed, sheet.bleed, sheet.bleed + sheet.width, sheet.bleed + sheet.height)
    named = " ".join(f"/{name} {number} 0 R" for number, name in enumerate(_FONTS.values(), 3))
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{media}] /BleedBox [{media}] /TrimBox [{trim}] "
        f"/Resources << /Font << {named} >> >> /Contents {content} 0 R >>"
    ).encode()


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def _content(sheet: Sheet) -> bytes:
    """Everything on the sheet, in points from the lower left corner of the bleed."""
    across, down = sheet.bleed, sheet.height + sheet.bleed
    parts: list[bytes] = []
    for shape in sheet.shapes:
        if isinstance(shape, Box):
            parts.append(_box(shape, across, down))
        elif isinstance(shape, Words):
            parts.append(_words(shape, across, down))
        else:
            parts.append(_qr(shape, across, down))
    return b"\n".join(parts)


def _box(box: Box, across: float, down: float) -> bytes:
    colour = _colour(box.colour)
    x, y = across + box.x, down - box.y - box.height
    w, h, r = box.width, box.height, min(box.radius, box.width / 2, box.height / 2)
    if not r:
        return colour + f"{_numbers(x, y, w, h)} re f".encode()
    k = r * (1 - _ROUND)
    steps = [
        f"{_numbers(x + r, y)} m",
        f"{_numbers(x + w - r, y)} l",
        f"{_numbers(x + w - k, y, x + w, y + k, x + w, y + r)} c",
        f"{_numbers(x + w, y + h - r)} l",
        f"{_numbers(x + w, y + h - k, x + w - k, y + h, x + w - r, y + h)} c",
        f"{_numbers(x + r, y + h)} l",
        f"{_numbers(x + k, y + h, x, y + h - k, x, y + h - r)} c",
        f"{_numbers(x, y + r)} l",
        f"{_numbers(x, y + k, x + k, y, x + r, y)} c f",
    ]
    return colour + " ".join(steps).encode()


def _words(words: Words, across: float, down: float) -> bytes:
    x = across + words.x
    if words.align == "middle":
        x -= fonts.width_mm(words.text, words.font, words.size) / 2
    place = _numbers(x, down - words.y)
    head = f"BT /{_FONTS[words.font]} {words.size * POINTS_PER_MM:.3f} Tf {place} Td ".encode()
    return _colour(words.colour) + head + _text(words.text) + b" Tj ET"


def _qr(qr: Qr, across: float, down: float) -> bytes:
    paper = _box(Box(qr.x, qr.y, qr.side, qr.side, "#ffffff"), across, down)
    modules = [f"{_numbers(across + x, down - y - h, w, h)} re" for x, y, w, h in qr.dark()]
    return paper + b"\n" + _colour("#000000") + "\n".join([*modules, "f"]).encode()


def _text(text: str) -> bytes:
    """A literal string; what cp1252 has no sign for becomes a question mark."""
    content = text.replace(_NARROW_BLANK, "\xa0").encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        content = content.replace(sign, b"\\" + sign)
    return b"(" + content + b")"


def _colour(text: str) -> bytes:
    """`#1b263b` or `#fff` as the colour to fill with."""
    figures = text.removeprefix("#")
    if len(figures) == 3:
        figures = "".join(2 * figure for figure in figures)
    parts = [int(figures[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    return " ".join(f"{part:.3f}" for part in parts).encode() + b" rg "


def _numbers(*millimetres: float) -> str:
    return " ".join(f"{one * POINTS_PER_MM:.3f}" for one in millimetres)
