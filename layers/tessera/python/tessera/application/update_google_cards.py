"""What Google could not take at once reaches it from a queue, each card once (K-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tessera.application.card_ports import CardServices, GoogleErrand, Haste
from tessera.application.card_state import look
from tessera.application.google_telling import Telling, tell_google
from tessera.domain.errors import NotFound, Unavailable

PATIENCE_MS = 15_000


@dataclass(slots=True)
class GoogleTold:
    """What a batch came to. `failed` holds the messages that want to be delivered again."""

    failed: set[str] = field(default_factory=set)
    updates: int = 0
    superseded: int = 0
    reasons: list[str] = field(default_factory=list)


def update_google_cards(
    services: CardServices, errands: Sequence[GoogleErrand], haste: Haste
) -> GoogleTold:
    """Bring objects up to date, each as it stands now.

    An errand for a version that has been overtaken is dropped: whoever made the newer version
    tells Google of it, so of many changes in a row only the last one costs a call. Where a word of
    ours may have come after his, an errand that is never dropped takes the place of the message.
    """
    result = GoogleTold()
    tellings: dict[str, Telling] = {}
    waiting: dict[str, list[GoogleErrand]] = {}
    for errand in errands:
        issued = services.store.find(errand.card)
        overtaken = issued and 0 < errand.version < issued.visible_version
        if issued is None or not issued.on_google or overtaken:
            result.superseded += 1
            continue
        try:
            tellings[errand.card] = Telling(issued, look(services, issued.card).view)
        except NotFound:
            continue
        waiting.setdefault(errand.card, []).append(errand)
    told = tell_google(services, list(tellings.values()), haste, PATIENCE_MS)
    result.updates = told.updates
    result.reasons += [failure.code for failure in told.failures.values()]
    for card, left in told.later.items():
        errands_left = waiting[card]
        if left.version or not all(one.version for one in errands_left):
            result.failed |= {one.message for one in errands_left}
            continue
        # These would be dropped when they come again, should the card move on meanwhile.
        try:
            services.queues.tell_google([left], haste)
        except Unavailable:
            result.failed |= {one.message for one in errands_left}
    return result
