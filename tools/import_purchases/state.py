"""How far an import has come: a line for each customer that is finished and each refusal.

Losing it costs time and nothing else: what was imported is imported again under the same
documents, which adds nothing.
"""

from __future__ import annotations

import csv
import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools.import_purchases.source import Refusal


class ImportState:
    """The state of one import, in `directory`; safe to use from several threads.

    `purpose` names everything on which the outcome depends: preset, programme, stack. `unusable`
    are the rows that were refused when the file was read: they belong in the report. A line is
    on disk before the next customer is begun, so that a killed process loses at most the
    customers that it was at.
    """

    def __init__(
        self, directory: Path, file: Path, purpose: str, unusable: Sequence[Refusal] = ()
    ) -> None:
        digest = hashlib.sha256(purpose.encode() + b"\0" + file.read_bytes()).hexdigest()[:16]
        self.path = directory / f"{file.stem}-{digest}.jsonl"
        self.report = self.path.with_suffix(".refused.csv")
        self.finished: set[str] = set()
        self.refusals: list[Refusal] = []
        self._unusable = tuple(unusable)
        self._lock = threading.Lock()

    @property
    def every_refusal(self) -> tuple[Refusal, ...]:
        """What the file and the API refused, in this run and in those before."""
        return (*self._unusable, *self.refusals)

    def forget(self) -> None:
        """Begin from the beginning."""
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            self._read()
        self._file = self.path.open("a", encoding="utf-8")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        with self.report.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["row", "customer", "document", "code", "reason"])
            for one in sorted(self.every_refusal, key=lambda refusal: refusal.row):
                writer.writerow([one.row, one.customer, one.document, one.code, one.reason])

    def finish(self, customer: str, refusals: list[Refusal]) -> None:
        """A customer is done, with these refusals."""
        lines = [json.dumps({"refused": asdict(refusal)}) for refusal in refusals]
        lines.append(json.dumps({"done": customer}))
        with self._lock:
            self.finished.add(customer)
            self.refusals += refusals
            self._file.write("\n".join(lines) + "\n")
            self._file.flush()

    def _read(self) -> None:
        pending: list[Refusal] = []
        for text in self.path.read_text("utf-8").splitlines():
            try:
                line: dict[str, Any] = json.loads(text)
            except ValueError:
                # The line that a killed process was writing; its customer is not finished.
                pending = []
                continue
            if "refused" in line:
                pending.append(Refusal(**line["refused"]))
            else:
                self.finished.add(line["done"])
                self.refusals += pending
                pending = []
