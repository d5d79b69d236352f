"""What a till must show before a member's value is spent (design §5: step-up above a value).

A code identifies and does not authorise. Where the programme asks for it, spending more than a
value takes a scan of the last minutes, which cannot be photographed beforehand; or, for what
happened while the network was gone, a signed code and a cap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tessera.domain.account import Account, CounterDelta
from tessera.domain.decision import Decision
from tessera.domain.errors import Refused
from tessera.domain.programme import Programme
from tessera.domain.signed_codes import SignedCode


@dataclass(frozen=True, slots=True)
class Proof:
    """What the till showed: a fresh scan, a signed code of an outage, or nothing."""

    fresh: bool = False
    offline: SignedCode | None = None


NOTHING_SHOWN = Proof()


def spent_by(decision: Decision) -> Mapping[str, int]:
    """How much a decision spends or sets aside, by balance."""
    found: dict[str, int] = {}
    shares = [share.spent for share in decision.lines]
    if any(shares):
        for share in shares:
            for balance, amount in share.items():
                found[balance] = found.get(balance, 0) + amount
        return found
    if decision.lines:
        return found
    held = [change.after for change in decision.changes.holds if change.after is not None]
    for delta in decision.changes.lots:
        if delta.amount < 0:
            found[delta.balance] = found.get(delta.balance, 0) - delta.amount
    for hold in held:
        for part in hold.parts:
            found[part.balance] = found.get(part.balance, 0) + abs(part.amount)
    return found


def proved(programme: Programme, account: Account, decision: Decision, proof: Proof) -> Decision:
    """The decision, with what it spends unseen counted against the code that it was shown.

    Raises Refused where the programme wants a fresh scan that is not there, or where a signed
    code's cap is passed; the refusal says what is asked for and what may still be spent.
    """
    counted: list[CounterDelta] = []
    for balance, amount in spent_by(decision).items():
        if proof.offline is not None and not proof.fresh:
            counted.append(_capped(programme, account, balance, amount, proof.offline))
        elif not proof.fresh and amount > programme.codes.step_up.get(balance, amount):
            raise Refused(
                "scan_required",
                required=amount,
                available=programme.codes.step_up[balance],
                field="/scan_id",
            )
    if not counted:
        return decision
    changes = decision.changes
    return replace(decision, changes=replace(changes, counters=(*changes.counters, *counted)))


def _capped(
    programme: Programme, account: Account, balance: str, amount: int, shown: SignedCode
) -> CounterDelta:
    """What counts against a signed code; its hour of expiry tells one from the next.

    Who shows an older code than one that was spent against shows a copy: nothing is left on it.
    """
    cap = programme.codes.offline
    if cap is None or cap.balance != balance:
        raise Refused("offline_spending_refused", field="/signed_code")
    key = f"offline:{balance}"
    counter = account.counters.get(key)
    left = min(cap.amount, shown.allowance) - account.counter(key, shown.expires_h)
    if counter is not None and shown.expires_h < counter.previous_period:
        left = 0
    if amount > left:
        raise Refused(
            "offline_cap_passed", required=amount, available=max(0, left), field="/signed_code"
        )
    return CounterDelta(key, shown.expires_h, amount)
