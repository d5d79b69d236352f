"""From a card's row to what it shows now, and on to the next version that wallets are told of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tessera.application.asking import Protocol_
from tessera.application.card_face import ProgrammeFace
from tessera.application.card_funnel import Step, Wallet, step_notice
from tessera.application.card_ports import CardServices
from tessera.application.card_view import CardView, Part, changed_part, digest_of, view_of
from tessera.application.finding import Reference, find_member, programme_in_force
from tessera.application.shown_code import with_code
from tessera.application.writes import Card, IssuedCard
from tessera.domain.errors import NotFound, Unavailable

LAG_S = 60
"""How far `Last-Modified` stays behind the clock.

HTTP dates count whole seconds, and each visible version needs one of its own. A burst of changes
takes the seconds that follow, which must not lie in the future: so it starts in the past.
"""

ATTEMPTS_MAX = 5

BURST_MAX = 4
"""Changes of one card that are told at once; of more, the last one is told a second later."""

DAY_S = 86_400
NOTIFICATIONS_PER_DAY_MAX = 3
"""What Google lets through for one card in 24 hours (Google Wallet, "Push notifications")."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a card shows, and the number of the last entry that it knows of.

    The number is 0 where the account is not of the card's own member (he is in a household, or
    was merged): its entries are counted apart from those that his own events name.
    """

    view: CardView
    account_version: int


def look(services: CardServices, card: Card) -> Seen:
    """What the card shows now, from one strong read. NotFound where its member left or was erased.

    A caller that compares it with the card's row must have read the row before: then the row may
    be older than what is seen, never newer, and no change can be taken for told.
    """
    now_ms = services.core.clock.now_ms()
    faces = services.faces.of(card.programme)
    return services.core.driver.run(_look(services, card, faces, now_ms))


def _look(services: CardServices, card: Card, faces: ProgrammeFace, now_ms: int) -> Protocol_[Seen]:
    found = yield from find_member(Reference(id=card.member))
    account = found.accounts.get((card.programme, card.partition))
    if account is None:
        raise NotFound("card_unknown")
    programme = yield from programme_in_force(card.programme, now_ms, account)
    view = view_of(card, account, programme, found.profile, now_ms, faces)
    wall_ms = services.core.wall_clock.now_ms()
    core = services.core
    shown = with_code(core.codes, core.links, view, card, programme, wall_ms)
    return Seen(shown, account.version if account.member == card.member else 0)


def advanced(services: CardServices, issued: IssuedCard, seen: Seen) -> IssuedCard:
    """The card with its next visible version; the same value where nothing visible changed."""
    digest = digest_of(seen.view)
    if issued.visible_version and digest == issued.digest:
        return issued
    part = changed_part(issued.digest, digest) if issued.visible_version else None
    wall_s = services.core.wall_clock.now_ms() // 1000
    return replace(
        _notifying(issued, part, wall_s // DAY_S, seen.view),
        visible_version=issued.visible_version + 1,
        modified_s=max(wall_s - LAG_S, issued.modified_s + 1),
        digest=digest,
        announced=str(part) if part else "",
        token_version=issued.token_version or services.tokens.newest,
        account_version=seen.account_version,
    )


def hurries(services: CardServices, issued: IssuedCard) -> bool:
    """Whether the card changed so often just now that its next change had better wait.

    Each change takes a second of its own; a burst runs ahead of the clock by as many. What is
    further ahead than any burst was written by a machine whose clock is.
    """
    wall_s = services.core.wall_clock.now_ms() // 1000
    ahead_s = issued.modified_s - (wall_s - LAG_S)
    return issued.visible_version > 0 and BURST_MAX <= ahead_s < LAG_S


def _notifying(issued: IssuedCard, part: Part | None, day: int, view: CardView) -> IssuedCard:
    """The card with its say in whether Google tells the holder of this version.

    News are told by the class, in one call for all cards; they use up a notification of each.
    """
    count = issued.notified_count if issued.notified_day == day else 0
    if part is Part.NEWS and issued.on_google and view.news_notifies:
        return replace(issued, notifies=False, notified_day=day, notified_count=count + 1)
    worth_it = issued.on_google and part in {Part.TIER, Part.BALANCE}
    if not worth_it or count >= NOTIFICATIONS_PER_DAY_MAX:
        return replace(issued, notifies=False)
    return replace(issued, notifies=True, notified_day=day, notified_count=count + 1)


def give_out(
    services: CardServices, card: str, wallet: Wallet, channel: str
) -> tuple[IssuedCard, CardView]:
    """The card as it is handed to its member; the first time its row learns that it is out.

    Raises NotFound for a card that nobody has, Unavailable where others keep changing the row.
    """
    for _ in range(ATTEMPTS_MAX):
        issued = services.store.find(card)
        if issued is None:
            raise NotFound("card_unknown")
        seen = look(services, issued.card)
        if issued.visible_version:
            return issued, seen.view
        now_ms = services.core.wall_clock.now_ms()
        out = replace(advanced(services, issued, seen), channel=channel)
        notice = step_notice(out, Step.ISSUED, wallet, now_ms, "first")
        written = services.store.change(out, notice)
        if written is not None:
            return written, seen.view
    raise Unavailable
