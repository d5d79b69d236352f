"""A credit note: lines of an earlier sale come back, and the ledger undoes what they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tessera.application.answers import answer, posted_view
from tessera.application.asking import Protocol_, read_answer, read_entry
from tessera.application.baskets import lines_of, quantity_milli
from tessera.application.commit import Plan, commit
from tessera.application.details import unpack_detail
from tessera.application.effects import StoredAnswer
from tessera.application.finding import Found, Reference, find_member, renewed
from tessera.application.journal import RETURN, UNDO, Happened, journal_of
from tessera.application.moments import is_import, occurred_at_ms
from tessera.application.posting import Posted, entries_of, owners_of, plan_of
from tessera.application.requests import Answer, Identity, Writing, identity_by_document
from tessera.application.return_sides import Side, post_sides, sides_of
from tessera.application.services import Services
from tessera.application.writes import ChangeReturned, Profile, PutAnswer, Write
from tessera.domain.canonical import Json
from tessera.domain.commands import Document, Line, Return, ReturnedPart, Undoes
from tessera.domain.errors import InvalidInput, NotFound, Refused, Unavailable
from tessera.domain.ledger import Entry

QUANTITY, AMOUNT = 0, 1

UNDO_MS_MAX = 600_000
"""How long a sale can be undone without being a return."""


def record_return(services: Services, writing: Writing) -> Answer:
    """Record a credit note against its sale (O-12, A-05, X-04).

    The body names the credit note's `document`, the `original` one and the `lines` that come
    back, each by `quantity` or `amount`; without `lines` everything that is left comes back. The
    credit note's store and number are its identity for ever. Raises NotFound for an unknown
    sale, Refused for more than was bought and where the programme's policy refuses a shortfall.
    """
    return bring_back(services, writing)


def bring_back(services: Services, writing: Writing, recorded_since_ms: int = 0) -> Answer:
    """`record_return`; of a sale recorded before that instant it raises Refused `undo_too_late`.

    The age is asked within the attempt: what was brought back in time is answered as it was,
    however late it comes again (X-01).
    """
    writing.caller.require("purchases:write")
    body: Mapping[str, Any] = writing.body
    document = body["document"]
    writing.caller.require_store(document["store"])
    identity = identity_by_document(document["store"], document["number"], "return", writing.body)
    return services.driver.run(
        commit(
            identity,
            lambda collisions: _attempt(writing, identity, collisions, recorded_since_ms),
            writing.seed.hex()[:30],
        )
    )


@dataclass(frozen=True, slots=True)
class Sale:
    """The sale that is returned: its row, its basket, and what has come back of each line."""

    identity: Identity
    row: StoredAnswer
    basket: Mapping[str, Json]
    lines: tuple[Line, ...]
    parts: tuple[ReturnedPart, ...]
    returned: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Reversal:
    """What a return does: the member, the sale, and one posted decision for each programme.

    `recounts` are those on accounts that counted the sale and have its value no more. `sold` is
    an entry of the sale, and `has_spent` says whether it took value of its member. `left` are the
    profiles of merged memberships on whose accounts something is undone: an erasure would not see
    these accounts move.
    """

    found: Found
    sale: Sale
    posts: tuple[Posted, ...]
    recounts: tuple[Posted, ...]
    command: Return
    sold: Entry
    has_spent: bool
    left: Mapping[str, Profile]

    @property
    def writes(self) -> list[Write]:
        writes = [write for posted in (*self.posts, *self.recounts) for write in posted.writes]
        return [*writes, *map(renewed, self.left.values())]


def _attempt(
    writing: Writing, identity: Identity, collisions: int, recorded_since_ms: int
) -> Protocol_[Plan]:
    body: Mapping[str, Any] = writing.body
    seed = writing.seed + bytes([collisions])
    done = yield from reverse(writing, identity, seed, body, recorded_since_ms)
    reply = answer(
        201,
        {
            "member_id": done.found.member,
            "document": body["document"],
            "original": body["original"],
            "returned": {str(line): list(parts) for line, parts in done.sale.returned.items()},
            "results": [posted_view(posted, writing.caller.language) for posted in done.posts],
        },
    )
    row = done.sale.row
    changed = ChangeReturned(
        PutAnswer(
            Identity(done.sale.identity.scope, done.sale.identity.id, row.request_hash),
            row.member,
            row.answer,
            row.entries,
            row.owners,
            done.sale.returned,
        ),
        row.returned_version,
    )
    member = done.found.member
    owners = owners_of(done.posts, member)
    answered = PutAnswer(identity, member, reply, entries_of(done.posts), owners)
    noted = journal_of(writing.caller, identity, done.command, done.posts, _came_back(done, body))
    return plan_of(done.posts, [*done.writes, changed, answered, *noted], reply)


def _came_back(done: Reversal, body: Mapping[str, Any]) -> Happened:
    """What the till's journal keeps: the part of each line's price that came back with it."""
    amount = sum(
        done.sale.lines[part.line].net * part.after // part.whole
        - done.sale.lines[part.line].net * part.before // part.whole
        for part in done.sale.parts
        if part.whole
    )
    number = str(body["document"]["number"])
    kind = UNDO if number == f"{UNDO_PREFIX}{body['original']['number']}" else RETURN
    return Happened(kind, amount, 0, str(done.sale.basket["currency"]), number)


UNDO_PREFIX = "undo:"
"""Before the number of a sale, what the credit note is called that undid it."""


def reverse(
    writing: Writing,
    identity: Identity,
    seed: bytes,
    body: Mapping[str, Any],
    recorded_since_ms: int = 0,
) -> Protocol_[Reversal]:
    """Decide the return that `body` describes, on every account that its sale touched."""
    original = body["original"]
    sale_identity = Identity(f"purchase:{original['store']}", original["number"], b"")
    row = yield from read_answer(sale_identity)
    if row is None or row.returned is None:
        raise NotFound("document_unknown", field="/original")
    found = yield from _buyer(row)
    writing.caller.require_member(found.member)
    sale: Sale | None = None
    sold: Entry | None = None
    posts: list[Posted] = []
    recounts: list[Posted] = []
    left: dict[str, Profile] = {}
    has_spent = False
    for name, partition, sequence in row.entries:
        stored = yield from read_entry(row.owner(name), name, partition, sequence)
        if stored is None:
            # The row names entries of its own transaction: they cannot be missing for long.
            raise Unavailable
        if stored.entry.recorded_at_ms < recorded_since_ms:
            raise Refused("undo_too_late", params={"minutes_max": UNDO_MS_MAX // 60_000})
        if stored.detail is None:
            raise Refused("sale_erased", field="/original")
        sold, detail = stored.entry, unpack_detail(stored.detail)
        has_spent = has_spent or any(share.spent for share in detail.lines)
        if sale is None:
            sale = _sale_of(sale_identity, row, detail.basket, body)
        command = Return(
            occurred_at_ms=occurred_at_ms(body.get("occurred_at"), writing.now_ms, writing.caller),
            recorded_at_ms=writing.now_ms,
            store=body["document"]["store"],
            channel=body.get("channel") or "store",
            silent=is_import(body, writing.caller),
            by=writing.caller.by,
            document=Document(body["document"]["store"], body["document"]["number"]),
            changes=sold.changes,
            shares=detail.lines,
            nets=tuple(line.net for line in sale.lines),
            parts=sale.parts,
        )
        sides = yield from sides_of(found, row.owner(name), (name, partition))
        posted, *others = yield from post_sides(identity, found, sides, command, seed)
        posts.append(posted)
        recounts += others
        left |= {side.profile.member: side.profile for side in sides if _is_left(side, found)}
    assert sale is not None
    assert sold is not None
    return Reversal(found, sale, tuple(posts), tuple(recounts), command, sold, has_spent, left)


def _buyer(row: StoredAnswer) -> Protocol_[Found]:
    """Who bought, or whoever took him over; Refused where he was erased."""
    try:
        return (yield from find_member(Reference(id=row.member)))
    except NotFound as error:
        raise Refused("sale_erased", field="/original") from error


def _is_left(side: Side, found: Found) -> bool:
    """Whether this is an account of a merged membership that its member had left before."""
    return side.undoes is Undoes.EVERYTHING and side.profile.member != found.member


def _sale_of(
    identity: Identity, row: StoredAnswer, basket: Mapping[str, Json], body: Mapping[str, Any]
) -> Sale:
    """What comes back now, line by line, checked against what was bought and has come back."""
    lines = lines_of(basket)
    assert row.returned is not None
    before = row.returned
    after = dict(before)
    if body.get("lines") is None:
        for index, line in enumerate(lines):
            by_amount = before.get(index, (0, 0))[AMOUNT] > 0
            after[index] = (0, line.net) if by_amount else (line.quantity_milli, 0)
    else:
        for place, item in enumerate(body["lines"]):
            _add(item, f"/lines/{place}", lines, after)
    if after == before:
        raise Refused("nothing_left_to_return", field="/lines")
    return Sale(
        identity=identity,
        row=row,
        basket=basket,
        lines=lines,
        parts=tuple(_part(index, line, before, after) for index, line in enumerate(lines)),
        returned=dict(sorted(after.items())),
    )


def _add(
    item: Mapping[str, Any], field: str, lines: Sequence[Line], after: dict[int, tuple[int, int]]
) -> None:
    """Add one line of the credit note; a line comes back by quantity or by amount, not by both."""
    index: int = item["line"]
    if not 0 <= index < len(lines):
        raise InvalidInput("line_unknown", field=f"{field}/line")
    if (item.get("quantity") is None) == (item.get("amount") is None):
        raise InvalidInput("quantity_or_amount", field=field)
    line = lines[index]
    quantity, amount = after.get(index, (0, 0))
    if item.get("quantity") is not None:
        wanted, had, whole, other = (
            quantity_milli(item["quantity"], f"{field}/quantity"),
            quantity,
            line.quantity_milli,
            amount,
        )
        after[index] = (had + wanted, 0)
    else:
        wanted, had, whole, other = item["amount"], amount, line.net, quantity
        after[index] = (0, had + wanted)
    if other:
        raise Refused("return_mixes_quantity_and_amount", field=field)
    if had + wanted > whole:
        raise Refused("more_than_bought", required=wanted, available=whole - had, field=field)


def _part(
    index: int,
    line: Line,
    before: Mapping[int, tuple[int, int]],
    after: Mapping[int, tuple[int, int]],
) -> ReturnedPart:
    now = after.get(index, (0, 0))
    earlier = before.get(index, (0, 0))
    if now[AMOUNT]:
        return ReturnedPart(index, earlier[AMOUNT], now[AMOUNT], line.net)
    return ReturnedPart(index, earlier[QUANTITY], now[QUANTITY], line.quantity_milli)
