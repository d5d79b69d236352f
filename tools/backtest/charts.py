"""Small charts as SVG text, drawn here so that a report needs no script and no other host.

They are drawn for a phone's width and grow with the page; colours are the page's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 440, 210, 50, 26, 16
Show = Callable[[int], str]


def lines(labels: Sequence[str], series: Mapping[str, Sequence[int]], show: Show) -> str:
    """A line for each series over the same labels, from zero; series are named by their class."""
    top = _round_up(max([1, *(value for values in series.values() for value in values)]))
    step = (WIDTH - LEFT - 10) / max(1, len(labels) - 1)
    parts = [_axis(top, show)]
    every = max(1, -(-len(labels) // 5))
    parts += [_label(LEFT + step * index, labels[index]) for index in range(0, len(labels), every)]
    for name, values in series.items():
        points = [(LEFT + step * index, _height(value, top)) for index, value in enumerate(values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<g class="{name}"><polyline fill="none" stroke="currentColor" stroke-width="2.5"'
            f' stroke-linejoin="round" points="{path}"/>'
        )
        for label, value, (x, y) in zip(labels, values, points, strict=True):
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="currentColor" fill-opacity="0">'
                f"<title>{escape(label)}: {escape(show(value))}</title></circle>"
            )
        parts.append("</g>")
    return _svg("".join(parts))


def bars(labels: Sequence[str], series: Mapping[str, Sequence[int]], show: Show) -> str:
    """Bars side by side for each label, each with its figure above it."""
    top = max([1, *(value for values in series.values() for value in values)])
    wide = (WIDTH - 8) / max(1, len(labels))
    each = min(64.0, wide * 0.86 / max(1, len(series)))
    parts = []
    for index, label in enumerate(labels):
        middle = 4 + wide * (index + 0.5)
        x = middle - each * len(series) / 2
        for name, values in series.items():
            y = _height(values[index], top)
            parts.append(
                f'<g class="{name}"><rect x="{x + 1:.1f}" y="{y:.1f}" width="{each - 2:.1f}"'
                f' height="{HEIGHT - BOTTOM - y:.1f}" rx="3" fill="currentColor"/></g>'
                f'<text x="{x + each / 2:.1f}" y="{y - 5:.1f}" text-anchor="middle"'
                f' font-size="12">{escape(show(values[index]))}</text>'
            )
            x += each
        parts.append(_label(middle, label, "middle"))
    return _svg("".join(parts))


def split(parts: Sequence[tuple[str, int, str]]) -> str:
    """One bar in parts: class, size and what it says."""
    whole = max(1, sum(size for _, size, _ in parts))
    inside = "".join(
        f'<i class="{name}" style="width:{100 * size / whole:.2f}%" title="{escape(text)}"></i>'
        for name, size, text in parts
        if size
    )
    shown = "".join(f'<span><i class="{name}"></i>{escape(text)}</span>' for name, _, text in parts)
    return f'<div class="split" aria-hidden="true">{inside}</div><p class="key">{shown}</p>'


def _round_up(value: int) -> int:
    """The next number with one digit that counts, or 1.5 or 2.5 of it: what an axis ends with."""
    size: int = 10 ** (len(str(value)) - 1)
    for half in (2, 3, 4, 5, 6, 8, 10, 12, 15, 16, 20):
        if half * size >= 2 * value:
            return max(1, half * size // 2)
    return value


def _label(x: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{HEIGHT - 7}" text-anchor="{anchor}">{escape(text)}</text>'


def _height(value: int, top: int) -> float:
    room = HEIGHT - BOTTOM - TOP - 6
    return HEIGHT - BOTTOM - room * max(0, value) / top


def _axis(top: int, show: Show) -> str:
    found = []
    for share in (0, 1, 2):
        value = top * share // 2
        y = _height(value, top)
        found.append(
            f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor"'
            ' stroke-opacity=".2"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(show(value))}</text>'
        )
    return "".join(found)


def _svg(inside: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-hidden="true">{inside}</svg>'
