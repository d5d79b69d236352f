"""Drafts of programmes: listed, saved, thrown away, begun from another programme (B-04, Z-19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.answers import answer, time_text
from tessera.application.programme_desk import Draft, ProgrammeServices
from tessera.application.programme_versions import state_of
from tessera.application.publishing import (
    by,
    by_caller,
    by_view,
    finding_view,
    findings_of,
    once,
    standing_of,
)
from tessera.application.requests import Answer, Caller, Writing, identity_by_key
from tessera.application.writes import PutAnswer
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
from tessera.domain.errors import Conflict, InvalidInput, NotFound
from tessera.domain.programme.reader import is_identifier
from tessera.domain.programme_check.finding import error


def list_programmes(services: ProgrammeServices, caller: Caller) -> dict[str, Json]:
    """Every programme, published or not, under the name that only the merchant sees (B-04)."""
    caller.require("programmes:read")
    now_ms = services.clock.now_ms()
    drafts = {draft.programme: draft for draft in services.desk.drafts()}
    names = sorted({*services.programmes.ids(), *drafts})
    rows = [_row(services, name, drafts.get(name), now_ms) for name in names]
    return {"programmes": list[Json](rows)}


def read_draft(services: ProgrammeServices, caller: Caller, programme: str) -> dict[str, Json]:
    """The draft of a programme with what the checks find in it; NotFound where there is none."""
    caller.require("programmes:read")
    draft = services.desk.draft(programme)
    if draft is None:
        raise NotFound("draft_unknown")
    view = _view(services, draft, caller.language, services.clock.now_ms())
    return {**view, "document": dict(draft.document)}


def save_draft(
    services: ProgrammeServices, caller: Caller, programme: str, body: Mapping[str, Any]
) -> dict[str, Json]:
    """Replace the revision of a draft that the body names by its `document`; 0 begins a draft.

    A draft may have errors: the answer names them, and only publishing refuses them. Saving the
    same document again is no new revision. Raises Conflict where the draft has another revision.
    """
    caller.require("programmes:draft")
    now_ms = services.clock.now_ms()
    document: Mapping[str, Json] = body["document"]
    _check_id(programme, "programme")
    if document.get("programme") != programme:
        raise InvalidInput("programme_id_differs", field="/document/programme")
    found = services.desk.draft(programme)
    if found is not None and found.document == document and body["revision"] in _told(found):
        return _view(services, found, caller.language, now_ms)
    timetable = services.programmes.timetable(programme)
    base = found.base if found else (timetable[-1][0] if timetable else 0)
    draft = Draft(programme, body["revision"] + 1, document, by_caller(caller, now_ms), base)
    revision = found.revision if found else 0
    if body["revision"] != revision or not services.desk.save(draft):
        raise Conflict("draft_moved", field="/revision", params={"revision": revision})
    return _view(services, draft, caller.language, now_ms)


def _told(draft: Draft) -> tuple[int, int]:
    """What a request that made this revision, or would change nothing of it, says it replaces."""
    return draft.revision - 1, draft.revision


def discard_draft(
    services: ProgrammeServices, caller: Caller, programme: str, revision: str
) -> dict[str, Json]:
    """Throw the draft of that revision away; throwing it away again changes nothing more."""
    caller.require("programmes:draft")
    if not (revision.isascii() and revision.isdecimal() and len(revision) < 10):
        raise InvalidInput("parameter_malformed", field="revision", params={"name": "revision"})
    draft = services.desk.draft(programme)
    if draft is not None and not services.desk.discard(programme, int(revision)):
        raise Conflict("draft_moved", field="revision", params={"revision": draft.revision})
    return {"programme": programme, "discarded": draft is not None}


def duplicate_programme(services: ProgrammeServices, writing: Writing, programme: str) -> Answer:
    """Begin a draft under a new id from the version in force, or from the draft of a new one.

    Raises NotFound for a programme that has neither, Conflict where the new id is taken.
    """
    writing.caller.require("programmes:draft")
    name = f"duplicate {programme}"
    identity = identity_by_key(writing.caller, writing.key, name, writing.body)
    body: Mapping[str, Any] = writing.body

    def act() -> Answer:
        target = body["programme"]
        _check_id(target, "/programme")
        document = {**_original(services, programme, writing.now_ms), "programme": target}
        if body.get("internal_name"):
            document["internal_name"] = body["internal_name"]
        if services.programmes.timetable(target):
            raise Conflict("programme_exists", field="/programme")
        draft = Draft(target, 1, document, by(writing))
        told = _view(services, draft, writing.caller.language, writing.now_ms)
        reply = answer(201, told)
        if not services.desk.save(draft, PutAnswer(identity, "", reply)):
            raise Conflict("programme_exists", field="/programme")
        return reply

    return once(services, identity, act)


def _original(services: ProgrammeServices, programme: str, now_ms: int) -> Mapping[str, Json]:
    live = services.programmes.at(programme, now_ms)
    if live is not None:
        return services.programmes.document(programme, live.version)
    draft = services.desk.draft(programme)
    if draft is None:
        raise NotFound("programme_unknown")
    return draft.document


def _check_id(programme: str, field: str) -> None:
    if not is_identifier(programme):
        raise InvalidInput("not_an_identifier", field=field)


def _view(services: ProgrammeServices, draft: Draft, language: str, now_ms: int) -> dict[str, Json]:
    """A draft without its document, with what the checks find."""
    try:
        standing = standing_of(services, draft.programme, now_ms)
        found = findings_of(draft.document, standing, now_ms)
    except InvalidInput as refusal:
        found = [error(refusal.field or "/", refusal.code, **refusal.params)]
    return {
        "programme": draft.programme,
        "revision": draft.revision,
        "base_version": draft.base,
        "saved": by_view(draft.saved),
        "findings": [finding_view(item, language) for item in found],
    }


def _row(
    services: ProgrammeServices, name: str, draft: Draft | None, now_ms: int
) -> dict[str, Json]:
    timetable = services.programmes.timetable(name)
    internal: Json = draft.document.get("internal_name") if draft else None
    live = services.programmes.at(name, now_ms) if timetable else None
    coming = [row for row in timetable if state_of(row[0], timetable, now_ms) == "scheduled"]
    state = "draft"
    if live is not None:
        internal, state = live.internal_name, "active"
        if live.closing is not None:
            today = day_of(now_ms, live.zone)
            state = "ended" if today > live.closing.spending_until else "closing"
    elif timetable:
        internal, state = (
            services.programmes.version(name, timetable[-1][0]).internal_name,
            "scheduled",
        )
    return {
        "programme": name,
        "internal_name": internal if isinstance(internal, str) else "",
        "state": state,
        "version": live.version if live else None,
        "scheduled": [
            {"version": number, "effective_at": time_text(at_ms)} for number, at_ms in coming
        ],
        "draft": {"revision": draft.revision, "saved": by_view(draft.saved)} if draft else None,
    }
