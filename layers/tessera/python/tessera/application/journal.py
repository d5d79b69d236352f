"""The journal of the tills: one row for each sale, return and redemption made at one.

The row is written in the transaction of the entries that it tells of, so that a day's report is
the ledger's by construction (decision 0041). It names clerk and till, and no member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tessera.application.answers import earned_and_spent
from tessera.application.posting import Posted
from tessera.application.requests import Caller, Identity
from tessera.application.writes import PutJournal
from tessera.domain.calendar import day_of
from tessera.domain.commands import Command

SALE, RETURN, UNDO, REDEMPTION, ENROLMENT = "sale", "return", "undo", "redemption", "enrolment"
KINDS = (SALE, RETURN, UNDO, REDEMPTION, ENROLMENT)


class Journal(Protocol):
    """The journal, for reading."""

    def of_day(self, store: str, day: int) -> Sequence[PutJournal]:
        """Every row of a store and business day, in the order in which they were recorded."""
        ...


@dataclass(frozen=True, slots=True)
class Happened:
    """What a row tells beside what moved: its kind, what was sold or came back, and for what."""

    kind: str
    amount: int = 0
    paid: int = 0
    currency: str = ""
    number: str = ""
    moved: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)


def journal_of(
    caller: Caller,
    identity: Identity,
    command: Command,
    posts: Sequence[Posted],
    happened: Happened,
) -> list[PutJournal]:
    """The row of what a till did; none for other callers, whose books are their own.

    The business day is that of the sale, in the zone of the first programme: a sale that waited
    for the network counts on the day on which it was made.
    """
    if not caller.till or not posts:
        return []
    (store,) = caller.stores or ("",)
    moved: dict[str, dict[str, tuple[int, int]]] = {}
    for posted in posts:
        balances = {
            balance.id: earned_and_spent(posted, balance.id)
            for balance in posted.programme.balances
        }
        moved[posted.programme.id] = {
            name: amounts for name, amounts in balances.items() if amounts != (0, 0)
        }
    return [
        PutJournal(
            store=store,
            day=day_of(command.occurred_at_ms, posts[0].programme.zone),
            recorded_at_ms=command.recorded_at_ms,
            occurred_at_ms=command.occurred_at_ms,
            cause=identity.cause,
            till=caller.till,
            clerk=caller.clerk,
            kind=happened.kind,
            amount=happened.amount,
            paid=happened.paid,
            currency=happened.currency,
            number=happened.number,
            moved=moved,
        )
    ]
