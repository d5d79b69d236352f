"""What comes back of a sale: each line once, by quantity or by amount, to the last cent (I21)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.hands import Body, ByCause
from tests.simulation.history import History, Violation
from tests.simulation.members import cause_of, found_in, sale_of

Returned = dict[int, tuple[int, int]]
"""By line: thousandths of a quantity, and cents."""


Sale = tuple[str, str]
"""Store and number."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a credit note says of a sale: the parts that come back, None where all is left does;
    `is_estimated` where it brings back besides what is of no sale."""

    parts: Sequence[Mapping[str, Any]] | None
    is_estimated: bool = False


Notes = Mapping[Sale, Mapping[str, Note]]
"""By sale, and by the cause of their entries."""


def brought_back(history: History, by_cause: ByCause) -> Iterator[Violation]:
    """I21: what has come back of a line is what its credit notes say, by quantity or by amount, and
    no more than was bought; once all of a sale is back, what it counted is gone, all value that
    it took was given back, and no more was taken than it gave.
    """
    notes = _notes(history, by_cause)
    sold = {
        sale_of(request): request
        for request in history.requests
        if request.kind == "purchase" and request.acks
    }
    entries = {
        (ledger.account.member, ledger.account.programme, ledger.account.partition, body["n"]): body
        for ledger in history.ledgers
        for body in ledger.bodies
    }
    for sales in _together(notes):
        if not sold.keys() >= sales:
            continue
        whole = True
        made: dict[str, list[Body]] = {}
        for sale in sales:
            row = history.answers["I#purchase:{}#{}".format(*sale)]
            lines = sold[sale].body["lines"]
            back: Returned = {int(line): (q, a) for line, (q, a) in json.loads(row["ln"]).items()}
            yield from _parts("{} {}".format(*sale), lines, back, list(notes[sale].values()))
            whole = whole and all(
                back.get(number, (0, 0)) in {(line["quantity"] * 1000, 0), (0, line["gross"])}
                for number, line in enumerate(lines)
            )
            owners = row.get("ow", {})
            for programme, partition, number in row["e"]:
                owner = owners.get(programme, row["m"])
                made.setdefault(programme, []).append(entries[owner, programme, partition, number])
        known = {cause: note for sale in sales for cause, note in notes[sale].items()}
        if any(note.is_estimated for note in known.values()):
            # Nobody can tell what of the entry is the sale's, and what the estimate's.
            continue
        name = ", ".join("{} {}".format(*sale) for sale in sorted(sales))
        for programme, bodies in made.items():
            undone = [
                body
                for cause in known
                for ledger, body in by_cause[cause]
                if ledger.account.programme == programme
            ]
            yield from _sums(f"{name} in {programme}", bodies, undone, whole=whole)


def _notes(history: History, by_cause: ByCause) -> Notes:
    """Every credit note that was recorded, by the sales of which it brings something back."""
    notes: dict[Sale, dict[str, Note]] = {}
    for request in history.requests:
        cause = cause_of(request.scope, request.id)
        if cause not in by_cause:
            continue
        if request.kind in {"return", "undo"}:
            notes.setdefault(sale_of(request), {})[cause] = Note(request.body.get("lines"))
        elif request.kind == "lost":
            found = found_in(history, request)
            for sale, lines in found.sales.items():
                parts = [{"line": line, "quantity": q // 1000} for line, q in lines.items()]
                notes.setdefault(sale, {})[cause] = Note(parts, found.is_estimated)
    return notes


def _together(notes: Notes) -> list[set[Sale]]:
    """Sales in groups: those of which one credit note brought something back belong together."""
    groups: list[tuple[set[Sale], set[str]]] = []
    for sale, causes in notes.items():
        sales, ours = {sale}, set(causes)
        apart = []
        for group in groups:
            if group[1] & ours:
                sales |= group[0]
                ours |= group[1]
            else:
                apart.append(group)
        groups = [*apart, (sales, ours)]
    return [sales for sales, _ in groups]


def _parts(
    name: str, lines: Sequence[Mapping[str, Any]], back: Returned, notes: Sequence[Note]
) -> Iterator[Violation]:
    told: dict[int, list[int]] = {}
    is_whole = False
    for note in notes:
        parts = note.parts
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


def _sums(
    name: str, made: Sequence[Body], undone: Sequence[Body], *, whole: bool
) -> Iterator[Violation]:
    gave, took = _in_and_out(made)
    given, taken = _in_and_out(undone)
    left = Counter[str]()
    for body in (*made, *undone):
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


def _in_and_out(bodies: Sequence[Body]) -> tuple[Counter[str], Counter[str]]:
    """What entries put into each balance, and what they take out."""
    came, went = Counter[str](), Counter[str]()
    for body in bodies:
        for balance, amount, _, _ in body.get("x", {}).get("l", ()):
            (came if amount > 0 else went)[balance] += abs(amount)
    return came, went
