"""Publishing a version of a programme, and reading what is in force (B-52)."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.answers import time_text
from tessera.application.moments import instant_of
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound
from tessera.domain.programme import parse

LEAD_MS_MIN = 60_000
"""Two lives of the programme cache: by then every function knows of the new version (design §2)."""


def publish_programme(
    services: Services, caller: Caller, programme: str, body: Mapping[str, Json]
) -> dict[str, Json]:
    """Check and store the next version of a programme.

    The body holds the `document` and optionally `effective_at` (RFC 3339), at the earliest a
    minute ahead; the first version of a programme is in force at once. Raises InvalidInput with
    a pointer into the document, Conflict where another publication came between.
    """
    caller.require("programmes:write")
    document = body.get("document")
    if not isinstance(document, Mapping):
        raise InvalidInput("document_missing", field="/document")
    try:
        parsed = parse(document, 1)
    except InvalidInput as error:
        # The parser points into the document, and the caller looks into the body.
        error.field = f"/document{(error.field or '').rstrip('/')}"
        raise
    if parsed.id != programme:
        raise InvalidInput("programme_id_differs", field="/document/id")
    now_ms = services.clock.now_ms()
    first = services.programmes.at(programme, now_ms) is None
    earliest_ms = now_ms if first else now_ms + LEAD_MS_MIN
    effective_at_ms = earliest_ms
    if body.get("effective_at") is not None:
        effective_at_ms = instant_of(body["effective_at"], "/effective_at")
        if effective_at_ms < earliest_ms:
            raise InvalidInput(
                "effective_too_early", field="/effective_at", params={"lead_s": LEAD_MS_MIN // 1000}
            )
    version = services.programmes.publish(programme, document, effective_at_ms, caller.credential)
    return {"programme": programme, "version": version, "effective_at": time_text(effective_at_ms)}


def programme_view(services: Services, caller: Caller, programme: str) -> dict[str, Json]:
    """The version in force now, by number and name."""
    caller.require("programmes:read")
    found = services.programmes.at(programme, services.clock.now_ms())
    if found is None:
        raise NotFound("programme_unknown")
    return {
        "programme": found.id,
        "version": found.version,
        "name": found.name,
        "currency": found.currency,
        "zone": found.zone,
    }
