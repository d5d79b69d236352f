"""By which version of its programme each entry was decided (I25)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.history import History, Violation


def in_force(history: History) -> Iterator[Violation]:
    """I25: whatever happens is decided by the version in force at that instant, and by none that
    was published for later; what is older than the programme, by the first.
    """
    timetables = {
        str(row["pk"])[2:]: [(int(at_ms), int(version)) for version, at_ms in row["tt"]]
        for row in history.rows
        if row["t"] == "PH"
    }
    for ledger in history.ledgers:
        timetable = timetables[ledger.account.programme]
        for body in ledger.bodies:
            begun = [version for at_ms, version in timetable if at_ms <= body["o"]]
            wanted = begun[-1] if begun else timetable[0][1]
            if body["v"] != wanted:
                yield Violation(
                    "I25",
                    f"{ledger.name}.{body['n']} ({body['k']}) is by version {body['v']}, "
                    f"in force was {wanted}",
                )
