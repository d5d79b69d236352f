"""What every publication has in common: the checks, the instant of effect, the answer (B-52).

A publication never reaches back: it takes effect at an instant that every function will know of
in time, and what was earned before is decided already (A-12).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tessera.application.answers import answer, time_text
from tessera.application.articles import require_known
from tessera.application.asking import read_answer
from tessera.application.commit import replay
from tessera.application.moments import instant_of
from tessera.application.programme_desk import By, ProgrammeServices, Request, Story
from tessera.application.requests import Answer, Caller, Identity, Writing
from tessera.application.writes import PutAnswer
from tessera.domain.calendar import day_of, month_index, to_date
from tessera.domain.canonical import Json
from tessera.domain.errors import Conflict, InvalidDocument, InvalidInput, NotFound, Unavailable
from tessera.domain.programme import Programme, parse
from tessera.domain.programme_check import Finding, Severity, check
from tessera.domain.programme_plan import VoucherEffect, stranded, voucher_effects

LEAD_MS_MIN = 60_000
"""Two lives of the programme cache: by then every function knows of the new version (design §2)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a document is measured against: the version in force, and what members hold of it."""

    live: Programme | None
    document: Mapping[str, Json] | None
    accounts: int
    vouchers: Mapping[str, int]


def standing_of(services: ProgrammeServices, programme: str, now_ms: int) -> Standing:
    """The version in force at an instant, with the counts of its accounts and open vouchers."""
    live = services.programmes.at(programme, now_ms)
    if live is None:
        return Standing(None, None, 0, {})
    tally = services.tallies.of(programme, month_index(day_of(now_ms, live.zone)))
    document = services.programmes.document(programme, live.version)
    return Standing(live, document, tally.accounts, tally.vouchers)


def effects_of(standing: Standing, document: Mapping[str, Json]) -> list[VoucherEffect]:
    """What a document does to the vouchers that members hold."""
    return voucher_effects(standing.document or {}, document, standing.vouchers)


def findings_of(document: Mapping[str, Json], standing: Standing, now_ms: int) -> list[Finding]:
    """Everything that the checks find in a document that can be read, errors first.

    Raises InvalidInput with a pointer from the document's root where it can't be read.
    """
    parsed = parse(document, 1)
    today = to_date(day_of(now_ms, parsed.zone))
    return [
        *stranded(effects_of(standing, document)),
        *check(document, today, standing.document),
    ]


def sound(
    services: ProgrammeServices, document: Mapping[str, Json], programme: str, now_ms: int
) -> Sequence[Finding]:
    """The warnings about a document that may be published as a programme's next version.

    Raises InvalidInput with a pointer into the request's body where the document can't be read,
    InvalidDocument where the checks find errors.
    """
    standing = standing_of(services, programme, now_ms)
    try:
        found = findings_of(document, standing, now_ms)
        require_known(services.articles, parse(document, 1))
    except InvalidInput as error:
        # The parser points into the document, and the caller looks into the body.
        error.field = f"/document{(error.field or '').rstrip('/')}"
        raise
    if document.get("programme") != programme:
        raise InvalidInput("programme_id_differs", field="/document/programme")
    errors = [item for item in found if item.severity is Severity.ERROR]
    if errors:
        raise InvalidDocument("document_faulty", errors)
    return found


def effective_at_ms(services: ProgrammeServices, now_ms: int, programme: str, wanted: Json) -> int:
    """The instant from which the next version is to be in force.

    The first version of a programme may be in force at once; a later one at the earliest
    `LEAD_MS_MIN` ahead, which is also what nothing wanted means.
    """
    earliest_ms = earliest_at_ms(services, now_ms, programme)
    if wanted is None:
        return earliest_ms
    instant_ms = instant_of(wanted, "/effective_at")
    if instant_ms < earliest_ms:
        raise InvalidInput(
            "effective_too_early", field="/effective_at", params={"lead_s": LEAD_MS_MIN // 1000}
        )
    return instant_ms


def earliest_at_ms(services: ProgrammeServices, now_ms: int, programme: str) -> int:
    """The earliest instant at which a version published now can be in force."""
    first = services.programmes.at(programme, now_ms) is None
    return now_ms if first else now_ms + LEAD_MS_MIN


@dataclass(frozen=True, slots=True)
class Publication:
    """A document that was found sound, on its way to become a programme's next version."""

    programme: str
    document: Mapping[str, Json]
    effective_at_ms: int
    story: Story
    warnings: Sequence[Finding]
    request: Request | None = None


