"""Writes into operations, items into values: the only place that knows both.

Each write's condition is stated here, beside the item. `t` is the type of an item and `sv` the
version of its layout; old layouts are read for ever.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import singledispatchmethod

from tessera.adapters.dynamodb import keys, typed
from tessera.adapters.dynamodb.card_faces import face_operation
from tessera.adapters.dynamodb.card_rows import issued_item
from tessera.adapters.dynamodb.journal import journal_item
from tessera.adapters.dynamodb.packing import pack_lots, pack_state, unpack_lots, unpack_state
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Item, Operation, Value
from tessera.application.card_face import PutFace
from tessera.application.effects import Located, StoredAnswer
from tessera.application.requests import Answer
from tessera.application.writes import (
    ChangeCard,
    ChangeLookup,
    ChangeReturned,
    CheckAccount,
    IssuedCard,
    Profile,
    PutAccount,
    PutAnswer,
    PutCandidate,
    PutCard,
    PutDetail,
    PutEntry,
    PutErasure,
    PutJournal,
    PutLookup,
    PutNotice,
    PutProfile,
    PutVoucher,
    TakeCode,
    VoucherRow,
    Write,
)
from tessera.domain.account import Account
from tessera.domain.calendar import NEVER
from tessera.domain.canonical import Json, canonical
from tessera.domain.ledger import Entry, entry_body, entry_of

LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Codec:
    """Turns the domain's writes into operations; holds the secret under which look-ups lie."""

    lookup_secret: bytes

    def operations(self, write: Write) -> list[Operation]:
        """The operations of one write: exactly one, but for writes that keep an index row.

        The first one carries the condition by which the write is judged.
        """
        return self._encode(write)

    @singledispatchmethod
    def _encode(self, write: Write) -> list[Operation]:
        raise TypeError(f"no row for {type(write).__name__}")

    @_encode.register
    def _(self, write: PutAccount) -> list[Operation]:
        account = write.account
        item: Item = {
            "pk": keys.member(account.member),
            "sk": keys.account(account.programme, account.partition),
            "t": "A",
            "sv": LAYOUT,
            "v": account.version,
            "st": account.status,
            "eo": account.enrolled_on,
            "ld": account.last_day,
            "lm": account.last_ms,
            "pv": account.programme_version,
            "h": account.head,
            "ft": account.fired_through,
            "l": dict(pack_lots(account.lots)),
            "s": pack_state(account),
        }
        # An account for which nothing is to come stands at the end of time: the index lists every
        # account once, so that the verifier needn't read the whole table to find them.
        item["dk"] = keys.due(
            NEVER if write.due_on is None else write.due_on, keys.shard_of(account.member)
        )
        item["ds"] = keys.due_sort(write.due_kind or keys.NOTHING_DUE, account.member)
        expected: Condition = Absent()
        if write.expected_version:
            expected = Equals("v", write.expected_version)
        return [Operation("put", item, expected)]

    @_encode.register
    def _(self, write: CheckAccount) -> list[Operation]:
        key: Item = {
            "pk": keys.member(write.member),
            "sk": keys.account(write.programme, write.partition),
        }
        return [Operation("check", key, Equals("v", write.version))]

    @_encode.register
    def _(self, write: PutEntry) -> list[Operation]:
        entry = write.entry
        item: Item = {
            "pk": keys.member(entry.member),
            "sk": keys.entry(entry.programme, entry.partition, entry.sequence),
            "t": "E",
            "sv": LAYOUT,
            "c": canonical(entry_body(entry)).decode(),
            "ph": entry.previous,
            "h": entry.hash,
        }
        if entry.detail_commitment:
            item["dc"] = entry.detail_commitment
        return [Operation("put", item, Absent())]

    @_encode.register
    def _(self, write: PutDetail) -> list[Operation]:
        item: Item = {
            "pk": keys.member(write.member),
            "sk": keys.detail(write.programme, write.partition, write.sequence),
            "t": "D",
            "sv": LAYOUT,
            "z": write.detail,
        }
        return [Operation("put", item, Absent())]

    @_encode.register
    def _(self, write: PutAnswer) -> list[Operation]:
        return [Operation("put", answer_item(write), Absent())]

    @_encode.register
    def _(self, write: ChangeReturned) -> list[Operation]:
        (put,) = self._encode(write.put)
        item = {**put.item, "rv": write.expected_version + 1}
        return [Operation("put", item, Equals("rv", write.expected_version))]

    @_encode.register
    def _(self, write: PutProfile) -> list[Operation]:
        item = profile_item(write.profile)
        expected: Condition = Absent()
        if write.expected_version:
            expected = Equals("v", write.expected_version)
        return [Operation("put", item, expected)]

    @_encode.register
    def _(self, write: PutLookup) -> list[Operation]:
        item: Item = {
            "pk": keys.lookup(self.lookup_secret, write.kind, write.value),
            "sk": "L",
            "t": "L",
            "sv": LAYOUT,
            "m": write.member,
        }
        if write.card:
            item |= {"c": write.card, "p": write.programme}
        return [Operation("put", item, Absent())]

    @_encode.register
    def _(self, write: PutCandidate) -> list[Operation]:
        item: Item = {
            "pk": keys.lookup(self.lookup_secret, write.kind, write.value),
            "sk": write.member,
            "t": "L",
            "sv": LAYOUT,
            "m": write.member,
        }
        return [Operation("put", item)]

    @_encode.register
    def _(self, write: PutCard) -> list[Operation]:
        card = write.card
        item = issued_item(IssuedCard(card, row_version=1))
        pointer: Item = {
            "pk": keys.member(card.member),
            "sk": keys.member_card(card.id),
            "t": "CP",
            "sv": LAYOUT,
        }
        return [Operation("put", item, Absent()), Operation("put", pointer)]

    @_encode.register
    def _(self, write: ChangeCard) -> list[Operation]:
        issued = write.issued
        item = issued_item(replace(issued, row_version=issued.row_version + 1))
        return [Operation("put", item, Equals("v", issued.row_version))]

    @_encode.register
    def _(self, write: ChangeLookup) -> list[Operation]:
        (put,) = self.operations(write.lookup)
        item = {**put.item, "st": write.status}
        return [Operation("put", item, Equals("m", write.lookup.member))]

    @_encode.register
    def _(self, write: PutVoucher) -> list[Operation]:
        item: Item = {
            "pk": keys.voucher(write.code),
            "sk": "V",
            "t": "V",
            "sv": LAYOUT,
            "m": write.member,
            "p": write.programme,
            "g": write.partition,
            "r": write.reward,
        }
        return [Operation("put", item, Absent())]

    @_encode.register
    def _(self, write: TakeCode) -> list[Operation]:
        key: Item = {"pk": keys.pool(write.pool, write.code), "sk": write.code}
        return [Operation("delete", key, Equals("t", "K"))]

    @_encode.register
    def _(self, write: PutErasure) -> list[Operation]:
        unique = [keys.lookup(self.lookup_secret, kind, value) for kind, value in write.lookups]
        shared = [keys.lookup(self.lookup_secret, kind, value) for kind, value in write.candidates]
        item: Item = {
            "pk": keys.erasure(write.member),
            "sk": "J",
            "t": "J",
            "sv": LAYOUT,
            "u": unique,
            "c": shared,
            "h": list(write.households),
            "mg": list(write.merged),
        }
        listing: Item = {"pk": keys.ERASURES, "sk": write.member, "t": "J", "sv": LAYOUT}
        return [Operation("put", item), Operation("put", listing)]

    @_encode.register
    def _(self, write: PutJournal) -> list[Operation]:
        return [Operation("put", journal_item(write))]

    @_encode.register
    def _(self, write: PutNotice) -> list[Operation]:
        return [notice_operation(write)]

    @_encode.register
    def _(self, write: PutFace) -> list[Operation]:
        return [face_operation(write.face)]


