"""Files that are too large for a request, put into S3 by an address that the API gives out."""

from __future__ import annotations

import hashlib

from tessera.domain.uploads import KINDS, kind_of
from tools.api_client import Api
from tools.http_client import send


class UploadRefused(RuntimeError):
    """The file was not taken; the message says by whom, and why."""


def put_file(api: Api, content: bytes) -> str:
    """Put an image where the API says; gives the name to use it by. Raises UploadRefused."""
    media_type = next((name for name, kind in KINDS.items() if kind == kind_of(content)), None)
    if media_type is None:
        raise UploadRefused("this is no PNG, JPEG or WebP: export it as one")
    sha256 = hashlib.sha256(content).hexdigest()
    announced = {"sha256": sha256, "bytes": len(content), "media_type": media_type}
    ticket = api.post("/v1/uploads", announced)
    if not ticket.ok:
        raise UploadRefused(ticket.reason)
    told = ticket.body
    answer = send(told["method"], told["url"], headers=told["headers"], body=content, timeout_s=120)
    if answer.status != 200:
        reason = answer.body[:300].decode("utf-8", "replace")
        raise UploadRefused(f"S3 refused the file with HTTP {answer.status}: {reason}")
    return str(told["upload"])
