"""Value that changes hands: pairs, households, merged and erased members (I13, I16 to I18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tessera.domain.audit import Lot
from tests.simulation.history import History, Ledger, Violation
from tests.simulation.replay import key

Body = Mapping[str, Any]
ByCause = Mapping[str, Sequence[tuple[Ledger, Body]]]

PAIRS = {
    "transfer_out": "transfer_in",
    "merge_out": "merge_in",
    "pool_out": "pool_in",
    "pool_leave": "pool_back",
}
"""Entries that move value from one account to another: who gives, who takes."""

SUMMED = {"merge_out": ("l", "s", "w")}
"""Which parts of a pair's changes have to cancel out; lots alone unless told."""


def credited(ledger: Ledger, body: Body) -> str:
    """The member through whom an entry came: on a household's account its contributor."""
    return str(body.get("w") or ledger.account.member)


def heirs(by_cause: ByCause) -> dict[str, str]:
    """Into whom each merged member went."""
    found: dict[str, str] = {}
    for entries in by_cause.values():
        kinds = {body["k"]: (ledger, body) for ledger, body in entries}
        if "merge_out" in kinds and "merge_in" in kinds:
            found[kinds["merge_out"][0].account.member] = credited(*kinds["merge_in"])
    return found


def line_of(heir: Mapping[str, str], member: str) -> set[str]:
    """A member, and everybody into whom he went."""
    found = {member}
    while member in heir and heir[member] not in found:
        member = heir[member]
        found.add(member)
    return found


def conserved(by_cause: ByCause) -> Iterator[Violation]:
    """I16: what one account gives is what the other takes, lot by lot."""
    for entries in by_cause.values():
        for giver, given in entries:
            if given["k"] not in PAIRS:
                continue
            name = f"{giver.name}.{given['n']} ({given['k']})"
            takers = [body for _, body in entries if body["k"] == PAIRS[given["k"]]]
            if len(takers) != 1:
                yield Violation("I16", f"{name} has {len(takers)} counterparts")
                continue
            for part in SUMMED.get(given["k"], ("l",)):
                left = _summed(given, part)
                left.update(_summed(takers[0], part))
                rest = {what: amount for what, amount in left.items() if amount}
                if rest:
                    yield Violation("I16", f"{name} leaves {rest} on the way")


def closed(history: History) -> Iterator[Violation]:
    """I16: an account that was merged away or erased is never written to again."""
    for ledger in history.ledgers:
        ended = ""
        for body in ledger.bodies:
            if ended:
                yield Violation("I16", f"{ledger.name}.{body['n']} came after the account {ended}")
            status = body.get("x", {}).get("a")
            ended = status if status in {"merged", "erased"} else ended


def _summed(body: Body, part: str) -> Counter[Any]:
    """One part of an entry's changes, by what it changes."""
    found: Counter[Any] = Counter()
    for item in body.get("x", {}).get(part, ()):
        what, amount = (key(item), item[1]) if part == "l" else (tuple(item[:-1]), item[-1])
        found[what] += amount
    return found


def shared(history: History) -> Iterator[Violation]:
    """I17: in a household's account each lot is the sum of its shares, who leaves takes his, and
    nothing comes through anybody who is not in it.
    """
    for ledger in history.ledgers:
        if not ledger.account.member.startswith("hh_"):
            continue
        shares: dict[Lot, dict[str, int]] = {}
        lots: Counter[Lot] = Counter()
        inside = {""}
        for body in ledger.bodies:
            who = str(body.get("w", ""))
            if body["k"] == "pool_in":
                inside.add(who)
            if who not in inside:
                yield Violation("I17", f"{ledger.name}.{body['n']}: {who} is not in the household")
            if body["k"] == "pool_leave":
                inside.discard(who)
            yield from _share(ledger, body, shares)
            for lot, amount in _summed(body, "l").items():
                lots[lot] += amount
            for lot, owners in shares.items():
                if sum(owners.values()) != lots[lot]:
                    yield Violation(
                        "I17", f"{ledger.name}.{body['n']}: {owners} share {lots[lot]} in {lot}"
                    )


def _share(ledger: Ledger, body: Body, shares: dict[Lot, dict[str, int]]) -> Iterator[Violation]:
    """Take one entry in; a leaver is judged by what his share was before."""
    who = str(body.get("w", ""))
    if body["k"] == "pool_leave":
        own = {lot: owners[who] for lot, owners in shares.items() if owners.get(who)}
        taken = {lot: -amount for lot, amount in _summed(body, "l").items()}
        if own != taken:
            yield Violation("I17", f"{ledger.name}.{body['n']}: {who} takes {taken}, owns {own}")
    # What goes down and up in one entry is borne by nobody.
    for lot, amount in _summed(body, "l").items():
        owners = shares.setdefault(lot, {})
        if amount > 0 or body["k"] == "pool_leave":
            owners[who] = owners.get(who, 0) + amount
        elif amount < 0:
            _bear(owners, -amount)


def _bear(owners: dict[str, int], amount: int) -> None:
    """A debit is borne in proportion; what doesn't divide falls to the largest remainders."""
    whole = sum(owners.values())
    if not whole:
        return
    exact = {who: Fraction(share * min(amount, whole), whole) for who, share in owners.items()}
    parts = {who: int(value) for who, value in exact.items()}
    rest = min(amount, whole) - sum(parts.values())
    # Of equal remainders the member who came first bears more; sorting keeps that order.
    for who in sorted(exact, key=lambda one: exact[one] - parts[one], reverse=True)[:rest]:
        parts[who] += 1
    for who, part in parts.items():
        owners[who] -= part


def forgotten(history: History, by_cause: ByCause) -> Iterator[Violation]:
    """I18: of an erased member the entries stay, and nothing else that says who it was.

    Whoever was merged into him was the same person, and is as erased as he is.
    """
    asked = {
        ledger.account.member for ledger in history.ledgers if ledger.account.status == "erased"
    }
    heir = heirs(by_cause)
    erased = asked | {member for member in heir if line_of(heir, member) & asked}
    for ledger in history.ledgers:
        if ledger.account.member in erased and any(ledger.account.lots.values()):
            yield Violation("I18", f"{ledger.name} was erased and holds {ledger.account.lots}")
    brought = {
        (f"M#{ledger.account.member}", f"D#{ledger.account.programme}#-#{body['n']:010d}")
        for ledger in history.ledgers
        for body in ledger.bodies
        if body.get("w") in erased
    }
    for row in history.rows:
        if (row["pk"], row["sk"]) in brought:
            yield Violation("I18", f"{row['pk']} {row['sk']} tells what an erased member bought")
        if row["t"] in {"L", "C"} and row.get("m") in erased:
            yield Violation("I18", f"{row['pk']} still leads to an erased member")
        if not str(row["pk"]).startswith("M#") or str(row["pk"])[2:] not in erased:
            continue
        if row["t"] in {"D", "CP"}:
            yield Violation("I18", f"{row['pk']} {row['sk']} outlived its member")
        standing = row.get("st") != "erased" and str(row["pk"])[2:] in asked
        if row["t"] == "P" and (row.get("salt") or standing):
            yield Violation("I18", f"{row['pk']} keeps a profile that should be empty")
