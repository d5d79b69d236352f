"""Our cards, by the class that `wallet_api` uses: from an account's values to the archive.

Validation is on because that class has no way to switch it off.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tessera.adapters.apple.cards import AppleAccount, SignedAppleCards
from tessera.adapters.designs import Designs
from tessera.application.card_view import (
    BalanceLine,
    CardView,
    ExpiryLine,
    RewardLine,
    TierLine,
)
from tools.wallet_peers.work import job, serve

ROOT = Path(__file__).resolve().parents[2]
SERVICE_URL = "https://cards.example.com/apple"


def signed_cards(secret: str) -> SignedAppleCards:
    """The class under test, wired as `wallet_api` wires it."""
    designs = Designs((ROOT / "wallet_assets",))
    return SignedAppleCards(lambda: AppleAccount.of(secret), SERVICE_URL, designs)


def view(account: dict[str, Any]) -> CardView:
    """What a card shows of an account."""
    points = BalanceLine("points", account["balance_name"], account["balance"], 0, "")
    balances = [points]
    if account["cashback"]:
        balances.append(BalanceLine("cash", "Cashback", account["cashback"], 2, "EUR"))
    return CardView(
        card=account["card"],
        code=account["code"],
        active=True,
        programme="demo",
        design="tessera",
        language=account["language"],
        name=account["programme"],
        holder=account["holder"],
        terms=account["terms"],
        balances=tuple(balances),
        tier=TierLine(account["tier_group"], account["tier"], "#c0c0c0"),
        expiry=ExpiryLine(points, account["expiring"], account["last_day"]),
        rewards=(),
        next_reward=RewardLine(account["reward"], account["missing"], points),
        vouchers=(),
    )


def maker(secret: str, accounts: list[dict[str, Any]]) -> Callable[[int], bytes]:
    """Makes the card of the account of any number, the accounts taken in turn."""
    cards = signed_cards(secret)

    def make(number: int) -> bytes:
        account = accounts[number % len(accounts)]
        return cards.sign(view(account), account["token"], account["announced"])

    return make


def main() -> None:
    task = job()
    secret = (task.directory / "secret.json").read_text()
    serve(maker(secret, task.accounts()))


if __name__ == "__main__":
    main()
