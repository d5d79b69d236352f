"""Uploaded card designs as objects in S3, each under the hash of its content.

The bucket is private: phones get a design inside their cards, and Google fetches images from an
address of our own (`GET /designs/...`), so that nothing else in the bucket can be asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from tessera.domain.errors import Unavailable

PREFIX = "card-designs/"


class S3DesignVault:
    """Bundles by the ids of their designs. The bucket's name is asked for when it is needed."""

    def __init__(self, bucket: Callable[[], str], client: Any = None) -> None:
        self._bucket = bucket
        self._given = client

    @cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import botocore.session
        from botocore.config import Config

        config = Config(connect_timeout=2, read_timeout=5, retries={"max_attempts": 2})
        return botocore.session.get_session().create_client("s3", config=config)

    def load(self, design: str) -> bytes | None:
        """The bundle of a design, or None. Raises Unavailable where S3 does not answer."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self._client.get_object(Bucket=self._bucket(), Key=_key(design))
            body: bytes = found["Body"].read()
        except ClientError as error:
            if error.response["Error"].get("Code") in {"NoSuchKey", "404"}:
                return None
            raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error
        return body

    def keep(self, design: str, bundle: bytes) -> None:
        """Store a bundle; storing it again changes nothing. Raises Unavailable."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.put_object(
                Bucket=self._bucket(),
                Key=_key(design),
                Body=bundle,
                ContentType="application/zip",
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable from error


def _key(design: str) -> str:
    return f"{PREFIX}{design}.zip"
