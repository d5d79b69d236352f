"""The one way in: every finding about a document, in the order of the document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tessera.domain.errors import InvalidInput
from tessera.domain.programme import parse
from tessera.domain.programme_check import (
    amounts,
    closing,
    fairness,
    promises,
    rights,
    times,
    words,
)
from tessera.domain.programme_check.finding import Finding, error
from tessera.domain.programme_shape import faults


def check(
    document: Mapping[str, Any], today: date, live: Mapping[str, Any] | None = None
) -> list[Finding]:
    """Everything wrong with the document as of that day, in the programme's time zone.

    A document whose form is wrong has a finding for each place where it is, and no other; one
    whose parts do not fit each other has the first refusal of the reader. `live` is the version
    in force: against it, rights that members would lose are found (B-52, C-08).
    """
    formless = faults(document)
    if formless:
        return [error(fault.field or "/", fault.code, **fault.params) for fault in formless]
    try:
        programme = parse(document, 1)
    except InvalidInput as refusal:
        return [error(refusal.field or "/", refusal.code, **refusal.params)]
    found = [
        *amounts.find(programme, document),
        *promises.find(programme),
        *times.find(programme, today),
        *words.find(document),
        *fairness.find(document),
    ]
    before = parse(live, 1) if live is not None else None
    found += closing.find(programme, today, before)
    if before is not None:
        found += rights.find(programme, document, before)
    return sorted(found, key=lambda item: (item.severity.value, item.pointer, item.code))
