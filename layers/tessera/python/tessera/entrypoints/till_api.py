"""Bindings of the till's surface: scan, quote, purchase, redeem, enrol, read a member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import tessera
from tessera.application import read_member
from tessera.application.articles import read_article
from tessera.application.award_reward import award_reward
from tessera.application.correct_purchase import undo_purchase
from tessera.application.describe_programme import describe_programme
from tessera.application.enrol_member import enrol_member
from tessera.application.find_candidates import find_candidates
from tessera.application.hold_value import open_hold, settle_hold
from tessera.application.household import join_household, leave_household, open_household
from tessera.application.moments import instant_of
from tessera.application.pair_command import transfer_value
from tessera.application.quote_purchase import quote_purchase
from tessera.application.quote_return import quote_return
from tessera.application.read_trace import read_trace
from tessera.application.record_event import record_event
from tessera.application.record_purchase import record_purchase
from tessera.application.record_return import record_return
from tessera.application.redeem_reward import redeem_reward
from tessera.application.requests import Answer, Caller
from tessera.application.scan_card import scan_card, view_member
from tessera.application.services import Services
from tessera.application.till_setup import till_setup
from tessera.application.time_travel import account_at
from tessera.application.use_voucher import use_voucher, validate_voucher
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound, TesseraError
from tessera.domain.explain import Reader
from tessera.entrypoints import cursors
from tessera.entrypoints.call import Binding, Call
from tessera.entrypoints.card_bindings import CARD_BINDINGS
from tessera.entrypoints.problem import describe
from tessera.entrypoints.texts import LANGUAGES
from tessera.entrypoints.till_bindings import TILL_BINDINGS


def _ping(_: Call) -> Mapping[str, Json]:
    return {"service": "tessera", "version": tessera.__version__}


def _describe_problem(call: Call) -> Mapping[str, Json]:
    found = describe(call.path["code"], call.caller.language)
    if found is None:
        raise NotFound("problem_unknown")
    return found


def _describe_programme(call: Call) -> Mapping[str, Json]:
    return describe_programme(call.services, call.path["programme"], _language(call))


def _read_article(call: Call) -> Mapping[str, Json]:
    return read_article(call.services.articles, call.caller, call.path["code"])


def _till_setup(call: Call) -> Mapping[str, Json]:
    return till_setup(call.services, call.caller)


def _scan_card(call: Call) -> Mapping[str, Json]:
    store = call.body.get("store") or ""
    try:
        return scan_card(call.services, call.caller, str(call.body["code"]), str(store))
    except TesseraError as error:
        # The use case speaks of a purchase's reference to its member; here it is the code.
        if error.field is not None and error.field.startswith("/member"):
            error.field = "/code"
        raise


def _quote_purchase(call: Call) -> Mapping[str, Json]:
    writing = call.writing()
    return quote_purchase(
        call.services, writing.caller, writing.body, writing.now_ms, writing.seed, _reader(call)
    )


def _record_purchase(call: Call) -> Answer:
    return record_purchase(call.services, call.writing())


def _undo_purchase(call: Call) -> Answer:
    return undo_purchase(call.services, call.writing())


def _quote_return(call: Call) -> Mapping[str, Json]:
    return quote_return(call.services, call.writing(), _reader(call))


def _record_return(call: Call) -> Answer:
    return record_return(call.services, call.writing())


def _redeem_reward(call: Call) -> Answer:
    return redeem_reward(call.services, call.writing())


def _award_reward(call: Call) -> Answer:
    return award_reward(call.services, call.writing())


def _open_hold(call: Call) -> Answer:
    return open_hold(call.services, call.writing())


def _commit_hold(call: Call) -> Answer:
    return settle_hold(call.services, call.writing(), call.path["hold"], keep=True)


def _cancel_hold(call: Call) -> Answer:
    return settle_hold(call.services, call.writing(), call.path["hold"], keep=False)


def _validate_voucher(call: Call) -> Mapping[str, Json]:
    writing = call.writing()
    return validate_voucher(
        call.services,
        writing.caller,
        call.path["code"],
        writing.body,
        writing.now_ms,
        writing.seed,
    )


def _use_voucher(call: Call) -> Answer:
    return use_voucher(call.services, call.writing(), call.path["code"])


def _record_event(call: Call) -> Answer:
    return record_event(call.services, call.writing())


def _transfer_value(call: Call) -> Answer:
    return transfer_value(call.services, call.writing())


def _open_household(call: Call) -> Answer:
    return open_household(call.services, call.writing())


def _join_household(call: Call) -> Answer:
    return join_household(call.services, call.writing(), call.path["household"])


def _leave_household(call: Call) -> Answer:
    return leave_household(call.services, call.writing(), call.path["household"])


def _enrol_member(call: Call) -> Answer:
    return enrol_member(call.services, call.writing())


def _find_candidates(call: Call) -> Mapping[str, Json]:
    ((kind, value),) = [item for item in call.body.items() if item[1] is not None]
    return find_candidates(call.services, call.caller, kind, str(value))


def _view_member(call: Call) -> Mapping[str, Json]:
    return view_member(
        call.services, call.caller, call.path["member_id"], call.query.get("store", "")
    )


def _read_member(call: Call) -> Mapping[str, Json]:
    return read_member.member_view(call.services, call.caller, call.path["member_id"])


def _read_balances(call: Call) -> Mapping[str, Json]:
    return read_member.balances(*_whose(call))


def _read_lots(call: Call) -> Mapping[str, Json]:
    return read_member.lots(*_whose(call))


def _read_tiers(call: Call) -> Mapping[str, Json]:
    return read_member.tiers(*_whose(call))


def _read_rewards(call: Call) -> Mapping[str, Json]:
    return read_member.rewards(*_whose(call))


def _read_vouchers(call: Call) -> Mapping[str, Json]:
    return read_member.vouchers(*_whose(call))


def _read_account_at(call: Call) -> Mapping[str, Json]:
    return account_at(
        call.services,
        call.caller,
        call.path["member_id"],
        call.query["programme"],
        instant_of(call.query["at"], "at"),
        call.query.get("partition", "-"),
    )


def _read_entries(call: Call) -> Mapping[str, Json]:
    before = cursors.position("entries", call.query.get("cursor"))
    if before is not None and not (before.isascii() and before.isdecimal() and len(before) <= 10):
        raise InvalidInput("cursor_malformed", field="cursor")
    found = read_member.entries(
        call.services,
        call.caller,
        call.path["member_id"],
        call.query["programme"],
        call.query.get("partition", "-"),
        cursors.limit(call.query.get("limit")),
        int(before) if before is not None else None,
    )
    following = found["next"]
    return {**found, "next": cursors.cursor("entries", str(following)) if following else None}


def _read_trace(call: Call) -> Mapping[str, Json]:
    caller = replace(call.caller, language=_language(call))
    return read_trace(call.services, caller, call.path["entry"], _reader(call))


def _language(call: Call) -> str:
    """The language asked for, else the one that the caller reads."""
    language = call.query.get("language", call.caller.language)
    if language not in LANGUAGES:
        raise InvalidInput("parameter_malformed", field="language", params={"name": "language"})
    return language


def _reader(call: Call) -> Reader:
    """For whom reasons are put into words; an auditor unless told."""
    try:
        return Reader(call.query.get("reader", Reader.AUDITOR.value))
    except ValueError:
        raise InvalidInput(
            "parameter_malformed", field="reader", params={"name": "reader"}
        ) from None


def _whose(call: Call) -> tuple[Services, Caller, str, str | None]:
    return call.services, call.caller, call.path["member_id"], call.query.get("programme")


BINDINGS: Mapping[str, Binding] = {
    **CARD_BINDINGS,
    **TILL_BINDINGS,
    "ping": _ping,
    "describe_problem": _describe_problem,
    "describe_programme": _describe_programme,
    "till_setup": _till_setup,
    "read_article": _read_article,
    "scan_card": _scan_card,
    "quote_purchase": _quote_purchase,
    "record_purchase": _record_purchase,
    "undo_purchase": _undo_purchase,
    "quote_return": _quote_return,
    "record_return": _record_return,
    "redeem_reward": _redeem_reward,
    "award_reward": _award_reward,
    "open_hold": _open_hold,
    "commit_hold": _commit_hold,
    "cancel_hold": _cancel_hold,
    "validate_voucher": _validate_voucher,
    "use_voucher": _use_voucher,
    "record_event": _record_event,
    "transfer_value": _transfer_value,
    "open_household": _open_household,
    "join_household": _join_household,
    "leave_household": _leave_household,
    "enrol_member": _enrol_member,
    "find_candidates": _find_candidates,
    "view_member": _view_member,
    "read_member": _read_member,
    "read_balances": _read_balances,
    "read_lots": _read_lots,
    "read_account_at": _read_account_at,
    "read_entries": _read_entries,
    "read_trace": _read_trace,
    "read_rewards": _read_rewards,
    "read_vouchers": _read_vouchers,
    "read_tiers": _read_tiers,
}
