"""The table of requirements tells neither more nor less than the tests prove."""

from __future__ import annotations

import pytest

from tools.requirements_table import LIST, RequirementError, Row, rows, stated

LISTED = """\
## Section
- A-01 One thing.
- A-02 Another; A-03 a third in the same line.
- K-07 A fourth, which mentions A-01 again.
"""


def test_each_stated_requirement_is_found_once_in_order() -> None:
    assert stated(LISTED) == ["A-01", "A-02", "A-03", "K-07"]


def test_a_requirement_that_stands_twice_is_refused() -> None:
    with pytest.raises(RequirementError, match="A-01 stands twice"):
        stated(LISTED + "- A-01 Once more.\n")


def test_a_requirement_is_proven_by_the_tests_that_name_it_and_missing_without() -> None:
    table = rows(["A-01", "A-02"], {"A-02": {"tests/b.py::two", "tests/a.py::one"}})

    assert table == [Row("A-01", ()), Row("A-02", ("tests/a.py::one", "tests/b.py::two"))]
    assert [row.state for row in table] == ["missing", "proven"]


def test_a_test_cannot_name_what_nobody_requires() -> None:
    with pytest.raises(RequirementError, match="Z-99"):
        rows(["A-01"], {"Z-99": {"tests/a.py::one"}})


def test_the_list_states_every_family_without_a_gap() -> None:
    ids = stated(LIST.read_text(encoding="utf-8"))
    families: dict[str, list[int]] = {}
    for requirement in ids:
        families.setdefault(requirement[0], []).append(int(requirement[2:]))

    assert set(families) == set("BWQZOAKX")
    for family, numbers in families.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), family
