"""What people do in the tests of the ledger, and what can be asked of them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.ledger_rows import StoreLedgerRows
from tessera.adapters.dynamodb.table import Item
from tessera.application.enrol_member import enrol_member
from tessera.application.household import join_household, leave_household, open_household
from tessera.application.read_member import balances
from tessera.application.record_purchase import record_purchase
from tessera.application.record_return import record_return
from tessera.application.redeem_reward import redeem_reward
from tessera.application.requests import Answer
from tessera.application.verify_ledger import verify_ledger
from tessera.domain.account import Account
from tests.fakes.stack import MemoryStack, said


def member(stack: MemoryStack, name: str) -> str:
    body = {"programme": "demo", "profile": {"first_name": name}}
    found: str = said(enrol_member(stack.services, stack.writing(body)))["member_id"]
    return found


def household_of(stack: MemoryStack, *members: str) -> str:
    opened = said(open_household(stack.services, stack.writing({"programme": "demo"})))
    household: str = opened["household"]
    for one in members:
        join_household(stack.services, stack.writing({"member": {"id": one}}), household)
    return household


def together(stack: MemoryStack, *names: str) -> tuple[str, ...]:
    """New members in a household of their own: its id, then theirs."""
    members = [member(stack, name) for name in names]
    return household_of(stack, *members), *members


def buy(stack: MemoryStack, who: str, number: str, total: int) -> Answer:
    body = {
        "member": {"id": who},
        "document": {"store": "s1", "number": number},
        "currency": "EUR",
        "total": total,
    }
    return record_purchase(stack.services, stack.writing(body))


def bring_back(stack: MemoryStack, number: str, **more: Any) -> None:
    body = {
        "document": {"store": "s1", "number": f"c-{number}-{stack.entropy.bytes(4).hex()}"},
        "original": {"store": "s1", "number": number},
        **more,
    }
    record_return(stack.services, stack.writing(body))


def take_coffee(stack: MemoryStack, who: str) -> None:
    body = {"member": {"id": who}, "programme": "demo", "reward": "free-coffee"}
    redeem_reward(stack.services, stack.writing(body))


def leave(stack: MemoryStack, household: str, *members: str) -> list[int]:
    """What each has once all of them have left, one after the other."""
    for one in members:
        leave_household(stack.services, stack.writing({"member": {"id": one}}), household)
    return [points(stack, one) for one in members]


def points(stack: MemoryStack, who: str) -> int:
    view: Any = balances(stack.services, stack.caller, who, "demo")
    found: int = view["accounts"][0]["balances"][0]["available"]
    return found


def counted(account: Account) -> tuple[object, ...]:
    """What a sale counts for: statistics, windows, counters, dates and tiers."""
    return (
        dict(account.stats), account.windows, account.counters, dict(account.facts), account.tiers
    )  # fmt: skip


def proved(stack: MemoryStack) -> None:
    assert verify_ledger(StoreLedgerRows(stack.table)).breaks == []


def just_before_the_transaction(stack: MemoryStack, act: Callable[[], object]) -> None:
    """Let something happen once, after everything was read."""
    waiting, transact = [act], stack.table.transact

    def send(*operations: Any, **how: Any) -> Any:
        if waiting:
            waiting.pop()()
        return transact(*operations, **how)

    stack.table.transact = send  # type: ignore[method-assign]


def between_two_items(
    stack: MemoryStack, who: str, act: Callable[[], object], *, reading: int = 1
) -> None:
    """Let something happen once, while a query reads who he is, the first time or a later one:
    what it adds is not seen, and his profile is seen as it leaves it.
    """
    query = stack.table.query
    waiting: list[Callable[[], object]] = [act, *(lambda: None for _ in range(1, reading))]

    def read(pk: str, prefix: str = "", **how: Any) -> list[Item]:
        found = query(pk, prefix, **how)
        if waiting and (pk, prefix) == (keys.member(who), keys.SUMMARY_PREFIX):
            waiting.pop()()
            profile = stack.table.get(pk, keys.PROFILE)
            assert profile is not None
            found = [profile if item["sk"] == keys.PROFILE else item for item in found]
        return found

    stack.table.query = read  # type: ignore[method-assign]
