"""Four eyes: one person asks for a publication, another one agrees (X-07).

Anybody with the right to draft may ask. Where an administrator switched the second approver on,
asking is the only way to publish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tessera.application.answers import answer, time_text
from tessera.application.programme_desk import (
    APPROVED,
    PENDING,
    REJECTED,
    ProgrammeServices,
    Request,
    Settings,
    Story,
)
from tessera.application.publishing import (
    Publication,
    by,
    by_caller,
    by_view,
    document_of,
    earliest_at_ms,
    effective_at_ms,
    finding_view,
    once,
    publish,
    put_away,
    sound,
    text_of,
)
from tessera.application.publishing import approved as approved_story
from tessera.application.requests import Answer, Caller, Writing, identity_by_key
from tessera.application.writes import PutAnswer
from tessera.domain.canonical import Json
from tessera.domain.errors import Conflict, Forbidden, NotFound

STAFF = "staff"
_ISSUERS_MAX = 10
"""How many keys may have issued each other: a chain that is longer is not followed."""


def ask_for_publication(services: ProgrammeServices, writing: Writing, programme: str) -> Answer:
    """Ask that a document, or the draft of a revision, be published. Answers 201 with its id.

    The checks run now, so that nobody is asked to agree to what can't be published, and again
    when somebody agrees. Raises what publishing would.
    """
    writing.caller.require("programmes:draft")
    name = f"ask {programme}"
    identity = identity_by_key(writing.caller, writing.key, name, writing.body)

    def act() -> Answer:
        document, revision = document_of(services, writing.body, programme)
        warnings = sound(services, document, programme, writing.now_ms)
        wanted = writing.body.get("effective_at")
        at_ms = effective_at_ms(services, writing.now_ms, programme, wanted)
        timetable = services.programmes.timetable(programme)
        request = Request(
            programme=programme,
            # Younger requests sort behind older ones: the first characters are the time.
            id=f"{writing.now_ms:013d}-{identity.cause[:12]}",
            document=document,
            asked=by(writing),
            base=timetable[-1][0] if timetable else 0,
            persons=_persons(services, writing.caller),
            effective_at_ms=None if wanted is None else at_ms,
            why=text_of(writing.body, "why"),
            revision=revision,
        )
        findings = [finding_view(item, writing.caller.language) for item in warnings]
        reply = answer(201, {**_view(request), "warnings": list[Json](findings)})
        if not services.desk.ask(request, PutAnswer(identity, "", reply)):
            raise Conflict("request_decided")
        return reply

    return once(services, identity, act)


def approve_publication(
    services: ProgrammeServices, writing: Writing, programme: str, request_id: str
) -> Answer:
    """Agree to a request, which publishes it. Answers 201 as publishing does.

    The one who agrees is a person signed in, and not the one who asked. Where the instant that
    was asked for has gone by, the version takes effect as soon as it can. Raises Conflict where
    the request is decided already, or another version was published since it was made.
    """
    caller = writing.caller
    caller.require("programmes:approve")
    body: dict[str, Json] = {**writing.body, "request": request_id}
    identity = identity_by_key(caller, writing.key, f"approve {programme}", body)

    def act() -> Answer:
        request = _pending(services, programme, request_id)
        _check_other_person(caller, request)
        timetable = services.programmes.timetable(programme)
        if (timetable[-1][0] if timetable else 0) != request.base:
            raise Conflict("request_stale", params={"version": timetable[-1][0]})
        warnings = sound(services, request.document, programme, writing.now_ms)
        earliest_ms = earliest_at_ms(services, writing.now_ms, programme)
        approver = by(writing)
        story = approved_story(Story("publish", request.asked), request, approver)
        decided = replace(request, status=APPROVED, decided=approver)
        publication = Publication(
            programme,
            request.document,
            max(request.effective_at_ms or 0, earliest_ms),
            story,
            warnings,
            decided,
        )
        reply = publish(services, identity, publication, caller.language)
        put_away(services, programme, request.revision)
        return reply

    return once(services, identity, act)


def reject_publication(
    services: ProgrammeServices, writing: Writing, programme: str, request_id: str
) -> Answer:
    """Turn a request down, with a reason. Whoever asked may take his request back so."""
    caller = writing.caller
    identity = identity_by_key(
        caller, writing.key, f"reject {programme}", {**writing.body, "request": request_id}
    )

    def act() -> Answer:
        request = _pending(services, programme, request_id)
        if caller.credential != request.asked.credential:
            caller.require("programmes:approve")
        reason = text_of(writing.body, "reason")
        decided = replace(request, status=REJECTED, decided=by(writing), reason=reason)
        reply = answer(201, _view(decided))
        if not services.desk.reject(decided, PutAnswer(identity, "", reply)):
            raise Conflict("request_decided")
        return reply

    return once(services, identity, act)


def list_requests(
    services: ProgrammeServices,
    caller: Caller,
    programme: str,
    limit: int,
    before: str | None = None,
) -> dict[str, Json]:
    """At most `limit` requests below the id `before`, newest first; `next` goes on from there."""
    caller.require("programmes:read")
    found = services.desk.requests(programme, limit, before)
    return {
        "requests": [_view(request) for request in found],
        "next": found[-1].id if len(found) == limit else None,
    }


def read_request(
    services: ProgrammeServices, caller: Caller, programme: str, request_id: str
) -> dict[str, Json]:
    """One request with the document that it is about."""
    caller.require("programmes:read")
    request = services.desk.request(programme, request_id)
    if request is None:
        raise NotFound("request_unknown")
    return {**_view(request), "document": dict(request.document)}


def read_settings(services: ProgrammeServices, caller: Caller, programme: str) -> dict[str, Json]:
    """What an administrator decided about a programme."""
    caller.require("programmes:read")
    return _settings_view(programme, services.desk.settings(programme))


def change_settings(
    services: ProgrammeServices, caller: Caller, programme: str, body: Mapping[str, Any]
) -> dict[str, Json]:
    """Switch the second approver on or off. A marketer's rights don't reach this far."""
    caller.require("programmes:write")
    settings = Settings(body["second_approver"], by_caller(caller, services.clock.now_ms()))
    services.desk.change_settings(programme, settings)
    return _settings_view(programme, settings)


def _pending(services: ProgrammeServices, programme: str, request_id: str) -> Request:
    request = services.desk.request(programme, request_id)
    if request is None:
        raise NotFound("request_unknown")
    if request.status != PENDING:
        raise Conflict("request_decided", params={"status": request.status})
    return request


def _check_other_person(caller: Caller, request: Request) -> None:
    """A key is nobody: only a person who signed in agrees, and not to what is his own."""
    if caller.kind != STAFF:
        raise Forbidden("approver_not_a_person")
    if caller.credential in request.persons:
        raise Forbidden("approver_is_author")


def _persons(services: ProgrammeServices, caller: Caller) -> tuple[str, ...]:
    """The credentials behind which the caller may stand: a key also speaks for its issuer."""
    found = [caller.credential]
    while caller.kind != STAFF and len(found) < _ISSUERS_MAX:
        key = services.api_keys.find(found[-1])
        if key is None or key.created_by in found:
            break
        found.append(key.created_by)
    return tuple(found)


def _view(request: Request) -> dict[str, Json]:
    return {
        "programme": request.programme,
        "id": request.id,
        "status": request.status,
        "asked": by_view(request.asked),
        "why": request.why or None,
        "effective_at": _time(request.effective_at_ms),
        "base_version": request.base,
        "decided": by_view(request.decided),
        "reason": request.reason or None,
        "version": request.version,
    }


def _time(instant_ms: int | None) -> str | None:
    return None if instant_ms is None else time_text(instant_ms)


def _settings_view(programme: str, settings: Settings) -> dict[str, Json]:
    return {
        "programme": programme,
        "second_approver": settings.second_approver,
        "changed": by_view(settings.changed),
    }
