"""What Google could not take at once reaches it from a queue, each card once (K-06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tessera.application.card_ports import CardServices, GoogleErrand, Haste
from tessera.application.card_state import look
from tessera.application.google_telling import Telling, tell_google
from tessera.domain.errors import NotFound

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
    tells Google of it, so of many changes in a row only the last one costs a call.
    """
    result = GoogleTold()
    tellings: dict[str, Telling] = {}
    messages: dict[str, set[str]] = {}
    for errand in errands:
        issued = services.store.find(errand.card)
        if issued is None or not issued.on_google or issued.visible_version > errand.version:
            result.superseded += 1
            continue
        try:
            tellings[errand.card] = Telling(issued, look(services, issued.card).view)
        except NotFound:
            continue
        messages.setdefault(errand.card, set()).add(errand.message)
    told = tell_google(services, list(tellings.values()), haste, PATIENCE_MS)
    result.updates = told.updates
    for card, failure in told.failures.items():
        result.reasons.append(failure.code)
        if failure.retry:
            result.failed |= messages[card]
    return result
