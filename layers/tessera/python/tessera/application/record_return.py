"""A credit note: lines of an earlier sale come back, and the ledger undoes what they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tessera.application.answers import answer, posted_view
from tessera.application.asking import Protocol_
from tessera.application.commit import Plan, commit
from tessera.application.find_goods import FoundGoods, estimates, find_goods, goods_view
from tessera.application.finding import Found, find_member, reference_of, renewed
from tessera.application.journal import RETURN, UNDO, Happened, journal_of
from tessera.application.moments import is_import, occurred_at_ms
from tessera.application.posting import Posted, entries_of, owners_of, plan_of
from tessera.application.requests import Answer, Identity, Writing, identity_by_document
from tessera.application.return_sides import Undoing, merged, post_undoings, undoings_of
from tessera.application.returned_sales import (
    Sale,
    bring_back_lines,
    buyer_of,
    read_row,
    read_sale,
    sale_identity,
)
from tessera.application.services import Services
from tessera.application.writes import Profile, PutAnswer, Write
from tessera.domain.canonical import Json
from tessera.domain.commands import Document, Return, Undoes
from tessera.domain.errors import Refused

UNDO_MS_MAX = 600_000
"""How long a sale can be undone without being a return."""


def record_return(services: Services, writing: Writing) -> Answer:
    """Record a credit note (O-12, A-05, X-04). Its store and number are its identity for ever.

    The body names the credit note's `document`, and either the `original` one with the `lines`
    that come back, each by `quantity` or `amount` (without `lines` everything that is left); or,
    where the receipt is lost, the `member` and the `goods` or a `total`: they are looked for in
    what he bought, the newest first, and what he never bought is counted by today's rules.
    Raises NotFound for an unknown sale or member, Refused for more than was bought and where the
    programme's policy refuses a shortfall.
    """
    return bring_back(services, writing)


def bring_back(services: Services, writing: Writing, recorded_since_ms: int = 0) -> Answer:
    """`record_return`; of a sale recorded before that instant it raises Refused `undo_too_late`.

    The age is asked within the attempt: what was brought back in time is answered as it was,
    however late it comes again (X-01).
    """
    writing.caller.require("purchases:write")
    body: Mapping[str, Any] = writing.body
    writing.caller.require_store(body["document"]["store"])
    identity = identity_of(writing)
    return services.driver.run(
        commit(
            identity,
            lambda collisions: _attempt(writing, identity, collisions, recorded_since_ms),
            writing.seed.hex()[:30],
        )
    )


@dataclass(frozen=True, slots=True)
class Reversal:
    """What a return does: the member, the sales, and one posted decision for each programme.

    `recounts` are those on accounts that counted a sale and have its value no more. `left` are
    the profiles of merged memberships on whose accounts something is undone: an erasure would
    not see these accounts move.
    """

    found: Found
    sales: tuple[Sale, ...]
    posts: tuple[Posted, ...]
    recounts: tuple[Posted, ...]
    command: Return
    left: Mapping[str, Profile]

    @property
    def writes(self) -> list[Write]:
        writes = [write for posted in (*self.posts, *self.recounts) for write in posted.writes]
        return [*writes, *map(renewed, self.left.values())]


@dataclass(frozen=True, slots=True)
class Decided:
    """A credit note as it was decided: what it does, and where goods without receipt were found."""

    reversal: Reversal
    goods: Sequence[FoundGoods] = ()

    @property
    def returned(self) -> dict[str, Json]:
        """What has come back of each line of the sale that was named, in thousandths and money."""
        if self.goods:
            return {}
        (sale,) = self.reversal.sales
        return {str(line): list[Json](parts) for line, parts in sale.returned.items()}


def identity_of(writing: Writing) -> Identity:
    """The identity of a credit note: its document."""
    document: Any = writing.body["document"]
    return identity_by_document(document["store"], document["number"], "return", writing.body)


def decide_return(
    writing: Writing, identity: Identity, seed: bytes, recorded_since_ms: int = 0
) -> Protocol_[Decided]:
    """Decide the credit note of a request, by its original or by its goods; nothing is written."""
    if writing.body.get("original") is None:
        return (yield from _reverse_goods(writing, identity, seed))
    return Decided((yield from reverse(writing, identity, seed, writing.body, recorded_since_ms)))


def _attempt(
    writing: Writing, identity: Identity, collisions: int, recorded_since_ms: int
) -> Protocol_[Plan]:
    body: Mapping[str, Any] = writing.body
    seed = writing.seed + bytes([collisions])
    decided = yield from decide_return(writing, identity, seed, recorded_since_ms)
    done = decided.reversal
    reply = answer(
        201,
        {
            "member_id": done.found.member,
            "document": body["document"],
            "original": body.get("original"),
            "returned": decided.returned,
            "goods": [goods_view(item) for item in decided.goods],
            "results": [posted_view(posted, writing.caller.language) for posted in done.posts],
        },
    )
    member = done.found.member
    owners = owners_of(done.posts, member)
    answered = PutAnswer(identity, member, reply, entries_of(done.posts), owners)
    happened = _came_back(decided, body)
    noted = journal_of(writing.caller, identity, done.command, done.posts, happened)
    changed = [sale.change() for sale in done.sales]
    return plan_of(done.posts, [*done.writes, *changed, answered, *noted], reply)


def _came_back(decided: Decided, body: Mapping[str, Any]) -> Happened:
    """What the till's journal keeps: the part of each line's price that came back with it."""
    number = str(body["document"]["number"])
    if decided.goods:
        amount = sum(item.goods.net for item in decided.goods)
        return Happened(RETURN, amount, 0, str(body["currency"]), number)
    (sale,) = decided.reversal.sales
    is_undo = number == f"{UNDO_PREFIX}{body['original']['number']}"
    kind = UNDO if is_undo else RETURN
    return Happened(kind, sale.amount, 0, str(sale.basket["currency"]), number)


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
    row = yield from read_row(original)
    found = yield from buyer_of(row)
    writing.caller.require_member(found.member)
    sale = yield from read_sale(sale_identity(original), row)
    if any(sold.entry.recorded_at_ms < recorded_since_ms for sold in sale.entries):
        raise Refused("undo_too_late", params={"minutes_max": UNDO_MS_MAX // 60_000})
    sales = (bring_back_lines(sale, body.get("lines")),)
    undoings = yield from undoings_of(found, sales)
    command = _command(writing, body)
    posts, recounts = yield from post_undoings(identity, found, undoings, command, seed)
    return Reversal(found, sales, posts, recounts, command, _left(found, undoings))


def _reverse_goods(writing: Writing, identity: Identity, seed: bytes) -> Protocol_[Decided]:
    """Decide the return of goods whose receipt is lost."""
    body: Mapping[str, Any] = writing.body
    found = yield from find_member(reference_of(body.get("member")))
    writing.caller.require_member(found.member)
    command = _command(writing, body)
    sales, goods = yield from find_goods(found, body, command)
    undoings = yield from undoings_of(found, sales)
    undoings += yield from estimates(found, goods, command, body["currency"], seed)
    if not undoings:
        raise Refused("not_enrolled", field="/member")
    posts, recounts = yield from post_undoings(identity, found, merged(undoings), command, seed)
    return Decided(Reversal(found, sales, posts, recounts, command, {}), goods)


def _command(writing: Writing, body: Mapping[str, Any]) -> Return:
    document = Document(body["document"]["store"], body["document"]["number"])
    return Return(
        occurred_at_ms=occurred_at_ms(body.get("occurred_at"), writing.now_ms, writing.caller),
        recorded_at_ms=writing.now_ms,
        store=document.store,
        channel=body.get("channel") or "store",
        silent=is_import(body, writing.caller),
        by=writing.caller.by,
        document=document,
    )


def _left(found: Found, undoings: Sequence[Undoing]) -> dict[str, Profile]:
    """Of merged memberships that had left the programme, whose accounts are undone where they
    are."""
    return {
        side.profile.member: side.profile
        for side in (undoing.side for undoing in undoings)
        if side.undoes is Undoes.EVERYTHING and side.profile.member != found.member
    }
