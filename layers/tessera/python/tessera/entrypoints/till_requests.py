"""What is sent of tills and their clerks, one model for each body."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tessera.entrypoints.request_types import Model, Name, Text32, Text64

Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,8}$")]
_Coordinate = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class TillRequest(Model):
    """A till to invite."""

    name: Text64 = Field(description="As people of the store know it: counter 2, market stall.")
    store: Name
    training: bool = Field(
        default=False, description="For people who learn: it serves made-up members only."
    )
    minutes: Annotated[int, Field(ge=1, le=1440, strict=True)] = Field(
        default=15, description="How long the code holds; a day at most."
    )


class PublicKey(Model):
    """A P-256 public key as a JSON Web Key (RFC 7518); other members of it are left out."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: _Coordinate
    y: _Coordinate


class TillEnrolmentRequest(Model):
    """The code of an invitation, and the key with which this browser will sign."""

    code: Text32
    public_key: PublicKey


class ClerkRequest(Model):
    """A clerk to add. The name is what tills show; a first name or a nickname will do."""

    name: Text32
    pin: Pin = Field(description="Four to eight digits; not one digit throughout, nor a run.")


class PinRequest(Model):
    """A clerk's new PIN."""

    pin: Pin


class ClerkSessionRequest(Model):
    """Who steps up to the till."""

    clerk: Text64
    pin: Pin
