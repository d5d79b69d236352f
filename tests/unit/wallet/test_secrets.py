"""Secrets that nobody filled in yet are told from those that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tessera.adapters.apple.cards import AppleAccount
from tessera.adapters.google.jwt import GoogleAccount
from tessera.adapters.secrets import SecretMissing, read_secret


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with mock_aws():
        yield
    read_secret.cache_clear()


def test_a_secret_that_the_template_made_is_missing_until_it_is_filled() -> None:
    vault = boto3.client("secretsmanager")
    vault.create_secret(Name="tessera/dev/google")
    with pytest.raises(SecretMissing):
        read_secret("tessera/dev/google")
    vault.put_secret_value(SecretId="tessera/dev/google", SecretString="{}")
    assert read_secret("tessera/dev/google") == "{}"


def test_a_secret_that_may_not_be_read_is_no_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", denied)
    with pytest.raises(ClientError):
        read_secret("tessera/dev/apple")


@pytest.mark.parametrize("text", ["", "{}", '{"issuer_id": "1"}'])
def test_an_account_without_its_key_is_no_account(text: str) -> None:
    assert AppleAccount.of(text) is None
    assert GoogleAccount.of(text) is None
