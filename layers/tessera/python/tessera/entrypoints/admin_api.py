"""Bindings of the administrators' surface: corrections, code pools, API keys, programmes."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.adjust_balance import adjust_balance
from tessera.application.articles import import_articles
from tessera.application.card_funnel import channel_of
from tessera.application.correct_purchase import move_purchase
from tessera.application.erase_member import erase_member
from tessera.application.import_codes import import_codes
from tessera.application.join_link import join_link
from tessera.application.manage_api_keys import issue_api_key, list_api_keys, revoke_api_key
from tessera.application.pair_command import merge_members
from tessera.application.ports import JoinPlace
from tessera.application.printing import card_print_link, print_link
from tessera.application.report_cards import report_cards
from tessera.application.requests import Answer
from tessera.domain.canonical import Json
from tessera.entrypoints import cursors
from tessera.entrypoints.call import Binding, Call
from tessera.entrypoints.programme_bindings import PROGRAMME_BINDINGS
from tessera.entrypoints.till_admin_bindings import TILL_ADMIN_BINDINGS


def _adjust_balance(call: Call) -> Answer:
    return adjust_balance(call.services, call.writing())


def _move_purchase(call: Call) -> Answer:
    return move_purchase(call.services, call.writing())


def _read_join_link(call: Call) -> Mapping[str, Json]:
    place = JoinPlace(
        call.path["programme"],
        call.query.get("store", ""),
        channel_of(call.query.get("channel", "poster")),
    )
    return join_link(call.services, call.caller, place)


def _report_cards(call: Call) -> Mapping[str, Json]:
    days = call.query.get("from"), call.query.get("to")
    return report_cards(call.services, call.caller, call.query["programme"], *days)


def _read_printable(call: Call) -> Mapping[str, Json]:
    names = call.path["programme"], call.path["kind"]
    return print_link(call.services, call.caller, *names, call.query)


def _read_card_printable(call: Call) -> Mapping[str, Json]:
    return card_print_link(call.services, call.caller, call.path["card"], call.query)


def _merge_members(call: Call) -> Answer:
    return merge_members(call.services, call.writing())


def _erase_member(call: Call) -> Answer:
    return erase_member(call.services, call.writing())


def _import_codes(call: Call) -> Mapping[str, Json]:
    return import_codes(call.services.pools, call.caller, call.path["pool"], call.body)


def _import_articles(call: Call) -> Mapping[str, Json]:
    return import_articles(call.services.articles, call.caller, call.body)


def _issue_api_key(call: Call) -> Answer:
    return issue_api_key(call.services, call.writing())


def _list_api_keys(call: Call) -> Mapping[str, Json]:
    limit = cursors.limit(call.query.get("limit"))
    after = cursors.position("keys", call.query.get("cursor"))
    found = list_api_keys(call.services, call.caller, limit, after)
    following = found["next"]
    return {**found, "next": cursors.cursor("keys", str(following)) if following else None}


def _revoke_api_key(call: Call) -> Mapping[str, Json]:
    return revoke_api_key(call.services, call.caller, call.path["credential"])


BINDINGS: Mapping[str, Binding] = {
    **TILL_ADMIN_BINDINGS,
    **PROGRAMME_BINDINGS,
    "read_join_link": _read_join_link,
    "report_cards": _report_cards,
    "read_printable": _read_printable,
    "read_card_printable": _read_card_printable,
    "adjust_balance": _adjust_balance,
    "move_purchase": _move_purchase,
    "merge_members": _merge_members,
    "erase_member": _erase_member,
    "import_codes": _import_codes,
    "import_articles": _import_articles,
    "issue_api_key": _issue_api_key,
    "list_api_keys": _list_api_keys,
    "revoke_api_key": _revoke_api_key,
}
