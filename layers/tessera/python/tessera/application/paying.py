"""Whose a payment and a voucher are, where one sale counts in several programmes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tessera.domain.account import Account
from tessera.domain.calendar import day_of
from tessera.domain.commands import Payment, Purchase
from tessera.domain.decision import Decision
from tessera.domain.errors import InvalidInput, Refused
from tessera.domain.programme import Programme

Accounts = Sequence[tuple[Account, Programme]]


def shared_out(command: Purchase, accounts: Accounts) -> list[Purchase]:
    """The sale as each of these programmes decides it, in their order (O-09, B-49).

    A voucher is used where it is in hand. A payment is taken where the balance is; where several
    have one of that name, from the first that has enough, and from the first of them where none
    has. A voucher in nobody's hand goes to the first programme, which refuses it. Raises
    InvalidInput for a balance that none of them has.
    """
    if len(accounts) < 2:
        return [command] * len(accounts)
    payers = [
        _payer(command, payment, f"/payments/{place}/balance", accounts)
        for place, payment in enumerate(command.payments)
    ]
    hands = [_hand(code, accounts) for code in command.vouchers]
    return [
        replace(
            command,
            payments=tuple(
                payment
                for payment, payer in zip(command.payments, payers, strict=True)
                if payer == place
            ),
            vouchers=tuple(
                code for code, hand in zip(command.vouchers, hands, strict=True) if hand == place
            ),
        )
        for place in range(len(accounts))
    ]


def left_to_pay(command: Purchase, decisions: Iterable[Decision]) -> int:
    """What every programme together leaves of the price; below zero where they take off more."""
    price = _price(command)
    left = price
    for decision in decisions:
        told = next(
            (one.data for one in decision.happenings if one.name == "purchase.recorded"), {}
        )
        left -= price - int(str(told.get("paid", price)))
    return left


def refuse_too_much_off(command: Purchase, decisions: Iterable[Decision]) -> None:
    """Refuse a sale off whose price its programmes take more than it is (O-09).

    Each of them decides what it takes off by itself and never more than the price: only what
    several take together can be.
    """
    left, price = left_to_pay(command, decisions), _price(command)
    if left < 0:
        raise Refused(
            "discounts_exceed_sale", required=price - left, available=price, field="/payments"
        )


def _price(command: Purchase) -> int:
    """What is asked for the sale before any programme takes something off."""
    return sum(line.net for line in command.lines) - sum(
        advantage.amount for advantage in command.advantages
    )


def _payer(command: Purchase, payment: Payment, field: str, accounts: Accounts) -> int:
    """The place of the programme from which a payment is taken."""
    having = [
        (place, account, programme)
        for place, (account, programme) in enumerate(accounts)
        if programme.balance(payment.balance) is not None
    ]
    if not having:
        raise InvalidInput("balance_unknown", field=field)
    for place, account, programme in having:
        today = day_of(command.occurred_at_ms, programme.zone)
        now_ms = account.instant_ms(command.recorded_at_ms)
        if account.available(payment.balance, today, now_ms) >= (payment.amount or 1):
            return place
    return having[0][0]


def _hand(code: str, accounts: Accounts) -> int:
    """The place of the account in which a voucher is."""
    for place, (account, _) in enumerate(accounts):
        if code in account.vouchers:
            return place
    return 0
