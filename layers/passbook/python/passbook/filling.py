"""The parts of a compiled document, each of which writes its piece of pass.json.

A part is given the values of one pass and a report. It writes its text, or nothing when a value
of None leaves it out, and reports every rule that its values break. Parts are immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, cast

from passbook.checks import Check, Cross, Fits, Items, Keys, Report, Where
from passbook.errors import InvalidPassError
from passbook.plain import dumps, quoted

Values = Mapping[str, object]
Build = Callable[[Values], object]
"""Makes a plain value of the values, or `OMITTED`; raises InvalidPassError."""
OMITTED: Final = object()


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of a plan: the value of this name, which is text.

    Without `fits` it is right whatever it says; else a plan is given up for a text that does not
    fit, so that its whole document is looked at and told of.
    """

    name: str
    fits: Fits | None = None


@dataclass(frozen=True, slots=True)
class MemberSlot:
    """A piece of a plan: a text that stands in a member of a list that is spread."""

    name: str
    index: int
    key: str
    fits: Fits | None = None

    def emit(self, values: Values, _out: Report) -> str | None:
        members = cast("list[Mapping[str, str]]", values[self.name])
        text = members[self.index][self.key]
        return quoted(text) if self.fits is None or self.fits(text) else None


class Part(Protocol):
    """A part of a document."""

    def emit(self, values: Values, out: Report) -> str | None:
        """What it writes for one pass; None when it is left out or has something to report."""

    def flatten(self, shape: Shape) -> list[Piece] | None:
        """What it writes for every pass of a shape; None when that shape leaves it out.

        Raises NoPlanError when the shape does not tell.
        """


class Written(Protocol):
    """What a plan asks to write its piece."""

    def emit(self, values: Values, out: Report) -> str | None:
        """As `Part.emit`."""


Piece: TypeAlias = str | Slot | Written
"""Constant text, a text to be quoted, or a part that must look at its values."""


class NoPlanError(Exception):
    """The shape of the values does not tell what the document will look like."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of values without looking into them."""

    absent: frozenset[str]
    empty: frozenset[str]
    """Those that are a list of nothing."""
    texts: frozenset[str]
    members: Mapping[str, tuple[Member, ...]]
    """Of lists of objects that hold nothing but texts: each object's keys, and the one that it
    gives under `key`."""


Member: TypeAlias = tuple[tuple[str, ...], object]


@dataclass(frozen=True, slots=True)
class Constant:
    """Text that every pass shares."""

    text: str

    def flatten(self, _shape: Shape) -> list[Piece]:
        return [self.text]

    def emit(self, _values: Values, _out: Report) -> str | None:
        return self.text


@dataclass(frozen=True, slots=True)
class Unit:
    """A value built from slots, with the check of its place."""

    build: Build
    check: Check
    parent: str
    key: str | int
    names: frozenset[str] | None
    """The names that it cannot be without, or None where that depends on more."""
    whole: Slot | None = None
    """The value where a text can be told to be right without a report."""

    def flatten(self, shape: Shape) -> list[Piece] | None:
        if self.names is None:
            raise NoPlanError
        if not shape.absent.isdisjoint(self.names):
            return None
        whole = self.whole
        return [whole] if whole is not None and whole.name in shape.texts else [self]

    def emit(self, values: Values, out: Report) -> str | None:
        try:
            value = self.build(values)
        except InvalidPassError as error:
            out.extend(error.findings)
            return None
        if value is OMITTED:
            return None
        self.check.check(value, self.parent, self.key, out)
        return dumps(value)


@dataclass(frozen=True, slots=True)
class Varying:
    """A key of a flat object whose value is a slot, or a text with slots in it."""

    key: str
    needed: bool
    build: Build
    check: Check
    prefix: str
    slot: str | None
    """The name of the value when any text is right, so that most need no further call."""
    names: frozenset[str]
    """The names that it cannot be without."""
    whole: Slot | None = None
    """The value where a text can be told to be right without a report, its neighbours included."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A field, a barcode, a location: an object of simple values, some of them slots.

    By far the most common unit, hence its own class: its constant keys have been checked and
    encoded, so that only the varying ones and the rules across keys are left for each pass.
    """

    constant: dict[str, object]
    text: str
    varying: tuple[Varying, ...]
    cross: tuple[Cross, ...]
    path: str

    def flatten(self, shape: Shape) -> list[Piece] | None:
        pieces: list[Piece] = ["{" + self.text[1:]]
        free = True
        for member in self.varying:
            whole = member.whole
            if not shape.absent.isdisjoint(member.names):
                if member.needed:
                    return None
                # What a rule across keys makes of its absence takes the whole object.
                free = free and all(
                    isinstance(rule, Where) and member.key not in rule.keys for rule in self.cross
                )
            elif whole is not None and whole.name in shape.texts:
                comma = "," if len(pieces) > 1 or self.text else ""
                pieces += [comma + member.prefix[1:], whole]
            else:
                free = False
        return [*pieces, "}"] if free else [self]

    def emit(self, values: Values, out: Report) -> str | None:
        text, path = self.text, self.path
        built: dict[str, object] = {}
        try:
            for member in self.varying:
                slot = member.slot
                value = values.get(slot) if slot is not None else None
                if type(value) is not str:
                    value = member.build(values)
                    if value is OMITTED:
                        if member.needed:
                            # A field without its value, a barcode without its message: it goes.
                            return None
                        continue
                    member.check.check(value, path, member.key, out)
                built[member.key] = value
                text += member.prefix + dumps(value)
        except InvalidPassError as error:
            out.extend(error.findings)
            return None
        if self.cross and not out:
            whole = {**self.constant, **built}
            for rule in self.cross:
                rule(whole, path, out)
        return "{" + text[1:] + "}"


