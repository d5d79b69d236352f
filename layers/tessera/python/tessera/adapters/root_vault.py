"""Signed roots outside the table: objects in S3 that nobody can change, and a key in KMS.

The bucket has Object Lock: whoever may write the table, and even whoever may write the bucket,
can't put another object in the place of one that is there. The key signs and never leaves KMS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from tessera.domain.errors import Unavailable

ALGORITHM = "ECDSA_SHA_256"


class S3RootVault:
    """`verify_nightly.Vault` in a bucket, whose name is asked for when it is needed.

    Of an object that was written over, which makes a new version, the first version counts.
    """

    def __init__(self, bucket: Callable[[], str], client: Any = None) -> None:
        self._bucket = bucket
        self._given = client

    @cached_property
    def _client(self) -> Any:
        return self._given or _client("s3")

    def keep(self, name: str, content: bytes) -> None:
        """Store an object; raises Unavailable where S3 does not answer.

        The checksum is what S3 asks for where a bucket locks its objects.
        """
        with _asked():
            self._client.put_object(
                Bucket=self._bucket(), Key=name, Body=content, ChecksumAlgorithm="SHA256"
            )

    def load(self, name: str) -> bytes | None:
        """The first version of an object, None where there is none; raises Unavailable."""
        with _asked():
            versions = [
                one
                for page in self._client.get_paginator("list_object_versions").paginate(
                    Bucket=self._bucket(), Prefix=name
                )
                for one in page.get("Versions", ())
                if one["Key"] == name
            ]
            if not versions:
                return None
            # S3 lists the newest version first; its times are too coarse to tell them apart.
            found = self._client.get_object(
                Bucket=self._bucket(), Key=name, VersionId=versions[-1]["VersionId"]
            )
            content: bytes = found["Body"].read()
        return content

    def names(self, prefix: str) -> Sequence[str]:
        """The names that begin so, in order, those that a marker hides too; raises Unavailable."""
        with _asked():
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self._bucket(), Prefix=prefix
            )
            found = {one["Key"] for page in pages for one in page.get("Versions", ())}
        return sorted(found)


class KmsSigner:
    """`verify_nightly.Signer` with an elliptic key (NIST P-256) in KMS."""

    def __init__(self, key: Callable[[], str], client: Any = None) -> None:
        self._key = key
        self._given = client

    @cached_property
    def _client(self) -> Any:
        return self._given or _client("kms")

    @property
    def key(self) -> str:
        return self._key()

    def sign(self, message: bytes) -> bytes:
        """Raises Unavailable where KMS does not answer."""
        with _asked():
            answer = self._client.sign(
                KeyId=self.key, Message=_digest(message), MessageType="DIGEST",
                SigningAlgorithm=ALGORITHM,
            )  # fmt: skip
        signature: bytes = answer["Signature"]
        return signature

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether this key signed the message. Raises Unavailable where KMS does not answer."""
        from botocore.exceptions import ClientError

        try:
            answer = self._client.verify(
                KeyId=self.key, Message=_digest(message), MessageType="DIGEST",
                Signature=signature, SigningAlgorithm=ALGORITHM,
            )  # fmt: skip
        except ClientError as error:
            if error.response["Error"].get("Code") == "KMSInvalidSignatureException":
                return False
            raise Unavailable from error
        return bool(answer["SignatureValid"])


def _digest(message: bytes) -> bytes:
    """KMS takes 4 KB at most, and a root names its parts: its digest is what is signed."""
    return hashlib.sha256(message).digest()


def _client(service: str) -> Any:
    import botocore.session
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=20, retries={"max_attempts": 3})
    return botocore.session.get_session().create_client(service, config=config)


@contextmanager
def _asked() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable from error
