"""Small charts as SVG text, drawn here so that a report needs no other host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 220, 72, 28, 8
COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1")


def lines(labels: Sequence[str], series: Mapping[str, Sequence[int]], title: str) -> str:
    """A line for each series over the same labels, from zero, with a legend."""
    top = max([1, *(value for values in series.values() for value in values)])
    step = (WIDTH - LEFT - 8) / max(1, len(labels) - 1)
    parts = [_axes(labels, top, step)]
    for place, (name, values) in enumerate(series.items()):
        colour = COLOURS[place % len(COLOURS)]
        points = " ".join(
            f"{LEFT + step * index:.1f},{_height(value, top):.1f}"
            for index, value in enumerate(values)
        )
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>'
        )
        parts.append(_legend(place, name, colour))
    return _svg(title, "".join(parts))


def bars(labels: Sequence[str], series: Mapping[str, Sequence[int]], title: str) -> str:
    """Bars side by side for each label, with their figures."""
    top = max([1, *(value for values in series.values() for value in values)])
    wide = (WIDTH - LEFT) / max(1, len(labels))
    each = wide * 0.8 / max(1, len(series))
    parts = []
    for place, (name, values) in enumerate(series.items()):
        colour = COLOURS[place % len(COLOURS)]
        for index, value in enumerate(values):
            x, y = LEFT + wide * index + each * place, _height(value, top)
            parts.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{each - 2:.1f}"'
                f' height="{HEIGHT - BOTTOM - y:.1f}" fill="{colour}">'
                f"<title>{escape(name)}: {value:,}</title></rect>"
            )
        parts.append(_legend(place, name, colour))
    for index, label in enumerate(labels):
        parts.append(_label(LEFT + wide * index + wide * 0.4, label))
    return _svg(title, "".join(parts))


def _legend(place: int, name: str, colour: str) -> str:
    x, y = LEFT + 8 + 170 * place, TOP + 12
    return f'<text x="{x}" y="{y}" fill="{colour}">{escape(name)}</text>'


def _label(x: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(text)}</text>'


def _height(value: int, top: int) -> float:
    room = HEIGHT - BOTTOM - TOP - 20
    return HEIGHT - BOTTOM - room * max(0, value) / top


def _axes(labels: Sequence[str], top: int, step: float) -> str:
    found = []
    for share in (0, 1, 2):
        value = top * share // 2
        y = _height(value, top)
        found.append(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        found.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>')
    every = max(1, len(labels) // 9)
    for index in range(0, len(labels), every):
        x = LEFT + step * index
        found.append(_label(x, labels[index]))
    return "".join(found)


def _svg(title: str, inside: str) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' role="img" aria-label="{escape(title)}">{inside}</svg></figure>'
    )
