"""Bindings of what managers do with tills and clerks."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.manage_clerks import add_clerk, change_pin, remove_clerk
from tessera.application.manage_tills import invite_till, list_tills, revoke_till
from tessera.application.requests import Answer
from tessera.domain.canonical import Json
from tessera.entrypoints import cursors
from tessera.entrypoints.call import Binding, Call


def _invite_till(call: Call) -> Answer:
    return invite_till(call.services, call.writing())


def _list_tills(call: Call) -> Mapping[str, Json]:
    limit = cursors.limit(call.query.get("limit"))
    after = cursors.position("tills", call.query.get("cursor"))
    found = list_tills(call.services, call.caller, limit, after)
    following = found["next"]
    return {**found, "next": cursors.cursor("tills", str(following)) if following else None}


def _revoke_till(call: Call) -> Mapping[str, Json]:
    return revoke_till(call.services, call.caller, call.path["till"])


def _add_clerk(call: Call) -> Answer:
    return add_clerk(call.services, call.writing(), call.path["store"])


def _change_pin(call: Call) -> Mapping[str, Json]:
    store, clerk = call.path["store"], call.path["clerk"]
    return change_pin(call.services, call.caller, store, clerk, str(call.body["pin"]))


def _remove_clerk(call: Call) -> Mapping[str, Json]:
    return remove_clerk(call.services, call.caller, call.path["store"], call.path["clerk"])


TILL_ADMIN_BINDINGS: Mapping[str, Binding] = {
    "invite_till": _invite_till,
    "list_tills": _list_tills,
    "revoke_till": _revoke_till,
    "add_clerk": _add_clerk,
    "change_pin": _change_pin,
    "remove_clerk": _remove_clerk,
}
