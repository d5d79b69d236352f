"""A merchant's own card design: made, judged and kept under the hash of its content (X-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tessera.application.answers import time_text
from tessera.application.card_face import DesignShelf, DesignWorkshop, MadeDesign, StoredDesign
from tessera.application.ports import Clock
from tessera.application.requests import Caller
from tessera.application.uploads import UploadBox, uploaded
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput

RIGHT = "programmes:write"
BUNDLE_BYTES_MAX = 2 * 1024 * 1024
"""A card travels whole with each of its updates, to telephones on the move."""


@dataclass(frozen=True, slots=True)
class DesignServices:
    """What these use cases are handed."""

    shelf: DesignShelf
    workshop: DesignWorkshop
    wall_clock: Clock
    uploads: UploadBox


def upload_design(
    services: DesignServices, caller: Caller, body: Mapping[str, Any]
) -> dict[str, Json]:
    """Make and keep a design; with `dry_run` only say what would be kept, and its warnings.

    The id follows from the content, so the same design sent again is the same design. Nothing
    shows it before it is pushed. Raises InvalidInput naming the rule that a phone would refuse
    its cards for, or a bundle of more than two megabytes; NotFound for an upload that is not there.
    """
    caller.require(RIGHT)
    large = {
        kind: uploaded(services.uploads, str(name), f"/uploads/{kind}")
        for kind, name in (body.get("uploads") or {}).items()
    }
    made = services.workshop.make(str(body["name"]), body, large)
    if len(made.bundle) > BUNDLE_BYTES_MAX:
        params = {"bytes": len(made.bundle), "bytes_max": BUNDLE_BYTES_MAX}
        raise InvalidInput("card_design_too_large", field="/images", params=params)
    design = StoredDesign(
        id=made.id,
        created_at_ms=services.wall_clock.now_ms(),
        created_by=caller.credential,
        bundle_bytes=len(made.bundle),
        warnings=len(made.warnings),
    )
    if body.get("dry_run"):
        return {**_view(design), **_made_view(made), "kept": False}
    kept = services.shelf.put(design, made.bundle)
    return {**_view(kept), **_made_view(made), "kept": True}


def list_designs(services: DesignServices, caller: Caller) -> dict[str, Json]:
    """Every design that was uploaded, by name."""
    caller.require("programmes:read")
    return {"card_designs": [_view(one) for one in services.shelf.listed()]}


def _view(design: StoredDesign) -> dict[str, Json]:
    return {
        "design": design.id,
        "name": design.id.partition(".")[0],
        "bytes": design.bundle_bytes,
        "created_at": time_text(design.created_at_ms),
        "created_by": design.created_by,
    }


def _made_view(made: MadeDesign) -> dict[str, Json]:
    return {
        "languages": list(made.languages),
        "files": dict(made.files),
        "warnings": [dict(one) for one in made.warnings],
    }
