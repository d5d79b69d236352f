"""What is on a sheet: boxes, texts and QR codes, in millimetres from its upper left corner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tessera.adapters.printing import fonts

QUIET_MODULES = 4
"""The white border that every QR reader counts on (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; `radius` rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; `y` is its baseline, `size` its em."""

    x: float
    y: float
    size: float
    text: str
    colour: str
    font: str = fonts.REGULAR
    align: Literal["left", "middle"] = "left"


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code in a square; its quiet border is inside."""

    x: float
    y: float
    side: float
    text: str
    sturdy: bool = False
    """For what wears off: a quarter of it may be lost (level Q), instead of a seventh (M)."""

    def dark(self) -> list[tuple[float, float, float, float]]:
        """The dark modules as rectangles, neighbours in a row joined."""
        import qrcode

        level = qrcode.ERROR_CORRECT_Q if self.sturdy else qrcode.ERROR_CORRECT_M
        code = qrcode.QRCode(border=QUIET_MODULES, error_correction=level)
        code.add_data(self.text)
        rows = code.get_matrix()
        module = self.side / len(rows)
        found = []
        for down, row in enumerate(rows):
            start = 0
            while start < len(row):
                end = start
                while end < len(row) and row[end]:
                    end += 1
                if end > start:
                    x, y = self.x + start * module, self.y + down * module
                    found.append((x, y, (end - start) * module, module))
                start = end + 1
        return found


Shape = Box | Words | Qr


@dataclass(frozen=True, slots=True)
class Sheet:
    """One side of paper or plastic. `bleed` is what is cut off around the size that is left."""

    width: float
    height: float
    title: str
    shapes: tuple[Shape, ...] = field(default=())
    bleed: float = 0.0
