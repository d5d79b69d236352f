"""How far a backtest is, kept beside its report, so that a killed one goes on from there.

The file holds the counts and the accounts as of a receipt, for one programme, one set of receipts
and one version of this code: anything else is another backtest, which begins anew. It is written
whole and then renamed, so that a kill leaves the one before. It holds no name, address or other
attribute of a member: those are read from the receipts again.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tessera.domain.programme import Programme

EVERY_S = 10.0
"""Between two writes: keeping half a million accounts takes seconds of its own."""

ROOT = Path(__file__).resolve().parents[2]
_CODE = ("layers/tessera/python/tessera/domain", "layers/tessera/python/tessera/application")


def fingerprint(*parts: bytes) -> str:
    """A name for these inputs and this code."""
    found = hashlib.sha256()
    for folder in _CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(path.read_bytes())
    for part in parts:
        found.update(hashlib.sha256(part).digest())
    return found.hexdigest()


@dataclass
class FileCheckpoint:
    """`Checkpoint` in a file."""

    path: Path
    inputs: str
    every_s: float = EVERY_S
    clock: Callable[[], float] = time.monotonic
    resumed_at: int = 0
    _saved_s: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._saved_s = self.clock()

    def load(self, programme: Programme) -> tuple[int, Mapping[str, Any]] | None:
        """What was kept of this very backtest."""
        try:
            head, _, body = self.path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if head.decode("ascii", "replace") != f"{self.inputs} {hashlib.sha256(body).hexdigest()}":
            return None
        done, state = _Reader(io.BytesIO(body), programme).load()
        self.resumed_at = done
        return done, state

    def save(self, done: int, state: Mapping[str, Any]) -> None:
        """Keep the state, if it is time."""
        if self.clock() - self._saved_s < self.every_s:
            return
        body = io.BytesIO()
        _Writer(body, pickle.HIGHEST_PROTOCOL).dump((done, dict(state)))
        content = body.getvalue()
        fresh = self.path.with_suffix(".new")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(
            f"{self.inputs} {hashlib.sha256(content).hexdigest()}\n".encode() + content
        )
        fresh.replace(self.path)
        self._saved_s = self.clock()

    def forget(self) -> None:
        """The backtest is done."""
        self.path.unlink(missing_ok=True)


class _Writer(pickle.Pickler):
    """The programme is named, not kept: it is compared by identity."""

    def persistent_id(self, item: Any) -> str | None:
        return "programme" if isinstance(item, Programme) else None

    def reducer_override(self, item: Any) -> Any:
        if isinstance(item, MappingProxyType):
            return (MappingProxyType, (dict(item),))
        return NotImplemented


class _Reader(pickle.Unpickler):
    """Reads only what this program wrote on this machine: the digest stands before it."""

    def __init__(self, file: io.BytesIO, programme: Programme) -> None:
        super().__init__(file)
        self._programme = programme

    def persistent_load(self, name: Any) -> Any:
        if name != "programme":
            raise pickle.UnpicklingError(f"{name} is not known")
        return self._programme
