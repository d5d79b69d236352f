"""An address that takes one file, for ten minutes: what is too large for a request (design §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tessera.application.answers import time_text
from tessera.application.ports import Clock
from tessera.application.requests import Caller
from tessera.application.uploads import UploadBox
from tessera.domain.canonical import Json
from tessera.domain.uploads import UPLOAD_LIFE_S, Upload

RIGHT = "programmes:write"


@dataclass(frozen=True, slots=True)
class UploadServices:
    """What this use case is handed."""

    box: UploadBox
    wall_clock: Clock


def request_upload(
    services: UploadServices, caller: Caller, body: Mapping[str, Any]
) -> dict[str, Json]:
    """Say where a file of that hash, kind and size may be put, and under which name it is used.

    Nothing is kept by asking. The address takes this file and no other; what is put there and
    used by nobody goes after a day.
    """
    caller.require(RIGHT)
    upload = Upload(str(body["sha256"]), str(body["media_type"]), int(body["bytes"]))
    ticket = services.box.ticket(upload, UPLOAD_LIFE_S)
    expires_at_ms = services.wall_clock.now_ms() + UPLOAD_LIFE_S * 1000
    return {
        "upload": upload.name,
        "method": "PUT",
        "url": ticket.url,
        "headers": dict(ticket.headers),
        "expires_at": time_text(expires_at_ms),
    }
