"""What those who work on programmes are answered, one model for each answer or part of one."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from tessera.entrypoints.answer_views import Answer


class By(Answer):
    """Who did something, and when."""

    credential: str = Field(description="An API key's id, or a signed-in person's.")
    name: str | None = Field(description="What the person's token calls him; often nothing.")
    at: str


class Finding(Answer):
    """What the checks find in a document: an error keeps it from being published."""

    pointer: str = Field(description="A JSON pointer into the document.")
    code: str
    severity: Literal["error", "warning"]
    remedy: str


class Publication(Answer):
    """The version that was published, from when it is in force, and what was only warned of."""

    programme: str
    version: int
    effective_at: str
    warnings: list[Finding]


class Programme(Answer):
    """The version in force."""

    programme: str
    version: int
    name: str
    currency: str
    zone: str


class DescriptionSection(Answer):
    """One part of a description: `code` is for programs, the rest for people."""

    code: Literal[
        "joining",
        "earning",
        "lasting",
        "spending",
        "limits",
        "tiers",
        "rewards",
        "new_customers",
        "clubs",
        "terms",
        "ending",
    ]
    title: str
    sentences: list[str]


class ProgrammeDescription(Answer):
    """The version in force in words, in order; a section without sentences is left out."""

    programme: str
    version: int
    name: str
    language: Literal["fr", "en"]
    sections: list[DescriptionSection]


class Scheduled(Answer):
    """A version whose instant has not come."""

    version: int
    effective_at: str


class DraftMark(Answer):
    """That there is a draft, and who saved it last."""

    revision: int
    saved: By


class ProgrammeRow(Answer):
    """A programme in the list, under the name that only the merchant sees."""

    programme: str
    internal_name: str
    state: Literal["draft", "scheduled", "active", "closing", "ended"]
    version: int | None = Field(description="The version in force.")
    scheduled: list[Scheduled]
    draft: DraftMark | None


class Programmes(Answer):
    """Every programme of the merchant."""

    programmes: list[ProgrammeRow]


class Draft(Answer):
    """A draft without its document. It may have errors; publishing refuses them."""

    programme: str
    revision: int
    base_version: int = Field(description="The latest version when the draft was begun; 0: none.")
    saved: By
    findings: list[Finding]


class DraftDocument(Draft):
    """A draft with its document."""

    document: dict[str, Any]


class DiscardedDraft(Answer):
    """Whether there was a draft to throw away."""

    programme: str
    discarded: bool


class Difference(Answer):
    """One thing that a draft changes; parts with an id are named by it in the path."""

    kind: Literal["added", "removed", "changed", "moved"]
    path: str
    before: Any
    after: Any
    text: str


class VoucherEffect(Answer):
    """What becomes of the vouchers of one reward that members hold."""

    reward: str
    count: int
    effect: Literal["kept", "changed", "stranded"]
    text: str


class ProgrammePlan(Answer):
    """What publishing would change. Nothing was written."""

    programme: str
    live_version: int | None
    effective_at_earliest: str
    publishable: bool
    second_approver: bool
    differences: list[Difference]
    findings: list[Finding]
    accounts: int = Field(description="Open accounts; the count follows the ledger in seconds.")
    vouchers: list[VoucherEffect]


class Version(Answer):
    """A version and how it came about."""

    version: int
    state: Literal["in_force", "scheduled", "past", "overtaken"]
    effective_at: str
    kind: Literal["publish", "rollback", "close"]
    published: By
    approved: By | None
    why: str | None
    origin: int | None = Field(description="The version whose document a rollback took up again.")


class VersionDocument(Version):
    """A version with its document, as it was published."""

    document: dict[str, Any]


class Versions(Answer):
    """A page of versions, newest first; `next` is the cursor of the following one."""

    programme: str
    versions: list[Version]
    next: str | None


class RequestedPublication(Answer):
    """A publication that waits for another person, or was decided."""

    programme: str
    id: str
    status: Literal["pending", "approved", "rejected"]
    asked: By
    why: str | None
    effective_at: str | None = Field(description="Null: as soon as it is approved.")
    base_version: int
    decided: By | None
    reason: str | None
    version: int | None


class AskedPublication(RequestedPublication):
    """A request that was just made, with what the checks only warn of."""

    warnings: list[Finding]


class PublicationRequestDocument(RequestedPublication):
    """A request with the document that it is about."""

    document: dict[str, Any]


class PublicationRequests(Answer):
    """A page of requests, newest first; `next` is the cursor of the following one."""

    requests: list[RequestedPublication]
    next: str | None


class ProgrammeSettings(Answer):
    """What an administrator decided about a programme."""

    programme: str
    second_approver: bool
    changed: By | None
