"""Bindings of those who work on programmes."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application import approve_programme as approvals
from tessera.application import draft_programme as drafts
from tessera.application import programme_versions as versions
from tessera.application.plan_programme import plan_programme
from tessera.application.publish_programme import programme_view, publish_programme
from tessera.application.requests import Answer
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.entrypoints import cursors
from tessera.entrypoints.call import Binding, Call


def _list_programmes(call: Call) -> Mapping[str, Json]:
    return drafts.list_programmes(call.container.programme_services, call.caller)


def _read_programme(call: Call) -> Mapping[str, Json]:
    return programme_view(call.container.programme_services, call.caller, call.path["programme"])


def _read_draft(call: Call) -> Mapping[str, Json]:
    return drafts.read_draft(call.container.programme_services, call.caller, call.path["programme"])


def _save_draft(call: Call) -> Mapping[str, Json]:
    services = call.container.programme_services
    return drafts.save_draft(services, call.caller, call.path["programme"], call.body)


def _discard_draft(call: Call) -> Mapping[str, Json]:
    services = call.container.programme_services
    revision = call.query["revision"]
    return drafts.discard_draft(services, call.caller, call.path["programme"], revision)


def _plan_programme(call: Call) -> Mapping[str, Json]:
    services = call.container.programme_services
    now_ms = services.clock.now_ms()
    return plan_programme(services, call.caller, call.path["programme"], call.body, now_ms)


def _publish_programme(call: Call) -> Answer:
    services = call.container.programme_services
    return publish_programme(services, call.writing(), call.path["programme"])


def _list_versions(call: Call) -> Mapping[str, Json]:
    limit = cursors.limit(call.query.get("limit"))
    before = cursors.position("versions", call.query.get("cursor"))
    if before is not None and not (before.isdecimal() and len(before) < 10):
        raise InvalidInput("cursor_malformed", field="cursor")
    found = versions.list_versions(
        call.container.programme_services,
        call.caller,
        call.path["programme"],
        limit,
        None if before is None else int(before),
    )
    return _paged("versions", found)


def _read_version(call: Call) -> Mapping[str, Json]:
    services = call.container.programme_services
    return versions.read_version(
        services, call.caller, call.path["programme"], call.path["version"]
    )


def _roll_back(call: Call) -> Answer:
    services = call.container.programme_services
    return versions.roll_back(services, call.writing(), call.path["programme"])


def _close_programme(call: Call) -> Answer:
    services = call.container.programme_services
    return versions.close_programme(services, call.writing(), call.path["programme"])


def _duplicate_programme(call: Call) -> Answer:
    services = call.container.programme_services
    return drafts.duplicate_programme(services, call.writing(), call.path["programme"])


def _list_requests(call: Call) -> Mapping[str, Json]:
    limit = cursors.limit(call.query.get("limit"))
    before = cursors.position("requests", call.query.get("cursor"))
    services = call.container.programme_services
    found = approvals.list_requests(services, call.caller, call.path["programme"], limit, before)
    return _paged("requests", found)


def _ask(call: Call) -> Answer:
    services = call.container.programme_services
    return approvals.ask_for_publication(services, call.writing(), call.path["programme"])


def _read_request(call: Call) -> Mapping[str, Json]:
    services = call.container.programme_services
    return approvals.read_request(
        services, call.caller, call.path["programme"], call.path["request"]
    )


def _approve(call: Call) -> Answer:
    return approvals.approve_publication(
        call.container.programme_services,
        call.writing(),
        call.path["programme"],
        call.path["request"],
    )


def _reject(call: Call) -> Answer:
    return approvals.reject_publication(
        call.container.programme_services,
        call.writing(),
        call.path["programme"],
        call.path["request"],
    )


def _read_settings(call: Call) -> Mapping[str, Json]:
    services = call.container.programme_services
    return approvals.read_settings(services, call.caller, call.path["programme"])


def _change_settings(call: Call) -> Mapping[str, Json]:
    services = call.container.programme_services
    return approvals.change_settings(services, call.caller, call.path["programme"], call.body)


def _paged(kind: str, found: Mapping[str, Json]) -> Mapping[str, Json]:
    following = found["next"]
    return {**found, "next": cursors.cursor(kind, str(following)) if following else None}


PROGRAMME_BINDINGS: Mapping[str, Binding] = {
    "list_programmes": _list_programmes,
    "read_programme": _read_programme,
    "read_draft": _read_draft,
    "save_draft": _save_draft,
    "discard_draft": _discard_draft,
    "plan_programme": _plan_programme,
    "publish_programme": _publish_programme,
    "list_versions": _list_versions,
    "read_version": _read_version,
    "roll_back": _roll_back,
    "close_programme": _close_programme,
    "duplicate_programme": _duplicate_programme,
    "list_publication_requests": _list_requests,
    "ask_for_publication": _ask,
    "read_publication_request": _read_request,
    "approve_publication": _approve,
    "reject_publication": _reject,
    "read_programme_settings": _read_settings,
    "change_programme_settings": _change_settings,
}