def notice_operation(write: PutNotice) -> Operation:
    """A notice as an operation: its id must be free."""
    item: Item = {
        "pk": keys.member(write.member),
        "sk": keys.notice(write.id),
        "t": "O",
        "sv": LAYOUT,
        "n": write.name,
        "at": write.at_ms,
        "c": canonical(write.data).decode(),
    }
    return Operation("put", item, Absent())


def answer_item(write: PutAnswer) -> Item:
    """An idempotency row as an item."""
    item: Item = {
        "pk": keys.answer(write.identity.scope, write.identity.id),
        "sk": "I",
        "t": "I",
        "sv": LAYOUT,
        "rh": write.identity.request_hash,
        "m": write.member,
        "st": write.answer.status,
        **_packed_answer(write.answer.body),
    }
    if write.entries:
        item["e"] = [list(entry) for entry in write.entries]
    if write.owners:
        item["ow"] = dict(write.owners)
    if write.returned is not None:
        item |= {
            "ln": canonical(
                {str(line): list(parts) for line, parts in write.returned.items()}
            ).decode(),
            "rv": 0,
        }
    return item


ANSWER_PLAIN_BYTES_MAX = 500
"""A longer answer is compressed: it would take the row past its first kilobyte (design §3)."""


def _packed_answer(body: bytes) -> Item:
    if len(body) <= ANSWER_PLAIN_BYTES_MAX:
        return {"a": body.decode()}
    return {"az": zlib.compress(body, 6)}


