"""How long the certificates by which cards are signed are good for, and what is wrong with them.

A pass type certificate lives thirteen months. When it is over, cards stay on phones and no card
can be given out, changed or pushed: everybody must know long before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tessera.application.ports import Clock


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a certificate: the doctor's rule, and what to do."""

    severity: str
    rule: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CertificateState:
    """Whole days left by certificate, negative once it is over; and every fault."""

    days_left: Mapping[str, int]
    faults: Sequence[Fault] = ()


class Certificates(Protocol):
    """The certificates of this stack."""

    def state(self, now_ms: int) -> CertificateState | None:
        """Their state at an instant; None where the stack has none."""
        ...


def watch_certificates(certificates: Certificates, wall_clock: Clock) -> CertificateState | None:
    """The state of the certificates now. Certificates run on wall time, whatever business does."""
    return certificates.state(wall_clock.now_ms())
