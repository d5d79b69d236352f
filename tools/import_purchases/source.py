"""What a file says: customers with their sales and credit notes, and rows of no use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """Goods of a sale. `gross` is the whole line, in cents."""

    article: str
    quantity: int
    gross: int


@dataclass(frozen=True, slots=True)
class Sale:
    """A receipt. `row` is its first row in the file, counted from 1."""

    row: int
    number: str
    occurred_at: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class CreditNote:
    """Goods that came back: quantities by the line of one earlier sale, counted from 0."""

    row: int
    number: str
    occurred_at: str
    original: str
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row, or a document, that was not imported, and why."""

    row: int
    customer: str
    document: str
    code: str
    reason: str


@dataclass(slots=True)
class Customer:
    """One customer with his documents, oldest first."""

    id: str
    documents: list[Sale | CreditNote] = field(default_factory=list)
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def joined_at(self) -> str:
        """When he first bought."""
        return self.documents[0].occurred_at


@dataclass(frozen=True, slots=True)
class Source:
    """A file, read: customers in the order in which it names them. `store` scopes its documents."""

    store: str
    customers: tuple[Customer, ...]
    refusals: tuple[Refusal, ...] = ()

    def first(self, count: int | None) -> Source:
        """The same with the first so many customers only, and without the others' refusals."""
        if count is None:
            return self
        kept = self.customers[:count]
        names = {customer.id for customer in kept}
        refusals = tuple(refusal for refusal in self.refusals if refusal.customer in names)
        return Source(self.store, kept, refusals)

    @property
    def documents(self) -> int:
        return sum(len(customer.documents) for customer in self.customers)


def cents(amount: Decimal) -> int:
    """An amount in cents, half a cent away from zero. No float on the way."""
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
