"""Questions that one object answers by itself, in Python and in JSON Schema alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tessera.domain.canonical import Json


class Question(Protocol):
    """A question to the fields of one object."""

    def holds(self, data: Mapping[str, Any]) -> bool: ...

    def schema(self) -> dict[str, Json]: ...


@dataclass(frozen=True, slots=True)
class Is:
    """The field is one of these words; absent or null, it is its default."""

    field: str
    words: tuple[str, ...]
    default: str | None = None

    def holds(self, data: Mapping[str, Any]) -> bool:
        found = data.get(self.field)
        return (self.default if found is None else found) in self.words

    def schema(self) -> dict[str, Json]:
        if self.default in self.words:
            return {"properties": {self.field: {"enum": [*self.words, None]}}}
        return {"properties": {self.field: {"enum": [*self.words]}}, "required": [self.field]}


@dataclass(frozen=True, slots=True)
class Has:
    """The field is there and is not null."""

    field: str

    def holds(self, data: Mapping[str, Any]) -> bool:
        return data.get(self.field) is not None

    def schema(self) -> dict[str, Json]:
        return _present(self.field, {"not": {"type": "null"}})


@dataclass(frozen=True, slots=True)
class Filled:
    """The field is a text, or a list or a mapping that is not empty."""

    field: str

    def holds(self, data: Mapping[str, Any]) -> bool:
        found = data.get(self.field)
        return isinstance(found, str) or bool(found)

    def schema(self) -> dict[str, Json]:
        forms: list[Json] = [
            {"type": "string"},
            {"type": "array", "minItems": 1},
            {"type": "object", "minProperties": 1},
        ]
        return _present(self.field, {"anyOf": forms})


@dataclass(frozen=True, slots=True)
class Above0:
    """The field is a number other than zero, written as a number or as a text."""

    field: str

    def holds(self, data: Mapping[str, Any]) -> bool:
        found = data.get(self.field)
        return found is not None and any(digit in str(found) for digit in "123456789")

    def schema(self) -> dict[str, Json]:
        forms: list[Json] = [
            {"type": "integer", "not": {"const": 0}},
            {"type": "string", "pattern": "[1-9]"},
        ]
        return _present(self.field, {"anyOf": forms})


@dataclass(frozen=True, slots=True)
class Inside:
    """The field is an object of which the test holds."""

    field: str
    test: Question

    def holds(self, data: Mapping[str, Any]) -> bool:
        found = data.get(self.field)
        return isinstance(found, Mapping) and self.test.holds(found)

    def schema(self) -> dict[str, Json]:
        return _present(self.field, {"type": "object", **self.test.schema()})


@dataclass(frozen=True, slots=True)
class AllOf:
    """All the tests hold."""

    tests: tuple[Question, ...]

    def holds(self, data: Mapping[str, Any]) -> bool:
        return all(test.holds(data) for test in self.tests)

    def schema(self) -> dict[str, Json]:
        return {"allOf": [test.schema() for test in self.tests]}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the tests holds at least."""

    tests: tuple[Question, ...]

    def holds(self, data: Mapping[str, Any]) -> bool:
        return any(test.holds(data) for test in self.tests)

    def schema(self) -> dict[str, Json]:
        return {"anyOf": [test.schema() for test in self.tests]}


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of the tests holds."""

    tests: tuple[Question, ...]

    def holds(self, data: Mapping[str, Any]) -> bool:
        return sum(test.holds(data) for test in self.tests) == 1

    def schema(self) -> dict[str, Json]:
        return {"oneOf": [test.schema() for test in self.tests]}


@dataclass(frozen=True, slots=True)
class Not:
    """The test does not hold."""

    test: Question

    def holds(self, data: Mapping[str, Any]) -> bool:
        return not self.test.holds(data)

    def schema(self) -> dict[str, Json]:
        return {"not": self.test.schema()}


@dataclass(frozen=True, slots=True)
class Beside:
    """There is a field beside the one of that name."""

    field: str

    def holds(self, data: Mapping[str, Any]) -> bool:
        return any(name != self.field for name in data)

    def schema(self) -> dict[str, Json]:
        return {"not": {"propertyNames": {"const": self.field}}}


def _present(field: str, form: dict[str, Json]) -> dict[str, Json]:
    return {"properties": {field: form}, "required": [field]}
