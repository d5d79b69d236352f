"""pass.json as a program: constant text, and slots that are filled, checked and encoded per pass.

A template's document holds `{name}` where a value belongs. Compiling it separates what never
changes, which is checked and encoded once, from the *units* that hold a slot: the smallest object
whose rules look at each other (a field, a barcode, a location) or a single key. Per pass only the
units are built, checked by the very rules of `passbook.rules`, and encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from passbook.checks import Anything, Check, Items, Keys, Report
from passbook.errors import Finding, InvalidPassError
from passbook.plain import dumps, join, plain, refuse
from passbook.rules import DOCUMENT

Values = Mapping[str, object]
_Build = Callable[[Values], object]
_OMITTED: Final = object()
_MISSING: Final = object()
_TOKEN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}|[{}]", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Constant:
    """Text that every pass shares."""

    text: str

    def emit(self, _values: Values, _out: Report) -> str | None:
        return self.text


@dataclass(frozen=True, slots=True)
class _Unit:
    """A value built from slots, with the check of its place."""

    build: _Build
    check: Check
    parent: str
    key: str | int

    def emit(self, values: Values, out: Report) -> str | None:
        try:
            value = self.build(values)
        except InvalidPassError as error:
            out.extend(error.findings)
            return None
        if value is _OMITTED:
            return None
        self.check.check(value, self.parent, self.key, out)
        return dumps(value)


@dataclass(frozen=True, slots=True)
class _Object:
    """An object some of whose members vary; members without a value are left out.

    Each member is the keys it writes, the text before its value, and the value; neighbours that
    are constant have been merged into one, which writes its keys itself.
    """

    members: tuple[tuple[tuple[str, ...], str, _Node], ...]
    check: Keys
    path: str
    source: dict[str, object]
    """The object as the template writes it."""
    spreading: tuple[tuple[str, _List], ...]
    """Its lists of which a member may stand for several."""

    def emit(self, values: Values, out: Report) -> str | None:
        parts: list[str] = []
        omitted: list[str] = []
        before = len(out)
        for keys, prefix, node in self.members:
            text = node.emit(values, out)
            if text is None:
                omitted += keys
            else:
                parts.append(prefix + text)
        if omitted and len(out) == before:
            # Some keys must come together or not at all, and one has been left out.
            present = {key: True for keys, _, _ in self.members for key in keys}
            for key in omitted:
                del present[key]
            self.check.check_members(present, self.path, out)
        if self.spreading and len(out) == before:
            self._check_spread(values, out)
        return "{" + ",".join(parts) + "}"

    def _check_spread(self, values: Values, out: Report) -> None:
        """The rules across lists again, when a value has brought in more members."""
        found = {key: node.check_whole(values, out) for key, node in self.spreading}
        changed = {key: whole for key, whole in found.items() if whole is not None}
        if changed:
            for rule in self.check.cross:
                rule({**self.source, **changed}, self.path, out)


@dataclass(frozen=True, slots=True)
class _Spread:
    """A member of a list that stands for any number of members."""

    build: _Build
    item: Check
    path: str
    index: int

    def emit(self, values: Values, out: Report) -> str | None:
        try:
            members = self.members(values)
        except InvalidPassError as error:
            out.extend(error.findings)
            return None
        for offset, member in enumerate(members):
            self.item.check(member, self.path, self.index + offset, out)
        return ",".join(map(dumps, members)) if members else None

    def members(self, values: Values) -> list[object]:
        """What it stands for this time; raises InvalidPassError on a value JSON cannot hold."""
        value = self.build(values)
        if value is _OMITTED:
            return []
        return value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True)
class _List:
    """A list some of whose members vary; members without a value are left out."""

    members: tuple[_Node | _Spread, ...]
    source: tuple[object, ...]
    """The members as the template writes them."""
    check: Items
    path: str

    def emit(self, values: Values, out: Report) -> str | None:
        texts = [node.emit(values, out) for node in self.members]
        return "[" + ",".join(text for text in texts if text is not None) + "]"

    def check_whole(self, values: Values, out: Report) -> list[object] | None:
        """Checks the length, and gives the members for rules across lists, if any were spread.

        Gives None when all stands as the template has it, which was checked when it was made.
        """
        spread = [node.members(values) for node in self.members if isinstance(node, _Spread)]
        if not any(spread):
            return None
        whole: list[object] = []
        for node, source in zip(self.members, self.source, strict=True):
            if isinstance(node, _Spread):
                whole += node.members(values)
            elif node.emit(values, []) is not None:
                whole.append(source)
        self.check.check_count(len(whole), self.path, out)
        return whole


@dataclass(frozen=True, slots=True)
class _Varying:
    """A key of a flat object whose value is a slot, or a text with slots in it."""

    key: str
    needed: bool
    build: _Build
    check: Check
    prefix: str


@dataclass(frozen=True, slots=True)
class _Flat:
    """A field, a barcode, a location: an object of simple values, some of them slots.

    By far the most common unit, hence its own class: its constant keys have been checked and
    encoded, so that only the varying ones and the rules across keys are left for each pass.
    """

    constant: dict[str, object]
    text: str
    varying: tuple[_Varying, ...]
    check: Keys
    path: str

    def emit(self, values: Values, out: Report) -> str | None:
        whole = self.constant.copy()
        parts = [self.text] if self.text else []
        path = self.path
        before = len(out)
        try:
            for member in self.varying:
                value = member.build(values)
                if value is not _OMITTED:
                    member.check.check(value, path, member.key, out)
                    whole[member.key] = value
                    parts.append(member.prefix + dumps(value))
                elif member.needed:
                    # A field without its value, a barcode without its message: it goes whole.
                    return None
        except InvalidPassError as error:
            out.extend(error.findings)
            return None
        if len(out) == before:
            for rule in self.check.cross:
                rule(whole, path, out)
        return "{" + ",".join(parts) + "}"


_Node: TypeAlias = "_Constant | _Unit | _Flat | _Object | _List"


class Compiled:
    """One document, ready to be filled. Immutable. Raises InvalidPassError on construction when
    what is constant in it breaks a rule, so that each pass need not look at it again."""

    __slots__ = ("_root", "names")

    def __init__(self, document: Mapping[str, object]) -> None:
        findings: Report = []
        names: set[str] = set()
        self._root = _compile(dict(document), DOCUMENT, ("", ""), findings, names)
        if findings:
            raise InvalidPassError(findings)
        self.names = frozenset(names)
        """The names of the values that the document asks for."""

    def fill(self, values: Values) -> bytes:
        """pass.json with `values` in place. Raises InvalidPassError naming all that is wrong."""
        findings: Report = []
        text = self._root.emit(values, findings)
        if findings:
            raise InvalidPassError(findings)
        try:
            return cast("str", text).encode()
        except UnicodeEncodeError as error:
            message = "A text holds half of a surrogate pair."
            raise refuse("text-unicode", "pass.json", message, "Decode it properly.") from error


def _compile(
    node: object, check: Check, place: tuple[str, str | int], out: Report, names: set[str]
) -> _Node:
    found = _slots(node, join(*place), out)
    path = join(*place)
    if not found:
        constant = _unescape(node)
        # The document itself has no path, and its rules are those of its members.
        if path:
            check.check(constant, *place, out)
        else:
            cast("Keys", check).check_members(cast("dict[str, object]", constant), path, out)
        return _Constant(dumps(constant))
    names |= found
    if isinstance(check, Keys) and isinstance(node, dict):
        if check.divisible:
            return _compile_object(node, check, path, out, names)
        if _is_flat(node):
            return _compile_flat(node, check, path, out)
    elif isinstance(check, Items) and isinstance(node, list):
        return _compile_list(node, check, path, out, names)
    _check_constants(node, check, place, out)
    return _Unit(_builder(node, check, path), check, *place)


def _compile_list(
    node: list[object], check: Items, path: str, out: Report, names: set[str]
) -> _List:
    spreads = sum(_whole_slot(one) is not None for one in node)
    check.check_count(len(node) - spreads, path, out)
    members: list[_Node | _Spread] = []
    for index, one in enumerate(node):
        name = _whole_slot(one)
        if name is None:
            members.append(_compile(one, check.item, (path, index), out, names))
        else:
            names.add(name)
            build = _slot_builder(name, join(path, index))
            members.append(_Spread(build, check.item, path, index))
    return _List(tuple(members), tuple(node), check, path)


def _check_constants(node: object, check: Check, place: tuple[str, str | int], out: Report) -> None:
    """Checks now what is constant in a unit: a fault there is the design's, not a value's."""
    path = join(*place)
    if not _slots(node, path, []):
        check.check(_unescape(node), *place, out)
    elif isinstance(node, dict) and isinstance(check, Keys):
        across = check.cross if check.divisible else ()
        Keys({}, check.required, across).check_members(node, path, out)
        for key, member in node.items():
            _check_constants(member, check.known.get(key, Anything()), (path, key), out)
    elif isinstance(node, list) and isinstance(check, Items):
        for index, member in enumerate(node):
            _check_constants(member, check.item, (path, index), out)


def _is_flat(node: dict[str, object]) -> bool:
    """Whether its slots stand in simple values only."""
    return not any(isinstance(one, dict | list) and _slots(one, "", []) for one in node.values())


def _compile_flat(node: dict[str, object], check: Keys, path: str, out: Report) -> _Flat:
    for name in check.required:
        if name not in node:
            Keys({}, (name,)).check_members(node, path, out)
    constant: dict[str, object] = {}
    varying: list[_Varying] = []
    for key, one in node.items():
        judge = check.known.get(key, Anything())
        if _slots(one, "", []):
            build = _builder(one, judge, join(path, key))
            varying.append(_Varying(key, key in check.required, build, judge, dumps(key) + ":"))
        else:
            constant[key] = _unescape(one)
            judge.check(constant[key], path, key, out)
    text = dumps(constant)[1:-1]
    return _Flat(constant, text, tuple(varying), Keys({}, (), check.cross), path)


def _compile_object(
    node: dict[str, object], check: Keys, path: str, out: Report, names: set[str]
) -> _Object:
    across = Keys({}, check.required, check.cross)
    across.check_members(node, path, out)
    members: list[tuple[tuple[str, ...], str, _Node]] = []
    for key, one in node.items():
        prefix = dumps(key) + ":"
        member = _compile(one, check.known.get(key, Anything()), (path, key), out, names)
        last = members[-1] if members else None
        if not isinstance(member, _Constant):
            members.append(((key,), prefix, member))
        elif last is not None and isinstance(last[2], _Constant):
            merged = _Constant(f"{last[2].text},{prefix}{member.text}")
            members[-1] = ((*last[0], key), "", merged)
        else:
            members.append(((key,), "", _Constant(prefix + member.text)))
    spreading = tuple(
        (keys[0], member)
        for keys, _, member in members
        if isinstance(member, _List) and any(isinstance(one, _Spread) for one in member.members)
    )
    return _Object(tuple(members), across, path, node, spreading)


def _whole_slot(node: object) -> str | None:
    found = _TOKEN.fullmatch(node) if isinstance(node, str) else None
    return found.group(1) if found is not None else None


def _slots(node: object, path: str, out: Report) -> set[str]:
    """The names of the slots in `node`; a brace that is no slot is reported."""
    if isinstance(node, str):
        names: set[str] = set()
        for found in _TOKEN.finditer(node) if "{" in node or "}" in node else ():
            if found.group(1) is not None:
                names.add(found.group(1))
            elif len(found.group()) == 1:
                message = f"A lone {found.group()} in a template is neither a slot nor text."
                remedy = "Write {name} for a value, {{ or }} for the brace itself."
                out.append(Finding("template-brace", path, message, remedy))
        return names
    if isinstance(node, dict):
        return {name for key, one in node.items() for name in _slots(one, join(path, key), out)}
    if isinstance(node, list):
        return {name for at, one in enumerate(node) for name in _slots(one, join(path, at), out)}
    return set()


def _unescape(node: object) -> object:
    if isinstance(node, str):
        return node.replace("{{", "{").replace("}}", "}")
    if isinstance(node, dict):
        return {key: _unescape(member) for key, member in node.items()}
    if isinstance(node, list):
        return [_unescape(member) for member in node]
    return node


def _builder(node: object, check: Check | None, path: str) -> _Build:
    """A function from values to the plain value that stands at `path`, or `_OMITTED`."""
    if isinstance(node, str):
        name = _whole_slot(node)
        if name is not None:
            return _slot_builder(name, path)
        return _text_builder(node, path) if _TOKEN.search(node) else _constant_builder(node)
    if isinstance(node, dict):
        return _dict_builder(node, check, path)
    if isinstance(node, list):
        item = check.item if isinstance(check, Items) else None
        return _list_builder(
            [_builder(one, item, join(path, at)) for at, one in enumerate(node)],
            [_whole_slot(one) is not None for one in node],
        )
    return _constant_builder(node)


def _constant_builder(value: object) -> _Build:
    constant = _unescape(value)
    return lambda _values: constant


def _lookup(values: Values, name: str, path: str) -> object:
    value = values.get(name, _MISSING)
    if value is _MISSING:
        message = f"No value was given for {{{name}}}."
        raise refuse("value-missing", path, message, f"Give {name}, or None to leave it out.")
    return value


def _slot_builder(name: str, path: str) -> _Build:
    def build(values: Values) -> object:
        value = _lookup(values, name, path)
        if type(value) is str or type(value) is int:
            return value
        return _OMITTED if value is None else plain(value, path)

    return build


def _text_builder(node: str, path: str) -> _Build:
    parts: list[tuple[str, str | None]] = []
    position = 0
    for found in _TOKEN.finditer(node):
        literal = node[position : found.start()]
        if found.group(1) is None:
            literal += found.group()[0]
        parts.append((literal, found.group(1)))
        position = found.end()
    tail = node[position:]

    def build(values: Values) -> object:
        out: list[str] = []
        for literal, name in parts:
            out.append(literal)
            if name is not None:
                value = _lookup(values, name, path)
                if value is None:
                    return _OMITTED
                if isinstance(value, bool) or not isinstance(value, str | int):
                    message = f"{{{name}}} stands inside a text and is a {type(value).__name__}."
                    raise refuse("value-type", path, message, "Give text or a whole number.")
                out.append(str(value))
        return "".join(out) + tail

    return build


def _dict_builder(node: dict[str, object], check: Check | None, path: str) -> _Build:
    known = check.known if isinstance(check, Keys) else {}
    required = frozenset(check.required if isinstance(check, Keys) else ())
    members = [
        (key, key in required, _builder(one, known.get(key), join(path, key)))
        for key, one in node.items()
    ]

    def build(values: Values) -> object:
        out: dict[str, object] = {}
        for key, needed, member in members:
            value = member(values)
            if value is not _OMITTED:
                out[key] = value
            elif needed:
                # A field without its value, a barcode without its message: the whole goes.
                return _OMITTED
        return out

    return build


def _list_builder(members: list[_Build], spreading: list[bool]) -> _Build:
    pairs = list(zip(members, spreading, strict=True))

    def build(values: Values) -> object:
        out: list[object] = []
        for member, spread in pairs:
            value = member(values)
            if spread and isinstance(value, list):
                out += value
            elif value is not _OMITTED:
                out.append(value)
        return out

    return build
