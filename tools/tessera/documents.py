"""Programme documents from files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tessera.domain.programme import Programme, parse


class DocumentError(Exception):
    """A file that holds no document."""


class _Loader(yaml.SafeLoader):
    """YAML whose dates stay the text that they are in the document."""


def _as_text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_text)


def read_document(path: Path) -> Mapping[str, Any]:
    """The plain data of a YAML or JSON file; raises DocumentError where it holds none."""
    text = path.read_text("utf-8")
    try:
        # The loader is the safe one with one constructor less.
        found = json.loads(text) if path.suffix == ".json" else yaml.load(text, _Loader)  # noqa: S506
    except (ValueError, yaml.YAMLError) as error:
        raise DocumentError(f"{path.name}: {error}") from error
    if not isinstance(found, Mapping):
        raise DocumentError(f"{path.name} holds no document")
    return found


def read_programme(path: Path, version: int = 1) -> Programme:
    """The programme of a file; raises InvalidInput with a pointer where it is wrong."""
    return parse(read_document(path), version)


__all__ = ["DocumentError", "read_document", "read_programme"]
