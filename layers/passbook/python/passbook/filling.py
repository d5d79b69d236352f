"""The parts of a compiled document, each of which writes its piece of pass.json.

A part is given the values of one pass and a report. It writes its text, or nothing when a value
of None leaves it out, and reports every rule that its values break. Parts are immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from passbook.checks import Check, Cross, Items, Keys, Report
from passbook.errors import InvalidPassError
from passbook.plain import dumps

Values = Mapping[str, object]
Build = Callable[[Values], object]
"""Makes a plain value of the values, or `OMITTED`; raises InvalidPassError."""
OMITTED: Final = object()


@dataclass(frozen=True, slots=True)
class Constant:
    """Text that every pass shares."""

    text: str

    def emit(self, _values: Values, _out: Report) -> str | None:
        return self.text


@dataclass(frozen=True, slots=True)
class Unit:
    """A value built from slots, with the check of its place."""

    build: Build
    check: Check
    parent: str
    key: str | int

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

    def emit(self, values: Values, out: Report) -> str | None:
        value = values.get(self.slot)
        if type(value) is str:
            return f"{self.head}{dumps(value)}}}"
        return self.whole.emit(values, out)


@dataclass(frozen=True, slots=True)
class Spread:
    """A member of a list that stands for any number of members."""

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


Node: TypeAlias = Constant | Unit | Flat | SlotFlat | ConstantList | SpreadingList | Object