@dataclass(frozen=True, slots=True)
class SlotFlat:
    """A flat object with one slot, in a place where any text is right: most fields are such."""

    head: str
    slot: str
    whole: Flat
    """The same object, for values that are no text."""

    def flatten(self, shape: Shape) -> list[Piece] | None:
        return self.whole.flatten(shape)

    def emit(self, values: Values, out: Report) -> str | None:
        value = values.get(self.slot)
        if type(value) is str:
            return f"{self.head}{dumps(value)}}}"
        return self.whole.emit(values, out)


@dataclass(frozen=True, slots=True)
class Spread:
    """A member of a list that stands for any number of members."""

    name: str
    build: Build
    item: Check
    path: str
    index: int

    def members(self, values: Values, out: Report) -> list[object]:
        """What it stands for this time, checked one by one."""
        try:
            value = self.build(values)
        except InvalidPassError as error:
            out.extend(error.findings)
            return []
        if value is OMITTED:
            return []
        members = value if isinstance(value, list) else [value]
        for offset, member in enumerate(members):
            self.item.check(member, self.path, self.index + offset, out)
        return members


@dataclass(frozen=True, slots=True)
class ConstantList:
    """A list of as many members as the template writes, less those without a value."""

    members: tuple[Node, ...]

    def flatten(self, shape: Shape) -> list[Piece] | None:
        return _listed([node.flatten(shape) for node in self.members])

    def emit(self, values: Values, out: Report) -> str | None:
        texts = [node.emit(values, out) for node in self.members]
        return "[" + ",".join([text for text in texts if text is not None]) + "]"


@dataclass(frozen=True, slots=True)
class SpreadingList:
    """A list with a member that stands for several."""

    members: tuple[tuple[Node | Spread, object], ...]
    """Each member, and how the template writes it."""
    check: Items
    path: str

    def flatten(self, shape: Shape) -> list[Piece] | None:
        flat: list[list[Piece] | None] = []
        for node, _ in self.members:
            if not isinstance(node, Spread):
                flat.append(node.flatten(shape))
            elif node.name not in shape.absent and node.name not in shape.empty:
                flat += [
                    _member_pieces(node, index, member)
                    for index, member in enumerate(_members(node, shape))
                ]
        return _listed(flat)

    def spread_in(self, shape: Shape) -> list[object] | None:
        """All members as far as the rules across lists look at them; None where none is spread."""
        whole: list[object] = []
        spread = False
        for node, source in self.members:
            if not isinstance(node, Spread):
                if node.flatten(shape) is not None:
                    whole.append(source)
            elif node.name not in shape.absent and node.name not in shape.empty:
                spread = True
                whole += [dict.fromkeys(keys, key) for keys, key in _members(node, shape)]
        return whole if spread else None

    def emit(self, values: Values, out: Report) -> str | None:
        return self.emit_whole(values, out)[0]

    def emit_whole(self, values: Values, out: Report) -> tuple[str, list[object] | None]:
        """The text, and all members for the rules across lists.

        No members are given when none was spread: the list then stands as the template has it,
        which was checked when it was made.
        """
        texts: list[str] = []
        whole: list[object] = []
        spread = False
        for node, source in self.members:
            if isinstance(node, Spread):
                members = node.members(values, out)
                spread = spread or bool(members)
                whole += members
                texts += map(dumps, members)
                continue
            text = node.emit(values, out)
            if text is not None:
                texts.append(text)
                whole.append(source)
        if spread:
            self.check.check_count(len(whole), self.path, out)
        return "[" + ",".join(texts) + "]", whole if spread else None


