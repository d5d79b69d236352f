"""How cards spread, as rows that a report counts.

`F#<programme>#<date>` holds a row for every step of the day, named by step, wallet, channel and the
step's own id, so that writing it again changes nothing; and for updates, which are many, a few
counters by channel. Neither names a card or a member.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.rows import notice_operation
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Item, Operation, Store
from tessera.application.card_funnel import Step
from tessera.application.writes import PutNotice

LAYOUT = 1
DAY_MS = 86_400_000
STEPS = frozenset(Step) - {Step.UPDATED}
SHARDS = 4
"""A campaign's readers write side by side: each takes one of these counters."""

ATTEMPTS_MAX = 5


def step_operations(notice: PutNotice) -> list[Operation]:
    """The notice of a change of a card, and its row for the report where it is a step."""
    operations = [notice_operation(notice)]
    if notice.name in STEPS and "wallet" in notice.data:
        data = notice.data
        place = f"{notice.name}#{data['wallet']}#{data.get('channel') or 'link'}"
        row: Item = {
            "pk": keys.card_steps(str(data.get("programme")), notice.at_ms // DAY_MS),
            "sk": f"{place}#{notice.id.rpartition('-')[2]}",
            "t": "F",
            "sv": LAYOUT,
        }
        operations.append(Operation("put", row))
    return operations


@dataclass(frozen=True, slots=True)
class StoreCardSteps:
    """`ports.CardSteps` on a `Store`."""

    store: Store

    def of_day(self, programme: str, day: int) -> Mapping[tuple[str, str, str], int]:
        found: Counter[tuple[str, str, str]] = Counter()
        for item in self.store.query(keys.card_steps(programme, day)):
            step, wallet, channel, _ = str(item["sk"]).split("#")
            amount = item.get("n", 1)
            assert isinstance(amount, int)
            found[step, wallet, channel] += amount
        return found

    def count_updates(self, programme: str, channel: str, day: int, amount: int) -> None:
        """Add to a counter of the day. Nothing waits for it: where others keep writing the same
        row, the report is short of a few."""
        shard = random.randrange(SHARDS)  # noqa: S311 - spreads writers, hides nothing
        pk, sk = keys.card_steps(programme, day), f"{Step.UPDATED}#all#{channel}#{shard}"
        for _ in range(ATTEMPTS_MAX):
            item = self.store.get(pk, sk)
            known = item["n"] if item else 0
            assert isinstance(known, int)
            row: Item = {"pk": pk, "sk": sk, "t": "F", "sv": LAYOUT, "n": known + amount}
            expected: Condition = Equals("n", known) if item else Absent()
            if self.store.put(row, expected):
                return
