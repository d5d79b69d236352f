"""Pushing a new design or news to the cards of a programme: begin, pause, go on, roll back (X-10).

A push is the merchant's to steer. It may be told to stop after so many cards or so many per cent,
shows how far it came, and can be undone at any time until the next one begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tessera.application.answers import answer, time_text
from tessera.application.asking import Protocol_
from tessera.application.card_face import (
    END,
    START,
    Announcement,
    DesignShelf,
    Face,
    Faces,
    ProgrammeFace,
    Push,
    PushErrand,
    PushQueue,
    PushState,
    PutFace,
    position_at,
)
from tessera.application.commit import Plan, commit
from tessera.application.requests import Answer, Caller, Identity, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.writes import PutAnswer
from tessera.domain.canonical import Json
from tessera.domain.errors import Conflict, InvalidInput, NotFound

RIGHT = "programmes:write"
DAY_MS = 86_400_000
NEWS_PER_DAY_MAX = 3
_POSITIONS = 16**8


@dataclass(frozen=True, slots=True)
class FaceServices:
    """What these use cases are handed."""

    core: Services
    faces: Faces
    shelf: DesignShelf
    queue: PushQueue


_Change = Callable[[ProgrammeFace, Identity], ProgrammeFace]


def push_design(services: FaceServices, writing: Writing, programme: str) -> Answer:
    """Push a design to all cards of a programme, or to some of them first.

    The same design again with a higher `percentage`, or `cards` more, lets a push that stands go
    on. Raises NotFound for an unknown programme or design, Conflict while another push is on its
    way, InvalidInput where both `percentage` and `cards` are given.
    """
    body: Mapping[str, Any] = writing.body
    if body.get("percentage") is not None and body.get("cards") is not None:
        raise InvalidInput("push_measure_twice", field="/cards")
    design = str(body["design"])
    if not services.shelf.has(design):
        raise NotFound("card_design_unknown", field="/design")

    def change(face: ProgrammeFace, identity: Identity) -> ProgrammeFace:
        push = face.push
        if push is not None and push.state is PushState.STANDING:
            if push.kind == "design" and not push.back and face.after.design == design:
                return face.settled(_further(push, body))
            raise Conflict("push_unfinished")
        before = _settled(face)
        if before.design == design:
            raise Conflict("card_design_in_force", params={"design": design})
        began = _began("design", identity, writing.now_ms, body)
        return replace(face, before=before, after=replace(before, design=design), push=began)

    return _carry_out(services, writing, programme, "push_design", change)


def push_news(services: FaceServices, writing: Writing, programme: str) -> Answer:
    """Tell the holders of all cards something; it stays on the cards until the next news.

    Raises Conflict while a push is on its way, and for the fourth news of a day that ask for a
    notification: Google shows three for each card, and a holder wants no more.
    """
    body: Mapping[str, Any] = writing.body
    texts = {language: str(text) for language, text in body["texts"].items()}

    def change(face: ProgrammeFace, identity: Identity) -> ProgrammeFace:
        before = _settled(face)
        notify = body.get("notify") is not False
        day = services.core.wall_clock.now_ms() // DAY_MS
        number = int(notify)
        if before.news is not None and before.news.day == day:
            number += before.news.number
        if notify and number > NEWS_PER_DAY_MAX:
            raise Conflict("news_too_often", params={"news_max": NEWS_PER_DAY_MAX})
        news = Announcement(identity.cause[:20], texts, notify, day, number)
        began = _began("news", identity, writing.now_ms, body)
        return replace(face, before=before, after=replace(before, news=news), push=began)

    return _carry_out(services, writing, programme, "push_news", change)


def pause_push(services: FaceServices, writing: Writing, programme: str) -> Answer:
    """Stop a push where it is; each card stays as it is. Conflict where none is running."""

    def change(face: ProgrammeFace, _: Identity) -> ProgrammeFace:
        return face.settled(replace(_push_in(face, PushState.RUNNING), state=PushState.PAUSED))

    return _carry_out(services, writing, programme, "pause_push", change)


def resume_push(services: FaceServices, writing: Writing, programme: str) -> Answer:
    """Let a paused push go on; one that runs and has lost its turn gets another."""

    def change(face: ProgrammeFace, _: Identity) -> ProgrammeFace:
        push = _push_in(face, PushState.PAUSED, PushState.RUNNING)
        return face.settled(replace(push, state=PushState.RUNNING))

    return _carry_out(services, writing, programme, "resume_push", change)


def roll_back_push(services: FaceServices, writing: Writing, programme: str) -> Answer:
    """Undo a push: what cards showed before it is true again at once, and those that had changed
    are told so. Conflict where there is nothing to undo."""

    def change(face: ProgrammeFace, identity: Identity) -> ProgrammeFace:
        push = face.push
        if push is None or push.back:
            raise Conflict("push_absent")
        back = Push(
            id=identity.cause[:20],
            kind=push.kind,
            state=PushState.ROLLED_BACK if push.reach == START else PushState.RUNNING,
            started_ms=writing.now_ms,
            goal=push.reach,
            reach=push.reach,
            cards_per_minute=push.cards_per_minute,
            back=True,
        )
        return replace(face, after=face.before, push=back)

    return _carry_out(services, writing, programme, "roll_back_push", change)


def read_push(services: FaceServices, caller: Caller, programme: str) -> dict[str, Json]:
    """What the cards of a programme share, and how its last push stands."""
    caller.require("programmes:read")
    _require_programme(services, programme)
    return face_view(services.faces.of(programme))


def face_view(face: ProgrammeFace) -> dict[str, Json]:
    """The face as its administrators see it."""
    return {
        "programme": face.programme,
        "before": _shown(face.before),
        "after": _shown(face.after),
        "push": _push_view(face.push) if face.push else None,
    }


def _shown(face: Face) -> dict[str, Json]:
    return {"design": face.design or None, "news": dict(face.news.texts) if face.news else None}


def _push_view(push: Push) -> dict[str, Json]:
    return {
        "id": push.id,
        "kind": push.kind,
        "state": str(push.state),
        "undoes": push.back,
        "started_at": time_text(push.started_ms),
        "percentage": _percentage(push.told if push.back else push.reach),
        "goal_percentage": _percentage(push.goal),
        "cards_seen": push.seen,
        "cards_changed": push.changed,
        "cards_failed": push.failed,
        "cards_per_minute": push.cards_per_minute,
    }


def _percentage(position: str) -> int:
    """The share of cards up to a position, rounded down."""
    if position >= END:
        return 100
    return int(position[:8] or "0", 16) * 100 // _POSITIONS


def _settled(face: ProgrammeFace) -> Face:
    """What all cards show, as no push is on its way. Raises Conflict where one is."""
    push = face.push
    if push is not None and push.state not in {PushState.DONE, PushState.ROLLED_BACK}:
        raise Conflict("push_unfinished")
    return face.after


def _began(kind: str, identity: Identity, now_ms: int, body: Mapping[str, Any]) -> Push:
    return Push(
        id=identity.cause[:20],
        kind=kind,
        state=PushState.RUNNING,
        started_ms=now_ms,
        goal=position_at(int(body.get("percentage") or 100)),
        cards_left=body.get("cards"),
        cards_per_minute=body.get("cards_per_minute"),
    )


def _further(push: Push, body: Mapping[str, Any]) -> Push:
    """A push that stands, with more to do."""
    goal = position_at(int(body.get("percentage") or 100))
    if goal <= push.reach:
        raise Conflict("push_not_further", params={"percentage": _percentage(push.reach)})
    return replace(
        push,
        state=PushState.RUNNING,
        goal=goal,
        cards_left=body.get("cards"),
        cards_per_minute=body.get("cards_per_minute") or push.cards_per_minute,
    )


def _push_in(face: ProgrammeFace, *states: PushState) -> Push:
    if face.push is None:
        raise Conflict("push_absent")
    if face.push.state not in states:
        raise Conflict("push_state", params={"state": str(face.push.state)})
    return face.push


def _require_programme(services: FaceServices, programme: str) -> None:
    if services.core.programmes.at(programme, services.core.clock.now_ms()) is None:
        raise NotFound("programme_unknown", field="programme")


def _carry_out(
    services: FaceServices, writing: Writing, programme: str, operation: str, change: _Change
) -> Answer:
    """Write the changed face once for each `Idempotency-Key`, and let its push take its turn.

    The turn is given after a replay too: the first sending may have died before it was. A turn
    too many finds that it is not its own.
    """
    writing.caller.require(RIGHT)
    identity = identity_by_key(
        writing.caller, writing.key, f"{operation} {programme}", writing.body
    )
    _require_programme(services, programme)

    def attempt(_: int) -> Protocol_[Plan]:
        yield from ()
        face = change(services.faces.of(programme), identity)
        reply = answer(202, face_view(face))
        return Plan((PutFace(face), PutAnswer(identity, "", reply)), reply)

    told = services.core.driver.run(commit(identity, attempt, writing.seed.hex()[:30]))
    push = services.faces.of(programme).push
    if push is not None and push.state is PushState.RUNNING:
        services.queue.go_on(PushErrand(programme, push.id), 0)
    return told
