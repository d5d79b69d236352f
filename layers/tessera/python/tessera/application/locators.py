"""Public ids that say where their row lies, so that no look-up has to be kept for them."""

from __future__ import annotations


def located(public_id: str) -> tuple[str, str, str, str] | None:
    """Member, programme, partition and name of a hold's or entry's id; None for any other text."""
    member, _, rest = public_id.partition(".")
    programme, _, place = rest.partition(".")
    # A merchant's partition may have dots of its own; ids of ours and of programmes have none.
    partition, _, name = place.rpartition(".")
    if not (member and programme and partition and name):
        return None
    return member, programme, partition, name
