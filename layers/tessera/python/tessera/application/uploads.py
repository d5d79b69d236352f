"""Where uploads lie until somebody uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tessera.domain.errors import NotFound
from tessera.domain.uploads import Upload, require_announced


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """An address that takes one file, and the headers that must come with it."""

    url: str
    headers: Mapping[str, str]


class UploadBox(Protocol):
    """A place that anybody with a ticket may put one file into, and nobody else."""

    def ticket(self, upload: Upload, life_s: int) -> UploadTicket:
        """An address that takes a file of that hash, kind and length, for so long."""
        ...

    def load(self, name: str) -> bytes | None:
        """What was put under a name; None where nothing was, or it went. Raises Unavailable."""
        ...


def uploaded(box: UploadBox, name: str, field: str) -> bytes:
    """The content of an upload, held to what was announced.

    Raises NotFound where it is not there, InvalidInput where it is another file.
    """
    content = box.load(name)
    if content is None:
        raise NotFound("upload_unknown", field=field)
    require_announced(name, content, field)
    return content
