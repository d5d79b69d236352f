"""A certificate authority like Apple's, made for a test run: root, WWDR G4, pass certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

PASS_TYPE = "pass.test.example.loyalty"
TEAM = "ABCDE12345"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
"""An instant at which everything made here by default is valid for more than 90 days."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def encrypted_key_pem(self, password: bytes) -> bytes:
        return self.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
        )

    def p12(self, password: bytes) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"pass", self.key, self.certificate, None, BestAvailableEncryption(password)
        )


def issue(
    common_name: str,
    issuer: Identity | None = None,
    *,
    unit: str | None = None,
    uid: str | None = None,
    days: int = 1500,
    key: rsa.RSAPrivateKey | None = None,
    public: rsa.RSAPublicKey | None = None,
) -> Identity:
    """A certificate by `issuer`, or by itself, valid for `days` from `BEGIN`.

    It is for `public` where the private key is kept elsewhere.
    """
    own = key or rsa.generate_private_key(65537, 2048)
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if uid is not None:
        attributes.insert(0, x509.NameAttribute(NameOID.USER_ID, uid))
    if unit is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    subject = x509.Name(attributes)
    authority = uid is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer is not None else subject)
        .public_key(public or own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=authority,
                crl_sign=authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    signer = issuer.key if issuer is not None else own
    return Identity(builder.sign(signer, hashes.SHA256()), own)


@dataclass(frozen=True, slots=True)
class Chain:
    """Root, intermediate and leaf."""

    root: Identity
    wwdr: Identity
    leaf: Identity

    def leaf_for(self, public: rsa.RSAPublicKey) -> bytes:
        """A pass certificate for a key that is kept elsewhere, as PEM."""
        name = f"Pass Type ID: {PASS_TYPE}"
        own = self.leaf.key
        return issue(name, self.wwdr, uid=PASS_TYPE, unit=TEAM, key=own, public=public).pem

    def leaf_with(self, *, uid: str = PASS_TYPE, unit: str = TEAM, days: int = 1500) -> Identity:
        """Another pass certificate on the key of the leaf, which spares making one."""
        name = f"Pass Type ID: {uid}"
        return issue(name, self.wwdr, uid=uid, unit=unit, days=days, key=self.leaf.key)


def make_chain() -> Chain:
    """A new chain; some tenths of a second, so make one for many tests."""
    root = issue("Test Root CA")
    name = "Worldwide Developer Relations Certification Authority"
    wwdr = issue(name, root, unit="G4")
    leaf = issue(f"Pass Type ID: {PASS_TYPE}", wwdr, uid=PASS_TYPE, unit=TEAM)
    return Chain(root, wwdr, leaf)