def _answer_body(item: Mapping[str, Value]) -> bytes:
    return (
        zlib.decompress(typed.octets(item["az"]))
        if "az" in item
        else typed.text(item["a"]).encode()
    )


def profile_item(profile: Profile) -> Item:
    """A profile as an item; a birthday puts it into the due index."""
    item: Item = {
        "pk": keys.member(profile.member),
        "sk": keys.PROFILE,
        "t": "P",
        "sv": LAYOUT,
        "v": profile.version,
        "st": profile.status,
        "salt": profile.salt,
        "lg": profile.language,
        "at": profile.created_at_ms,
        "c": canonical(
            {
                "personal": dict(profile.personal),
                "attributes": dict(profile.attributes),
                "consents": dict(profile.consents),
            }
        ).decode(),
    }
    if profile.birthday:
        item["bd"] = list(profile.birthday)
        _, month, day = profile.birthday
        item["dk"] = keys.birthday(month, day)
        item["ds"] = keys.due_sort("B", profile.member)
    return item


def profile_of(item: Mapping[str, Value]) -> Profile:
    """The profile of an item."""
    content = json.loads(typed.text(item["c"]))
    birthday = item.get("bd")
    return Profile(
        member=typed.text(item["pk"])[2:],
        salt=typed.octets(item["salt"]),
        version=typed.number(item["v"]),
        language=typed.text(item["lg"]),
        birthday=_date(birthday) if isinstance(birthday, list) else None,
        personal=content["personal"],
        attributes=content["attributes"],
        consents=content["consents"],
        created_at_ms=typed.number(item["at"]),
        status=typed.text(item["st"]),
    )


def account_of(item: Mapping[str, Value]) -> Account:
    """The account of an item."""
    _, _, programme, partition = typed.text(item["sk"]).split("#")
    lots = item["l"]
    assert isinstance(lots, Mapping)
    account = Account(
        member=typed.text(item["pk"])[2:],
        programme=programme,
        partition=partition,
        version=typed.number(item["v"]),
        status=typed.text(item["st"]),
        enrolled_on=typed.number(item["eo"]),
        last_day=typed.number(item["ld"]),
        programme_version=typed.number(item["pv"]),
        head=typed.octets(item["h"]),
        fired_through=typed.number(item.get("ft", 0)),
        last_ms=typed.number(item.get("lm", 0)),
        lots=unpack_lots({balance: typed.octets(packed) for balance, packed in lots.items()}),
    )
    return unpack_state(account, typed.text(item["s"]))


def entry_of_item(item: Mapping[str, Value]) -> Entry:
    """The entry of an item (or of a stream image of one)."""
    body: dict[str, Json] = json.loads(typed.text(item["c"]))
    commitment = item.get("dc", b"")
    return entry_of(
        body, typed.octets(item["ph"]), typed.octets(commitment), typed.octets(item["h"])
    )


def answer_of(item: Mapping[str, Value]) -> StoredAnswer:
    """The stored answer of an idempotency row."""
    entries = item.get("e", [])
    assert isinstance(entries, list)
    lines = item.get("ln")
    return StoredAnswer(
        request_hash=typed.octets(item["rh"]),
        member=typed.text(item["m"]),
        answer=Answer(typed.number(item["st"]), _answer_body(item)),
        entries=tuple(
            (programme, partition, sequence) for programme, partition, sequence in entries
        ),
        returned=_returned(typed.text(lines)) if lines is not None else None,
        returned_version=typed.number(item.get("rv", 0)),
        owners={
            name: typed.text(owner) for name, owner in typed.mapping(item.get("ow", {})).items()
        },
    )


def located_of(item: Mapping[str, Value]) -> Located:
    """What a look-up row points to."""
    return Located(
        member=typed.text(item["m"]),
        card=typed.text(item.get("c", "")),
        programme=typed.text(item.get("p", "")),
        status=typed.text(item.get("st", "active")),
    )


def voucher_of_item(item: Mapping[str, Value]) -> VoucherRow:
    """The voucher of an item."""
    return VoucherRow(
        code=typed.text(item["pk"])[2:],
        member=typed.text(item["m"]),
        programme=typed.text(item["p"]),
        partition=typed.text(item["g"]),
        reward=typed.text(item["r"]),
    )


def _returned(content: str) -> dict[int, tuple[int, int]]:
    return {int(line): (parts[0], parts[1]) for line, parts in json.loads(content).items()}


def _date(value: list[Value]) -> tuple[int, int, int]:
    year, month, day = (typed.number(part) for part in value)
    return year, month, day
