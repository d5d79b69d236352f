"""What a till has sent, and what a clerk may try: rules without a table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tessera.application.clerks import (
    FAILURES_MAX,
    LOCK_MS_FIRST,
    LOCK_MS_MAX,
    Clerk,
    hash_of_pin,
    is_pin_of,
    is_simple,
)
from tessera.application.tills import WINDOW_SIZE, Window

CLERK = Clerk("clk_1", "paris", "Zoé", "active", b"s" * 16, b"", 0, b"")


@given(st.lists(st.integers(1, 200), max_size=300))
def test_no_number_is_let_in_twice_in_whatever_order_they_come(numbers: list[int]) -> None:
    window, admitted = Window(), []
    for number in numbers:
        after = window.admit(number)
        if after is not None:
            window = after
            admitted.append(number)
        assert len(window.seen) <= WINDOW_SIZE
    assert len(admitted) == len(set(admitted))
    # And nothing that is newer than the window is ever turned away.
    assert not numbers or max(numbers) in admitted


def test_each_wrong_pin_beyond_the_limit_doubles_the_pause() -> None:
    clerk = replace(CLERK)
    pauses = []
    for _ in range(FAILURES_MAX + 6):
        clerk = clerk.tried(1_000)
        pauses.append(max(0, clerk.locked_until_ms - 1_000))
    assert pauses[: FAILURES_MAX - 1] == [0] * (FAILURES_MAX - 1)
    assert pauses[FAILURES_MAX - 1 : FAILURES_MAX + 2] == [
        LOCK_MS_FIRST,
        2 * LOCK_MS_FIRST,
        4 * LOCK_MS_FIRST,
    ]
    assert pauses[-1] == LOCK_MS_MAX
    assert clerk.welcomed().failures == 0


def test_a_pin_is_known_by_its_hash_alone() -> None:
    clerk = replace(CLERK, pin_hash=hash_of_pin("4711", CLERK.salt))
    assert is_pin_of(clerk, "4711")
    assert not is_pin_of(clerk, "4712")
    assert b"4711" not in clerk.pin_hash


@pytest.mark.parametrize(
    ("pin", "simple"),
    [("1111", True), ("2345", True), ("9876", True), ("1112", False), ("4711", False)],
)
def test_pins_that_anybody_would_try_first(pin: str, *, simple: bool) -> None:
    assert is_simple(pin) is simple
