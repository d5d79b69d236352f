"""What merchants upload as objects in S3, each under the hash of its content.

The bucket is private: phones get a design inside their cards, and Google and merchants' apps fetch
images from addresses of our own (`GET /designs/...`, `GET /images/...`), so that nothing else in
the bucket can be asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tessera.adapters.s3_objects import S3Objects
from tessera.domain.images import media_type

PREFIX = "card-designs/"
IMAGES = "images/"


class S3DesignVault:
    """Bundles by the ids of their designs."""

    def __init__(self, bucket: Callable[[], str], client: Any = None) -> None:
        self._objects = S3Objects(bucket, client)

    def load(self, design: str) -> bytes | None:
        """The bundle of a design, or None. Raises Unavailable where S3 does not answer."""
        return self._objects.get(_key(design))

    def keep(self, design: str, bundle: bytes) -> None:
        """Store a bundle; storing it again changes nothing. Raises Unavailable."""
        self._objects.put(_key(design), bundle, "application/zip")


class S3ImageVault:
    """Images of balances and rewards by their names."""

    def __init__(self, bucket: Callable[[], str], client: Any = None) -> None:
        self._objects = S3Objects(bucket, client)

    def load(self, name: str) -> bytes | None:
        """An image, or None; what is no image's name is not asked for. Raises Unavailable."""
        return self._objects.get(f"{IMAGES}{name}") if media_type(name) else None

    def keep(self, name: str, content: bytes, media_type: str) -> None:
        """Store an image; storing it again changes nothing. Raises Unavailable."""
        self._objects.put(f"{IMAGES}{name}", content, media_type)


def _key(design: str) -> str:
    return f"{PREFIX}{design}.zip"
