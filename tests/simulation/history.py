"""What a run of the simulator leaves behind, and what an invariant says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tessera.domain.audit import StoredAccount, StoredLine
from tests.simulation.programme import ZONE
from tests.simulation.world import Request, Surprise

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE = ZoneInfo(ZONE)


@dataclass(frozen=True, slots=True)
class Violation:
    """One invariant that one history breaks."""

    invariant: str
    told: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.told}"


@dataclass(slots=True)
class Ledger:
    """One account as it lies in the table, with its lines in order."""

    account: StoredAccount
    bodies: list[dict[str, Any]]
    lines: list[StoredLine]
    due: str = ""

    @property
    def name(self) -> str:
        return f"{self.account.member}.{self.account.programme}.{self.account.partition}"

    @property
    def place(self) -> tuple[str, str]:
        """Programme and partition: between accounts of one place value may move."""
        return self.account.programme, self.account.partition


@dataclass(slots=True)
class History:
    """Everything that a run left behind."""

    rows: Sequence[Mapping[str, Any]]
    requests: Sequence[Request]
    surprises: Sequence[Surprise]
    published: Counter[str]
    projected: Mapping[str, int]
    negative_reads: int
    now_ms: int
    ledgers: list[Ledger] = field(default_factory=list)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def day_of(instant_ms: int) -> int:
    """The local day of an instant."""
    local = (_EPOCH + timedelta(milliseconds=instant_ms)).astimezone(_ZONE)
    return local.date().toordinal() - _EPOCH.date().toordinal()
