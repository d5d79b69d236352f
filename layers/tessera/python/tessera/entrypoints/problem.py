"""Errors as the caller sees them: RFC 9457 `application/problem+json`.

`STATUS` is the one table from a class of errors to its HTTP status. `code` is stable and meant
for programs, `title` and `detail` are sentences in the caller's language. No exception's own
text is ever shown: what a caller reads comes from the catalogues.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tessera.domain.canonical import Json
from tessera.domain.errors import (
    Conflict,
    Forbidden,
    InvalidDocument,
    InvalidInput,
    KeyReused,
    NotFound,
    Refused,
    TesseraError,
    TooSoon,
    Unauthenticated,
    Unavailable,
)
from tessera.entrypoints.faults import BodyTooLarge, Fault, InvalidBody, NotJson
from tessera.entrypoints.texts import LANGUAGES, TEXTS

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[TesseraError], int] = {
    InvalidInput: 400,
    InvalidDocument: 422,
    BodyTooLarge: 413,
    NotJson: 415,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    KeyReused: 422,
    Refused: 422,
    TooSoon: 429,
    Unavailable: 503,
}

BUG = "internal_error"
"""The code of what we did not foresee. Its answer holds the request's id and nothing else."""

FAULTS_MAX = 50
"""Faults listed in one answer: a body of 500 bad lines has thousands."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem, ready to be sent."""

    status: int
    code: str
    body: Mapping[str, Json]
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> str:
        """The body as JSON text."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))


def status_of(error: TesseraError) -> int:
    """The HTTP status of an error: that of its nearest class in `STATUS`."""
    for cls in type(error).__mro__:
        if cls in STATUS:
            return STATUS[cls]
    return 500


def problem_of(error: TesseraError, language: str, request_id: str) -> Problem:
    """The problem that tells an error to its caller, in French or English."""
    status = status_of(error)
    body = _body(status, error.code, error.params, language, request_id)
    faults = _faults(error)
    if error.field is not None:
        body["field"] = error.field
    if isinstance(error, InvalidDocument):
        body["errors"] = [
            {
                "field": f"/document{item.pointer.rstrip('/')}",
                "code": item.code,
                "detail": item.remedy(language),
            }
            for item in error.findings[:FAULTS_MAX]
        ]
    elif faults:
        body["errors"] = [_described(fault, language) for fault in faults[:FAULTS_MAX]]
    headers = {"Content-Language": language}
    if isinstance(error, Refused):
        amounts = {
            "required": error.required,
            "available": error.available,
            "missing": error.missing,
        }
        body |= {name: amount for name, amount in amounts.items() if amount is not None}
    elif isinstance(error, Unavailable | TooSoon):
        headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return Problem(status, error.code, body, headers)


def bug(language: str, request_id: str) -> Problem:
    """The problem that tells of a fault of ours, and nothing about it."""
    body = _body(500, BUG, {"request_id": request_id}, language, request_id)
    return Problem(500, BUG, body, {"Content-Language": language})


def describe(code: str, language: str) -> Mapping[str, Json] | None:
    """What a code means, for people; None for a code that we never answer."""
    if code not in TEXTS:
        return None
    text = TEXTS[code][language]
    return {"code": code, "title": text.title, "detail": text.detail}


def _body(
    status: int,
    code: str,
    params: Mapping[str, str | int],
    language: str,
    request_id: str,
) -> dict[str, Json]:
    title, detail = _sentences(code, params, language)
    return {
        "type": f"/v1/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id,
    }


def _sentences(code: str, params: Mapping[str, str | int], language: str) -> tuple[str, str]:
    """Title and detail; a code without texts (a test forbids it) stands for itself."""
    texts = TEXTS.get(code)
    if texts is None:
        return code, code
    text = texts[language if language in LANGUAGES else "en"]
    return text.title, text.detail.format_map(_Named(params))


class _Named(dict[str, "str | int"]):
    """Parameters of a sentence: one that the error did not carry shows as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def _faults(error: TesseraError) -> Sequence[Fault]:
    if isinstance(error, InvalidBody):
        return error.faults
    if isinstance(error, InvalidInput) and error.field is not None:
        return (Fault(error.field, error.code, error.params),)
    return ()


def _described(fault: Fault, language: str) -> Json:
    _, detail = _sentences(fault.code, fault.params, language)
    return {"field": fault.field, "code": fault.code, "detail": detail}
