"""What a programme would have done on receipts of the past: a fold of decisions, none committed.

Everything happens in the order of business time over all members, so that a shared budget runs
out when it would have. Between a member's receipts the occasions that can move value or tiers
come on their own days: value activates and expires, tiers are reviewed. Birthdays do not: the
files of receipts that tills write know none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

from tessera.application.backtest_result import Outcome
from tessera.application.deciding import budgets_of, pools_of
from tessera.domain.account import Account
from tessera.domain.calendar import day_of, month_index, start_of_day_ms
from tessera.domain.commands import (
    Command,
    Enrol,
    FireOccasion,
    Payment,
    Purchase,
    Return,
    ReturnedPart,
    ReturnedSale,
)
from tessera.domain.decide import after, decide
from tessera.domain.decision import Decision, Facts, Ids, Scalar
from tessera.domain.due import Due, upcoming
from tessera.domain.errors import TesseraError
from tessera.domain.programme import Programme
from tessera.domain.programme.model import Timing, Trigger

TOLD_EVERY = 500
"""Receipts between two calls of `progress`."""

_ALWAYS = frozenset({"activate", "tier_review", "expire", "inactive"})
_TELLS = {
    "warn": {"value.expiring"},
    "remind": {"value.reminder"},
    "tier_anniversary": {"tier_anniversary.approaching"},
    "membership_anniversary": {
        "membership_anniversary.approaching",
        "membership_anniversary.reached",
    },
    "club": {"club.ended", "club.renewal_approaching"},
}
"""Occasions that do nothing but tell: they matter where the programme listens."""


class Habit(StrEnum):
    """How members pay with what they have: a file of receipts does not say."""

    NEVER = "never"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class GoodsBack:
    """Goods of an earlier sale: quantities in thousandths by line, from 0.

    A line that comes back in part by its price, not by quantity, stands in `amounts` instead.
    """

    occurred_at_ms: int
    number: str
    original: str
    quantities: Mapping[int, int]
    amounts: Mapping[int, int] = field(default_factory=dict)
    store: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """One customer's receipts, oldest first, and what is known of him.

    `store` is where he joins, and where receipts were given that do not say; `joined_at_ms` is
    when, if that was before his first receipt.
    """

    member: str
    store: str
    receipts: Sequence[Purchase | GoodsBack]
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    birthday: tuple[int, int] | None = None
    joined_at_ms: int | None = None


@dataclass(slots=True)
class _Sale:
    """A sale that goods may come back from: by line, what came back by quantity and by amount."""

    purchase: Purchase
    decision: Decision
    back: dict[int, int] = field(default_factory=dict)
    paid_back: dict[int, int] = field(default_factory=dict)


class Checkpoint(Protocol):
    """Where a backtest keeps how far it is, so that a killed one goes on from there."""

    def load(self, programme: Programme) -> tuple[int, Mapping[str, Any]] | None:
        """The number of receipts that were done and the state then; None where nothing is kept."""
        ...

    def save(self, done: int, state: Mapping[str, Any]) -> None:
        """Asked every `TOLD_EVERY` receipts; it need not keep each of them."""
        ...


def backtest(
    programme: Programme,
    histories: Iterable[History],
    *,
    until_ms: int | None = None,
    habit: Habit = Habit.NEVER,
    progress: Callable[[int], None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Outcome:
    """Let the programme decide every receipt, and say what came of it.

    Whoever has a receipt joins with the first one. Time runs on to `until_ms` (the last receipt
    unless told): what lapses until then has expired. `progress` is told how many receipts are
    done. A receipt that the programme refuses is counted by the code of the refusal. With a
    `checkpoint`, one that was killed goes on where it was, and comes to the same outcome.
    """
    run = _Run(programme, habit)
    kept = list(histories)
    run.keep_sales(kept)
    found = checkpoint.load(programme) if checkpoint is not None else None
    done = 0
    if found is not None:
        done, state = found
        run.resume(state, kept)
    last_ms = until_ms or 0
    for place, (history, receipt) in enumerate(in_order(kept), start=1):
        last_ms = max(last_ms, receipt.occurred_at_ms)
        if place <= done:
            continue
        run.receipt(history, receipt)
        if place % TOLD_EVERY == 0:
            if progress is not None:
                progress(place)
            if checkpoint is not None:
                checkpoint.save(place, run.state())
    run.end(last_ms)
    if progress is not None:
        progress(sum(len(history.receipts) for history in kept))
    return run.outcome


def in_order(histories: Sequence[History]) -> Iterator[tuple[History, Purchase | GoodsBack]]:
    """Every receipt by business time; those of one instant in the order of the file."""
    pairs = [(history, receipt) for history in histories for receipt in history.receipts]
    pairs.sort(key=lambda pair: pair[1].occurred_at_ms)
    return iter(pairs)


class _Run:
    """One programme over all receipts: accounts, shared budgets, and what is counted."""

    def __init__(self, programme: Programme, habit: Habit) -> None:
        self.programme = programme
        self.outcome = Outcome(programme)
        self._habit = habit
        self._accounts: dict[tuple[str, str], Account] = {}
        self._facts: dict[tuple[str, str], Facts] = {}
        self._left = dict(budgets_of(programme))
        self._pools = pools_of(programme)
        self._kinds = _kinds(programme)
        self._walks_always = self._kinds != _ALWAYS or _looks_daily(programme)
        self._telling = bool(self._kinds & {"warn", "remind"})
        self._originals: set[tuple[str, str]] = set()
        self._sales: dict[tuple[str, str], _Sale] = {}

    def keep_sales(self, histories: Iterable[History]) -> None:
        """Note from which sales goods will come back: their decisions are kept."""
        for history in histories:
            for receipt in history.receipts:
                if isinstance(receipt, GoodsBack):
                    self._originals.add((history.member, receipt.original))

    def receipt(self, history: History, receipt: Purchase | GoodsBack) -> None:
        """Decide one receipt, after whatever came due since the one before."""
        store = receipt.store or history.store
        place = (history.member, self.programme.partition_of(store))
        try:
            if place not in self._accounts:
                self._enrol(place, history, receipt.occurred_at_ms)
            facts = self._facts[place]
            if store and facts.store.get("id") != store:
                self._facts[place] = replace(facts, store={"id": store})
            self._catch_up(place, day_of(receipt.occurred_at_ms, self.programme.zone))
            if isinstance(receipt, GoodsBack):
                self._take_back(place, history, receipt)
            else:
                self._sell(place, history, receipt)
        except TesseraError as error:
            self.outcome.refuse(error.code)

    def state(self) -> Mapping[str, Any]:
        """Everything that the receipts so far have made, but what members told of themselves."""
        return {
            "outcome": self.outcome,
            "accounts": self._accounts,
            "left": self._left,
            "sales": self._sales,
        }

    def resume(self, state: Mapping[str, Any], histories: Iterable[History]) -> None:
        """Go on from a state; who the members are is read from the histories again."""
        self.outcome = state["outcome"]
        self._accounts = state["accounts"]
        self._left = state["left"]
        self._sales = state["sales"]
        known = {history.member: history for history in histories}
        self._facts = {place: _facts_of(known[place[0]]) for place in self._accounts}

    def end(self, until_ms: int) -> None:
        """Let the time run out, and look at what every account then holds."""
        until_day = day_of(until_ms, self.programme.zone)
        for place in list(self._accounts):
            self._catch_up(place, until_day)
            self.outcome.close(place[0], self._accounts[place], self._facts[place].attributes)

    def _enrol(self, place: tuple[str, str], history: History, at_ms: int) -> None:
        self._facts[place] = _facts_of(history)
        if history.joined_at_ms is not None:
            at_ms = min(at_ms, history.joined_at_ms)
        account = Account(history.member, self.programme.id, place[1])
        command = Enrol(at_ms, at_ms, history.store, origin="import")
        self._accounts[place] = account
        try:
            self._do(place, command)
        except TesseraError:
            # Whoever may not join is asked again at his next receipt.
            del self._accounts[place]
            raise

    def _sell(self, place: tuple[str, str], history: History, sale: Purchase) -> None:
        paid = self._paid(self._accounts[place], sale) if self._habit is Habit.ALWAYS else sale
        decision = self._do(place, paid)
        self.outcome.sold(sale, decision)
        key = (history.member, sale.document.number)
        if key in self._originals:
            self._sales[key] = _Sale(sale, decision)

    def _paid(self, account: Account, sale: Purchase) -> Purchase:
        """The sale, paid with all that the member has where the thresholds let him."""
        day = day_of(sale.occurred_at_ms, self.programme.zone)
        payments = tuple(
            Payment(balance.id)
            for balance in self.programme.balances
            if balance.spending is not None
            and account.available(balance.id, day, sale.occurred_at_ms)
            >= max(1, balance.spending.usable_from)
        )
        return replace(sale, payments=payments) if payments else sale

    def _take_back(self, place: tuple[str, str], history: History, back: GoodsBack) -> None:
        sale = self._sales.get((history.member, back.original))
        if sale is None:
            self.outcome.refuse("document_unknown")
            return
        now, paid_now = dict(sale.back), dict(sale.paid_back)
        for line, quantity in back.quantities.items():
            now[line] = now.get(line, 0) + quantity
        for line, amount in back.amounts.items():
            paid_now[line] = paid_now.get(line, 0) + amount
        lines = sale.purchase.lines
        parts = tuple(
            ReturnedPart(index, sale.paid_back.get(index, 0), paid_now[index], line.net)
            if index in paid_now
            else ReturnedPart(
                index, sale.back.get(index, 0), now.get(index, 0), line.quantity_milli
            )
            for index, line in enumerate(lines)
        )
        command = Return(
            back.occurred_at_ms,
            back.occurred_at_ms,
            back.store or history.store,
            document=replace(sale.purchase.document, number=back.number),
            sales=(
                ReturnedSale(
                    changes=sale.decision.changes,
                    shares=sale.decision.lines,
                    nets=tuple(line.net for line in lines),
                    parts=parts,
                ),
            ),
        )
        self._do(place, command)
        self.outcome.returned(sale.purchase, sale.decision, parts)
        sale.back, sale.paid_back = now, paid_now

    def _do(self, place: tuple[str, str], command: Command) -> Decision:
        account = self._accounts[place]
        facts = self._facts[place]
        if self._left:
            facts = replace(facts, budgets=dict(self._left))
        seed = f"{place[0]} {place[1]} {account.version}"
        drawn = {pool: tuple(f"{seed} {n}" for n in range(8)) for pool in self._pools}
        decision = decide(self.programme, account, facts, command, Ids(seed.encode(), drawn))
        for name, amount in decision.budgets.items():
            self._left[name] -= amount
        self._accounts[place] = after(account, decision)
        self.outcome.count(place[0], month_index(decision.business_day), decision)
        return decision

    def _catch_up(self, place: tuple[str, str], until_day: int) -> None:
        """Fire what came due since the account's last entry, each occasion on its own day."""
        account = self._accounts[place]
        after_day = account.last_day
        if not self._walks_always and not _may_be_due(account, after_day, until_day):
            return
        fired: set[tuple[str, str]] = set()
        while account.status == "active":
            due = self._next(account, after_day, until_day, fired)
            if due is None:
                return
            fired.add((due.kind, due.period))
            after_day = max(after_day, due.day - 1)
            at_ms = start_of_day_ms(due.day, self.programme.zone)
            self._do(
                place,
                FireOccasion(at_ms, at_ms, kind=due.kind, period=due.period, due_on=due.day),
            )
            account = self._accounts[place]

    def _next(
        self, account: Account, after_day: int, until_day: int, fired: set[tuple[str, str]]
    ) -> Due | None:
        return min(
            (
                due
                for due in upcoming(self.programme, account, after_day, telling=self._telling)
                if due.day <= until_day
                and due.kind.partition(":")[0] in self._kinds
                and (due.kind, due.period) not in fired
            ),
            key=lambda due: due.order,
            default=None,
        )


def _facts_of(history: History) -> Facts:
    return Facts(
        history.birthday,
        attributes=history.attributes,
        store={"id": history.store} if history.store else {},
    )


def _kinds(programme: Programme) -> frozenset[str]:
    """The occasions that can change an account: the others need somebody who listens."""
    heard = {event for rule in programme.rules for event in rule.events}
    heard |= {
        award.event
        for reward in programme.rewards
        for award in reward.awards
        if award.trigger is Trigger.EVENT
    }
    return _ALWAYS | {kind for kind, events in _TELLS.items() if events & heard}


def _looks_daily(programme: Programme) -> bool:
    """Whether something may come due that neither a lot nor a tier's review announces."""
    return programme.membership.inactive_after is not None or any(
        group.up is not Timing.REAL_TIME for group in programme.tier_groups
    )


def _may_be_due(account: Account, after_day: int, until_day: int) -> bool:
    """A quick look at lots and reviews: most receipts come before anything is due."""
    for key in account.lots:
        if key.expires_on < until_day or after_day < key.activates_on <= until_day:
            return True
    return any(state.review_on <= until_day for state in account.tiers.values())
