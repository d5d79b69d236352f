"""What a till cites when it spends a member's value: a fresh scan, or an outage's signed code."""

from __future__ import annotations

from tessera.application.asking import Protocol_
from tessera.application.check_code import check_signed
from tessera.application.finding import Found, Reference, find_card, find_member
from tessera.application.requests import Writing
from tessera.application.services import Services
from tessera.domain.account import Account
from tessera.domain.codes import CodeForm, read_code
from tessera.domain.commands import Command, OpenHold, Purchase, RedeemReward, UseVoucher
from tessera.domain.decision import Decision
from tessera.domain.errors import InvalidInput, Refused
from tessera.domain.programme import Programme
from tessera.domain.spending_proof import NOTHING_SHOWN, Proof, proved, spent_by

_PROVED = frozenset({"member", "staff", "system"})
"""Callers who proved who they are when they signed in, or who act for the programme itself."""

_SPEND = (OpenHold, Purchase, RedeemReward, UseVoucher)
"""What spends by the till's word. A plain `Command` is a transfer; settling a hold was proved when
it was opened."""


def prove_spending(
    services: Services,
    writing: Writing,
    found: Found,
    account: Account,
    programme: Programme,
    command: Command,
    decision: Decision,
) -> Protocol_[Decision]:
    """The decision as it may be committed, once what it spends is proved (design §5).

    Only tills and partners prove; a member or clerk who is signed in has proved who he is.
    Raises Refused where the programme asks for more than was cited, and for a scan or code that
    does not hold.
    """
    spends = type(command) is Command or isinstance(command, _SPEND)
    if writing.caller.kind in _PROVED or command.silent or not spends or not spent_by(decision):
        return decision
    shown = NOTHING_SHOWN
    scan_id, signed = writing.body.get("scan_id"), writing.body.get("signed_code")
    if isinstance(scan_id, str):
        shown = yield from _fresh(services, writing, found, scan_id)
    elif isinstance(signed, str):
        shown = yield from _signed(services, found, programme, command, signed)
    return proved(programme, account, decision, shown)


def _fresh(services: Services, writing: Writing, found: Found, scan_id: str) -> Protocol_[Proof]:
    scan = services.scans.find(scan_id)
    if scan is None or scan.credential != writing.caller.credential:
        raise Refused("scan_unknown", field="/scan_id")
    if (yield from find_member(Reference(id=scan.member))).member != found.member:
        raise Refused("scan_of_another", field="/scan_id")
    if services.wall_clock.now_ms() > scan.expires_at_ms:
        raise Refused("scan_expired", field="/scan_id")
    return Proof(fresh=True)


def _signed(
    services: Services, found: Found, programme: Programme, command: Command, text: str
) -> Protocol_[Proof]:
    """A code that a till checked by itself is checked again, as of when it was shown."""
    read = read_code(text)
    if read is None or read.form is not CodeForm.SIGNED:
        raise InvalidInput("card_code_malformed", field="/signed_code")
    located = yield from find_card(read.code)
    holder = yield from find_member(Reference(id=located.member))
    if holder.member != found.member:
        raise Refused("scan_of_another", field="/signed_code")
    if located.programme != programme.id:
        # One sale counts in several programmes; the code speaks for its own.
        return NOTHING_SHOWN
    ago_ms = command.recorded_at_ms - command.occurred_at_ms
    shown_at_ms = services.wall_clock.now_ms() - ago_ms
    return Proof(offline=check_signed(services, read, located, shown_at_ms, "/signed_code"))
