"""The parts that the form of a document is made of.

A shape says of one value, without looking at any other part of the document, whether it may stand
there. It says so twice: as faults, found by the very functions that the reader reads with, and as
JSON Schema (draft 2020-12). A property test holds the two to each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.domain.programme.reader import Node, fail
from tessera.domain.programme_shape.asking import Question

Definitions = dict[str, Json]
Faults = Iterator[InvalidInput]


class Shape(Protocol):
    """The form of one value."""

    def faults(self, value: object, pointer: str) -> Faults:
        """Everything wrong with the value, each as the reader would refuse it."""
        ...

    def schema(self, definitions: Definitions) -> dict[str, Json]:
        """The same as JSON Schema; what has a name goes to `definitions` and is referred to."""
        ...


def whole_text(pattern: str) -> str:
    """A pattern for the whole text, in the dialect that Python and ECMAScript share.

    Python's `$` also matches before a last line break, hence the look-ahead.
    """
    return rf"^(?:{pattern})$(?!\n)"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that one function of the reader reads.

    `ask` is given a node that holds nothing but the value, and its key.
    """

    ask: Callable[[Node, str], object]
    form: Mapping[str, Json]

    def faults(self, value: object, pointer: str) -> Faults:
        place, _, last = pointer.rpartition("/")
        key = last.replace("~1", "/").replace("~0", "~")
        try:
            self.ask(Node({key: value}, place), key)
        except InvalidInput as refusal:
            yield refusal

    def schema(self, definitions: Definitions) -> dict[str, Json]:  # noqa: ARG002  (a shape's own)
        return dict(self.form)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object. An optional one may be null, which is to leave it out.

    `present` says of an optional field that it may not be null where it stands.
    """

    shape: Shape
    about: str = ""
    required: bool = False
    present: bool = False

    @property
    def nullable(self) -> bool:
        return not (self.required or self.present)

    def schema(self, definitions: Definitions) -> dict[str, Json]:
        form = self.shape.schema(definitions)
        if self.nullable:
            form = _or_null(form)
        return {"description": self.about, **form} if self.about else form


class Law(Protocol):
    """What the fields of one object demand of each other."""

    def faults(self, data: Mapping[str, Any], pointer: str) -> Faults: ...

    def schema(self) -> dict[str, Json]: ...


@dataclass(frozen=True, slots=True)
class Needs:
    """The test must hold, wherever `when` holds; else `code` at `place` below the object."""

    test: Question
    code: str
    place: str = ""
    when: Question | None = None

    def faults(self, data: Mapping[str, Any], pointer: str) -> Faults:
        if (self.when is None or self.when.holds(data)) and not self.test.holds(data):
            yield fail(self.code, f"{pointer}/{self.place}" if self.place else pointer)

    def schema(self) -> dict[str, Json]:
        demanded = self.test.schema()
        return demanded if self.when is None else {"if": self.when.schema(), "then": demanded}


@dataclass(frozen=True, slots=True)
class Only:
    """The fields may stand only where `when` holds: elsewhere they are unknown."""

    fields: tuple[str, ...]
    when: Question

    def faults(self, data: Mapping[str, Any], pointer: str) -> Faults:
        if not self.when.holds(data):
            for name in self.fields:
                if name in data:
                    yield fail("field_unknown", f"{pointer}/{name}")

    def schema(self) -> dict[str, Json]:
        return {
            "if": self.when.schema(),
            "else": {"properties": dict.fromkeys(self.fields, False)},
        }


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping: named fields, fields by pattern, and what they demand of each other.

    `unknown` names the refusal of any other field. `least` is the number of fields that it must
    have, `most` the number that it may have; `code` refuses other numbers.
    """

    fields: Mapping[str, Field]
    laws: tuple[Law, ...] = ()
    others: Mapping[str, Field] = field(default_factory=dict)
    least: int = 0
    most: int | None = None
    code: str = "empty_condition"
    unknown: Callable[[str], str] = lambda _: "field_unknown"

    def faults(self, value: object, pointer: str) -> Faults:
        if not isinstance(value, Mapping):
            yield fail("object_expected", pointer)
            return
        if len(value) < self.least or (self.most is not None and len(value) > self.most):
            yield fail(self.code, pointer)
            return
        clean = True
        for refusal in self._each(value, pointer):
            clean = False
            yield refusal
        if clean:
            for law in self.laws:
                yield from law.faults(value, pointer)

    def _each(self, value: Mapping[Any, Any], pointer: str) -> Faults:
        node = Node({}, pointer)
        for key, inner in value.items():
            if not isinstance(key, str):
                yield fail("key_not_text", pointer)
                continue
            found = self.field(key)
            if found is None:
                yield fail(self.unknown(key), node.at(key))
            elif inner is None:
                if not found.nullable:
                    yield fail("field_missing", node.at(key))
            else:
                yield from found.shape.faults(inner, node.at(key))
        for key, found in self.fields.items():
            if found.required and key not in value:
                yield fail("field_missing", node.at(key))

    def field(self, key: str) -> Field | None:
        """The field of that name."""
        found = self.fields.get(key)
        if found is not None:
            return found
        for pattern, other in self.others.items():
            if re.fullmatch(pattern, key, re.DOTALL):
                return other
        return None

    def schema(self, definitions: Definitions) -> dict[str, Json]:
        form: dict[str, Json] = {"type": "object", "additionalProperties": False}
        if self.fields:
            form["properties"] = {
                name: item.schema(definitions) for name, item in self.fields.items()
            }
        if self.others:
            form["patternProperties"] = {
                whole_text(pattern): item.schema(definitions)
                for pattern, item in self.others.items()
            }
        required: list[Json] = [name for name, item in self.fields.items() if item.required]
        if required:
            form["required"] = required
        if self.least:
            form["minProperties"] = self.least
        if self.most is not None:
            form["maxProperties"] = self.most
        if self.laws:
            form["allOf"] = [law.schema() for law in self.laws]
        return form


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one form; shorter than `least` is refused with `code`."""

    item: Shape
    least: int = 0
    code: str = "field_missing"
    most: int | None = None

    def faults(self, value: object, pointer: str) -> Faults:
        if not isinstance(value, list | tuple):
            yield fail("list_expected", pointer)
        elif len(value) < self.least or (self.most is not None and len(value) > self.most):
            yield fail(self.code, pointer, least=self.least)
        else:
            for index, inner in enumerate(value):
                yield from self.item.faults(inner, f"{pointer}/{index}")

    def schema(self, definitions: Definitions) -> dict[str, Json]:
        form: dict[str, Json] = {"type": "array", "items": self.item.schema(definitions)}
        if self.least:
            form["minItems"] = self.least
        if self.most is not None:
            form["maxItems"] = self.most
        return form


@dataclass(frozen=True, slots=True)
class Either:
    """A mapping, a list or something plain, each of a form of its own.

    Where the form of a list is absent, a list is judged as something plain is.
    """

    plain: Shape
    mapping: Shape
    many: Shape | None = None

    def faults(self, value: object, pointer: str) -> Faults:
        if isinstance(value, Mapping):
            yield from self.mapping.faults(value, pointer)
        elif self.many is not None and isinstance(value, list | tuple):
            yield from self.many.faults(value, pointer)
        else:
            yield from self.plain.faults(value, pointer)

    def schema(self, definitions: Definitions) -> dict[str, Json]:
        shapes = [self.plain, self.mapping, *([self.many] if self.many is not None else [])]
        return {"anyOf": [shape.schema(definitions) for shape in shapes]}


@dataclass(frozen=True, slots=True)
class Named:
    """A shape under a name of its own: described once, referred to, and able to hold itself."""

    name: str
    make: Callable[[], Shape]

    def faults(self, value: object, pointer: str) -> Faults:
        yield from self.make().faults(value, pointer)

    def schema(self, definitions: Definitions) -> dict[str, Json]:
        if self.name not in definitions:
            definitions[self.name] = {}
            definitions[self.name] = self.make().schema(definitions)
        return {"$ref": f"#/$defs/{self.name}"}


def _or_null(form: dict[str, Json]) -> dict[str, Json]:
    """The form or null. Laws hold of objects only: what is null must not be asked them."""
    kind = form.get("type")
    if isinstance(kind, str) and not {"enum", "allOf"} & set(form):
        return {**form, "type": [kind, "null"]}
    if set(form) == {"anyOf"} and isinstance(form["anyOf"], list):
        return {"anyOf": [*form["anyOf"], {"type": "null"}]}
    return {"anyOf": [form, {"type": "null"}]}
