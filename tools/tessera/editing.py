"""Programme files edited in place: one value changes, and all comments stay where they are.

A file is read into an object that remembers how it was written (ruamel.yaml), changed at places
named by JSON pointers, and written again. JSON files have no comments; their order is kept.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

from tools.tessera.documents import DocumentError, plain_value, read_text

WIDTH = 4096
"""Lines are as long as whoever wrote them left them."""

COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
"""Comments, and whatever else looks like one: it has to be there afterwards all the same."""

_INDENTED_LIST = re.compile(
    r"^( *)[^\s#-][^#\n]*:[ \t]*(?:#.*)?\n(?:\s*(?:#.*)?\n)*( *)- ", re.MULTILINE
)


class Draft:
    """A document that is being edited."""

    def __init__(self, name: str, text: str) -> None:
        """Raises DocumentError where the text holds no document, or one that can't be kept whole.

        A comment in an odd place (before a deeper level, or at another indentation) can be lost or
        break the file when it is written; such a file is left to its author.
        """
        self._is_json = name.endswith(".json")
        self._yaml = _yaml(text)
        try:
            self._data: Any = json.loads(text) if self._is_json else self._yaml.load(text)
        except (ValueError, YAMLError) as error:
            raise DocumentError(f"{name}: {error}") from error
        if not isinstance(self._data, Mapping):
            raise DocumentError(f"{name} holds no document")
        if not self._is_json and not self._keeps(name, text):
            raise DocumentError(
                f"{name} has comments where they would be lost. Put each above the line that it "
                "speaks of and as far to the right, or behind its value; or edit the file by hand"
            )

    def _keeps(self, name: str, text: str) -> bool:
        """Whether the text comes back with its content, its order and its comments."""
        written = self.text()
        try:
            same = json.dumps(read_text(name, written)) == json.dumps(read_text(name, text))
        except DocumentError:
            return False
        return same and COMMENT.findall(written) == COMMENT.findall(text)

    @classmethod
    def of(cls, path: Path) -> Draft:
        """The document of a file."""
        return cls(path.name, path.read_text("utf-8"))

    def text(self) -> str:
        """The document as it is to be written."""
        if self._is_json:
            return json.dumps(self._data, ensure_ascii=False, indent=2) + "\n"
        written = io.StringIO()
        self._yaml.dump(self._data, written)
        return written.getvalue()

    def get(self, pointer: str) -> Any:
        """What stands at a pointer; raises DocumentError where nothing does."""
        found = self._data
        for step in _steps(pointer):
            found = _at(found, step, pointer)
        return found

    def put(self, pointer: str, value: Any) -> None:
        """Put a value at a pointer, which may be new in its mapping; `-` is the end of a list."""
        *way, last = _steps(pointer)
        place = self._own(way, pointer)
        if isinstance(place, list):
            if last == "-":
                place.append(self._styled(value))
                return
            _at(place, last, pointer)
            place[int(last)] = self._styled(value, place[int(last)])
        elif isinstance(place, dict):
            place[last] = self._styled(value, place.get(last))
        else:
            raise DocumentError(f"{pointer}: there is nothing to put {last!r} into")

    def remove(self, pointer: str) -> None:
        """Take away what stands at a pointer."""
        *way, last = _steps(pointer)
        place = self._own(way, pointer)
        _at(place, last, pointer)
        del place[int(last) if isinstance(place, list) else last]

    def _own(self, way: Sequence[str], pointer: str) -> Any:
        """The part at the end of a way; DocumentError where it stands in another place as well.

        What an anchor shares would change wherever it is used, which nobody asked for.
        """
        place = self._data
        for step in way:
            place = _at(place, step, pointer)
            if sum(found is place for found in _parts(self._data)) > 1:
                raise DocumentError(
                    f"{pointer}: {step!r} is shared with another part (an anchor, &): "
                    "write it out there, or edit the file by hand"
                )
        return place

    def _styled(self, value: Any, before: Any = None) -> Any:
        """The value in the quotes of the one before, and in quotes where YAML would misread it."""
        if self._is_json:
            return value
        if isinstance(value, Mapping):
            mapping = CommentedMap({key: self._styled(inner) for key, inner in value.items()})
            mapping.fa.set_flow_style()
            return mapping
        if isinstance(value, list):
            many = CommentedSeq([self._styled(inner) for inner in value])
            many.fa.set_flow_style()
            return many
        if isinstance(value, str):
            if isinstance(before, ScalarString) and "\n" not in value:
                return type(before)(value)
            if plain_value(value) != value:
                return DoubleQuotedScalarString(value)
        return value


def written_value(text: str) -> Any:
    """A value as somebody types it: YAML, but a decimal stays the text that the document needs."""
    found = plain_value(text)
    return text.strip() if isinstance(found, float) else found


def _yaml(text: str) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    match = _INDENTED_LIST.search(text)
    offset = len(match.group(2)) - len(match.group(1)) if match else 2
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml


def _steps(pointer: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901)."""
    if not pointer.startswith("/"):
        raise DocumentError(f"{pointer!r} is no place: write it like /rules/0/then")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]


def _parts(place: Any) -> Iterator[Any]:
    """Every mapping and list of a document, as often as it is used."""
    inner = place.values() if isinstance(place, Mapping) else place
    if isinstance(place, Mapping | list):
        yield place
        for found in inner:
            yield from _parts(found)


def _at(place: Any, step: str, pointer: str) -> Any:
    if isinstance(place, Mapping) and step in place:
        return place[step]
    if isinstance(place, list) and step.isascii() and step.isdigit() and int(step) < len(place):
        return place[int(step)]
    raise DocumentError(f"{pointer}: there is no {step!r}")
