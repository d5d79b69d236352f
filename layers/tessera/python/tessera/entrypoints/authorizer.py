"""The gateway's authorizer: says who calls, denies everybody else.

It answers in the simple form of HTTP APIs and never looks at the route: the gateway keeps an
answer for 60 seconds by the `Authorization` header alone, so one answer serves every route. What
the caller may do is for the use cases, from the scopes handed on here. A failure to read is
raised and not denied, because a denial would be kept for those 60 seconds too.

An enrolled till only says here which one it is. That it signed the request, that it was not
revoked since and that the request is no replay is asked by the function itself, with each one
(decision 0039): an answer kept by the header alone can't know it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application import tills
from tessera.application.credentials import ApiKeys, Grant, identify
from tessera.application.staff_access import StaffGrant, StaffTokens, shown_token, staff_grant
from tessera.application.tills import Till, Tills
from tessera.entrypoints.observability import logger_of

if TYPE_CHECKING:
    from tessera.application.ports import Clock

SERVICE = "authorizer"


class Container(Protocol):
    """What the authorizer needs of the composition root."""

    @property
    def api_keys(self) -> ApiKeys:
        """The keys of the stack."""
        ...

    @property
    def tills(self) -> Tills:
        """The enrolled tills of the stack."""
        ...

    @property
    def staff_tokens(self) -> StaffTokens | None:
        """The tokens of the identity provider; None where the stack trusts none."""
        ...

    @property
    def wall_clock(self) -> Clock:
        """Time that nobody can move."""
        ...


class Authorizer:
    """The handler. Making one reads nothing and opens nothing."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], _: object) -> dict[str, Any]:
        """Say who shows the request's `Authorization` header, or deny."""
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        found = self._found(headers.get("authorization"))
        if found is None:
            request_id = (event.get("requestContext") or {}).get("requestId")
            logger_of(SERVICE).info("denied", extra={"correlation_id": request_id})
            return {"isAuthorized": False}
        return {"isAuthorized": True, "context": found}

    def _found(self, authorization: str | None) -> dict[str, str] | None:
        """What the functions are told of a till, a person or a key; None for nobody."""
        container = self._container()
        till_id = till_named(authorization)
        if till_id:
            till = container.tills.find(till_id)
            return context_of_till(till) if till and till.status == tills.ACTIVE else None
        token = shown_token(authorization)
        if token:
            tokens = container.staff_tokens
            person = staff_grant(tokens, token) if tokens else None
            return context_of_person(person) if person else None
        grant = identify(container.api_keys, authorization, container.wall_clock.now_ms())
        return context_of(grant) if grant else None


def context_of(grant: Grant) -> dict[str, str]:
    """What the functions are told of a key. Texts only: gateways differ on other types."""
    return {
        "kind": "key",
        "credential": grant.credential,
        "scopes": " ".join(grant.scopes),
        "stores": json.dumps(None if grant.stores is None else list(grant.stores)),
    }


def context_of_person(grant: StaffGrant) -> dict[str, str]:
    """What the functions are told of one of the staff."""
    return {
        "kind": "staff",
        "credential": grant.credential,
        "scopes": " ".join(grant.scopes),
        "stores": "null",
        "name": grant.name,
    }


_TILL = re.compile(r"(?i:till) +(till_[0-9a-f]{12})", re.ASCII)


def till_named(authorization: str | None) -> str | None:
    """The till that the header names (`Till till_…`); None where it names none."""
    found = _TILL.fullmatch((authorization or "").strip())
    return found[1] if found else None


def context_of_till(till: Till) -> dict[str, str]:
    """What the functions are told of a till, until they have looked for themselves."""
    return {
        "kind": "till",
        "credential": till.id,
        "scopes": " ".join(tills.SCOPES),
        "stores": json.dumps([till.selling_store]),
    }
