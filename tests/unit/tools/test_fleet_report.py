"""A fleet's report names what is wrong, and only that."""

from __future__ import annotations

import pytest

from tools.fleet.phones import Phone
from tools.fleet.report import Report, median_and_worst


def report(*phones: Phone, **seen: int) -> Report:
    found = Report(phones=len(phones), seed=1)
    for name, value in seen.items():
        setattr(found, name, value)
    found.count(phones)
    return found


def phone(**more: int | bool) -> Phone:
    found = Phone("mem_1", "https://cards.example/x", "ab" * 32, serial="crd_1")
    for name, value in more.items():
        setattr(found, name, value)
    return found


def test_a_fleet_in_which_every_phone_shows_its_balance_has_no_fault() -> None:
    assert report(phone(balance=70, expected=70), phone(gone=True, expected=10)).faults() == []


def test_a_phone_that_missed_its_change_is_named_by_its_card() -> None:
    found = report(phone(balance=60, expected=70))
    assert (found.faults(), found.missed_cards) == (["phones that missed a change: 1"], ["crd_1"])


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({"dead_letters": 2}, "messages of cards that became dead letters: 2"),
        ({"still_registered_though_gone": 1}, "phones that are gone and still registered: 1"),
        ({"burst_pushes": 9}, "pushes of the burst: 9, of at most 8"),
    ],
)
def test_what_else_went_wrong_is_said(seen: dict[str, int], said: str) -> None:
    assert report(**seen).faults() == [said]


def test_a_card_fetched_twice_is_a_fault_outside_the_burst_only() -> None:
    assert report(phone(wasted=1)).faults() == ["fetches that brought the same card again: 1"]
    assert report(phone(wasted=1), burst_wasted=1).faults() == []


def test_a_burst_may_cost_a_push_for_each_second_that_it_lasts() -> None:
    found = report(burst_pushes=20)
    found.seconds["burst"] = 12.4
    assert found.faults() == []


def test_the_median_and_the_worst() -> None:
    assert median_and_worst([3.0, 1.0, 2.0]) == (2.0, 3.0)
    assert median_and_worst([]) == (0.0, 0.0)
