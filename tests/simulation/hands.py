"""Value that changes hands: pairs, households, merged and erased members (I13, I16 to I18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tessera.domain.audit import Lot
from tests.simulation.history import History, Ledger, Violation
from tests.simulation.replay import kept_alive, key

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
            takers = [
                body
                for ledger, body in entries
                if body["k"] == PAIRS[given["k"]] and ledger.place == giver.place
            ]
            if len(takers) != 1:
                yield Violation("I16", f"{name} has {len(takers)} counterparts")
                continue
            for part in SUMMED.get(given["k"], ("l",)):
                left = _summed(given, part)
                left.update(_summed(takers[0], part))
                rest = {what: amount for what, amount in left.items() if amount}
                if rest:
                    yield Violation("I16", f"{name} leaves {rest} on the way")
            if _vouchers(given, gone=True) != _vouchers(takers[0], gone=False):
                yield Violation("I16", f"{name} loses vouchers on the way, or makes some")


def closed(history: History) -> Iterator[Violation]:
    """I16: an account that was merged away or erased is never written to again, and whoever was
    merged has none that goes on without him.
    """
    merged = {one.account.member for one in history.ledgers if one.account.status == "merged"}
    for ledger in history.ledgers:
        if ledger.account.member in merged and ledger.account.status in {"active", "pooled"}:
            yield Violation("I16", f"{ledger.name} was left behind by a merge")
        ended = ""
        for body in ledger.bodies:
            if ended:
                yield Violation("I16", f"{ledger.name}.{body['n']} came after the account {ended}")
            status = body.get("x", {}).get("a")
            ended = status if status in {"merged", "erased"} else ended


def _vouchers(body: Body, *, gone: bool) -> set[str]:
    """The codes that an entry takes out of a hand, or puts into one."""
    changes = body.get("x", {}).get("o", ())
    left, came = (0, 1) if gone else (1, 0)
    return {change[left][0] for change in changes if change[came] is None}


def handed(history: History) -> Iterator[Violation]:
    """I19: a voucher is in one hand at most, used once unless its sale came back, and by nobody
    while a hold has it set aside.
    """
    hands: dict[str, list[str]] = {}
    used: Counter[str] = Counter()
    for ledger in history.ledgers:
        for code, *_ in ledger.account.state.get("o", ()):
            hands.setdefault(code, []).append(ledger.name)
        yield from _set_aside(ledger)
        for body in ledger.bodies:
            used.update(_used(body))
            if body["k"] == "return":
                used.subtract(_vouchers(body, gone=False))
    for code, names in hands.items():
        if len(names) > 1:
            yield Violation("I19", f"voucher {code} is in {len(names)} hands: {names}")
        if used[code] > 0:
            yield Violation("I19", f"voucher {code} was used and is in the hand of {names[0]}")
    for code, times in used.items():
        if times > 1:
            yield Violation("I19", f"voucher {code} was used {times} times")


def _used(body: Body) -> set[str]:
    """The vouchers that an entry uses up."""
    uses = body["k"] in {"voucher", "purchase", "settle"}
    return _vouchers(body, gone=True) if uses else set()


def _set_aside(ledger: Ledger) -> Iterator[Violation]:
    """Uses of vouchers that a live hold had set aside."""
    holds: dict[str, tuple[str, int]] = {}
    now_ms = 0
    for body in ledger.bodies:
        now_ms = max(now_ms, body["r"])
        for before, after in body.get("x", {}).get("h", ()):
            if before is not None:
                holds.pop(before[0], None)
            if after is not None:
                holds[after[0]] = (after[2], after[1])
        live = {what for what, ends_ms in holds.values() if ends_ms > now_ms}
        for code in _used(body):
            if f"voucher:{code}" in live:
                yield Violation("I19", f"{ledger.name}.{body['n']} uses {code}, on hold")


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
        pool = _Pool()
        lots: Counter[Lot] = Counter()
        for body in ledger.bodies:
            name = f"{ledger.name}.{body['n']}"
            who = str(body.get("w", ""))
            if body["k"] == "pool_in":
                pool.inside.append(who)
            if who and who not in pool.inside:
                yield Violation("I17", f"{name}: {who} is not in the household")
            if body["k"] == "pool_leave":
                own = {lot: parts[who] for lot, parts in pool.shares.items() if parts[who]}
                taken = {lot: -amount for lot, amount in _summed(body, "l").items() if amount}
                if own != taken:
                    yield Violation("I17", f"{name}: {who} takes {taken}, owns {own}")
                pool.inside = [one for one in pool.inside if one != who]
            pool.add(body, who)
            lots.update(_summed(body, "l"))
            for lot, parts in pool.shares.items():
                if sum(parts.values()) != lots[lot]:
                    yield Violation("I17", f"{name}: {dict(parts)} share {lots[lot]} in {lot}")


def _later(body: Body, alive: Mapping[Lot, int]) -> dict[Lot, Lot]:
    """Into which lot went what an entry kept alive of each: the last one of the same beginning,
    which is not the one that never ends: that one is a debt.
    """
    came = [
        key(item) for item in body.get("x", {}).get("l", ()) if item[1] > 0 and item[3] < 0xFFFF
    ]
    return {
        lot: max((one for one in came if one[:2] == lot[:2]), key=lambda one: one[2])
        for lot in alive
    }


def _undone(body: Body, sums: Mapping[Lot, int]) -> Counter[str]:
    """What a return takes beyond what its sale had earned: what the sale had kept alive."""
    found: Counter[str] = Counter()
    stats = dict(body.get("x", {}).get("s", ()))
    if body["k"] == "return" and stats:
        for lot, amount in sums.items():
            found[lot[0]] += max(0, -amount)
        for balance in found:
            found[balance] = max(0, found[balance] + stats.get(f"earned:{balance}", 0))
    return found


@dataclass(slots=True)
class _Pool:
    """Who owns what in a household, and who bore what of each member's spending."""

    shares: dict[Lot, Counter[str]] = field(default_factory=dict)
    inside: list[str] = field(default_factory=list)
    spent: dict[tuple[str, str], dict[Lot, Counter[str]]] = field(default_factory=dict)

    def owners(self, lot: Lot) -> Counter[str]:
        """Whose a lot is, and how much of it."""
        return self.shares.setdefault(lot, Counter())

    def add(self, body: Body, who: str) -> None:
        """Take an entry in."""
        sums = _summed(body, "l")
        alive = kept_alive(body)
        later = _later(body, alive)
        undone = _undone(body, sums)
        back: dict[str, Counter[str]] = {}
        # A return gives first: what it undoes is taken from whom it is given.
        for lot, amount in sorted(sums.items(), key=lambda one: bool(undone) and one[1] < 0):
            moved = sum(alive[one] for one, into in later.items() if into == lot)
            given = back.setdefault(lot[0], Counter())
            if amount < 0 and undone:
                part = min(undone[lot[0]], -amount, given.total())
                undone[lot[0]] -= part
                theirs = _shared_out(part, given)
                for name, share in theirs.items():
                    theirs[name] = min(share, max(0, self.owners(lot)[name]))
                _add(self.owners(lot), {name: -share for name, share in theirs.items()})
                moved -= theirs.total()
            borne = self.move(body["k"], who, lot, amount - moved)
            if amount > 0:
                given.update(borne)
            if lot in alive:
                # What lives on is whose it was, through whomever it was kept alive.
                _add(self.owners(later[lot]), _shared_out(alive[lot], borne))

    def move(self, kind: str, who: str, lot: Lot, amount: int) -> Counter[str]:
        """Take in what an entry does to a lot; what goes down and up in it, nobody bears.

        Gives who bore what was taken, or to whom was given what comes in.
        """
        owners = self.owners(lot)
        borne: Counter[str] = Counter()
        balance = (who, lot[0])
        if kind in {"pool_in", "pool_leave", "merge_in"}:
            _add(owners, {who: amount})
        elif amount >= 0:
            bearers = self.spent.get(balance, {}) if kind == "return" else {}
            # Of this lot first, then of those that ended before it, in their order.
            for one in sorted(bearers, key=lambda other: (other != lot, other[2], other[1])):
                back = _shared_out(min(amount, bearers[one].total()), bearers[one])
                bearers[one].subtract(back)
                _add(owners, back)
                _add(borne, back)
                amount -= back.total()
            equals = Counter(dict.fromkeys(self.inside if not who else (), 1))
            rest = _shared_out(amount, equals) if equals else Counter({who: amount})
            _add(owners, rest)
            _add(borne, rest)
        else:
            own = min(-amount, max(0, owners.get(who, 0))) if kind == "return" else 0
            _add(owners, {who: -own})
            left = -amount - own
            borne = _shared_out(min(left, (+owners).total()), +owners)
            _add(borne, {who: left - borne.total()})
            _add(owners, {one: -part for one, part in borne.items()})
            if kind != "return":
                _add(self.spent.setdefault(balance, {}).setdefault(lot, Counter()), borne)
        return borne


def _add(parts: Counter[str], more: Mapping[str, int]) -> None:
    """Sum up; nobody comes in by nothing, for whoever came first bears the odd unit."""
    for who, amount in more.items():
        if amount:
            parts[who] += amount


def _shared_out(amount: int, weights: Counter[str]) -> Counter[str]:
    """An amount in proportion; what doesn't divide falls to the largest remainders."""
    whole = weights.total()
    if not whole or not amount:
        return Counter()
    exact = {who: Fraction(weight * amount, whole) for who, weight in weights.items()}
    parts = Counter({who: int(value) for who, value in exact.items()})
    rest = amount - parts.total()
    # Of equal remainders the member who came first bears more; sorting keeps that order.
    for who in sorted(exact, key=lambda one: exact[one] - parts[one], reverse=True)[:rest]:
        parts[who] += 1
    return parts


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
        if ledger.account.member in asked and ledger.account.status != "erased":
            yield Violation("I18", f"{ledger.name} is {ledger.account.status}, its member erased")
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
