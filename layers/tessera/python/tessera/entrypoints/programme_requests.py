"""What those who work on programmes may send, one model for each body."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from tessera.entrypoints.request_types import Model, Name, Time

REVISION_MAX = 10**9


def _date(value: str) -> str:
    try:
        moment = date.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.isoformat() != value or not 1971 <= moment.year <= 2098:
        raise PydanticCustomError("date_malformed", "a date")
    return value


Day = Annotated[str, AfterValidator(_date)]
Text500 = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Revision = Annotated[int, Field(ge=1, le=REVISION_MAX, strict=True)]
Document = Annotated[
    dict[str, Any],
    Field(description="The programme. The engine checks it and points to what is wrong in it."),
]


class Notice(Model):
    """What members are told of a change, in both languages."""

    fr: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class DraftRequest(Model):
    """A document to work on, in place of the revision that the caller has seen."""

    document: Document
    revision: Annotated[int, Field(ge=0, le=REVISION_MAX, strict=True)] = Field(
        description="The revision that is replaced; 0 begins a draft."
    )


class PlanRequest(Model):
    """What to compare with the version in force; with neither, the draft as it stands."""

    document: Document | None = None
    revision: Revision | None = Field(default=None, description="That revision of the draft.")


class PublicationRequest(Model):
    """The next version of a programme: a document, or a revision of the draft."""

    document: Document | None = None
    revision: Revision | None = Field(default=None, description="That revision of the draft.")
    effective_at: Time | None = Field(
        default=None, description="At the earliest a minute ahead, unless it is the first version."
    )
    why: Text500 | None = Field(default=None, description="Kept in the history of versions.")


class AskRequest(PublicationRequest):
    """A publication that another person is asked to agree to."""


class RejectionRequest(Model):
    """Why a publication is turned down."""

    reason: Text500


class RollbackRequest(Model):
    """The version whose document is to be in force again."""

    version: Annotated[int, Field(ge=1, le=REVISION_MAX, strict=True)]
    effective_at: Time | None = Field(default=None, description="At the earliest a minute ahead.")
    notice: Notice | None = Field(
        default=None,
        description="For members, where the version in force gives them more than the older one.",
    )
    why: Text500 | None = None


class ClosingRequest(Model):
    """The end of a programme, and what members read of it."""

    earning_until: Day = Field(description="The last day on which members join and earn.")
    spending_until: Day = Field(description="The last day on which they spend what they have.")
    notice: Notice
    effective_at: Time | None = Field(default=None, description="At the earliest a minute ahead.")
    why: Text500 | None = None


class DuplicateRequest(Model):
    """The id of the programme that a copy begins."""

    programme: Name
    internal_name: Text500 | None = None


class ProgrammeSettingsRequest(Model):
    """What an administrator decides about a programme, outside its document."""

    second_approver: bool = Field(description="Whether publishing takes two persons.")
