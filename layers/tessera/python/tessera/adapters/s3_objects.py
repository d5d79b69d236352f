"""Objects in a private bucket. Its name is asked for when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from tessera.domain.errors import Unavailable


class S3Objects:
    """Reading and writing whole objects by their keys."""

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

    def get(self, key: str, bytes_max: int | None = None) -> bytes | None:
        """An object's content; None where there is none, or a longer one than `bytes_max`.

        Raises Unavailable where S3 does not answer.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self._client.get_object(Bucket=self._bucket(), Key=key)
            if bytes_max is not None and found["ContentLength"] > bytes_max:
                return None
            body: bytes = found["Body"].read()
        except ClientError as error:
            if error.response["Error"].get("Code") in {"NoSuchKey", "404"}:
                return None
            raise Unavailable from error
        except BotoCoreError as error:
            raise Unavailable from error
        return body

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Store an object; storing it again changes nothing. Raises Unavailable."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.put_object(
                Bucket=self._bucket(), Key=key, Body=content, ContentType=media_type
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable from error
