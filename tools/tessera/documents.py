"""Programme documents from files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tessera.domain.programme import Programme, parse

MERGE = "tag:yaml.org,2002:merge"


class DocumentError(Exception):
    """A file that holds no document."""


class _Loader(yaml.SafeLoader):
    """YAML whose dates stay the text that they are, and in which nothing is said twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.tag == MERGE:
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} stands here twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def read_document(path: Path) -> Mapping[str, Any]:
    """The plain data of a YAML or JSON file; raises DocumentError where it holds none."""
    return read_text(path.name, path.read_text("utf-8"))


def read_text(name: str, text: str) -> Mapping[str, Any]:
    """The plain data of a YAML text, or of a JSON text where the name says so."""
    try:
        # The loader is the safe one with one constructor less.
        found = json.loads(text) if name.endswith(".json") else yaml.load(text, _Loader)  # noqa: S506
    except (ValueError, yaml.YAMLError) as error:
        raise DocumentError(f"{name}: {error}") from error
    if not isinstance(found, Mapping):
        raise DocumentError(f"{name} holds no document")
    return found


def plain_value(text: str) -> Any:
    """What a text means where it stands in a document without quotes."""
    try:
        # The loader is the safe one with one constructor less.
        return yaml.load(text, _Loader)  # noqa: S506
    except yaml.YAMLError:
        return None


def read_programme(path: Path, version: int = 1) -> Programme:
    """The programme of a file; raises InvalidInput with a pointer where it is wrong."""
    return parse(read_document(path), version)


__all__ = ["DocumentError", "plain_value", "read_document", "read_programme", "read_text"]
