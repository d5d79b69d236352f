"""The tills' journal in the table: `T#<store>#<day>`/`<recorded>#<cause>`, one row an action."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Item, Store
from tessera.application.writes import PutJournal
from tessera.domain.calendar import to_day
from tessera.domain.canonical import Json, canonical

LAYOUT = 1


@dataclass(frozen=True, slots=True)
class StoreJournal:
    """`journal.Journal` on a `Store`."""

    store: Store

    def of_day(self, store: str, day: int) -> Sequence[PutJournal]:
        return [_row_of(item) for item in self.store.query(keys.journal(store, day))]


def journal_item(row: PutJournal) -> Item:
    """A row of the journal as an item; what is empty is left out."""
    content: dict[str, Json] = {
        "k": row.kind,
        "t": row.till,
        "w": row.clerk,
        "o": row.occurred_at_ms,
        "m": {
            programme: {balance: list(amounts) for balance, amounts in balances.items()}
            for programme, balances in row.moved.items()
        },
    }
    optional: dict[str, Json] = {"a": row.amount, "d": row.paid, "u": row.currency, "n": row.number}
    content |= {name: value for name, value in optional.items() if value}
    return {
        "pk": keys.journal(row.store, row.day),
        "sk": keys.journal_row(row.recorded_at_ms, row.cause),
        "t": "T",
        "sv": LAYOUT,
        "c": canonical(content).decode(),
    }


def _row_of(item: Item) -> PutJournal:
    _, store, day = str(item["pk"]).split("#")
    recorded, cause = str(item["sk"]).split("#")
    content = json.loads(str(item["c"]))
    return PutJournal(
        store=store,
        day=to_day(date.fromisoformat(day)),
        recorded_at_ms=int(recorded),
        occurred_at_ms=content["o"],
        cause=cause,
        till=content["t"],
        clerk=content["w"],
        kind=content["k"],
        amount=content.get("a", 0),
        paid=content.get("d", 0),
        currency=content.get("u", ""),
        number=content.get("n", ""),
        moved={
            programme: {balance: (earned, spent) for balance, (earned, spent) in balances.items()}
            for programme, balances in content["m"].items()
        },
    )
