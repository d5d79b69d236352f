"""What this package raises, and the findings those errors carry.

PassError
├── InvalidPassError          a pass, a template or a value breaks a rule; carries findings
├── InvalidArchiveError       bytes are not a readable .pkpass or .pkpasses, or exceed a limit
└── InvalidCertificateError   a key or certificate cannot sign passes; carries a code and a remedy
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: which rule, where in the pass, what is wrong and what to do.

    An *error* is something Wallet refuses or drops; a *warning* is something that installs but
    does not behave as its author probably meant. `rule` is stable and safe to match on.
    """

    rule: str
    path: str
    message: str
    remedy: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.severity} {self.rule} at {self.path}: {self.message} Remedy: {self.remedy}"


class PassError(Exception):
    """Base of everything this package raises on purpose."""


class InvalidPassError(PassError, ValueError):
    """The pass breaks at least one rule; `findings` names each one."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class InvalidArchiveError(PassError, ValueError):
    """The bytes are no readable archive; `rule` is stable, `remedy` says what to do."""

    def __init__(self, rule: str, message: str, remedy: str) -> None:
        self.rule = rule
        self.message = message
        self.remedy = remedy
        super().__init__(f"{rule}: {message} Remedy: {remedy}")


class InvalidCertificateError(PassError, ValueError):
    """A key or certificate cannot be used; `rule` is stable, `remedy` says what to do."""

    def __init__(self, rule: str, message: str, remedy: str) -> None:
        self.rule = rule
        self.message = message
        self.remedy = remedy
        super().__init__(f"{rule}: {message} Remedy: {remedy}")
