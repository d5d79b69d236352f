"""Broken documents beside twins that differ by one edit: each is found where it is broken."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tessera.domain.programme_check import Severity, check
from tessera.domain.programme_check.remedies import REMEDIES
from tools.tessera.documents import read_document

ROOT = Path(__file__).resolve().parents[3]
GOLDEN: dict[str, Any] = yaml.safe_load(
    (ROOT / "tests/golden/programmes/cases.yaml").read_text("utf-8")
)
CASES: list[dict[str, Any]] = GOLDEN["cases"]
TODAY = date.fromisoformat(GOLDEN["today"])
DOCUMENTS = sorted((ROOT / "programmes").glob("*.yaml"))


def edited(document: Mapping[str, Any], edits: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with values put at pointers; a list takes a new item at its end, None removes."""
    found = copy.deepcopy(dict(document))
    for pointer, value in edits.items():
        *way, last = pointer.removeprefix("/").split("/")
        place: Any = found
        for name in way:
            place = place[int(name)] if isinstance(place, list) else place[name]
        if isinstance(place, list):
            place[int(last) : int(last) + 1] = [copy.deepcopy(value)]
        elif value is None:
            place.pop(last, None)
        else:
            place[last] = copy.deepcopy(value)
    return found


def base(case: Mapping[str, Any]) -> dict[str, Any]:
    return edited(GOLDEN["base"], case.get("set", {}))


def live(case: Mapping[str, Any]) -> dict[str, Any] | None:
    return edited(GOLDEN["base"], case["live"]) if "live" in case else None


def test_there_are_forty_at_least() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.get('code', '')}{case['at']}")
def test_a_broken_document_is_found_where_it_is_broken(case: dict[str, Any]) -> None:
    broken = edited(base(case), {case["at"]: case["broken"]})

    found = [(item.pointer, item.code) for item in check(broken, TODAY, live(case))]

    others = [code for pointer, code in found if pointer != case.get("path", case["at"])]
    assert (case.get("path", case["at"]), case["code"]) in found, found
    assert others == case.get("also", [])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.get('code', '')}{case['at']}")
def test_its_twin_is_accepted(case: dict[str, Any]) -> None:
    twin = base(case)
    if "twin" in case:
        twin = edited(twin, {case["at"]: case["twin"]})

    found = [item.code for item in check(twin, TODAY, live(case))]

    assert found == case.get("also", [])


def test_a_reduction_that_is_announced_is_a_warning() -> None:
    shorter = edited(
        GOLDEN["base"],
        {
            "/balances/0/expiry": {"after": {"months": 6}},
            "/texts": {"notice": {"fr": "a", "en": "b"}},
        },
    )

    (finding,) = check(shorter, TODAY, GOLDEN["base"])

    assert (finding.code, finding.severity) == ("rights_reduced", Severity.WARNING)


@pytest.mark.parametrize("part", ["balances", "rules", "tier_groups", "rewards"])
def test_what_is_taken_away_whole_is_a_loss(part: str) -> None:
    less = edited(GOLDEN["base"], {f"/{part}/0/id": "other"})
    if part == "balances":
        text = yaml.safe_dump(GOLDEN["base"]).replace("balance: points", "balance: other")
        less = edited(yaml.safe_load(text), {"/balances/0/id": "other"})

    found = {(item.pointer, item.code) for item in check(less, TODAY, GOLDEN["base"])}

    assert (f"/{part}", "rights_reduced") in found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_examples_have_no_error(path: Path) -> None:
    document = read_document(path)

    errors = [item for item in check(document, TODAY, document) if item.severity == "error"]

    assert errors == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.get('code', '')}{case['at']}")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_finding_says_what_to_do(case: dict[str, Any], language: str) -> None:
    broken = edited(base(case), {case["at"]: case["broken"]})

    for finding in check(broken, TODAY, live(case)):
        assert "{" not in finding.remedy(language)


def test_remedies_stand_in_both_languages() -> None:
    assert REMEDIES["fr"].keys() == REMEDIES["en"].keys()