@dataclass(frozen=True, slots=True)
class Object:
    """An object some of whose members vary; members without a value are left out.

    Each member is the keys it writes, the text before its value, and the value; neighbours that
    are constant have been merged into one, which writes its keys itself.
    """

    members: tuple[tuple[tuple[str, ...], str, Node], ...]
    check: Keys
    path: str
    source: dict[str, object]
    """The object as the template writes it."""
    sensitive: frozenset[str]
    """The keys that the rules across keys look at; any other may be left out unnoticed."""

    def flatten(self, shape: Shape) -> list[Piece] | None:
        pieces: list[Piece] = ["{"]
        omitted: list[str] = []
        changed: dict[str, object] = {}
        found: Report = []
        for keys, prefix, node in self.members:
            if isinstance(node, SpreadingList):
                whole = node.spread_in(shape)
                if whole is not None:
                    changed[keys[0]] = whole
                    node.check.check_count(len(whole), node.path, found)
            flat = node.flatten(shape)
            if flat is None:
                omitted += keys
                continue
            comma = "," if len(pieces) > 1 else ""
            pieces += [comma + prefix, *flat]
        if changed or not self.sensitive.isdisjoint(omitted):
            self._check_across(omitted, changed, found)
        if found:
            raise NoPlanError
        return [*pieces, "}"]

    def emit(self, values: Values, out: Report) -> str | None:
        parts: list[str] = []
        omitted: list[str] = []
        changed: dict[str, object] = {}
        for keys, prefix, node in self.members:
            if isinstance(node, SpreadingList):
                text, whole = node.emit_whole(values, out)
                if whole is not None:
                    changed[keys[0]] = whole
                parts.append(prefix + text)
                continue
            written = node.emit(values, out)
            if written is None:
                omitted += keys
            else:
                parts.append(prefix + written)
        if not out and (changed or not self.sensitive.isdisjoint(omitted)):
            self._check_across(omitted, changed, out)
        return "{" + ",".join(parts) + "}"

    def _check_across(self, omitted: list[str], changed: dict[str, object], out: Report) -> None:
        """The rules across keys again: some must come together or not at all, and one has been
        left out; or a value has brought more members into a list."""
        present = {**self.source, **changed}
        for key in omitted:
            del present[key]
        self.check.check_across(present, self.path, out)


def _members(node: Spread, shape: Shape) -> tuple[Member, ...]:
    """The members that a list brings; raises NoPlanError when that takes a look into them."""
    known = shape.members.get(node.name)
    if known is None:
        raise NoPlanError
    return known


def _member_pieces(node: Spread, index: int, member: Member) -> list[Piece]:
    """An object of texts, each of which can be told to be right without a report."""
    keys, own = member
    item = node.item
    if not isinstance(item, Keys) or not set(item.required) <= set(keys):
        raise NoPlanError
    for rule in item.cross:
        if not isinstance(rule, Where) or rule.always or not rule.keys.isdisjoint(keys):
            raise NoPlanError
    pieces: list[Piece] = []
    for key in keys:
        pieces.append(("," if pieces else "{") + dumps(key) + ":")
        if key == "key":
            # It is part of the shape, because the rules across lists compare it.
            pieces.append(dumps(own))
            continue
        check = item.known.get(key)
        fits = getattr(check, "fits", None)
        if check is None or (fits is None and not getattr(check, "any_text", False)):
            raise NoPlanError
        pieces.append(MemberSlot(node.name, index, key, fits))
    return [*pieces, "}"]


def _listed(members: list[list[Piece] | None]) -> list[Piece]:
    pieces: list[Piece] = ["["]
    for flat in members:
        if flat is not None:
            pieces += [",", *flat] if len(pieces) > 1 else flat
    return [*pieces, "]"]


class Plan:
    """A document flattened for values of one shape: the quickest way to write it."""

    __slots__ = ("_pieces",)

    def __init__(self, root: Part, shape: Shape) -> None:
        """Raises NoPlanError."""
        flat = root.flatten(shape)
        if flat is None:
            raise NoPlanError
        pieces: list[tuple[str, str | None, Fits | None, Written | None]] = []
        text = ""
        for piece in flat:
            if isinstance(piece, str):
                text += piece
            elif isinstance(piece, Slot):
                pieces.append((text, piece.name, piece.fits, None))
                text = ""
            else:
                pieces.append((text, None, None, piece))
                text = ""
        self._pieces = (*pieces, (text, None, None, None))

    def fill(self, values: Values, out: Report) -> str | None:
        """The document, for values of the shape that the plan was made for.

        None where one of them does not fit: then the tree says what is wrong with it.
        """
        parts: list[str] = []
        texts = cast("Mapping[str, str]", values)
        for text, slot, fits, part in self._pieces:
            parts.append(text)
            if slot is not None:
                value = texts[slot]
                if fits is not None and not fits(value):
                    return None
                parts.append(quoted(value))
            elif part is not None:
                written = part.emit(values, out)
                if written is None:
                    return None
                parts.append(written)
        return "".join(parts)


Node: TypeAlias = Constant | Unit | Flat | SlotFlat | ConstantList | SpreadingList | Object
