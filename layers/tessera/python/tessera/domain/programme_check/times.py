"""What is over, what ends before it begins, and coefficients that change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tessera.domain.programme.model import Operation, Programme, Reward
from tessera.domain.programme_check.finding import Finding, error, warning


def find(programme: Programme, today: date) -> Iterator[Finding]:
    """Every time that is past or upside down."""
    for index, operation in enumerate(programme.operations):
        pointer = f"/operations/{index}"
        yield from _span(operation, pointer, today, "operation_over")
        if operation.coefficient.is_one:
            yield warning(f"{pointer}/coefficient", "coefficient_of_one")
    for index, reward in enumerate(programme.rewards):
        yield from _span(reward, f"/rewards/{index}", today, "reward_over")


def _span(item: Operation | Reward, pointer: str, today: date, code: str) -> Iterator[Finding]:
    if item.ends_at is None:
        return
    # Both are ISO texts; a date alone begins with its day and ends with it.
    if item.starts_at is not None and item.ends_at + "~" < item.starts_at:
        yield error(f"{pointer}/ends_at", "ends_before_start")
    day = item.ends_at[:10]
    if day < today.isoformat():
        yield warning(f"{pointer}/ends_at", code, day=day)
