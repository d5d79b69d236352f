"""Sends a source to the API: several workers, each customer whole and in order of date."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tools.api_client import Api, ApiUnreachable, Reply
from tools.import_purchases.source import CreditNote, Customer, Refusal, Sale, Source
from tools.import_purchases.state import ImportState

Connect = Callable[[], Api]

WAIT_S: Final = 0.5
"""How often somebody who waits for the workers looks whether he shall stop."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, and as what. `historic` decides in silence, by the file's own dates (A-18)."""

    connect: Connect
    programme: str
    currency: str
    historic: bool = True


@dataclass(slots=True)
class Tally:
    """What was done so far in this run."""

    customers: int = 0
    imported: int = 0
    replayed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    started_s: float = field(default_factory=time.monotonic)

    @property
    def documents(self) -> int:
        return self.imported + self.replayed + sum(self.refused.values())

    @property
    def per_second(self) -> float:
        return self.documents / max(0.001, time.monotonic() - self.started_s)


class Run:
    """One run over a source. `stop` ends it in order: what is begun is finished, no more."""

    def __init__(self, source: Source, target: Target, state: ImportState) -> None:
        self.source = source
        self.target = target
        self.state = state
        self.tally = Tally()
        self.stop = threading.Event()
        self.failure: Exception | None = None
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[Customer] = queue.SimpleQueue()

    def __call__(self, workers: int, progress: Callable[[Run], None]) -> bool:
        """Import whoever is not finished; True when everybody is.

        Raises ApiUnreachable where the API went away; the state then says how far it came.
        """
        for customer in self.source.customers:
            if customer.id not in self.state.finished:
                self._waiting.put(customer)
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(WAIT_S)
                progress(self)
        if self.failure is not None:
            raise self.failure
        return all(customer.id in self.state.finished for customer in self.source.customers)

    def _work(self) -> None:
        api = self.target.connect()
        try:
            while not self.stop.is_set():
                try:
                    customer = self._waiting.get_nowait()
                except queue.Empty:
                    return
                self._customer(api, customer)
        except ApiUnreachable as error:
            self.failure = error
            self.stop.set()
        finally:
            api.close()

    def _customer(self, api: Api, customer: Customer) -> None:
        refusals: list[Refusal] = []
        reply = self._enrol(api, customer)
        if not reply.ok and reply.code != "external_id_taken":
            refusals.append(_refusal(customer, customer.documents[0], reply))
        else:
            member = _reference(customer, self.source.store, reply)
            for document in customer.documents:
                if self.stop.is_set():
                    return
                reply = self._document(api, member, document)
                self._count(reply)
                if not reply.ok:
                    refusals.append(_refusal(customer, document, reply))
        self.state.finish(customer.id, refusals)
        with self._lock:
            self.tally.customers += 1

    def _enrol(self, api: Api, customer: Customer) -> Reply:
        name = f"{self.source.store}-{customer.id}"
        body: dict[str, Any] = {
            "programme": self.target.programme,
            "external_id": name,
            "occurred_at": customer.joined_at,
            "origin": "import",
            **self._historic(),
        }
        if customer.attributes:
            body["attributes"] = dict(customer.attributes)
        key = f"import {self.target.programme} {name}"
        return api.post("/v1/members", body, key=key)

    def _document(self, api: Api, member: Mapping[str, str], document: Sale | CreditNote) -> Reply:
        store = self.source.store
        body: dict[str, Any] = {
            "document": {"store": store, "number": document.number},
            "occurred_at": document.occurred_at,
            **self._historic(),
        }
        if isinstance(document, CreditNote):
            body["original"] = {"store": store, "number": document.original}
            body["lines"] = [
                {"line": line, "quantity": quantity} for line, quantity in document.lines
            ]
            return api.post("/v1/returns", body)
        body |= {
            "member": dict(member),
            "currency": self.target.currency,
            "lines": [
                {"article": line.article, "quantity": line.quantity, "gross": line.gross}
                for line in document.lines
            ],
        }
        return api.post("/v1/purchases", body)

    def _historic(self) -> dict[str, bool]:
        return {"import": True} if self.target.historic else {}

    def _count(self, reply: Reply) -> None:
        with self._lock:
            if not reply.ok:
                self.tally.refused[reply.code or str(reply.status)] += 1
            elif reply.replayed:
                self.tally.replayed += 1
            else:
                self.tally.imported += 1


def _reference(customer: Customer, store: str, enrolled: Reply) -> dict[str, str]:
    if enrolled.ok:
        return {"id": enrolled.body["member_id"]}
    return {"external_id": f"{store}-{customer.id}"}


def _refusal(customer: Customer, document: Sale | CreditNote, reply: Reply) -> Refusal:
    return Refusal(
        document.row, customer.id, document.number, reply.code or str(reply.status), reply.reason
    )
