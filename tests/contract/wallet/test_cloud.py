"""What cards need of the cloud, on the laptop's: a key that signs, a bucket, a queue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from passbook import Signer, build
from tessera.adapters.design_vault import S3DesignVault
from tessera.adapters.designs import Designs, stored_name
from tessera.adapters.push_queue import SqsPushQueue, push_errand_of
from tessera.application.card_face import PushErrand
from tessera.domain.errors import Unavailable
from tests.contract.passbook.test_openssl import verify
from tests.fakes.pass_chain import Chain, make_chain
from tests.fakes.pass_files import assets, store_card
from tools.engines import ministack

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def chain() -> Chain:
    return make_chain()


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with ministack.running("kms,s3,sqs") as url:

        def make(service: str) -> Any:
            return boto3.client(  # type: ignore[call-overload]
                service,
                endpoint_url=url,
                region_name="eu-west-3",
                aws_access_key_id="test",
                aws_secret_access_key="test",
            )

        yield make


def test_a_key_that_never_leaves_its_vault_signs_a_card(
    client: Client, chain: Chain, tmp_path: Path
) -> None:
    kms = client("kms")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    assert isinstance(public, rsa.RSAPublicKey)

    def sign(message: bytes) -> bytes:
        signed = kms.sign(
            KeyId=key,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
        return bytes(signed["Signature"])

    signer = Signer.from_raw(chain.leaf_for(public), chain.wwdr.pem, sign)
    root = tmp_path / "root.pem"
    root.write_bytes(chain.root.pem)

    archive = build(store_card(), assets(), signer)

    assert "successful" in verify(archive, root, tmp_path, "cms").lower()


def test_designs_are_kept_under_the_hash_of_their_content(client: Client) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="assets", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    vault = S3DesignVault(lambda: "assets", s3)
    shipped = Designs().design("stamps")
    bundle = shipped.bundle
    name = stored_name("evening", bundle)
    assert vault.load(name) is None
    vault.keep(name, bundle)
    vault.keep(name, bundle)

    found = Designs(load=vault.load).design(name)

    assert found.id == name
    assert found.files == shipped.files
    assert s3.list_objects_v2(Bucket="assets")["KeyCount"] == 1


def test_what_is_not_the_content_of_its_name_is_not_used() -> None:
    bundle = Designs().design("stamps").bundle
    with pytest.raises(ValueError, match="not the design of that name"):
        Designs(load=lambda _: bundle).find("evening." + "0" * 24)


def test_a_bucket_that_does_not_answer_is_told_from_a_design_that_is_not_there(
    client: Client,
) -> None:
    with pytest.raises(Unavailable):
        S3DesignVault(lambda: "no-such-bucket", client("s3")).keep("evening", b"")


def test_a_push_takes_its_turn_from_the_queue(client: Client) -> None:
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="pushes")["QueueUrl"]
    SqsPushQueue(lambda: url, sqs).go_on(PushErrand("demo", "p-1"), 0)
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert push_errand_of(message["Body"], 2) == PushErrand("demo", "p-1", 2)
    with pytest.raises(Unavailable):
        SqsPushQueue(lambda: url + "-gone", sqs).go_on(PushErrand("demo", "p-1"), 0)
