"""pass.json as a program: constant text, and slots that are filled, checked and encoded per pass.

A template's document holds `{name}` where a value belongs. Compiling it separates what never
changes, which is checked and encoded once, from the *units* that hold a slot: the smallest object
whose rules look at each other (a field, a barcode, a location) or a single key. Per pass only the
units are built, checked by the very rules of `passbook.rules`, and encoded (`passbook.filling`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Final, cast

from passbook.checks import Anything, Check, Cross, Fits, Items, Keys, Report, Where
from passbook.errors import Finding, InvalidPassError
from passbook.filling import (
    OMITTED,
    Build,
    Constant,
    ConstantList,
    Flat,
    Member,
    Node,
    NoPlanError,
    Object,
    Plan,
    Shape,
    Slot,
    SlotFlat,
    Spread,
    SpreadingList,
    Unit,
    Values,
    Varying,
)
from passbook.plain import dumps, join, plain, refuse
from passbook.rules import DOCUMENT

_MISSING: Final = object()
_PLANS_MAX: Final = 256
_NOTHING: Final[Mapping[str, object]] = {}
_TOKEN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}|[{}]", re.ASCII)


class Compiled:
    """One document, ready to be filled. Immutable. Raises InvalidPassError on construction when
    what is constant in it breaks a rule, so that each pass need not look at it again."""

    __slots__ = ("_order", "_plans", "_root", "_take", "names")

    def __init__(self, document: Mapping[str, object]) -> None:
        findings: Report = []
        names: set[str] = set()
        self._root = _compile(dict(document), DOCUMENT, ("", ""), findings, names)
        if findings:
            raise InvalidPassError(findings)
        self.names = frozenset(names)
        """The names of the values that the document asks for."""
        self._order = tuple(sorted(names))
        self._take = itemgetter(*self._order) if len(names) > 1 else None
        self._plans: dict[tuple[object, ...], Plan | None] = {}

    def fill(self, values: Values) -> bytes:
        """pass.json with `values` in place. Raises InvalidPassError naming all that is wrong."""
        text = self._written(values)
        try:
            return text.encode()
        except UnicodeEncodeError as error:
            # Texts are not looked at one by one, so this once they are, to say which it is.
            self._written(_Distrusted(values))
            message = "A text holds half of a surrogate pair."
            raise refuse("text-unicode", "pass.json", message, "Decode it properly.") from error

    def _written(self, values: Values) -> str:
        findings: Report = []
        plan = self._plan(values)
        text = plan.fill(values, findings) if plan is not None else None
        if text is None:
            findings = []
            text = self._root.emit(values, findings) or ""
        if findings:
            raise InvalidPassError(findings)
        return text

    def _plan(self, values: Values) -> Plan | None:
        """The plan for values of this shape, made on its first appearance if there can be one."""
        if self._take is None:
            return None
        try:
            taken = self._take(values)
        except KeyError:
            return None
        shape = tuple([_KINDS.get(type(one)) or _kind(one) for one in taken])
        try:
            return self._plans[shape]
        except KeyError:
            if len(self._plans) >= _PLANS_MAX:
                return None
        pairs = list(zip(self._order, shape, strict=True))
        absent = frozenset(name for name, kind in pairs if kind is type(None))
        empty = frozenset(name for name, kind in pairs if kind == ())
        texts = frozenset(name for name, kind in pairs if kind is str)
        members = {name: kind for name, kind in pairs if isinstance(kind, tuple)}
        try:
            plan = Plan(self._root, Shape(absent, empty, texts, members))
        except NoPlanError:
            plan = None
        return self._plans.setdefault(shape, plan)


_KINDS: Final[Mapping[type, type]] = {str: str, int: int, type(None): type(None)}


def _kind(value: object) -> object:
    """What is to be known of a value for a plan: its type; of a list of objects that hold texts
    and nothing else, the keys of each and what it gives under `key`."""
    if type(value) is not list:
        return type(value)
    found: list[Member] = []
    for member in value:
        if type(member) is not dict or set(map(type, member.values())) != _TEXTS_ONLY:
            return list
        found.append((tuple(member), member.get("key")))
    return tuple(found)


_TEXTS_ONLY: Final = {str}


class _Text(str):
    """A text that is no plain `str`, so that no short cut takes it."""

    __slots__ = ()


class _Distrusted(dict[str, object]):
    """Values of which every text goes through its checks."""

    def __init__(self, values: Values) -> None:
        super().__init__(
            {key: _Text(one) if isinstance(one, str) else one for key, one in values.items()}
        )


def _compile(
    node: object, check: Check, place: tuple[str, str | int], out: Report, names: set[str]
) -> Node:
    found = _slots(node, join(*place), out)
    path = join(*place)
    if not found:
        constant = _unescape(node)
        # The document itself has no path, and its rules are those of its members.
        if path:
            check.check(constant, *place, out)
        else:
            cast("Keys", check).check_members(cast("dict[str, object]", constant), path, out)
        return Constant(dumps(constant))
    names |= found
    if isinstance(check, Keys) and isinstance(node, dict):
        if check.divisible:
            return _compile_object(node, check, path, out, names)
        if _is_flat(node):
            return _compile_flat(node, check, path, out)
    elif isinstance(check, Items) and isinstance(node, list):
        return _compile_list(node, check, path, out, names)
    _check_constants(node, check, place, out)
    used = None if isinstance(node, dict | list) else frozenset(found)
    return Unit(_builder(node, check, path), check, *place, used, _whole(node, check))


def _compile_list(
    node: list[object], check: Items, path: str, out: Report, names: set[str]
) -> ConstantList | SpreadingList:
    spreads = sum(_whole_slot(one) is not None for one in node)
    check.check_count(len(node) - spreads, path, out)
    if not spreads:
        members = [
            _compile(one, check.item, (path, index), out, names) for index, one in enumerate(node)
        ]
        return ConstantList(tuple(members))
    sources: list[tuple[Node | Spread, object]] = []
    for index, one in enumerate(node):
        name = _whole_slot(one)
        if name is None:
            member = _compile(one, check.item, (path, index), out, names)
            sources.append((member, one))
        else:
            names.add(name)
            build = _slot_builder(name, join(path, index))
            sources.append((Spread(name, build, check.item, path, index), one))
    return SpreadingList(tuple(sources), check, path)


def _check_constants(node: object, check: Check, place: tuple[str, str | int], out: Report) -> None:
    """Checks now what is constant in a unit: a fault there is the design's, not a value's."""
    path = join(*place)
    if not _slots(node, path, []):
        check.check(_unescape(node), *place, out)
    elif isinstance(node, dict) and isinstance(check, Keys):
        check.check_required(node, path, out)
        for key, member in node.items():
            _check_constants(member, check.known.get(key, Anything()), (path, key), out)
    elif isinstance(node, list) and isinstance(check, Items):
        for index, member in enumerate(node):
            _check_constants(member, check.item, (path, index), out)


def _is_flat(node: dict[str, object]) -> bool:
    """Whether its slots stand in simple values only."""
    return not any(isinstance(one, dict | list) and _slots(one, "", []) for one in node.values())


def _compile_flat(node: dict[str, object], check: Keys, path: str, out: Report) -> Flat | SlotFlat:
    check.check_required(node, path, out)
    constant = {key: _unescape(one) for key, one in node.items() if not _slots(one, "", [])}
    cross = tuple(
        rule
        for rule in check.cross
        if not (isinstance(rule, Where) and not rule.always and rule.keys.isdisjoint(node))
    )
    varying: list[Varying] = []
    for key, one in node.items():
        judge = check.known.get(key, Anything())
        names = _slots(one, "", [])
        if names:
            varying.append(
                Varying(
                    key=key,
                    needed=key in check.required,
                    build=_builder(one, judge, join(path, key)),
                    check=judge,
                    prefix=f",{dumps(key)}:",
                    slot=_free_slot(one, judge),
                    names=frozenset(names),
                    whole=_whole(one, judge, cross, constant, key, node.keys() - constant.keys()),
                )
            )
        else:
            judge.check(constant[key], path, key, out)
    # Every piece of text begins with a comma, the first of which is dropped when it is written.
    text = "," + dumps(constant)[1:-1] if constant else ""
    flat = Flat(constant, text, tuple(varying), cross, path)
    first = varying[0]
    if len(varying) == 1 and first.slot is not None and not cross:
        return SlotFlat("{" + (text + first.prefix)[1:], first.slot, flat)
    return flat


def _compile_object(
    node: dict[str, object], check: Keys, path: str, out: Report, names: set[str]
) -> Object:
    check.check_across(node, path, out)
    members: list[tuple[tuple[str, ...], str, Node]] = []
    for key, one in node.items():
        prefix = dumps(key) + ":"
        member = _compile(one, check.known.get(key, Anything()), (path, key), out, names)
        last = members[-1] if members else None
        if not isinstance(member, Constant):
            members.append(((key,), prefix, member))
        elif last is not None and isinstance(last[2], Constant):
            merged = Constant(f"{last[2].text},{prefix}{member.text}")
            members[-1] = ((*last[0], key), "", merged)
        else:
            members.append(((key,), "", Constant(prefix + member.text)))
    sensitive = set(check.required)
    for rule in check.cross:
        sensitive |= rule.keys if isinstance(rule, Where) else node.keys()
    return Object(tuple(members), check, path, node, frozenset(sensitive))


def _whole_slot(node: object) -> str | None:
    found = _TOKEN.fullmatch(node) if isinstance(node, str) else None
    return found.group(1) if found is not None else None


def _free_slot(node: object, check: Check) -> str | None:
    """The name of a whole slot in a place where any text is right."""
    return _whole_slot(node) if getattr(check, "any_text", False) else None


def _whole(
    node: object,
    check: Check,
    cross: tuple[Cross, ...] = (),
    constant: Mapping[str, object] = _NOTHING,
    key: str = "",
    varying: AbstractSet[str] = frozenset(),
) -> Slot | None:
    """The slot that `node` is, if a text in it can be told to be right without a report.

    `constant` and `varying` are what stands beside it under other keys.
    """
    name = _whole_slot(node)
    if name is None:
        return None
    tests: list[Fits] = []
    if not getattr(check, "any_text", False):
        own = getattr(check, "fits", None)
        if own is None:
            return None
        tests.append(own)
    for rule in cross:
        if not isinstance(rule, Where) or rule.fits is None or rule.keys & varying - {key}:
            return None
        found = rule.fits(constant, key)
        if found is None:
            return None
        tests.append(found)
    if len(tests) > 1:
        return Slot(name, lambda text: all(test(text) for test in tests))
    return Slot(name, tests[0] if tests else None)


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


def _builder(node: object, check: Check | None, path: str) -> Build:
    """A function from values to the plain value that stands at `path`, or `OMITTED`."""
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


def _constant_builder(value: object) -> Build:
    constant = _unescape(value)
    return lambda _values: constant


def _missing(name: str, path: str) -> InvalidPassError:
    message = f"No value was given for {{{name}}}."
    return refuse("value-missing", path, message, f"Give {name}, or None to leave it out.")


def _slot_builder(name: str, path: str) -> Build:
    def build(values: Values) -> object:
        value = values.get(name, _MISSING)
        if type(value) is str or type(value) is int:
            return value
        if value is _MISSING:
            raise _missing(name, path)
        return OMITTED if value is None else plain(value, path)

    return build


def _text_builder(node: str, path: str) -> Build:
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
                value = values.get(name, _MISSING)
                if value is _MISSING:
                    raise _missing(name, path)
                if value is None:
                    return OMITTED
                if isinstance(value, bool) or not isinstance(value, str | int):
                    message = f"{{{name}}} stands inside a text and is a {type(value).__name__}."
                    raise refuse("value-type", path, message, "Give text or a whole number.")
                out.append(str(value))
        return "".join(out) + tail

    return build


def _dict_builder(node: dict[str, object], check: Check | None, path: str) -> Build:
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
            if value is not OMITTED:
                out[key] = value
            elif needed:
                # A field without its value, a barcode without its message: the whole goes.
                return OMITTED
        return out

    return build


def _list_builder(members: list[Build], spreading: list[bool]) -> Build:
    pairs = list(zip(members, spreading, strict=True))

    def build(values: Values) -> object:
        out: list[object] = []
        for member, spread in pairs:
            value = member(values)
            if spread and isinstance(value, list):
                out += value
            elif value is not OMITTED:
                out.append(value)
        return out

    return build
