"""`printing.Printer`: layouts into files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tessera.adapters.printing.layouts import sheets_of
from tessera.adapters.printing.pdf import pdf_of
from tessera.adapters.printing.svg import svg_of
from tessera.application.printing import Colours, Paper, Printable


@dataclass(frozen=True, slots=True)
class SheetPrinter:
    """Writes printed things; `colours` are those of a card design by its name."""

    design_colours: Callable[[str], Colours]

    def colours(self, design: str) -> Colours:
        return self.design_colours(design)

    def printed(self, printable: Printable, paper: Paper) -> bytes:
        sheets = sheets_of(printable)
        return pdf_of(sheets) if paper is Paper.PDF else svg_of(sheets[0])
