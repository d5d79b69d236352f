"""What comes back of a sale: each line once, by quantity or by amount, to the last cent (I21)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.simulation.hands import Body, ByCause
from tests.simulation.history import History, Violation
from tests.simulation.members import cause_of, sale_of
from tests.simulation.world import Request

Returned = dict[int, tuple[int, int]]
"""By line: thousandths of a quantity, and cents."""


def brought_back(history: History, by_cause: ByCause) -> Iterator[Violation]:
    """I21: what has come back of a line is what its credit notes say, by quantity or by amount, and
    no more than was bought; once all of a sale is back, what it counted is gone, all value that
    it took was given back, and no more was taken than it gave.
    """
    notes: dict[tuple[str, str], dict[str, Request]] = {}
    sold: dict[tuple[str, str], Request] = {}
    for request in history.requests:
        if request.kind == "purchase" and request.acks:
            sold[sale_of(request)] = request
        elif request.kind in {"return", "undo"}:
            cause = cause_of(request.scope, request.id)
            if cause in by_cause:
                notes.setdefault(sale_of(request), {})[cause] = request
    entries = {
        (ledger.account.member, ledger.account.programme, ledger.account.partition, body["n"]): body
        for ledger in history.ledgers
        for body in ledger.bodies
    }
    for sale, known in notes.items():
        row = history.answers["I#purchase:{}#{}".format(*sale)]
        if sale not in sold:
            continue
        name = "{} {}".format(*sale)
        lines = sold[sale].body["lines"]
        back: Returned = {int(line): (q, a) for line, (q, a) in json.loads(row["ln"]).items()}
        yield from _parts(name, lines, back, list(known.values()))
        whole = all(
            back.get(number, (0, 0)) in {(line["quantity"] * 1000, 0), (0, line["gross"])}
            for number, line in enumerate(lines)
        )
        owners = row.get("ow", {})
        for programme, partition, number in row["e"]:
            owner = owners.get(programme, row["m"])
            made = entries[owner, programme, partition, number]
            undone = [
                body
                for cause in known
                for ledger, body in by_cause[cause]
                if ledger.account.programme == programme
            ]
            yield from _sums(f"{name} in {programme}", made, undone, whole=whole)


def _parts(
    name: str, lines: Sequence[Mapping[str, Any]], back: Returned, notes: Sequence[Request]
) -> Iterator[Violation]:
    told: dict[int, list[int]] = {}
    is_whole = False
    for note in notes:
        parts = note.body.get("lines")
        is_whole = is_whole or parts is None
        for part in parts or ():
            sums = told.setdefault(part["line"], [0, 0])
            sums[0] += 1000 * part.get("quantity", 0)
            sums[1] += part.get("amount", 0)
    for number, line in enumerate(lines):
        quantity, amount = back.get(number, (0, 0))
        complete = {(1000 * line["quantity"], 0), (0, line["gross"])}
        if quantity and amount:
            yield Violation("I21", f"line {number} of {name} came back by quantity and by amount")
        if quantity > 1000 * line["quantity"] or amount > line["gross"]:
            yield Violation("I21", f"more of line {number} of {name} came back than was bought")
        if not is_whole and [quantity, amount] != told.get(number, [0, 0]):
            yield Violation(
                "I21",
                f"line {number} of {name}: {quantity, amount} back, {told.get(number)} told",
            )
        if is_whole and (quantity, amount) not in complete:
            yield Violation("I21", f"all of {name} came back, and {quantity, amount} of {number}")


def _sums(name: str, made: Body, undone: Sequence[Body], *, whole: bool) -> Iterator[Violation]:
    gave, took = _in_and_out(made)
    given, taken = Counter[str](), Counter[str]()
    left = Counter(dict(made.get("x", {}).get("s", ())))
    for body in undone:
        came, went = _in_and_out(body)
        given.update(came)
        taken.update(went)
        left.update(dict(body.get("x", {}).get("s", ())))
    for balance in {*given, *taken, *took}:
        if given[balance] > took[balance] or (whole and given[balance] != took[balance]):
            yield Violation(
                "I21", f"{name} took {took[balance]} {balance}, and gave back {given[balance]}"
            )
        if taken[balance] > gave[balance]:
            yield Violation(
                "I21", f"{name} gave {gave[balance]} {balance}, and took back {taken[balance]}"
            )
    rest = {what: amount for what, amount in left.items() if amount}
    if whole and rest:
        yield Violation("I21", f"all of {name} came back, and it counts {rest}")


def _in_and_out(body: Body) -> tuple[Counter[str], Counter[str]]:
    """What an entry puts into each balance, and what it takes out."""
    came, went = Counter[str](), Counter[str]()
    for balance, amount, _, _ in body.get("x", {}).get("l", ()):
        (came if amount > 0 else went)[balance] += abs(amount)
    return came, went
