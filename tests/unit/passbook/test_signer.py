"""Signing: the hand-built structure against the library's own, and key material that won't do."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from passbook import InvalidCertificateError, Signer
from passbook.cms import read_signature, utc_time
from passbook.der import DerError
from tests.fakes.pass_chain import PASS_TYPE, TEAM, Chain, issue

MANIFEST = b'{"icon.png":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}'


def refusal(error: pytest.ExceptionInfo[InvalidCertificateError]) -> str:
    assert error.value.remedy
    return error.value.rule


def test_the_certificate_says_for_whom_it_signs(signer: Signer) -> None:
    assert (signer.pass_type_identifier, signer.team_identifier) == (PASS_TYPE, TEAM)


def test_the_hand_built_signature_equals_the_builder_byte_for_byte(signer: Signer) -> None:
    by_builder = signer.sign_with_builder(MANIFEST)
    written = read_signature(by_builder).signed_at
    assert written is not None
    moment = datetime.strptime(written.decode(), "%y%m%d%H%M%SZ").replace(tzinfo=UTC)

    assert signer.sign(MANIFEST, moment) == by_builder


def test_equality_holds_for_many_certificates(chain: Chain) -> None:
    """Names, serial numbers and so lengths differ, and with them the order of certificates."""
    for number in range(8):
        leaf = chain.leaf_with(uid="pass." + "x" * (number * 5), unit=TEAM)
        signer = Signer.from_pem(leaf.pem, leaf.key_pem, chain.wwdr.pem)
        by_builder = signer.sign_with_builder(MANIFEST)
        written = read_signature(by_builder).signed_at
        assert written is not None
        moment = datetime.strptime(written.decode(), "%y%m%d%H%M%SZ").replace(tzinfo=UTC)
        assert signer.sign(MANIFEST, moment) == by_builder


def test_openssl_parses_the_structure(signer: Signer, tmp_path: Path) -> None:
    path = tmp_path / "signature"
    path.write_bytes(signer.sign(MANIFEST))

    shown = subprocess.run(
        ["openssl", "asn1parse", "-inform", "DER", "-in", str(path)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    for name in ("pkcs7-signedData", "signingTime", "messageDigest", "contentType", "sha256"):
        assert name in shown


def test_certificates_are_embedded_as_they_were_issued(signer: Signer, chain: Chain) -> None:
    embedded = read_signature(signer.sign(MANIFEST)).certificates

    assert set(embedded) == {
        chain.leaf.certificate.public_bytes(Encoding.DER),
        chain.wwdr.certificate.public_bytes(Encoding.DER),
    }


def test_a_signature_reads_back(signer: Signer) -> None:
    moment = datetime(2026, 11, 22, 10, 30, 59, tzinfo=UTC)

    signature = read_signature(signer.sign(MANIFEST, moment))

    assert signature.detached
    assert signature.digest_algorithm == "sha256"
    assert signature.signed_at == b"261122103059Z"
    assert signature.matches(MANIFEST)
    assert not signature.matches(MANIFEST + b" ")


@pytest.mark.parametrize("data", [b"", b"0", b"\x30\x80", b"\x30\x03\x02\x01\x01", b"-----BEGIN"])
def test_what_is_no_signature_is_refused(data: bytes) -> None:
    with pytest.raises((DerError, IndexError)):
        read_signature(data)


def test_signing_times_outside_the_two_digit_years_are_refused() -> None:
    assert utc_time(0) == b"\x17\x0d700101000000Z"
    with pytest.raises(ValueError, match="between 1950 and 2049"):
        utc_time(2524608000)


def test_a_key_may_stay_elsewhere(chain: Chain, signer: Signer) -> None:
    asked: list[bytes] = []

    def kms(message: bytes) -> bytes:
        asked.append(message)
        return chain.leaf.key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    remote = Signer.from_raw(chain.leaf.pem, chain.wwdr.pem, kms)

    assert remote.sign(MANIFEST, 1_790_000_000) == signer.sign(MANIFEST, 1_790_000_000)
    assert len(asked[0]) <= 4096  # What AWS KMS takes as a raw message.
    with pytest.raises(InvalidCertificateError):
        remote.sign_with_builder(MANIFEST)


def test_pem_der_encrypted_pem_and_p12_give_the_same_signature(
    chain: Chain, signer: Signer
) -> None:
    leaf, wwdr = chain.leaf, chain.wwdr
    der_key = leaf.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    der_leaf = leaf.certificate.public_bytes(Encoding.DER)
    others = [
        Signer.from_pem(der_leaf, der_key, wwdr.pem),
        Signer.from_pem(leaf.pem, leaf.encrypted_key_pem(b"secret"), wwdr.pem, password=b"secret"),
        Signer.from_pem(b"Bag Attributes\n" + leaf.pem, leaf.key_pem, wwdr.pem, validate_key=True),
        Signer.from_p12(leaf.p12(b"secret"), wwdr.pem, password=b"secret"),
    ]

    for other in others:
        assert other.sign(MANIFEST, 1_790_000_000) == signer.sign(MANIFEST, 1_790_000_000)


def test_a_key_of_another_certificate_is_refused(chain: Chain) -> None:
    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_pem(chain.leaf.pem, chain.wwdr.key_pem, chain.wwdr.pem)
    assert refusal(refused) == "key-mismatch"


@pytest.mark.parametrize(("password", "rule"), [(None, "key-password"), (b"wrong", "key-format")])
def test_a_locked_key_is_refused(chain: Chain, password: bytes | None, rule: str) -> None:
    locked = chain.leaf.encrypted_key_pem(b"secret")
    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_pem(chain.leaf.pem, locked, chain.wwdr.pem, password=password)
    assert refusal(refused) == rule


def test_a_password_for_an_open_key_is_refused(chain: Chain) -> None:
    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_pem(chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem, password=b"x")
    assert refusal(refused) == "key-password"


def test_an_intermediate_that_did_not_issue_the_certificate_is_refused(chain: Chain) -> None:
    stranger = issue("Worldwide Developer Relations Certification Authority", unit="G4")
    for wwdr in (stranger, chain.root):
        with pytest.raises(InvalidCertificateError) as refused:
            Signer.from_pem(chain.leaf.pem, chain.leaf.key_pem, wwdr.pem)
        assert refusal(refused) == "chain"


def test_files_that_are_no_certificates_are_refused(chain: Chain) -> None:
    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_pem(b"hello", chain.leaf.key_pem, chain.wwdr.pem)
    assert refusal(refused) == "certificate-format"
    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_pem(chain.leaf.pem, b"-----BEGIN NOTHING-----", chain.wwdr.pem)
    assert refusal(refused) == "key-format"


def test_a_key_of_another_kind_is_refused(chain: Chain) -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_pem(chain.leaf.pem, pem, chain.wwdr.pem)
    assert refusal(refused) == "key-type"


def test_a_p12_of_the_old_cipher_that_does_not_open_is_explained(
    chain: Chain, tmp_path: Path
) -> None:
    """Keychain wrote RC2-40; some OpenSSL below open it and some do not, hence the password."""
    (tmp_path / "all.pem").write_bytes(chain.leaf.key_pem + chain.leaf.pem)
    subprocess.run(
        [
            "openssl",
            "pkcs12",
            "-export",
            "-legacy",
            "-in",
            "all.pem",
            "-out",
            "old.p12",
            "-passout",
            "pass:secret",
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    data = (tmp_path / "old.p12").read_bytes()

    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_p12(data, chain.wwdr.pem, password=b"wrong")

    assert refusal(refused) == "p12-format"
    assert "-legacy" in refused.value.remedy


def test_a_p12_without_its_key_is_explained(chain: Chain, tmp_path: Path) -> None:
    (tmp_path / "leaf.pem").write_bytes(chain.leaf.pem)
    subprocess.run(
        [
            "openssl",
            "pkcs12",
            "-export",
            "-nokeys",
            "-in",
            "leaf.pem",
            "-out",
            "bare.p12",
            "-passout",
            "pass:secret",
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )

    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_p12((tmp_path / "bare.p12").read_bytes(), chain.wwdr.pem, password=b"secret")

    assert refusal(refused) == "key-missing"
    assert "Keychain" in refused.value.remedy


def test_an_unsound_key_is_found_when_it_is_asked_for(chain: Chain) -> None:
    """A private exponent that does not fit signs nonsense; only the long check sees it."""
    pem = chain.leaf.key.private_bytes(
        Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    numbers = chain.leaf.key.private_numbers()
    good = numbers.dmp1.to_bytes((numbers.dmp1.bit_length() + 7) // 8, "big")
    broken = pem.replace(good, good[:-1] + bytes([good[-1] ^ 2]))
    assert broken != pem

    with pytest.raises(InvalidCertificateError) as refused:
        Signer.from_pem(chain.leaf.pem, broken, chain.wwdr.pem, validate_key=True)

    assert refusal(refused) == "key-format"
