"""Pictures of screens: made the same on every run, and compared with some patience."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import qrcode
from PIL import Image, ImageChops
from playwright.sync_api import Page

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "screens"
WIDTHS: Final = {390: 844, 1280: 800}
COLOURS = 96
# A difference that an eye would see, and how much of a picture may have one: other fonts are let
# through, a button that is gone is not.
DIFFERENCE = 48
SHARE_MAX = 0.03


def steady(page: Page) -> None:
    """Replace what differs from run to run: codes, receipt numbers, dates."""
    code = qrcode.QRCode(border=3)
    code.add_data("https://shop.example/cards/crd_01234567890123456789.1.abcdefghijklmnopqrstuvwx")
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    page.evaluate(_STEADY, {"path": path, "size": len(rows)})


def take(page: Page, width: int) -> Image.Image:
    """The screen at a width, no more than it shows without scrolling, in few colours."""
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    taken = page.screenshot(animations="disabled", caret="hide")
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    return picture.quantize(COLOURS, dither=Image.Dither.NONE)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of the picture that differs to the eye; 1 for another size."""
    if one.size != other.size:
        return 1.0
    small = (one.width // 4, one.height // 4)
    pair = [picture.convert("RGB").resize(small, Image.Resampling.BOX) for picture in (one, other)]
    grey = ImageChops.difference(*pair).convert("L")
    histogram = grey.histogram()
    return sum(histogram[DIFFERENCE:]) / (small[0] * small[1])


_STEADY = r"""({path, size}) => {
  const french = document.documentElement.lang === 'fr';
  const code = /(?!1234 5678)[0-9A-HJ-NP-TV-Z]{4}( [0-9A-HJ-NP-TV-Z]{4}){3}/g;
  document.querySelector('#programme')?.closest('.field').remove();
  for (const svg of document.querySelectorAll('svg.qr')) {
    svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
    svg.querySelector('rect').setAttribute('width', size);
    svg.querySelector('rect').setAttribute('height', size);
    svg.querySelector('path').setAttribute('d', path);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const steady = node.data
      .replace(code, '7Q4K 9M2X R8T3 VB6H')
      .replace(/R?[0-9A-F]{4}-[0-9A-Z]{8}-[0-9A-Z]{4}/g, 'A1B2-M3N4P5Q6-0R7S')
      .replace(/\d{2}\/\d{2}\/\d{4}/g, '23/11/2027')
      .replace(/\d{1,2} (\p{L}{3,5}\.?) 20\d\d/gu, french ? '23 nov. 2027' : '23 Nov 2027')
      .replace(/; [0-9A-F]{4} (on|sur)/g, '; A1B2 $1');
    if (steady !== node.data) node.data = steady;
  }
  for (const field of document.querySelectorAll('#number')) field.placeholder = 'A1B2';
  for (const field of document.querySelectorAll('#code, #original')) field.value &&= 'A1B2-C3';
  // Other tests sell in the same store: of the day, the form is shown and not the numbers.
  for (const row of [...document.querySelectorAll('.day tbody tr')].slice(1, -1)) row.remove();
  for (const cell of document.querySelectorAll('.day tbody .number')) {
    const moved = cell.textContent.includes('+');
    const small = document.createElement('small');
    small.textContent = moved ? '−10' : french ? '42,50\u00a0€' : '€42.50';
    cell.replaceChildren(moved ? '+42' : '1', small);
  }
  const date = document.querySelector('#day');
  if (date) date.value = '2027-11-23';
}"""
