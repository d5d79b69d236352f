"""The commands that change a file: `set`, `remove` and `format`. Comments stay where they are."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tessera.domain.programme_check import Finding, Severity, check
from tools.tessera.documents import read_text
from tools.tessera.editing import Draft, written_value

WORDS = {
    "fr": {
        "refused": "Rien n'est écrit : cette modification rendrait le document faux.",
        "same": "Rien à changer.",
        "written": "{name} : écrit.",
        "unformatted": "{name} n'est pas mis en forme : tessera format {name}",
    },
    "en": {
        "refused": "Nothing is written: this edit would break the document.",
        "same": "Nothing to change.",
        "written": "{name}: written.",
        "unformatted": "{name} is not formatted: tessera format {name}",
    },
}


def add_commands(commands: Any) -> None:
    """`set FILE POINTER VALUE`, `remove FILE POINTER` and `format FILE`."""
    for name, help_text, run in (
        ("set", "put a value at a place, such as /rules/0/then/0/credit/amount", _set),
        ("remove", "take away what stands at a place", _remove),
        ("format", "write a file as it is always written", _format),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("draft", type=Path)
        if name != "format":
            command.add_argument("pointer", help="the place, as a JSON pointer; - ends a list")
            command.add_argument("--dry-run", action="store_true", help="show what changes")
            command.add_argument("--force", action="store_true", help="even if it is wrong")
        else:
            command.add_argument("--check", action="store_true", help="only say whether it is so")
        if name == "set":
            command.add_argument("value", help="as YAML; a decimal such as 1.50 is kept exactly")
        command.set_defaults(run=run)


def _set(options: argparse.Namespace) -> int:
    return _edit(options, lambda draft: draft.put(options.pointer, written_value(options.value)))


def _remove(options: argparse.Namespace) -> int:
    return _edit(options, lambda draft: draft.remove(options.pointer))


def _edit(options: argparse.Namespace, change: Callable[[Draft], None]) -> int:
    """Change the file, unless that would put an error into it that was not there."""
    words = WORDS[options.language]
    path: Path = options.draft
    before = path.read_text("utf-8")
    draft = Draft(path.name, before)
    change(draft)
    after = draft.text()
    known = {(item.pointer, item.code) for item in _errors(path, before)}
    new = [item for item in _errors(path, after) if (item.pointer, item.code) not in known]
    for item in new:
        print(f"{item.pointer} {item.code}\n    {item.remedy(options.language)}", file=sys.stderr)
    if options.dry_run:
        lines = difflib.unified_diff(
            before.splitlines(), after.splitlines(), path.name, path.name, lineterm="", n=1
        )
        print("\n".join(lines) or words["same"])
        return 1 if new else 0
    if new and not options.force:
        print(words["refused"], file=sys.stderr)
        return 1
    path.write_text(after, "utf-8")
    print(words["written"].format(name=path.name) if after != before else words["same"])
    return 0


def _errors(path: Path, text: str) -> list[Finding]:
    found = check(read_text(path.name, text), datetime.now(UTC).date())
    return [item for item in found if item.severity is Severity.ERROR]


def _format(options: argparse.Namespace) -> int:
    words = WORDS[options.language]
    path: Path = options.draft
    before = path.read_text("utf-8")
    after = Draft(path.name, before).text()
    if options.check:
        if after != before:
            print(words["unformatted"].format(name=path), file=sys.stderr)
        return int(after != before)
    path.write_text(after, "utf-8")
    print(words["written"].format(name=path.name) if after != before else words["same"])
    return 0
