"""The versions of a programme: read, rolled back, and the last one, which ends it (Z-23, Z-30)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tessera.application.answers import time_text
from tessera.application.programme_desk import ProgrammeServices, Story, Version
from tessera.application.publish_programme import check_one_is_enough
from tessera.application.publishing import (
    Publication,
    by,
    by_view,
    effective_at_ms,
    once,
    publish,
    sound,
    text_of,
    with_notice,
)
from tessera.application.requests import Answer, Caller, Writing, identity_by_key
from tessera.domain.canonical import Json
from tessera.domain.errors import Conflict, InvalidInput, NotFound

VERSION_DIGITS_MAX = 9


def list_versions(
    services: ProgrammeServices,
    caller: Caller,
    programme: str,
    limit: int,
    before: int | None = None,
) -> dict[str, Json]:
    """At most `limit` versions below the number `before`, newest first: who, when and why."""
    caller.require("programmes:read")
    timetable = services.programmes.timetable(programme)
    if not timetable:
        raise NotFound("programme_unknown")
    now_ms = services.clock.now_ms()
    found = services.desk.versions(programme, limit, before)
    return {
        "programme": programme,
        "versions": [_view(version, timetable, now_ms) for version in found],
        "next": found[-1].number if found and found[-1].number > 1 else None,
    }


def read_version(
    services: ProgrammeServices, caller: Caller, programme: str, number: str
) -> dict[str, Json]:
    """One version with its document, as it was published."""
    caller.require("programmes:read")
    version = services.desk.version(programme, _number(number))
    if version is None:
        raise NotFound("programme_version_unknown", params={"version": number})
    timetable = services.programmes.timetable(programme)
    view = _view(version, timetable, services.clock.now_ms())
    return {**view, "document": dict(version.document)}


def roll_back(services: ProgrammeServices, writing: Writing, programme: str) -> Answer:
    """Publish the document of an older version as the next one. Answers as publishing does.

    Nothing that happened is undone: from its instant on, the older rules decide again (A-12).
    What was scheduled for later is overtaken by it. The body holds the `version`, and optionally
    `effective_at`, `why` and a `notice` to members, without which the checks refuse to take away
    what the version in force gives. A version that was published needs no second approver again.
    """
    writing.caller.require("programmes:write")
    identity = identity_by_key(writing.caller, writing.key, f"rollback {programme}", writing.body)
    body: Mapping[str, Any] = writing.body

    def act() -> Answer:
        found = services.desk.version(programme, body["version"])
        if found is None:
            params = {"version": body["version"]}
            raise NotFound("programme_version_unknown", field="/version", params=params)
        timetable = services.programmes.timetable(programme)
        if found.number == timetable[-1][0]:
            raise Conflict("version_is_latest", field="/version")
        document = with_notice(found.document, body.get("notice"))
        story = Story("rollback", by(writing), text_of(body, "why"), found.number)
        return _publish(services, writing, programme, document, story)

    return once(services, identity, act)


def close_programme(services: ProgrammeServices, writing: Writing, programme: str) -> Answer:
    """Announce the end of a programme. Answers as publishing does.

    After the last day of earning nobody joins or earns; after the last day of spending nothing
    is spent. What members have until then keeps its own validity, and so do vouchers that they
    hold. The body holds both days, the `notice` that members read, and optionally `why`.
    """
    writing.caller.require("programmes:write")
    identity = identity_by_key(writing.caller, writing.key, f"close {programme}", writing.body)
    body: Mapping[str, Any] = writing.body

    def act() -> Answer:
        check_one_is_enough(services, programme)
        live = services.programmes.at(programme, writing.now_ms)
        if live is None:
            raise NotFound("programme_unknown")
        if live.closing is not None:
            raise Conflict("programme_closes_already")
        document: Mapping[str, Json] = {
            **with_notice(
                services.programmes.document(programme, live.version), body.get("notice")
            ),
            "closing": {
                "earning_until": body["earning_until"],
                "spending_until": body["spending_until"],
            },
        }
        story = Story("close", by(writing), text_of(body, "why"))
        return _publish(services, writing, programme, document, story)

    return once(services, identity, act)


def _publish(
    services: ProgrammeServices,
    writing: Writing,
    programme: str,
    document: Mapping[str, Json],
    story: Story,
) -> Answer:
    warnings = sound(services, document, programme, writing.now_ms)
    wanted = writing.body.get("effective_at")
    at_ms = effective_at_ms(services, writing.now_ms, programme, wanted)
    publication = Publication(programme, document, at_ms, story, warnings)
    identity = identity_by_key(
        writing.caller, writing.key, f"{story.kind} {programme}", writing.body
    )
    return publish(services, identity, publication, writing.caller.language)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= VERSION_DIGITS_MAX):
        raise InvalidInput("parameter_malformed", field="version", params={"name": "version"})
    return int(text)


def _view(version: Version, timetable: Sequence[tuple[int, int]], now_ms: int) -> dict[str, Json]:
    story = version.story
    return {
        "version": version.number,
        "state": state_of(version.number, timetable, now_ms),
        "effective_at": time_text(version.effective_at_ms),
        "kind": story.kind,
        "published": by_view(story.published),
        "approved": by_view(story.approved),
        "why": story.why or None,
        "origin": story.origin,
    }


def state_of(number: int, timetable: Sequence[tuple[int, int]], now_ms: int) -> str:
    """`in_force`, `past`, `scheduled`, or `overtaken`: a later version took its instant first."""
    at_ms = dict(timetable)[number]
    if any(later > number and other_ms <= at_ms for later, other_ms in timetable):
        return "overtaken" if at_ms > now_ms else "past"
    if at_ms > now_ms:
        return "scheduled"
    newer = any(later > number and other_ms <= now_ms for later, other_ms in timetable)
    return "past" if newer else "in_force"