def publish(
    services: ProgrammeServices, identity: Identity, publication: Publication, language: str
) -> Answer:
    """Store the version with the answer; Conflict where another publication came between."""

    def told(version: int) -> Answer:
        body: dict[str, Json] = {
            "programme": publication.programme,
            "version": version,
            "effective_at": time_text(publication.effective_at_ms),
            "warnings": [finding_view(item, language) for item in publication.warnings],
        }
        return answer(201, body)

    version = services.programmes.publish(
        publication.programme,
        publication.document,
        publication.effective_at_ms,
        publication.story.published.credential,
        lambda number: PutAnswer(identity, "", told(number)),
        publication.story,
        publication.request,
    )
    return told(version)


def once(services: ProgrammeServices, identity: Identity, act: Callable[[], Answer]) -> Answer:
    """Carry out a request that was not carried out before; else replay its answer.

    What stands in the way may be another sending of the same request that came first.
    """
    stored = services.driver.run(read_answer(identity))
    if stored is not None:
        return replay(identity, stored)
    try:
        return act()
    except (Conflict, Unavailable):
        stored = services.driver.run(read_answer(identity))
        if stored is None:
            raise
        return replay(identity, stored)


def by(writing: Writing) -> By:
    """Who sent the request, and when."""
    return by_caller(writing.caller, writing.now_ms)


def by_caller(caller: Caller, now_ms: int) -> By:
    """The caller as the author of something."""
    return By(caller.credential, now_ms, caller.name)


def document_of(
    services: ProgrammeServices, body: Mapping[str, Json], programme: str
) -> tuple[Mapping[str, Json], int | None]:
    """The document that the body holds, or the draft of the revision that it names.

    Gives the document and the draft's revision; None for a document that was sent along. Raises
    Conflict where the draft has another revision by now.
    """
    document = body.get("document")
    if isinstance(document, Mapping):
        return document, None
    revision = body.get("revision")
    if not isinstance(revision, int):
        raise InvalidInput("document_missing", field="/document")
    draft = services.desk.draft(programme)
    if draft is None:
        raise NotFound("draft_unknown", field="/revision")
    if draft.revision != revision:
        raise Conflict("draft_moved", field="/revision", params={"revision": draft.revision})
    return draft.document, revision


def put_away(services: ProgrammeServices, programme: str, revision: int | None) -> None:
    """A draft that was published is no draft any more, unless somebody went on with it."""
    if revision is not None:
        services.desk.discard(programme, revision)


def text_of(body: Mapping[str, Json], key: str) -> str:
    """An optional text of the body."""
    found = body.get(key)
    return found if isinstance(found, str) else ""


def with_notice(document: Mapping[str, Json], notice: Json) -> Mapping[str, Json]:
    """The document with a notice to members in its texts; unchanged where there is none."""
    if not isinstance(notice, Mapping):
        return document
    found = document.get("texts")
    texts = found if isinstance(found, Mapping) else {}
    return {**document, "texts": {**texts, "notice": notice}}


def finding_view(finding: Finding, language: str) -> dict[str, Json]:
    """A finding with its remedy in words."""
    return {
        "pointer": finding.pointer,
        "code": finding.code,
        "severity": finding.severity.value,
        "remedy": finding.remedy(language),
    }


def by_view(by_whom: By | None) -> Json:
    """Who and when, as callers see it."""
    if by_whom is None:
        return None
    return {
        "credential": by_whom.credential,
        "name": by_whom.name or None,
        "at": time_text(by_whom.at_ms),
    }


def approved(story: Story, request: Request, approver: By) -> Story:
    """The story of a version that one person asked for and another agreed to."""
    return replace(story, published=request.asked, approved=approver, why=request.why)
