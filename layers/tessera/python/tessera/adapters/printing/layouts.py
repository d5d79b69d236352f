"""Where things stand on each printed thing. Colours are those of the card's design."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tessera.adapters.printing import fonts
from tessera.adapters.printing.sheets import Box, Qr, Shape, Sheet, Words
from tessera.adapters.printing.words import WORDS
from tessera.application.printing import Colours, Printable, PrintKind

INK = "#1b263b"
PAPER = "#ffffff"
GREY = "#5b6675"

A4 = (210.0, 297.0)
A5_ACROSS = (210.0, 148.0)
CR80 = (85.6, 53.98)
"""A bank card (ISO/IEC 7810, ID-1)."""

BLEED_MM = 3.0
CORNER_MM = 3.18


def sheets_of(printable: Printable) -> Sequence[Sheet]:
    """The sheets of a printed thing."""
    return _LAYOUTS[printable.kind](printable)


def _poster(one: Printable) -> Sequence[Sheet]:
    """A4, to be read from two metres: a band with the name, one large code, three steps."""
    words, colours = WORDS[one.language], one.colours
    wide, high = A4
    middle = wide / 2
    name = fonts.fitted(one.name, fonts.BOLD, 22, wide - 30)
    shapes: list[Shape] = [
        Box(0, 0, wide, high, PAPER),
        Box(0, 0, wide, 92, colours.background),
        Words(middle, 40, name, one.name, colours.foreground, fonts.BOLD, "middle"),
    ]
    for row, line in enumerate(fonts.balanced(words["call"], fonts.REGULAR, 10.5, wide - 30)):
        shapes.append(Words(middle, 60 + 13 * row, 10.5, line, colours.foreground, align="middle"))
    shapes += [
        Box(middle - 57, 100, 114, 114, colours.background, 6),
        Qr(middle - 53, 104, 106, one.content),
    ]
    for number in (1, 2, 3):
        top = 219 + 19 * number - 19
        shapes += _step(32, top, number, words[f"step_{number}"], colours)
    shapes.append(Words(middle, 287, 6, words["nothing"], GREY, align="middle"))
    return [Sheet(wide, high, f"{one.name} - {words['call']}", tuple(shapes))]


def _step(x: float, top: float, number: int, text: str, colours: Colours) -> list[Shape]:
    size = fonts.fitted(text, fonts.BOLD, 9, 140)
    return [
        Box(x, top, 13, 13, colours.background, 6.5),
        Words(x + 6.5, top + 9.5, 8.5, str(number), colours.foreground, fonts.BOLD, "middle"),
        Words(x + 19, top + 9.7, size, text, INK, fonts.BOLD),
    ]


def _counter(one: Printable) -> Sequence[Sheet]:
    """A5 across, in a stand beside the till: the name and steps left, the code right."""
    words, colours = WORDS[one.language], one.colours
    wide, high = A5_ACROSS
    name = fonts.fitted(one.name, fonts.BOLD, 13, 102)
    shapes: list[Shape] = [
        Box(0, 0, wide, high, PAPER),
        Box(0, 0, 116, high, colours.background),
        Words(9, 27, name, one.name, colours.foreground, fonts.BOLD),
    ]
    lines = fonts.balanced(words["call"], fonts.REGULAR, 7, 98)
    shapes += [
        Words(9, 41 + 9 * row, 7, line, colours.foreground) for row, line in enumerate(lines)
    ]
    for number in (1, 2, 3):
        baseline = 72 + 15 * number - 15
        text = words[f"step_{number}"]
        size = fonts.fitted(text, fonts.BOLD, 6, 86)
        shapes += [
            Box(9, baseline - 7, 9.5, 9.5, colours.foreground, 4.75),
            Words(13.75, baseline - 0.2, 6, str(number), colours.background, fonts.BOLD, "middle"),
            Words(22, baseline - 0.2, size, text, colours.foreground, fonts.BOLD),
        ]
    for row, line in enumerate(fonts.wrapped(words["nothing"], fonts.REGULAR, 5, 98)):
        shapes.append(Words(9, 129 + 7 * row, 5, line, colours.foreground))
    shapes.append(Qr(120, (high - 86) / 2, 86, one.content))
    return [Sheet(wide, high, f"{one.name} - {words['call']}", tuple(shapes))]


def _plastic(one: Printable) -> Sequence[Sheet]:
    """CR80 with bleed: nothing that matters within three millimetres of the cut."""
    words, colours = WORDS[one.language], one.colours
    wide, high = CR80
    spaced = " ".join(one.content[start : start + 4] for start in range(0, len(one.content), 4))
    name = fonts.fitted(one.name, fonts.BOLD, 6.5, 40)
    shapes: list[Shape] = [
        Box(-BLEED_MM, -BLEED_MM, wide + 2 * BLEED_MM, high + 2 * BLEED_MM, colours.background),
        Words(5.5, 14, name, one.name, colours.foreground, fonts.BOLD),
        Words(5.5, 20, 3.2, words["plastic"], colours.foreground),
        Box(47.4, 4.9, 33.2, 33.2, PAPER, 1.5),
        Qr(48.5, 6, 31, one.content, sturdy=True),
        Words(wide / 2, 45.2, 4.6, spaced, colours.foreground, fonts.BOLD, "middle"),
        Words(wide / 2, 49.6, 2.4, words["plastic_how"], colours.foreground, align="middle"),
    ]
    return [Sheet(wide, high, f"{one.name} - {spaced}", tuple(shapes), BLEED_MM)]


def _staff(one: Printable) -> Sequence[Sheet]:
    """A4 for the back room: what to say, how to enrol, what to do when something is amiss."""
    words, colours = WORDS[one.language], one.colours
    wide, high = A4
    title = words["staff"].format(name=one.name)
    size = fonts.fitted(title, fonts.BOLD, 8, wide - 30)
    shapes: list[Shape] = [
        Box(0, 0, wide, high, PAPER),
        Box(0, 0, wide, 30, colours.background),
        Words(15, 19, size, title, colours.foreground, fonts.BOLD),
    ]
    offers = [words["reward"].format(name=name, price=price) for name, price in one.rewards]
    sections = [
        (words["say"], [words["say_1"], words["say_2"], words["say_3"]]),
        (words["join"], [words["join_1"], words["join_2"], words["join_3"]]),
        (words["till"], [words[f"till_{one.form}"], words["till_2"]]),
        (words["lost"], [words["lost_1"]]),
        *([(words["rewards"], offers)] if offers else []),
    ]
    y = 44.0
    for heading, paragraphs in sections:
        shapes.append(Words(15, y, 6, heading, INK, fonts.BOLD))
        y += 8
        for paragraph in paragraphs:
            for line in fonts.wrapped(paragraph, fonts.REGULAR, 4.6, 132 if y < 118 else 178):
                shapes.append(Words(15, y, 4.6, line, INK))
                y += 6
            y += 1.5
        y += 5
    shapes += [
        Qr(152, 36, 46, one.content),
        Words(175, 86, 3.6, words["step_1"], GREY, align="middle"),
    ]
    return [Sheet(wide, high, title, tuple(shapes))]


_LAYOUTS: Mapping[PrintKind, Callable[[Printable], Sequence[Sheet]]] = {
    PrintKind.POSTER: _poster,
    PrintKind.COUNTER: _counter,
    PrintKind.PLASTIC: _plastic,
    PrintKind.STAFF: _staff,
}
