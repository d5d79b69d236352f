"""Something happened to a member: his cards change on his phones, if a change can be seen (K-04).

Most of what happens to most members is none of their cards' business: the card was never given
out, or nothing that it shows changed. That costs reads and nothing else.

No phone misses a change, whatever becomes of the function. A card moves on together with the word
"untold" on its row, which goes once wallets were told. A message may be in several hands, and the
first that finishes may end it for all: so a reader ends it only when it told the wallets itself, or
read from the row that somebody has (decision 0044).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from tessera.application.card_holders import holders_of
from tessera.application.card_ports import (
    CardChange,
    CardServices,
    ClientKind,
    GoogleErrand,
    Haste,
    PushOutcome,
    PushResult,
    Registration,
)
from tessera.application.card_state import ATTEMPTS_MAX, DAY_S, advanced, hurries, look
from tessera.application.card_view import CardView
from tessera.application.forget_card import finish_erasure_of_cards
from tessera.application.google_telling import Telling, tell_google
from tessera.application.register_device import forget
from tessera.application.writes import IssuedCard
from tessera.domain.errors import NotFound, Unavailable

GOOGLE_PATIENCE_MS = 250
"""How long a push's batch waits for Google: who would wait longer goes to the queue."""

BREATH_S = 2
"""After so long a card that changes all the time is looked at again."""


@dataclass(slots=True)
class Refreshed:
    """What a batch came to. `failed` holds the messages that want to be delivered again."""

    failed: set[str] = field(default_factory=set)
    cards_changed: int = 0
    put_off: int = 0
    pushes: int = 0
    devices_gone: int = 0
    google_updates: int = 0
    google_queued: int = 0
    reasons: list[str] = field(default_factory=list)
    """Why messages failed, and refusals that no repetition will mend."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A card that wallets must be told of, and the messages that depend on it."""

    issued: IssuedCard
    view: CardView
    messages: frozenset[str]
    new: bool
    """Whether the version is ours, and not one of which somebody else failed to tell."""


def refresh_cards(services: CardServices, changes: Sequence[CardChange]) -> Refreshed:
    """Bring the cards of a batch of messages up to date, each once, and tell each device once."""
    result = Refreshed()
    told: list[_Told] = []
    for holder, group in _by_holder(services, changes, result).items():
        with _failing(result, group):
            told += _changed_cards(services, holder, group, result)
    for change in changes:
        if change.erased:
            with _failing(result, [change]):
                finish_erasure_of_cards(services, change.member)
    _count(services, told, result)
    on_phones = _push(services, told, result)
    _update_google(services, told, result)
    _settle(services, told, on_phones, result)
    return result


def refresh_pushed(
    services: CardServices, cards: Sequence[str]
) -> tuple[Refreshed, CardView | None]:
    """Bring cards up to date that a push came past, and the view of one of them.

    `result.failed` holds the ids of cards whose phones could not be told. Google learns of them
    from the queue of campaigns, behind whatever a till has for it.
    """
    result = Refreshed()
    told: list[_Told] = []
    view: CardView | None = None
    for card in cards:
        issued = services.store.find(card)
        found = _advance(services, issued, frozenset({card})) if issued else None
        if found is not None:
            view = found.view
            told.append(found)
    _count(services, told, result)
    on_phones = _push(services, told, result)
    errands = [
        GoogleErrand(one.issued.card.id, one.issued.visible_version)
        for one in told
        if one.issued.on_google and services.google.available
    ]
    services.queues.tell_google(errands, Haste.CAMPAIGN)
    result.google_queued = len(errands)
    _settle(services, told, on_phones, result)
    return result, view


@contextmanager
def _failing(result: Refreshed, changes: Iterable[CardChange]) -> Iterator[None]:
    """Where the table doesn't answer, the messages of these changes come again."""
    try:
        yield
    except Unavailable as error:
        result.failed |= {change.message for change in changes}
        result.reasons.append(error.code)


def _by_holder(
    services: CardServices, changes: Sequence[CardChange], result: Refreshed
) -> Mapping[str, Sequence[CardChange]]:
    """The changes by each member on whose cards they may show."""
    holders: dict[str, Sequence[str]] = {}
    found: dict[str, list[CardChange]] = {}
    for change in changes:
        with _failing(result, [change]):
            if change.member not in holders:
                holders[change.member] = services.core.driver.run(holders_of(change.member))
            for holder in holders[change.member]:
                found.setdefault(holder, []).append(change)
    return found


def _changed_cards(
    services: CardServices, holder: str, changes: Sequence[CardChange], result: Refreshed
) -> list[_Told]:
    told = []
    for issued in services.store.of_member(holder):
        causes = [change for change in changes if _concerns(change, issued)]
        if not issued.visible_version or not causes:
            continue
        if hurries(services, issued):
            # It is looked at then whatever the row says: these may know of different changes.
            later = replace(causes[-1], programme=issued.card.programme, partition="", sequence=0)
            services.queues.look_again([later], BREATH_S)
            result.put_off += 1
            continue
        found = _advance(services, issued, frozenset(change.message for change in causes))
        if found is not None:
            told.append(found)
    return told


