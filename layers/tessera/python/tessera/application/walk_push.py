"""One step of a push: the next cards show the change, and their phones are told (X-10, K-04, K-06).

Each step writes down how far it may go before it goes, and how far it went after it. A step that
died is done again; of two that were begun for one place, the row lets only one go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tessera.application.card_face import (
    END,
    START,
    CardPointer,
    ProgrammeFace,
    Push,
    PushErrand,
    PushState,
)
from tessera.application.card_ports import CardServices, GoogleFailure, GoogleNews, Haste
from tessera.application.card_state import look
from tessera.application.card_view import CardView
from tessera.application.refresh_card import refresh_pushed
from tessera.domain.errors import NotFound, Unavailable

CARDS_PER_STEP_MAX = 50
CARDS_AGAIN_MAX = 1_000
"""Cards may be given out between two beginnings of one step."""

DELAY_S_MAX = 900
"""What SQS takes."""

ATTEMPTS_MAX = 3
"""After so many deliveries a step goes on without the phones that could not be told: they will
have the change with the card's next one, or when their owner opens the card."""

GOOGLE_PATIENCE_MS = 10_000


@dataclass(frozen=True, slots=True)
class Stepped:
    """What a step came to. `over` says that the push is at its end, or was never this step's."""

    seen: int = 0
    changed: int = 0
    pushes: int = 0
    google_queued: int = 0
    failed: int = 0
    over: bool = True


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The cards of one step, and the position that all of it lies before."""

    face: ProgrammeFace
    cards: Sequence[CardPointer]
    upto: str


def walk_push(services: CardServices, errand: PushErrand) -> Stepped:
    """Take the next step of a push, and queue the one after it.

    Raises Unavailable where the step must be done again.
    """
    face = services.faces.of(errand.programme)
    push = face.push
    if push is None or push.id != errand.push or push.state is not PushState.RUNNING:
        return Stepped()
    if push.kind == "news" and (push.told if push.back else push.reach) == START:
        _announce(services, face, push)
    stretch = _begun(services, face, push)
    if stretch is None:
        return Stepped()
    count = len(stretch.cards)
    result, view = refresh_pushed(services, [one.card for one in stretch.cards])
    failed = len(result.failed)
    if failed and errand.attempt < ATTEMPTS_MAX:
        # Cards that were told are not told again, so they would not be counted then.
        _written(services, stretch, lambda push: _counted(push, result.cards_changed))
        raise Unavailable
    after = _finished(services, stretch, failed, result.cards_changed)
    if after is None:
        return Stepped()
    if after.state is PushState.RUNNING:
        following = PushErrand(errand.programme, errand.push)
        services.push_queue.go_on(following, _delay_s(push, count))
    elif push.kind == "design" and services.google.available:
        _share(services, view or _any_view(services, errand.programme))
    return Stepped(
        seen=count,
        changed=result.cards_changed,
        pushes=result.pushes,
        google_queued=result.google_queued,
        failed=failed,
        over=after.state is not PushState.RUNNING,
    )


def _begun(services: CardServices, face: ProgrammeFace, push: Push) -> _Stretch | None:
    """Let the next cards show the change; None where somebody else moved the row meanwhile."""
    faces = services.faces
    if push.told < push.reach and not push.back:
        # A step before this one said how far it would go, and died on the way.
        cards = faces.cards(face.programme, push.told, push.reach, CARDS_AGAIN_MAX)
        return _Stretch(face, cards, push.reach)
    room = min(
        CARDS_PER_STEP_MAX,
        CARDS_PER_STEP_MAX if push.cards_left is None else push.cards_left,
        push.cards_per_minute or CARDS_PER_STEP_MAX,
    )
    cards = faces.cards(face.programme, push.told, push.goal, room)
    upto = cards[-1].position if len(cards) == room else push.goal
    if push.back:
        # All cards show what was before already; only those that had changed must be told.
        return _Stretch(face, cards, upto)
    written = faces.change(face.settled(replace(push, reach=upto)))
    return _Stretch(written, cards, upto) if written else None


def _finished(services: CardServices, stretch: _Stretch, failed: int, changed: int) -> Push | None:
    """Write down how far the step came. A pause that came meanwhile is kept."""

    def after(push: Push) -> Push:
        left = None if push.cards_left is None else push.cards_left - len(stretch.cards)
        return replace(
            _counted(push, changed),
            told=stretch.upto,
            state=_state_after(push, stretch.upto, left),
            cards_left=left,
            seen=push.seen + len(stretch.cards),
            failed=push.failed + failed,
        )

    return _written(services, stretch, after)


def _counted(push: Push, changed: int) -> Push:
    return replace(push, changed=push.changed + changed)


def _written(
    services: CardServices, stretch: _Stretch, after: Callable[[Push], Push]
) -> Push | None:
    """The push as it is after this step; None where the row is no more at its beginning."""
    begun = stretch.face.push
    current = stretch.face
    while begun is not None:
        push = current.push
        if push is None or push.id != begun.id or push.told != begun.told:
            return None
        written = after(push)
        if services.faces.change(current.settled(written)) is not None:
            return written
        current = services.faces.of(current.programme)
    return None


def _state_after(push: Push, told: str, left: int | None) -> PushState:
    """How a push stands that came so far."""
    if told < push.goal and left != 0:
        return push.state
    if push.back:
        return PushState.ROLLED_BACK
    return PushState.DONE if told == END else PushState.STANDING


def _delay_s(push: Push, count: int) -> int:
    if not push.cards_per_minute:
        return 0
    return min(DELAY_S_MAX, -(-60 * count // push.cards_per_minute))


def _announce(services: CardServices, face: ProgrammeFace, push: Push) -> None:
    """One call tells every holder at Google, or takes the news back; where nobody has a card
    there, nobody is told."""
    if not services.google.available:
        return
    told = _google_news(services, face)
    try:
        if push.back:
            services.google.take_back(face.programme, told, Haste.CAMPAIGN, GOOGLE_PATIENCE_MS)
        elif told is not None:
            services.google.announce(told, Haste.CAMPAIGN, GOOGLE_PATIENCE_MS)
    except GoogleFailure as failure:
        if failure.retry:
            raise Unavailable from failure


def _google_news(services: CardServices, face: ProgrammeFace) -> GoogleNews | None:
    news = face.after.news
    if news is None:
        return None
    programme = services.core.programmes.at(face.programme, services.core.clock.now_ms())
    headers = {"": programme.id, **programme.names} if programme else {"": ""}
    return GoogleNews(news.id, face.programme, headers, news.texts, news.notify)


def _any_view(services: CardServices, programme: str) -> CardView | None:
    """The view of a card that was given out: of what all share each says the same."""
    for pointer in services.faces.cards(programme, START, END, CARDS_PER_STEP_MAX):
        issued = services.store.find(pointer.card)
        if issued is not None:
            with suppress(NotFound):
                return look(services, issued.card).view
    return None


def _share(services: CardServices, view: CardView | None) -> None:
    """Google's class shows the new design once all cards do."""
    if view is None:
        return
    # Where it fails, the next card that is saved writes the class again.
    with suppress(GoogleFailure):
        services.google.share(view, Haste.CAMPAIGN, GOOGLE_PATIENCE_MS)
