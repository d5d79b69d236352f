"""The address behind a poster's QR code (B-55, Z-20)."""

from __future__ import annotations

from tessera.application.ports import JoinPlace
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.errors import NotFound


def join_link(services: Services, caller: Caller, place: JoinPlace) -> dict[str, Json]:
    """The signed address where anybody may join. Raises NotFound for an unknown programme."""
    caller.require("members:write")
    if place.store:
        caller.require_store(place.store)
    if services.programmes.at(place.programme, services.clock.now_ms()) is None:
        raise NotFound("programme_unknown", field="programme")
    return {"url": services.links.join_url(place)}
