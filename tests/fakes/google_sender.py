"""A machine that tells Google of cards: what a queue would hand it over, until all is told.

Run as `python -m tests.fakes.google_sender TASK.json`; prints one JSON line for each card when
Google took it: `{"card": ..., "haste": ..., "at_ms": ...}`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

from tessera.adapters.designs import Designs
from tessera.adapters.dynamodb.clock import wall_clock_ms
from tessera.adapters.dynamodb.rates import StoreRate
from tessera.adapters.google.jwt import GoogleAccount
from tessera.adapters.google.pace import BULK_INTERVAL_MS, NEW_INTERVAL_MS, Pace
from tessera.adapters.google.wallet import GoogleWalletCards
from tessera.application.card_ports import GoogleChange, GoogleFailure, Haste
from tessera.application.card_view import BalanceLine, CardView
from tests.fakes.engines import table_on

BATCH = 10


def view(card: str, amount: int) -> CardView:
    """A plain card of so many points."""
    return CardView(
        card=card,
        code="17EEMRER93B4ETWY",
        active=True,
        programme="demo",
        design="tessera",
        language="en",
        name="Café Tessera",
        holder="",
        terms="",
        balances=(BalanceLine("points", "Points", amount, 0, ""),),
        tier=None,
        expiry=None,
        rewards=(),
        next_reward=None,
        vouchers=(),
    )


def wallet_of(task: dict[str, Any]) -> GoogleWalletCards:
    """The adapter as a container of the stack has it."""
    account = GoogleAccount.of(json.dumps(task["secret"]))
    table = table_on(task["database"], task["table"])
    pace = Pace(
        StoreRate(table, "google-bulk", BULK_INTERVAL_MS, wall_clock_ms),
        StoreRate(table, "google-new", NEW_INTERVAL_MS, wall_clock_ms),
        wall_clock_ms,
        lease=5,
    )
    return GoogleWalletCards(
        lambda: account, task["google"], "", "https://cards.example", Designs(), pace
    )


def tell(card: str, haste: Haste) -> None:
    """Say that Google took a card."""
    line = {"card": card, "haste": str(haste), "at_ms": wall_clock_ms()}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def update_all(wallet: GoogleWalletCards, cards: list[str], amount: int, haste: Haste) -> None:
    """Update every card; what Google put off comes again, as a queue would bring it."""
    waiting = deque(cards)
    while waiting:
        batch = [waiting.popleft() for _ in range(min(BATCH, len(waiting)))]
        changes = [GoogleChange(view(card, amount)) for card in batch]
        failures = wallet.update(changes, haste, 5_000)
        for card in batch:
            if card in failures:
                assert failures[card].retry, failures[card].code
                waiting.append(card)
            else:
                tell(card, haste)


def put_all(wallet: GoogleWalletCards, cards: list[str], every_s: float) -> None:
    """Give out new cards, one now and then; a member who has to wait asks again."""
    for card in cards:
        time.sleep(random.uniform(0, 2 * every_s))
        while not put(wallet, card):
            pass
        tell(card, Haste.NEW)


def put(wallet: GoogleWalletCards, card: str) -> bool:
    """Give out a card; False where Google wants to be asked again."""
    try:
        wallet.put(view(card, 0))
    except GoogleFailure as failure:
        if not failure.retry:
            raise
        return False
    return True


def main() -> None:
    """Do the task of the file that is named."""
    task = json.loads(Path(sys.argv[1]).read_text())
    wallet = wallet_of(task)
    haste = Haste(task["haste"])
    if haste is Haste.NEW:
        put_all(wallet, task["cards"], task["every_s"])
    else:
        update_all(wallet, task["cards"], task["amount"], haste)


if __name__ == "__main__":
    main()
