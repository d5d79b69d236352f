"""Writes a JSON Schema for each event of the bus: docs/reference/events/<name>.json.

They are made from the tables that the engine's events come from, so that consumers are promised
what is published and nothing else. `--check` writes nothing and fails where a file is stale.
Part of `make reference`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tessera.application.changes import NOTICES
from tessera.domain.events import EVENTS, Event, Field

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference" / "events"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CUSTOM = "custom"

_TIME = {"type": "string", "format": "date-time"}
_COMMON: Mapping[str, Mapping[str, Any]] = {
    "id": {
        "type": "string",
        "description": "Identity of the event: one that comes again has the same.",
    },
    "member": {"type": "string", "description": "The member's id. It says nothing personal."},
    "occurred_at": {**_TIME, "description": "When it happened, in UTC."},
    "recorded_at": {**_TIME, "description": "When it was committed, in UTC."},
}
_OF_ENTRIES: Mapping[str, Mapping[str, Any]] = {
    "programme": {"type": "string"},
    "partition": {
        "type": "string",
        "description": 'The store group whose account it is; "-" where stores share accounts.',
    },
    "sequence": {
        "type": "integer",
        "minimum": 1,
        "description": "Number of the ledger entry. Orders the events of one account.",
    },
}


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every event's `detail`, by the event's name (the bus calls it detail-type)."""
    found = {name: _schema(name, event, _OF_ENTRIES) for name, event in EVENTS.items()}
    found |= {name: _schema(name, event, {}) for name, event in NOTICES.items()}
    emitted = Event("An event that a rule of a programme lets happen, under a name of its own.", {})
    found[CUSTOM] = _schema(CUSTOM, emitted, _OF_ENTRIES)
    found[CUSTOM]["properties"]["data"] = {"type": "object", "additionalProperties": _SCALAR}
    return found


_SCALAR: Mapping[str, Any] = {"type": ["string", "integer", "boolean", "null"]}


def _schema(name: str, event: Event, extra: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    properties = {**_COMMON, **extra, "data": _data(event)}
    return {
        "$schema": DIALECT,
        "$id": f"urn:tessera:event:{name}",
        "title": name,
        "description": event.description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _data(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = {
        "type": "object",
        "properties": {name: _field(field) for name, field in event.fields.items()},
        "required": [name for name, field in event.fields.items() if field.required],
        "additionalProperties": False,
    }
    if event.open_fields:
        data["patternProperties"] = {f"^{event.open_fields}": _SCALAR}
    return data


def _field(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": [field.type, "null"] if field.nullable else field.type}
    if field.description:
        schema["description"] = field.description
    return schema


def files() -> dict[Path, str]:
    """Every file as it must be."""
    found = {
        FOLDER / f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas().items()
    }
    found[FOLDER / "README.md"] = _index()
    return found


def _index() -> str:
    rows = [
        f"| [`{name}`]({name}.json) | {schema['description']} |"
        for name, schema in sorted(schemas().items())
        if name != CUSTOM
    ]
    return "\n".join(
        [
            "# Events",
            "",
            "Every change is published on the stack's event bus with source `tessera`, the name",
            "below as detail-type, and a `detail` that follows the schema. Events of one account",
            "are published in the order of `sequence`, each at least once: a consumer that has",
            "seen an `id` has seen the event. Nothing in them is personal. Historic imports",
            "publish nothing.",
            "",
            "| name | happens when |",
            "|---|---|",
            *rows,
            "",
            "Events that a programme's rules emit under names of their own follow",
            f"[`{CUSTOM}.json`]({CUSTOM}.json).",
            "",
            "This page and the schemas are generated: `make reference`.",
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when the files are as they must be, 1 when one was found stale by `--check`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    options = parser.parse_args(arguments)
    wanted = files()
    present = set(FOLDER.glob("*")) if FOLDER.is_dir() else set()
    stale = {path for path, text in wanted.items() if not _same(path, text)}
    superfluous = present - set(wanted)
    if options.check:
        for path in sorted(stale | superfluous):
            print(f"stale: {path.relative_to(FOLDER.parents[2])}: run `make reference`")
        return 1 if stale or superfluous else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    for path in superfluous:
        path.unlink()
    return 0


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
