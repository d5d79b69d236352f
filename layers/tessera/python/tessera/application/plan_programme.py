"""What publishing a draft would change, before anybody publishes it (X-07)."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.answers import time_text
from tessera.application.programme_desk import ProgrammeServices
from tessera.application.publishing import (
    Standing,
    document_of,
    earliest_at_ms,
    effects_of,
    finding_view,
    findings_of,
    standing_of,
)
from tessera.application.requests import Caller
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound
from tessera.domain.programme_check import Finding, Severity
from tessera.domain.programme_check.finding import error
from tessera.domain.programme_plan import differences


def plan_programme(
    services: ProgrammeServices,
    caller: Caller,
    programme: str,
    body: Mapping[str, Json],
    now_ms: int,
) -> dict[str, Json]:
    """What a document, or the draft, changes against the version in force; nothing is written.

    Differences and effects are told in the caller's language. Counts follow the ledger within
    seconds: they are kept as it is written, and nothing is scanned for them (decision 0019).
    """
    caller.require("programmes:read")
    document = _document(services, programme, body)
    standing = standing_of(services, programme, now_ms)
    found = _findings(document, standing, now_ms, programme)
    effects = effects_of(standing, document)
    changes = list(differences(standing.document, document)) if standing.document else []
    second = services.desk.settings(programme).second_approver
    return {
        "programme": programme,
        "live_version": standing.live.version if standing.live else None,
        "effective_at_earliest": time_text(earliest_at_ms(services, now_ms, programme)),
        "publishable": all(item.severity is not Severity.ERROR for item in found),
        "second_approver": second,
        "differences": [
            {
                "kind": item.kind,
                "path": item.path,
                "before": item.before,
                "after": item.after,
                "text": item.sentence(caller.language),
            }
            for item in changes
        ],
        "findings": [finding_view(item, caller.language) for item in found],
        "accounts": standing.accounts,
        "vouchers": [
            {
                "reward": item.reward,
                "count": item.count,
                "effect": item.kind,
                "text": item.sentence(caller.language),
            }
            for item in effects
        ],
    }


def _document(
    services: ProgrammeServices, programme: str, body: Mapping[str, Json]
) -> Mapping[str, Json]:
    """The document of the body, the draft of the revision that it names, or the draft."""
    if body.get("document") is not None or body.get("revision") is not None:
        return document_of(services, body, programme)[0]
    draft = services.desk.draft(programme)
    if draft is None:
        raise NotFound("draft_unknown")
    return draft.document


def _findings(
    document: Mapping[str, Json], standing: Standing, now_ms: int, programme: str
) -> list[Finding]:
    try:
        found = findings_of(document, standing, now_ms)
    except InvalidInput as refusal:
        return [error(refusal.field or "/", refusal.code, **refusal.params)]
    if document.get("programme") != programme:
        found = [error("/programme", "programme_id_differs"), *found]
    return found
