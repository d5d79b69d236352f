"""The one tree of errors.

    TesseraError
    +-- InvalidInput          the request itself is wrong; `field` says where
    |   +-- InvalidDocument   the programme's document has errors; `findings` names each
    +-- Unauthenticated       nobody known is calling
    +-- Forbidden             the caller is known and may not
    +-- NotFound              what was named does not exist
    +-- Refused               a rule of the programme says no; numbers say by how much
    +-- Conflict              what was named exists, in a state that excludes the request
    |   +-- KeyReused         an idempotency key or document came back with another body
    +-- TooSoon               it may be done, but not so often: send again later
    +-- Unavailable           the outcome is unknown or no attempt succeeded: send again

Every error carries a stable `code` (machine), `params` (numbers and identifiers for the
message; never personal data) and optionally the `field` at fault, as a JSON pointer.
The one table from class to HTTP status is `entrypoints/problem.py`; the messages in French
and English are in its catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tessera.domain.programme_check import Finding


class TesseraError(Exception):
    """Base of every error that Tessera raises on purpose."""

    def __init__(
        self,
        code: str,
        *,
        field: str | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params: dict[str, str | int] = dict(params or {})

    def __str__(self) -> str:
        parts = [self.code]
        if self.field is not None:
            parts.append(f"at {self.field}")
        parts += [f"{name}={value}" for name, value in sorted(self.params.items())]
        return " ".join(parts)


class InvalidInput(TesseraError):
    """The request breaks its own schema or states something impossible."""


class InvalidDocument(InvalidInput):
    """A programme's document has errors that keep it from being published.

    `findings` are those errors; their pointers begin at the document, which is `document` in
    the request's body.
    """

    def __init__(self, code: str, findings: Sequence[Finding]) -> None:
        super().__init__(code, field="/document", params={"count": len(findings)})
        self.findings = tuple(findings)


class Unauthenticated(TesseraError):
    """No credential, or one that nobody issued."""


class Forbidden(TesseraError):
    """The caller lacks the scope, store or right that the call needs."""


class NotFound(TesseraError):
    """The member, card, hold, reward or document named does not exist."""


class Refused(TesseraError):
    """A rule of the programme refuses the command.

    `required`, `available` and `missing` (integers at the balance's scale) are set where the
    refusal is about an amount, so that a till can say what is lacking (X-05).
    """

    def __init__(
        self,
        code: str,
        *,
        required: int | None = None,
        available: int | None = None,
        field: str | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(code, field=field, params=params)
        self.required = required
        self.available = available

    @property
    def missing(self) -> int | None:
        """What the member still lacks, never negative; None where no amount is at stake."""
        if self.required is None or self.available is None:
            return None
        return max(0, self.required - self.available)


class Conflict(TesseraError):
    """What was named exists in a state that excludes the request."""


class KeyReused(Conflict):
    """The same idempotency key or document came with another body (X-01)."""


class TooSoon(TesseraError):
    """It happened too often in too short a time; `retry_after_s` says when it may again."""

    def __init__(
        self,
        code: str,
        *,
        retry_after_s: int,
        field: str | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> None:
        super().__init__(code, field=field, params=params)
        self.retry_after_s = retry_after_s


class Unavailable(TesseraError):
    """The outcome is unknown, or every attempt was turned away: the caller sends again."""

    def __init__(self, code: str = "try_again", *, retry_after_s: int = 1) -> None:
        super().__init__(code)
        self.retry_after_s = retry_after_s
