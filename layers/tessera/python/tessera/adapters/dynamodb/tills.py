"""Tills and the clerks at them, in the table.

`S#till#<id>`/`S` is read and written with each request of the till: its key, its state, and the
numbers of its last requests. `S#tills`/`<id>` is the register that managers list; what both say is
written in one transaction. `S#enrol#<hash>`/`S` leads from a code to its till,
`S#till#<id>`/`C#<session>` is a clerk's session, `S#clerks#<store>`/`<id>` a clerk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tessera.adapters.dynamodb import keys, typed
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Item, Operation, Store
from tessera.application.clerks import Clerk
from tessera.application.outcomes import Cancelled, Committed
from tessera.application.tills import ClerkSession, Till, Window
from tessera.domain.errors import Unavailable

LAYOUT = 1
_NUMBER_BYTES = 8


@dataclass(frozen=True, slots=True)
class StoreTills:
    """`tills.Tills` on a `Store`."""

    store: Store

    def invite(self, till: Till) -> bool:
        code: Item = {
            "pk": keys.enrolment(till.code_hash),
            "sk": "S",
            "t": "SE",
            "sv": LAYOUT,
            "i": till.id,
        }
        return self._write(till, Absent(), [Operation("put", code, Absent())])

    def find(self, till: str) -> Till | None:
        item = self.store.get(keys.till(till), "S")
        return _till_of(item) if item else None

    def invited_by(self, code_hash: str) -> Till | None:
        item = self.store.get(keys.enrolment(code_hash), "S")
        return self.find(str(item["i"])) if item else None

    def change(self, till: Till) -> bool:
        return self._write(replace(till, version=till.version + 1), Equals("v", till.version), [])

    def admit(self, till: Till, window: Window) -> bool:
        seen = replace(till, window=window, version=till.version + 1)
        return self.store.put(_hot_item(seen), Equals("v", till.version))

    def listed(self, limit: int, after: str | None = None) -> Sequence[Till]:
        items = self.store.query(keys.TILLS, "till_", limit=limit, after=after)
        return [_till_of(item) for item in items]

    def put_session(self, session: ClerkSession) -> None:
        self.store.put(
            {
                "pk": keys.till(session.till),
                "sk": keys.clerk_session(session.id),
                "t": "SC",
                "sv": LAYOUT,
                "w": session.clerk,
                "so": session.store,
                "at": session.opened_at_ms,
                "x": session.ends_at_ms,
            }
        )

    def session(self, till: str, session: str) -> ClerkSession | None:
        item = self.store.get(keys.till(till), keys.clerk_session(session))
        if item is None:
            return None
        return ClerkSession(
            id=session,
            till=till,
            clerk=str(item["w"]),
            store=str(item["so"]),
            opened_at_ms=typed.number(item["at"]),
            ends_at_ms=typed.number(item["x"]),
        )

    def _write(self, till: Till, condition: Condition, more: list[Operation]) -> bool:
        """Both rows, the first one under the condition; False where it does not hold."""
        listed: Item = {**_facts(till), "pk": keys.TILLS, "sk": till.id, "t": "ST"}
        operations = [
            Operation("put", _hot_item(till), condition),
            Operation("put", listed),
            *more,
        ]
        outcome = self.store.transact(operations, f"{till.id}-{till.version}-{till.status}")
        if isinstance(outcome, Committed):
            return True
        if isinstance(outcome, Cancelled):
            return False
        raise Unavailable


@dataclass(frozen=True, slots=True)
class StoreClerks:
    """`clerks.Clerks` on a `Store`."""

    store: Store

    def add(self, clerk: Clerk) -> bool:
        return self.store.put(_clerk_item(clerk), Absent())

    def find(self, store: str, clerk: str) -> Clerk | None:
        item = self.store.get(keys.clerks(store), clerk)
        return _clerk_of(item) if item else None

    def change(self, clerk: Clerk) -> bool:
        moved = replace(clerk, version=clerk.version + 1)
        return self.store.put(_clerk_item(moved), Equals("v", clerk.version))

    def of_store(self, store: str) -> Sequence[Clerk]:
        return [_clerk_of(item) for item in self.store.query(keys.clerks(store), "clk_")]


def _facts(till: Till) -> Item:
    return {
        "sv": LAYOUT,
        "lb": till.name,
        "so": till.store,
        "tr": till.training,
        "st": till.status,
        "at": till.created_at_ms,
        "by": till.created_by,
        "ch": till.code_hash,
        "cx": till.code_expires_at_ms,
        "rh": till.request_hash,
        "en": till.enrolled_at_ms,
        "v": till.version,
        "pu": till.public_key,
    }


def _hot_item(till: Till) -> Item:
    numbers = b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in till.window.seen)
    return {
        **_facts(till),
        "pk": keys.till(till.id),
        "sk": "S",
        "t": "ST",
        "i": till.id,
        "fl": till.window.floor,
        "nb": numbers,
    }


def _till_of(item: Item) -> Till:
    packed = typed.octets(item.get("nb", b""))
    return Till(
        id=str(item.get("i") or item["sk"]),
        name=str(item["lb"]),
        store=str(item["so"]),
        training=bool(item["tr"]),
        status=str(item["st"]),
        created_at_ms=typed.number(item["at"]),
        created_by=str(item["by"]),
        code_hash=str(item["ch"]),
        code_expires_at_ms=typed.number(item["cx"]),
        request_hash=typed.octets(item["rh"]),
        version=typed.number(item["v"]),
        enrolled_at_ms=None if item["en"] is None else typed.number(item["en"]),
        public_key=typed.octets(item["pu"]),
        window=Window(
            typed.number(item.get("fl", 0)),
            tuple(
                int.from_bytes(packed[place : place + _NUMBER_BYTES], "big")
                for place in range(0, len(packed), _NUMBER_BYTES)
            ),
        ),
    )


def _clerk_item(clerk: Clerk) -> Item:
    return {
        "pk": keys.clerks(clerk.store),
        "sk": clerk.id,
        "t": "SW",
        "sv": LAYOUT,
        "lb": clerk.name,
        "st": clerk.status,
        "sa": clerk.salt,
        "ph": clerk.pin_hash,
        "at": clerk.created_at_ms,
        "rh": clerk.request_hash,
        "v": clerk.version,
        "f": clerk.failures,
        "lk": clerk.locked_until_ms,
        "rm": clerk.removed_at_ms,
    }


def _clerk_of(item: Item) -> Clerk:
    return Clerk(
        id=str(item["sk"]),
        store=str(item["pk"]).removeprefix(keys.clerks("")),
        name=str(item["lb"]),
        status=str(item["st"]),
        salt=typed.octets(item["sa"]),
        pin_hash=typed.octets(item["ph"]),
        created_at_ms=typed.number(item["at"]),
        request_hash=typed.octets(item["rh"]),
        version=typed.number(item["v"]),
        failures=typed.number(item["f"]),
        locked_until_ms=typed.number(item["lk"]),
        removed_at_ms=typed.number(item["rm"]),
    )
