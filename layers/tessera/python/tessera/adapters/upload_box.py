"""Uploads in S3, by presigned PUTs that S3 holds to what was announced.

The hash, the media type and the length are signed headers (AWS, "Sharing objects with presigned
URLs", and `x-amz-checksum-sha256` of PutObject): S3 refuses another body, kind or length.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cached_property
from typing import Any

from tessera.adapters.s3_objects import S3Objects
from tessera.application.uploads import UploadTicket
from tessera.domain.uploads import UPLOAD_BYTES_MAX, Upload

PREFIX = "uploads/"


class S3UploadBox:
    """`application.uploads.UploadBox`; the bucket forgets what lies under its prefix."""

    def __init__(self, bucket: Callable[[], str], client: Any = None) -> None:
        self._bucket = bucket
        self._given = client
        self._objects = S3Objects(bucket, client)

    @cached_property
    def _signer(self) -> Any:
        if self._given is not None:
            return self._given
        import botocore.session
        from botocore.config import Config

        # The bucket's own address in its region: the global one redirects, and a PUT that was
        # signed for one host does not follow. Version 4, or headers are not signed at all.
        config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
        return botocore.session.get_session().create_client("s3", config=config)

    def ticket(self, upload: Upload, life_s: int) -> UploadTicket:
        """A presigned PUT. Nothing is asked of S3."""
        checksum = base64.b64encode(bytes.fromhex(upload.sha256)).decode("ascii")
        params = {
            "Bucket": self._bucket(),
            "Key": f"{PREFIX}{upload.name}",
            "ContentType": upload.media_type,
            "ContentLength": upload.size_bytes,
            "ChecksumSHA256": checksum,
        }
        url = self._signer.generate_presigned_url("put_object", Params=params, ExpiresIn=life_s)
        headers = {
            "Content-Type": upload.media_type,
            "Content-Length": str(upload.size_bytes),
            "x-amz-checksum-sha256": checksum,
        }
        return UploadTicket(url, headers)

    def load(self, name: str) -> bytes | None:
        """What was put under the name, if it is no longer than uploads may be."""
        return self._objects.get(f"{PREFIX}{name}", UPLOAD_BYTES_MAX)
