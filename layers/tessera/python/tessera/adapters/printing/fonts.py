"""How wide a text is in Helvetica, the one family that every PDF reader brings with it.

Widths are Adobe's (Core 14 AFM), in thousandths of the size, for what cp1252 can write.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

REGULAR = "Helvetica"
BOLD = "Helvetica-Bold"

_WIDTHS: Mapping[str, Mapping[int, str]] = {
    REGULAR: {
        191: "'", 222: "ijl‚‘’", 260: "|¦", 278: " \xa0!,./:;I[\\]ft·ÌÍÎÏìíîï",
        333: "()-`r„ˆ‹“”˜›¡¨¯²³´¸¹", 334: "{}", 350: "•", 355: '"', 365: "º", 370: "ª",
        389: "*", 400: "°", 469: "^", 500: "Jcksvxyzšžçýÿ", 537: "¶",
        556: "#$0123456789?L_abdeghnopqu€ƒ†‡–¢£¤¥§«µ»àáâãäåèéêëðñòóôõöùúûüþ",
        584: "+<=>~¬±×÷", 611: "FTZŽ¿ßø", 667: "&ABEKPSVXYŠŸÀÁÂÃÄÅÈÉÊËÝÞ",
        722: "CDHNRUwÇÐÑÙÚÛÜ", 737: "©®", 778: "GOQÒÓÔÕÖØ", 833: "Mm", 834: "¼½¾",
        889: "%æ", 944: "Wœ", 1000: "…‰Œ—™Æ", 1015: "@",
    },
    BOLD: {
        238: "'", 278: " \xa0,./I\\ijl‚‘’·ÌÍÎÏìíîï", 280: "|¦",
        333: "!()-:;[]`ftˆ‹˜›¡¨¯²³´¸¹", 350: "•", 365: "º", 370: "ª", 389: "*r{}", 400: "°",
        474: '"', 500: "z„“”ž",
        556: "#$0123456789J_aceksvxy€ƒ†‡–š¢£¤¥§«¶»àáâãäåçèéêëýÿ",
        584: "+<=>^~¬±×÷", 611: "?FLTZbdghnopquŽµ¿ßðñòóôõöøùúûüþ", 667: "EPSVXYŠŸÈÉÊËÝÞ",
        722: "&ABCDHKNRUÀÁÂÃÄÅÇÐÑÙÚÛÜ", 737: "©®", 778: "GOQwÒÓÔÕÖØ", 833: "M", 834: "¼½¾",
        889: "%mæ", 944: "Wœ", 975: "@", 1000: "…‰Œ—™Æ",
    },
}  # fmt: skip
_UNKNOWN = 600


@cache
def _widths(font: str) -> Mapping[str, int]:
    groups = _WIDTHS[font].items()
    return {character: width for width, characters in groups for character in characters}


def width_mm(text: str, font: str, size_mm: float) -> float:
    """How far a text reaches at a size (its em, in millimetres)."""
    known = _widths(font)
    return sum(known.get(character, _UNKNOWN) for character in text) * size_mm / 1000


def wrapped(text: str, font: str, size_mm: float, most_mm: float) -> list[str]:
    """The text in lines no wider than that, broken at blanks; its own line breaks are kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and width_mm(longer, font, size_mm) > most_mm:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def balanced(text: str, font: str, size_mm: float, most_mm: float) -> list[str]:
    """The text in as few lines as fit, of about the same length: no word is left alone."""
    lines = wrapped(text, font, size_mm, most_mm)
    while len(lines) > 1:
        most_mm -= size_mm / 2
        narrower = wrapped(text, font, size_mm, most_mm)
        if len(narrower) > len(lines) or most_mm < size_mm:
            break
        lines = narrower
    return lines


def fitted(text: str, font: str, size_mm: float, most_mm: float) -> float:
    """The size at which the text is no wider than that: the one asked for, or a smaller one."""
    wide = width_mm(text, font, size_mm)
    return size_mm if wide <= most_mm else size_mm * most_mm / wide
