"""What a card's QR says behind its code, as its programme chooses (design §5)."""

from __future__ import annotations

from dataclasses import replace

from tessera.application.card_codes import CodeKeys
from tessera.application.card_view import CardView, ShownCode
from tessera.application.ports import Links
from tessera.application.writes import Card
from tessera.domain.codes import CodeForm, joined_code
from tessera.domain.programme import Programme
from tessera.domain.rotation import PERIOD_S, counter_at, rotation
from tessera.domain.signed_codes import HOUR_MS, SignedCode, programme_mark

DAY_MS = 24 * HOUR_MS
PAGE_QUERY = "show=code"


def with_code(
    keys: CodeKeys, links: Links, view: CardView, card: Card, programme: Programme, wall_ms: int
) -> CardView:
    """The view with what its QR says; the static code needs nothing."""
    shown = _shown(keys, view, card, programme, wall_ms)
    if programme.codes.fresh:
        shown = replace(shown, page=f"{links.card_url(card.id)}?{PAGE_QUERY}")
    return replace(view, shown=shown)


def _shown(
    keys: CodeKeys, view: CardView, card: Card, programme: Programme, wall_ms: int
) -> ShownCode:
    codes = programme.codes
    if codes.form is CodeForm.ROTATING:
        secret = keys.rotation_secrets(card.id, card.code)[0]
        return ShownCode(codes.form, "", secret, str(keys.newest))
    if codes.form is not CodeForm.SIGNED:
        return ShownCode()
    signed = SignedCode(
        card.code,
        keys.newest,
        programme_mark(programme.id),
        expires_h=(wall_ms // DAY_MS + codes.valid_days + 1) * 24,
        allowance=_allowance(view, programme),
    )
    seal = signed.seal(keys.sign(signed.key_id, signed.message))
    # Renewed at half its life, with the first thing that happens to the member after that.
    stretch = wall_ms // DAY_MS * 2 // codes.valid_days
    return ShownCode(codes.form, seal, b"", f"{keys.newest}.{stretch}")


def _allowance(view: CardView, programme: Programme) -> int:
    cap = programme.codes.offline
    if cap is None or not view.active:
        return 0
    return next((max(0, one.amount) for one in view.balances if one.id == cap.balance), 0)


def fresh_code(keys: CodeKeys, card: Card, wall_ms: int) -> tuple[str, int]:
    """The changing code that a card shows now, and for how many more milliseconds."""
    secret = keys.rotation_secrets(card.id, card.code)[0]
    left_ms = PERIOD_S * 1000 - wall_ms % (PERIOD_S * 1000)
    return joined_code(card.code, rotation(secret, counter_at(wall_ms))), left_ms
