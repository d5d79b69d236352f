"""Says of each requirement whether a test proves it: `make requirements`.

The list is docs/reference/requirements.md. A test names what it proves with
`@pytest.mark.requirement("O-13")`; a case under tests/golden does so by its `id`, which the test
that runs the case carries. Nothing is run here: that the tests pass is what `make test` is for.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
LIST: Final = ROOT / "docs" / "reference" / "requirements.md"
RESULT: Final = ROOT / "docs" / "reference" / "requirements.json"
# One line can state two: "- K-05 Issue a card; K-06 it updates likewise."
STATED: Final = re.compile(r"(?:^- |; )([A-Z]-\d{2}) ", re.MULTILINE)


class RequirementError(ValueError):
    """The list and the tests do not fit together; the message says where."""


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement: its id and the tests that prove it, none while it is missing."""

    id: str
    tests: tuple[str, ...]

    @property
    def state(self) -> str:
        return "proven" if self.tests else "missing"


class Collector:
    """A pytest plugin that notes which collected tests name which requirements."""

    def __init__(self) -> None:
        self.found: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Called by pytest when all tests are known."""
        for item in session.items:
            for marker in item.iter_markers("requirement"):
                # Parameters of a marked test are one proof; a marked parameter is one by itself.
                whole = marker in getattr(getattr(item, "obj", None), "pytestmark", [])
                name = item.nodeid.split("[", 1)[0] if whole else item.nodeid
                for requirement in marker.args:
                    self.found[str(requirement)].add(name)


def stated(text: str) -> list[str]:
    """The ids of the list in its order. Raises `RequirementError` for one that stands twice."""
    ids = STATED.findall(text)
    for requirement in ids:
        if ids.count(requirement) > 1:
            raise RequirementError(f"{requirement} stands twice in {LIST.name}")
    return ids


def named_by_tests() -> Mapping[str, set[str]]:
    """The requirements that tests name. Raises `RequirementError` when tests do not collect."""
    collector = Collector()
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = pytest.main(
            ["--collect-only", "-qq", "-p", "no:cacheprovider", str(ROOT / "tests")], [collector]
        )
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RequirementError(f"the tests cannot be collected:\n{output.getvalue()}")
    return collector.found


def rows(ids: Iterable[str], named: Mapping[str, set[str]]) -> list[Row]:
    """One row per stated id. Raises `RequirementError` for a named id that nobody stated."""
    listed = list(ids)
    unknown = sorted(set(named) - set(listed))
    if unknown:
        raise RequirementError(f"tests name {', '.join(unknown)}, which {LIST.name} does not state")
    return [Row(name, tuple(sorted(named.get(name, set())))) for name in listed]


def main() -> int:
    """Print the table and write requirements.json; 1 when list and tests do not fit."""
    try:
        table = rows(stated(LIST.read_text(encoding="utf-8")), named_by_tests())
    except RequirementError as error:
        print(error, file=sys.stderr)
        return 1
    for row in table:
        print(f"{row.id:<6} {row.state:<8} {', '.join(row.tests)}")
    proven = sum(row.state == "proven" for row in table)
    print(f"{proven} of {len(table)} proven")
    entries = [{"id": row.id, "state": row.state, "tests": list(row.tests)} for row in table]
    RESULT.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
