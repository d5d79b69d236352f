"""Publishing a version of a programme at once, and reading what is in force (B-52)."""

from __future__ import annotations

from tessera.application.programme_desk import ProgrammeServices, Story
from tessera.application.publishing import (
    LEAD_MS_MIN,
    Publication,
    by,
    document_of,
    effective_at_ms,
    once,
    publish,
    put_away,
    sound,
    text_of,
)
from tessera.application.requests import Answer, Caller, Writing, identity_by_key
from tessera.domain.canonical import Json
from tessera.domain.errors import Conflict, NotFound

__all__ = ["LEAD_MS_MIN", "check_one_is_enough", "programme_view", "publish_programme"]


def publish_programme(services: ProgrammeServices, writing: Writing, programme: str) -> Answer:
    """Check and store the next version of a programme, once for each `Idempotency-Key`.

    The body holds the `document`, or the `revision` of the draft that is meant, and optionally
    `effective_at` (RFC 3339), at the earliest a minute ahead, and `why`; the first version of a
    programme is in force at once. What was only warned of is in the answer.

    Raises InvalidInput with a pointer into a document that can't be read, InvalidDocument where
    the checks find errors (a reduction of members' rights without a notice is one), Conflict
    where another publication came between or the programme wants a second person, KeyReused for
    the same key with another body.
    """
    writing.caller.require("programmes:write")
    identity = identity_by_key(writing.caller, writing.key, f"publish {programme}", writing.body)

    def act() -> Answer:
        check_one_is_enough(services, programme)
        document, revision = document_of(services, writing.body, programme)
        warnings = sound(services, document, programme, writing.now_ms)
        publication = Publication(
            programme,
            document,
            effective_at_ms(services, writing.now_ms, programme, writing.body.get("effective_at")),
            Story("publish", by(writing), text_of(writing.body, "why")),
            warnings,
        )
        reply = publish(services, identity, publication, writing.caller.language)
        put_away(services, programme, revision)
        return reply

    return once(services, identity, act)


def check_one_is_enough(services: ProgrammeServices, programme: str) -> None:
    """Refuse a publication by one person where the programme wants the yes of a second."""
    if services.desk.settings(programme).second_approver:
        raise Conflict("second_approver_needed")


def programme_view(services: ProgrammeServices, caller: Caller, programme: str) -> dict[str, Json]:
    """The version in force now, by number and name."""
    caller.require("programmes:read")
    found = services.programmes.at(programme, services.clock.now_ms())
    if found is None:
        raise NotFound("programme_unknown")
    return {
        "programme": found.id,
        "version": found.version,
        "name": found.internal_name,
        "currency": found.currency,
        "zone": found.zone,
    }
