"""The desk of those who work on programmes, in the table.

Drafts lie together in one partition, so that they are listed without a scan; a document takes a
few kilobytes. Requests and settings lie beside the versions of their programme.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.programme_rows import (
    draft_item,
    draft_of,
    request_item,
    request_of,
    settings_item,
    settings_of,
    version_of,
)
from tessera.adapters.dynamodb.rows import answer_item
from tessera.adapters.dynamodb.table import Absent, Condition, Equals, Operation, Store
from tessera.application.outcomes import Cancelled, Committed, Reason
from tessera.application.programme_desk import PENDING, Draft, Request, Settings, Version
from tessera.application.writes import PutAnswer
from tessera.domain.errors import Unavailable


@dataclass(frozen=True, slots=True)
class StoreProgrammeDesk:
    """`programme_desk.ProgrammeDesk` on a `Store`."""

    store: Store

    def drafts(self) -> Sequence[Draft]:
        return [draft_of(item) for item in self.store.query(keys.PROGRAMME_DRAFTS)]

    def draft(self, programme: str) -> Draft | None:
        item = self.store.get(keys.PROGRAMME_DRAFTS, programme)
        return draft_of(item) if item else None

    def save(self, draft: Draft, record: PutAnswer | None = None) -> bool:
        before: Condition = Absent() if draft.revision == 1 else Equals("v", draft.revision - 1)
        operations = [Operation("put", draft_item(draft), before)]
        if record is not None:
            operations.append(Operation("put", answer_item(record), Absent()))
        return self._write(operations)

    def discard(self, programme: str, revision: int) -> bool:
        return self.store.delete(keys.PROGRAMME_DRAFTS, programme, Equals("v", revision))

    def settings(self, programme: str) -> Settings:
        item = self.store.get(keys.programme(programme), keys.PROGRAMME_SETTINGS)
        return settings_of(item) if item else Settings()

    def change_settings(self, programme: str, settings: Settings) -> None:
        self.store.put(settings_item(programme, settings))

    def requests(self, programme: str, limit: int, before: str | None) -> Sequence[Request]:
        items = self.store.query(
            keys.programme(programme),
            keys.PROGRAMME_REQUEST_PREFIX,
            limit=limit,
            newest_first=True,
            before=keys.programme_request(before) if before is not None else None,
        )
        return [request_of(item) for item in items]

    def request(self, programme: str, request: str) -> Request | None:
        item = self.store.get(keys.programme(programme), keys.programme_request(request))
        return request_of(item) if item else None

    def ask(self, request: Request, record: PutAnswer) -> bool:
        return self._decide(request, record, Absent())

    def reject(self, request: Request, record: PutAnswer) -> bool:
        return self._decide(request, record, Equals("st", PENDING))

    def version(self, programme: str, number: int) -> Version | None:
        item = self.store.get(keys.programme(programme), keys.programme_version(number))
        return version_of(item) if item else None

    def versions(self, programme: str, limit: int, before: int | None) -> Sequence[Version]:
        items = self.store.query(
            keys.programme(programme),
            keys.PROGRAMME_VERSION_PREFIX,
            limit=limit,
            newest_first=True,
            before=keys.programme_version(before) if before is not None else None,
        )
        return [version_of(item) for item in items]

    def _decide(self, request: Request, record: PutAnswer, condition: Condition) -> bool:
        return self._write(
            [
                Operation("put", request_item(request), condition),
                Operation("put", answer_item(record), Absent()),
            ]
        )

    def _write(self, operations: Sequence[Operation]) -> bool:
        """False where a condition does not hold; Unavailable where the outcome is not known."""
        outcome = self.store.transact(operations, secrets.token_hex(16))
        if isinstance(outcome, Committed):
            return True
        if isinstance(outcome, Cancelled) and Reason.CONDITION in outcome.reasons:
            return False
        raise Unavailable
