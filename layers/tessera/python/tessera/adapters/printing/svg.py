"""A sheet as SVG 1.1, for whoever goes on drawing."""

from __future__ import annotations

import html

from tessera.adapters.printing import fonts
from tessera.adapters.printing.sheets import Box, Qr, Sheet, Words

_FAMILY = "Helvetica, Arial, Liberation Sans, sans-serif"


def svg_of(sheet: Sheet) -> bytes:
    """The sheet, bleed included; one unit is a millimetre."""
    wide, high = sheet.width + 2 * sheet.bleed, sheet.height + 2 * sheet.bleed
    view = f"{-sheet.bleed:g} {-sheet.bleed:g} {wide:g} {high:g}"
    size = f'width="{wide:g}mm" height="{high:g}mm" viewBox="{view}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f"<title>{html.escape(sheet.title)}</title>",
    ]
    for shape in sheet.shapes:
        if isinstance(shape, Box):
            parts.append(_box(shape))
        elif isinstance(shape, Words):
            parts.append(_words(shape))
        else:
            parts.append(_qr(shape))
    return "\n".join([*parts, "</svg>\n"]).encode()


def _box(box: Box) -> str:
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" '
        f'rx="{box.radius:g}" fill="{box.colour}"/>'
    )


def _words(words: Words) -> str:
    anchor = ' text-anchor="middle"' if words.align == "middle" else ""
    weight = ' font-weight="bold"' if words.font == fonts.BOLD else ""
    return (
        f'<text x="{words.x:g}" y="{words.y:g}" font-size="{words.size:.3f}" fill="{words.colour}" '
        f'font-family="{_FAMILY}"{weight}{anchor}>{html.escape(words.text)}</text>'
    )


def _qr(qr: Qr) -> str:
    path = "".join(f"M{x:.4f} {y:.4f}h{w:.4f}v{h:.4f}h-{w:.4f}z" for x, y, w, h in qr.dark())
    return (
        f'<rect x="{qr.x:g}" y="{qr.y:g}" width="{qr.side:g}" height="{qr.side:g}" fill="#fff"/>'
        f'<path d="{path}" fill="#000" shape-rendering="crispEdges"/>'
    )
