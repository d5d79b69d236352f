"""Cards that are lost, copied or given back: block, open again, reissue, replace.

A card's status is on its row, and what its code identifies is a look-up; both change in one
transaction, together with the notice from which phones learn of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tessera.application.answers import answer
from tessera.application.asking import Protocol_, read_member
from tessera.application.commit import Plan, commit
from tessera.application.finding import renewed
from tessera.application.requests import Answer, Identity, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.writes import (
    Card,
    ChangeCard,
    ChangeLookup,
    IssuedCard,
    PutAnswer,
    PutCard,
    PutLookup,
    PutNotice,
    Write,
)
from tessera.domain.canonical import Json
from tessera.domain.decision import Ids
from tessera.domain.errors import Conflict, NotFound

ACTIVE = "active"
BLOCKED = "blocked"
REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The card to answer with, what happened to the one that was named, and the writes.

    `has_new_code` says that a code leads to the member that none led to before.
    """

    card: Card
    event: str
    writes: tuple[Write, ...]
    has_new_code: bool = False


_Change = Callable[[IssuedCard, Ids], _Outcome]


def block_card(services: Services, writing: Writing, card: str) -> Answer:
    """The code identifies nobody until the card is opened again; phones show the card as void.

    Raises NotFound for an unknown card, Conflict for one that is not active.
    """

    def change(issued: IssuedCard, _: Ids) -> _Outcome:
        _require(issued, ACTIVE)
        return _with_status(issued, BLOCKED, "card.blocked")

    return _carry_out(services, writing, card, "cards.block", change)


def unblock_card(services: Services, writing: Writing, card: str) -> Answer:
    """The card was found again. Raises Conflict for a card that is not blocked."""

    def change(issued: IssuedCard, _: Ids) -> _Outcome:
        _require(issued, BLOCKED)
        return _with_status(issued, ACTIVE, "card.unblocked")

    return _carry_out(services, writing, card, "cards.unblock", change)


def reissue_card(services: Services, writing: Writing, card: str) -> Answer:
    """The card's code was copied: it gets another, which its phones show by themselves."""

    def change(issued: IssuedCard, ids: Ids) -> _Outcome:
        _require(issued, ACTIVE, BLOCKED)
        card = issued.card
        fresh = replace(
            card,
            code=ids.card_code("code"),
            status=ACTIVE,
            former_codes=(*card.former_codes, card.code),
        )
        writes = (
            ChangeCard(replace(issued, card=fresh)),
            _lookup(fresh),
            ChangeLookup(_lookup(issued.card), REPLACED),
        )
        return _Outcome(fresh, "card.reissued", writes, has_new_code=True)

    return _carry_out(services, writing, card, "cards.reissue", change)


def replace_card(services: Services, writing: Writing, card: str) -> Answer:
    """The phone is lost: its card is void for ever, and the member gets another one.

    The answer's link adds the new card to the new phone.
    """

    def change(issued: IssuedCard, ids: Ids) -> _Outcome:
        _require(issued, ACTIVE, BLOCKED)
        successor = replace(
            issued.card,
            id="crd_" + ids.code("card id", 20).lower(),
            code=ids.card_code("code"),
            status=ACTIVE,
            created_at_ms=writing.now_ms,
            former_codes=(),
        )
        former = replace(issued, card=replace(issued.card, status=REPLACED))
        writes = (
            ChangeCard(former),
            ChangeLookup(_lookup(issued.card), REPLACED),
            PutCard(successor),
            _lookup(successor),
        )
        return _Outcome(successor, "card.replaced", writes, has_new_code=True)

    return _carry_out(services, writing, card, "cards.replace", change)


def _carry_out(
    services: Services, writing: Writing, card: str, operation: str, change: _Change
) -> Answer:
    writing.caller.require("cards:write")
    identity = identity_by_key(
        writing.caller, writing.key, operation, {**writing.body, "card": card}
    )

    def attempt(collisions: int) -> Protocol_[Plan]:
        return (yield from _plan(services, writing, identity, card, change, collisions))

    return services.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))


def _plan(
    services: Services,
    writing: Writing,
    identity: Identity,
    card: str,
    change: _Change,
    collisions: int,
) -> Protocol_[Plan]:
    issued = services.cards.issued(card)
    if issued is None:
        raise NotFound("card_unknown", field="card")
    outcome = change(issued, Ids(writing.seed + bytes([collisions])))
    shown = outcome.card
    writes = outcome.writes
    if outcome.has_new_code:
        profile = (yield from read_member(shown.member)).profile
        if profile is None or not profile.salt:
            # Its member was erased, and the card is about to go.
            raise NotFound("card_unknown", field="card")
        writes = (*writes, renewed(profile))
    view: dict[str, Json] = {
        "member_id": shown.member,
        "programme": shown.programme,
        "card": {
            "id": shown.id,
            "code": shown.code,
            "status": shown.status,
            "url": services.links.card_url(shown.id),
        },
    }
    reply = answer(201, view)
    data: dict[str, Json] = {
        "card": card,
        "programme": shown.programme,
        "reason": str(writing.body.get("reason") or ""),
    }
    notice = PutNotice(shown.member, f"card-{identity.cause}", outcome.event, writing.now_ms, data)
    done = PutAnswer(identity, shown.member, reply)
    return Plan((*writes, notice, done), reply)


def _with_status(issued: IssuedCard, status: str, event: str) -> _Outcome:
    card = replace(issued.card, status=status)
    writes = (
        ChangeCard(replace(issued, card=card)),
        ChangeLookup(_lookup(issued.card), status),
    )
    return _Outcome(card, event, writes)


def _lookup(card: Card) -> PutLookup:
    return PutLookup("card", card.code, card.member, card.id, card.programme)


def _require(issued: IssuedCard, *statuses: str) -> None:
    if issued.card.status not in statuses:
        raise Conflict("card_state", field="card", params={"state": issued.card.status})
