"""What was scanned is proved: its pace, its changing value, its signature (K-10, Z-09, X-10).

A code alone identifies. What follows it proves that the card is there now, or that it is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from tessera.application.card_codes import SCAN_LIFE_MS, FreshScan
from tessera.application.effects import Located
from tessera.application.finding import find_card
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.codes import CodeForm, ScannedCode, read_code
from tessera.domain.errors import InvalidInput, NotFound, Refused, TooSoon
from tessera.domain.programme import Programme
from tessera.domain.programme.codes import CARD_SCANS, TILL_SCANS, Pace
from tessera.domain.rotation import counter_at, counter_of
from tessera.domain.signed_codes import SignedCode, programme_mark, unsealed

LATE_STEPS_MAX = 20
"""A value is called late, and not wrong, for ten minutes: the cashier asks for the new one."""

FIELD = "/code"


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """A code that named an active card; `scan` is there where its changing value was burnt."""

    read: ScannedCode
    located: Located
    scan: FreshScan | None = None


def check_code(services: Services, caller: Caller, text: str) -> CheckedCode:
    """Check what was scanned, whatever its form.

    Raises InvalidInput for what is no code or was mistyped, NotFound for a card that nobody has,
    TooSoon for a card or till that scans too often, Refused for a blocked card, a value that is
    wrong, late or used, a signature that is forged, and one that is over.
    """
    read = read_code(text)
    if read is None:
        raise InvalidInput("card_code_malformed", field=FIELD)
    try:
        located = services.driver.run(find_card(read.code))
    except (NotFound, Refused):
        keep_pace(services, f"till#{caller.credential}", TILL_SCANS, "till_too_soon")
        raise
    programme = _programme_of(services, located)
    codes = programme.codes if programme else None
    till = codes.till_scans if codes else TILL_SCANS
    card = codes.card_scans if codes else CARD_SCANS
    keep_pace(services, f"till#{caller.credential}", till, "till_too_soon")
    keep_pace(services, f"card#{located.card}", card, "too_soon")
    if read.form is CodeForm.ROTATING:
        return CheckedCode(read, located, _burn(services, caller, read, located))
    if read.form is CodeForm.SIGNED:
        check_signed(services, read, located, services.wall_clock.now_ms(), FIELD)
    return CheckedCode(read, located)


def check_signed(
    services: Services, read: ScannedCode, located: Located, at_ms: int, field: str
) -> SignedCode:
    """What a signed code says, once its signature, programme and expiry hold at an instant."""
    found = unsealed(read.code, read.tail)
    if found is None:
        raise Refused("code_signature_wrong", field=field)
    signed, signature = found
    if signed.key_id not in services.codes.public_keys():
        raise Refused("code_key_unknown", field=field, params={"key": signed.key_id})
    if not services.codes.verify(signed.key_id, signed.message, signature):
        raise Refused("code_signature_wrong", field=field)
    if signed.programme != programme_mark(located.programme):
        raise Refused("code_signature_wrong", field=field)
    if signed.expired(at_ms):
        raise Refused("code_expired", field=field)
    return signed


def _programme_of(services: Services, located: Located) -> Programme | None:
    if not located.programme:
        return None
    return services.programmes.at(located.programme, services.clock.now_ms())


def keep_pace(
    services: Services, what: str, pace: Pace, code: str, field: str | None = FIELD
) -> None:
    """Count one more of something. Raises TooSoon, by that code, where it comes too often."""
    if not pace.per_minute:
        return
    wait_ms = services.paces.wait_ms(f"scan#{what}", pace.at_once, pace.interval_ms)
    if wait_ms:
        raise TooSoon(code, retry_after_s=-(-wait_ms // 1000), field=field)


def _burn(services: Services, caller: Caller, read: ScannedCode, located: Located) -> FreshScan:
    """The scan of a value that is shown now; whoever scans it second is refused.

    The till that scanned it first gets the same scan again: its answer may have been lost.
    """
    now_ms = services.wall_clock.now_ms()
    secrets = services.codes.rotation_secrets(located.card, read.code)
    counter = counter_of(secrets, read.tail, now_ms)
    if counter is None:
        late = counter_of(secrets, read.tail, now_ms, LATE_STEPS_MAX)
        known = late is not None and late < counter_at(now_ms)
        raise Refused("rotation_late" if known else "rotation_wrong", field=FIELD)
    scan = FreshScan(
        services.codes.scan_id(located.card, read.code, counter),
        located.card,
        located.member,
        caller.credential,
        now_ms,
    )
    kept = services.scans.burn(scan)
    if kept.credential != caller.credential or now_ms - kept.at_ms > SCAN_LIFE_MS:
        raise Refused("rotation_used", field=FIELD)
    return kept
