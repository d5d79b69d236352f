"""What is to be known of one HTTP route. It imports the standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Auth(StrEnum):
    """Who vouches for the caller of a route."""

    KEY = "key"
    """The Lambda authorizer: an API key (`Bearer tk_...`) or an enrolled till (`Till till_...`)."""

    CARD = "card"
    """The function itself, by what the card carries: Apple's pass token or a signed link."""

    NONE = "none"
    """Nobody: the route tells the same to everyone. A test pins the list of these."""


class Keyed(StrEnum):
    """What makes a request to the route the same request when it comes again (X-01)."""

    NO = "no"
    """Nothing: the route changes nothing, or changing twice changes nothing more."""

    HEADER = "header"
    """The `Idempotency-Key` header, which must be there."""

    SUBJECT = "subject"
    """What it names: a purchase's document, a settlement's hold. The header may be there."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path, and everything that is to be known of it from outside.

    `operation` names the binding in `tessera.entrypoints.<function>` that serves it and is the
    OpenAPI operationId. `request` and `answer` name models of `tessera.entrypoints.requests` and
    `tessera.entrypoints.answers`. `query` lists the query parameters that the route knows and
    `query_required` those of them that must be there; all others are refused. `refusals` are
    statuses beyond those that follow from the other columns. `own_protocol` marks paths whose
    protocol others wrote (Apple's web service): they are deployed like the rest and left out of
    OpenAPI. `clerk` says that an enrolled till must name the clerk who stands there, `late` that
    he may have stood there when it happened, and not when it is sent.
    """

    method: str
    path: str
    function: str
    operation: str
    summary: str
    auth: Auth = Auth.KEY
    scope: str = ""
    request: str = ""
    answer: str = ""
    status: int = 200
    query: tuple[str, ...] = ()
    query_required: tuple[str, ...] = ()
    keyed: Keyed = Keyed.NO
    refusals: tuple[int, ...] = ()
    own_protocol: bool = False
    clerk: bool = True
    late: bool = False

    @property
    def key(self) -> str:
        """The route key of an HTTP API: `POST /v1/purchases`."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the path's parameters, in order."""
        return tuple(re.findall(r"{(\w+)\+?}", self.path))
