"""How much of what can go wrong a run has to have met, or it proves little."""

from __future__ import annotations

from tests.simulation.runner import Report

FLOOR_OPERATIONS = 1_000_000
"""The floors below are those of a run of that size; a smaller one has to meet its share."""

FLOORS = {
    "expiries": 2_000,
    "conflicts": 1_000,
    "lost_after": 5_000,
    "claims": 4_000,
    "midnight": 1_000,
    "torn": 200,
    "settled": 500,
}


def floors(report: Report) -> dict[str, tuple[int, int]]:
    """What the run met of each, and what it had to meet."""
    met = {
        "expiries": report.kinds["expire"],
        "conflicts": report.done["cancelled_conflict"],
        "lost_after": report.done["fault_lost_after"],
        "claims": report.done["claims"],
        "midnight": report.done["near_midnight"],
        "torn": report.done["torn_queries"],
        "settled": report.kinds["settle"],
    }
    share = min(1.0, report.operations / FLOOR_OPERATIONS)
    return {name: (met[name], int(floor * share)) for name, floor in FLOORS.items()}


def missed(report: Report) -> list[str]:
    """What the run met too little of."""
    return [name for name, (count, floor) in floors(report).items() if count < floor]
