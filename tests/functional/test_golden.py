"""The golden numbers of the requirements, through the API (`tests/golden/*.yaml`)."""

from __future__ import annotations

import pytest

from tests.fakes.golden import Case, cases, run


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.name, marks=pytest.mark.requirement(case.id)) for case in cases()],
)
def test_golden_case(case: Case) -> None:
    misses = run(case.content)

    assert not misses, "\n".join(map(str, misses))
