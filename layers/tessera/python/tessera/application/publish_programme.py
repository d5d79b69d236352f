"""Publishing a version of a programme, and reading what is in force (B-52)."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.answers import answer, time_text
from tessera.application.articles import require_known
from tessera.application.asking import read_answer
from tessera.application.commit import replay
from tessera.application.moments import instant_of
from tessera.application.requests import Answer, Caller, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.writes import PutAnswer
from tessera.domain.canonical import Json
from tessera.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from tessera.domain.programme import parse

LEAD_MS_MIN = 60_000
"""Two lives of the programme cache: by then every function knows of the new version (design §2)."""


def publish_programme(services: Services, writing: Writing, programme: str) -> Answer:
    """Check and store the next version of a programme, once for each `Idempotency-Key`.

    The body holds the `document` and optionally `effective_at` (RFC 3339), at the earliest a
    minute ahead; the first version of a programme is in force at once. Raises InvalidInput with
    a pointer into the document, Conflict where another publication came between, KeyReused for
    the same key with another body.
    """
    writing.caller.require("programmes:write")
    identity = identity_by_key(writing.caller, writing.key, f"publish {programme}", writing.body)
    stored = services.driver.run(read_answer(identity))
    if stored is not None:
        return replay(identity, stored)
    document = _document(services, writing.body, programme)
    effective_at_ms = _effective_at_ms(services, writing, programme)

    def told(version: int) -> Answer:
        effective_at = time_text(effective_at_ms)
        return answer(
            201, {"programme": programme, "version": version, "effective_at": effective_at}
        )

    try:
        version = services.programmes.publish(
            programme,
            document,
            effective_at_ms,
            writing.caller.credential,
            lambda version: PutAnswer(identity, "", told(version)),
        )
    except (Conflict, Unavailable):
        # The same request may have been carried out by another sending of it.
        stored = services.driver.run(read_answer(identity))
        if stored is None:
            raise
        return replay(identity, stored)
    return told(version)


def _document(services: Services, body: Mapping[str, Json], programme: str) -> Mapping[str, Json]:
    """The document, found sound and to be of that programme."""
    document = body.get("document")
    if not isinstance(document, Mapping):
        raise InvalidInput("document_missing", field="/document")
    try:
        parsed = parse(document, 1)
        require_known(services.articles, parsed)
    except InvalidInput as error:
        # The parser points into the document, and the caller looks into the body.
        error.field = f"/document{(error.field or '').rstrip('/')}"
        raise
    if parsed.id != programme:
        raise InvalidInput("programme_id_differs", field="/document/programme")
    return document


def _effective_at_ms(services: Services, writing: Writing, programme: str) -> int:
    """The instant from which the version is to be in force."""
    first = services.programmes.at(programme, writing.now_ms) is None
    earliest_ms = writing.now_ms if first else writing.now_ms + LEAD_MS_MIN
    if writing.body.get("effective_at") is None:
        return earliest_ms
    effective_at_ms = instant_of(writing.body["effective_at"], "/effective_at")
    if effective_at_ms < earliest_ms:
        raise InvalidInput(
            "effective_too_early", field="/effective_at", params={"lead_s": LEAD_MS_MIN // 1000}
        )
    return effective_at_ms


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
