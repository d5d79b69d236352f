"""The small pages for people's phones can be read and worked by those who see little."""

from __future__ import annotations

import re

import pytest

from tessera.entrypoints.pages import page


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` or `#rgb` (WCAG 2.2)."""
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    ]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("sign", "ground", "least"),
    [("ink", "card", 4.5), ("alarm", "card", 4.5), ("line", "card", 3.0), ("ink", "paper", 4.5)],
)
def test_a_fields_border_and_all_words_stand_out(
    scheme: str, sign: str, ground: str, least: float
) -> None:
    document = page(200, "en", "Join", "").body.decode()
    light, dark = re.findall(r":root\{([^}]*)\}", document)[:2]
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]+)", light if scheme == "light" else dark))
    one, other = sorted((luminance(colours[sign]), luminance(colours[ground])), reverse=True)

    assert (one + 0.05) / (other + 0.05) >= least
