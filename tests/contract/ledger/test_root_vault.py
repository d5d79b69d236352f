"""Roots in S3 and a key in KMS: what was there first stays, and only the key signs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tessera.adapters.root_vault import KmsSigner, S3RootVault
from tessera.domain.errors import Unavailable

BUCKET = "roots"


@pytest.fixture
def clients() -> Iterator[tuple[Any, Any]]:
    """S3 with a bucket that locks its objects, and KMS."""
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        yield s3, boto3.client("kms", region_name="us-east-1")


def test_what_was_kept_first_under_a_name_counts_whatever_came_after(
    clients: tuple[Any, Any],
) -> None:
    s3, _ = clients
    vault = S3RootVault(lambda: BUCKET, s3)
    vault.keep("roots/2026-11-27.json", b"the first")
    vault.keep("roots/2026-11-27.json", b"another")
    vault.keep("roots/2026-11-28.json", b"the next")
    s3.delete_object(Bucket=BUCKET, Key="roots/2026-11-28.json")
    assert vault.load("roots/2026-11-27.json") == b"the first"
    assert vault.load("roots/2026-11-28.json") == b"the next"
    assert vault.names("roots/") == ["roots/2026-11-27.json", "roots/2026-11-28.json"]
    assert vault.load("roots/2026-11-2") is None


def test_a_vault_that_does_not_answer_is_unavailable(clients: tuple[Any, Any]) -> None:
    vault = S3RootVault(lambda: "another", clients[0])
    with pytest.raises(Unavailable):
        vault.keep("roots/1", b"")
    with pytest.raises(Unavailable):
        vault.names("roots/")


def test_a_key_knows_its_own_signatures_of_messages_of_any_length(
    clients: tuple[Any, Any],
) -> None:
    _, kms = clients
    made = [
        kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        for _ in range(2)
    ]
    signer, other = (KmsSigner(lambda key=key: key, kms) for key in made)  # type: ignore[misc]
    message = b"a root of many parts" * 1_000
    signature = signer.sign(message)
    assert signer.verify(message, signature)
    assert not signer.verify(message + b".", signature)
    assert not other.verify(message, signature)
