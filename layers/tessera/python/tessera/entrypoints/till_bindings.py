"""Bindings of enrolled tills on their own surface: enrolment, clerks, a sale found, the day."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.clerk_session import close_session, open_session
from tessera.application.day_report import day_report
from tessera.application.find_purchase import find_purchase
from tessera.application.manage_clerks import list_clerks
from tessera.application.manage_tills import enrol_till
from tessera.application.requests import Answer
from tessera.domain.canonical import Json
from tessera.entrypoints.call import Binding, Call


def _enrol_till(call: Call) -> Answer:
    return enrol_till(call.services, call.body)


def _list_clerks(call: Call) -> Mapping[str, Json]:
    return list_clerks(call.services, call.caller, call.path["store"])


def _open_session(call: Call) -> Mapping[str, Json]:
    return open_session(call.services, call.writing())


def _close_session(call: Call) -> Mapping[str, Json]:
    now_ms = call.services.clock.now_ms()
    return close_session(call.services, call.caller, call.path["session"], now_ms)


def _find_purchase(call: Call) -> Mapping[str, Json]:
    return find_purchase(call.services, call.caller, call.body)


def _read_day(call: Call) -> Mapping[str, Json]:
    return day_report(call.services, call.caller, call.path["store"], call.path["day"])


TILL_BINDINGS: Mapping[str, Binding] = {
    "enrol_till": _enrol_till,
    "list_clerks": _list_clerks,
    "open_session": _open_session,
    "close_session": _close_session,
    "find_purchase": _find_purchase,
    "read_day": _read_day,
}
