"""Who works here: staff sign in with their own identity provider, and roles give them rights.

What a token says is checked by an adapter; what its bearer may do is this one table.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tessera.application.credentials import SCOPES

_READING = ("programmes:read", "members:read", "reports:read")

ROLES: Mapping[str, tuple[str, ...]] = {
    "marketer": (*_READING, "programmes:draft"),
    "approver": (*_READING, "programmes:approve"),
    "administrator": SCOPES,
}
"""Every role with its rights. Who has several roles has the rights of all of them."""

NAME_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token that was found true says of its bearer."""

    issuer: str
    subject: str
    roles: tuple[str, ...]
    name: str = ""


class StaffTokens(Protocol):
    """Tokens of the identity provider that this stack trusts."""

    def claims(self, token: str) -> Claims | None:
        """What a token says; None where anything about it is not as it must be.

        Raises Unavailable where the provider's keys can't be read: nobody knows then.
        """
        ...


@dataclass(frozen=True, slots=True)
class StaffGrant:
    """What a person who signed in is entitled to."""

    credential: str
    scopes: tuple[str, ...]
    name: str


_BEARER = re.compile(
    r"(?i:bearer) +([A-Za-z0-9_-]{2,2000}\.[A-Za-z0-9_-]{2,6000}\.[A-Za-z0-9_-]{2,1500})", re.ASCII
)


def shown_token(authorization: str | None) -> str | None:
    """The token in an `Authorization` header; None where it holds no signed token."""
    found = _BEARER.fullmatch((authorization or "").strip())
    return found[1] if found else None


def staff_grant(tokens: StaffTokens, token: str) -> StaffGrant | None:
    """What the bearer of a token may do; None for nobody, and for somebody without a role."""
    claims = tokens.claims(token)
    if claims is None:
        return None
    scopes = {scope for role in claims.roles for scope in ROLES.get(role, ())}
    if not scopes:
        return None
    name = "".join(sign for sign in claims.name if sign.isprintable())[:NAME_LENGTH_MAX]
    return StaffGrant(credential_of(claims), tuple(sorted(scopes)), name)


def credential_of(claims: Claims) -> str:
    """A name for the person that is the same for ever and tells nobody who it is.

    Some providers use an e-mail address as the subject, and credentials stand in logs.
    """
    digest = hashlib.sha256(f"{claims.issuer}\0{claims.subject}".encode()).hexdigest()
    return f"stf_{digest[:20]}"