def _concerns(change: CardChange, issued: IssuedCard) -> bool:
    """Whether a change may show on the card, and wallets were not told of it for certain."""
    card = issued.card
    if change.programme not in {"", card.programme}:
        return False
    if not change.sequence or issued.untold or change.member != card.member:
        return True
    return change.partition == card.partition and change.sequence > issued.account_version


def _advance(services: CardServices, issued: IssuedCard, messages: frozenset[str]) -> _Told | None:
    """The card at its next visible version; None where nothing visible changed.

    A version of which wallets may not have been told is told as it stands: whoever made it may be
    dead, and one push too many costs a phone one question.
    """
    current: IssuedCard | None = issued
    for _ in range(ATTEMPTS_MAX):
        if current is None:
            return None
        try:
            seen = look(services, current.card)
        except NotFound:
            return None
        following = advanced(services, current, seen)
        if following is current:
            return _Told(current, seen.view, messages, new=False) if current.untold else None
        written = services.store.change(replace(following, untold=True))
        if written is not None:
            return _Told(written, seen.view, messages, new=True)
        current = services.store.find(issued.card.id)
    raise Unavailable


def _count(services: CardServices, told: Sequence[_Told], result: Refreshed) -> None:
    """Count the new versions, for the report; one write for each channel of a batch."""
    day = services.core.wall_clock.now_ms() // 1000 // DAY_S
    new = [one.issued for one in told if one.new]
    result.cards_changed = len(new)
    channels = Counter((one.card.programme, one.channel or "link") for one in new)
    for (programme, channel), amount in channels.items():
        services.core.card_steps.count_updates(programme, channel, day, amount)


def _push(services: CardServices, told: Sequence[_Told], result: Refreshed) -> frozenset[str]:
    """Push to every iPhone that holds one of the cards; gives the cards that one holds."""
    if not services.apple.available:
        return frozenset()
    registrations: list[tuple[_Told, Registration]] = [
        (one, registration)
        for one in told
        for registration in services.store.registrations(one.issued.card.id)
        if registration.kind is ClientKind.APPLE
    ]
    if registrations:
        outcomes = services.pushes.send({one.push_token for _, one in registrations})
        result.pushes += len(outcomes)
        for one, registration in registrations:
            _conclude(services, one, registration, outcomes, result)
    return frozenset(registration.card for _, registration in registrations)


def _settle(
    services: CardServices,
    told: Sequence[_Told],
    on_phones: Collection[str],
    result: Refreshed,
) -> None:
    """Write down of which cards wallets were told.

    A card that no wallet holds stays untold: the phone that registers next may have it as it was
    before. Where the row moved on meanwhile, whoever moved it tells. What cannot be written is
    told once more, with the next that happens to the member.
    """
    for one in told:
        held = one.issued.on_google or one.issued.card.id in on_phones
        if held and result.failed.isdisjoint(one.messages):
            with suppress(Unavailable):
                services.store.change(replace(one.issued, untold=False))


def _conclude(
    services: CardServices,
    told: _Told,
    registration: Registration,
    outcomes: Mapping[str, PushResult],
    result: Refreshed,
) -> None:
    found = outcomes[registration.push_token]
    if found.outcome is PushOutcome.FAILED:
        result.failed |= told.messages
        result.reasons.append(f"apns {found.reason}")
    elif found.outcome is PushOutcome.GONE:
        # A device that registered after Apple saw the token die has a token that lives again.
        since_ms = found.gone_since_ms
        if since_ms is not None and registration.registered_at_ms >= since_ms:
            return
        if forget(services, told.issued, registration):
            result.devices_gone += 1
        else:
            # It registered anew while we pushed: the token that it has now was not told.
            result.failed |= told.messages
            result.reasons.append("registered anew")


def _update_google(services: CardServices, told: Sequence[_Told], result: Refreshed) -> None:
    """Tell Google at once what it takes at once, and queue the rest."""
    concerned = {one.issued.card.id: one for one in told if one.issued.on_google}
    if not concerned or not services.google.available:
        return
    told_now = tell_google(
        services,
        [Telling(one.issued, one.view) for one in concerned.values()],
        Haste.TILL,
        GOOGLE_PATIENCE_MS,
    )
    result.google_updates += told_now.updates
    result.reasons += [f"google {failure.code}" for failure in told_now.failures.values()]
    if not told_now.later:
        return
    try:
        services.queues.tell_google(list(told_now.later.values()), Haste.TILL)
        result.google_queued += len(told_now.later)
    except Unavailable:
        for card in told_now.later:
            result.failed |= concerned[card].messages
