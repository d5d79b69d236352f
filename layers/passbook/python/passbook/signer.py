"""Who signs: one pass type certificate, its key and Apple's intermediate, loaded once."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12
from cryptography.x509.oid import NameOID

from passbook.cms import DetachedSignature
from passbook.errors import InvalidCertificateError

RawSignature = Callable[[bytes], bytes]
"""Signs a message: RSASSA-PKCS1-v1_5 with SHA-256. The message is some 105 bytes, so that
AWS KMS takes it with `MessageType="RAW"`."""

_PADDING: Final = padding.PKCS1v15()
_SHA256: Final = hashes.SHA256()
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_LEGACY_REMEDY = (
    "If it comes from Keychain or an old OpenSSL it is encrypted with RC2-40. Convert it: "
    "openssl pkcs12 -legacy -in old.p12 -nodes -out all.pem; then use the PEM, or "
    "openssl pkcs12 -export -in all.pem -out new.p12."
)


def certificate_der(data: bytes, what: str = "certificate") -> bytes:
    """The DER bytes of a certificate given as PEM or DER, exactly as they were issued.

    Raises InvalidCertificateError (`certificate-format`).
    """
    found = _PEM.search(data)
    raw = base64.b64decode(b"".join(found.group(1).split())) if found is not None else data
    try:
        x509.load_der_x509_certificate(raw)
    except ValueError as error:
        raise InvalidCertificateError(
            "certificate-format",
            f"The {what} is neither PEM nor DER of an X.509 certificate.",
            "Give the file downloaded from Apple (.cer), or: openssl x509 -inform DER -in x.cer.",
        ) from error
    return raw


def _private_key(data: bytes, password: bytes | None, *, validate_key: bool) -> rsa.RSAPrivateKey:
    load = (
        serialization.load_pem_private_key
        if data.lstrip().startswith(b"-----")
        else serialization.load_der_private_key
    )
    try:
        # The check of the key's primes takes a hundred times as long as signing with it: it is
        # made where a key enters (validate_key, the doctor), not at every start.
        key = load(data, password, unsafe_skip_rsa_key_validation=not validate_key)
    except TypeError as error:
        needs = password is None
        message = "The key is encrypted and no password was given."
        raise InvalidCertificateError(
            "key-password",
            message if needs else "A password was given for a key that has none.",
            "Give the password of the key." if needs else "Leave the password out.",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidCertificateError(
            "key-format",
            f"The private key cannot be read: {error}.",
            "Give a PEM of the key that made the certificate request, and its right password.",
        ) from error
    return _rsa(key)


def _rsa(key: object) -> rsa.RSAPrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey):
        raise InvalidCertificateError(
            "key-type",
            "The private key is not an RSA key.",
            "Pass type certificates are RSA 2048: use the key of the certificate request.",
        )
    return key


class Signer:
    """Signs manifests. Immutable: share one between threads, make one per process.

    Make it with `from_pem`, `from_p12` or `from_raw`. Each checks at once that certificate, key
    and intermediate belong together; dates are the doctor's business, so that an expired
    certificate is an alarm and a clear refusal by phones, not a crash at start.
    """

    __slots__ = (
        "_cms",
        "_key",
        "_raw",
        "certificate",
        "certificates",
        "pass_type_identifier",
        "team_identifier",
        "wwdr",
    )

    def __init__(
        self,
        certificate: bytes,
        wwdr: bytes,
        *,
        raw: RawSignature,
        key: rsa.RSAPrivateKey | None = None,
    ) -> None:
        self.certificates = (
            certificate_der(certificate),
            certificate_der(wwdr, "WWDR intermediate certificate"),
        )
        """The signing certificate and Apple's intermediate, DER as issued."""
        self.certificate, self.wwdr = (
            x509.load_der_x509_certificate(one) for one in self.certificates
        )
        public = self.certificate.public_key()
        if not isinstance(public, rsa.RSAPublicKey):
            raise InvalidCertificateError(
                "key-type", "The certificate is not for an RSA key.", "Request one with RSA 2048."
            )
        if key is not None and key.public_key().public_numbers() != public.public_numbers():
            raise InvalidCertificateError(
                "key-mismatch",
                "The private key does not belong to the certificate.",
                "Use the key that made the certificate request, or request a new certificate.",
            )
        self._check_issuer()
        self.pass_type_identifier = _attribute(self.certificate, NameOID.USER_ID)
        """UID of the certificate: pass.json must name the same passTypeIdentifier."""
        self.team_identifier = _attribute(self.certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)
        """OU of the certificate: pass.json must name the same teamIdentifier."""
        self._key = key
        self._raw = raw
        self._cms = DetachedSignature(self.certificates, public.key_size // 8)

    @classmethod
    def from_pem(
        cls,
        certificate: bytes,
        private_key: bytes,
        wwdr: bytes,
        *,
        password: bytes | None = None,
        validate_key: bool = False,
    ) -> Signer:
        """A signer from PEM or DER bytes.

        `validate_key` proves the RSA key sound, which takes some 27 ms on a whole CPU and half a
        second on a small function: ask for it once, where the key is installed. Raises
        InvalidCertificateError naming what does not fit.
        """
        key = _private_key(private_key, password, validate_key=validate_key)
        return cls(certificate, wwdr, raw=_raw_signature(key), key=key)

    @classmethod
    def from_p12(
        cls, data: bytes, wwdr: bytes, *, password: bytes | None = None, validate_key: bool = False
    ) -> Signer:
        """A signer from a PKCS #12 file (Keychain's export).

        Raises InvalidCertificateError; `p12-format` explains the legacy cipher that OpenSSL 3
        no longer reads. The key is always validated by the loading itself.
        """
        del validate_key
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(data, password)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise InvalidCertificateError(
                "p12-format", f"The .p12 cannot be opened: {error}.", _LEGACY_REMEDY
            ) from error
        if certificate is None or key is None:
            absent = "certificate" if certificate is None else "private key"
            raise InvalidCertificateError(
                "key-missing",
                f"The .p12 holds no {absent}.",
                "In Keychain, unfold the certificate and export it together with its key.",
            )
        own = _rsa(key)
        return cls(certificate.public_bytes(Encoding.DER), wwdr, raw=_raw_signature(own), key=own)

    @classmethod
    def from_raw(cls, certificate: bytes, wwdr: bytes, sign: RawSignature) -> Signer:
        """A signer whose key stays elsewhere: `sign` is called with the message of each pass."""
        return cls(certificate, wwdr, raw=sign)

    def _check_issuer(self) -> None:
        try:
            self.certificate.verify_directly_issued_by(self.wwdr)
        except (InvalidSignature, ValueError, TypeError) as error:
            raise InvalidCertificateError(
                "chain",
                "The WWDR certificate did not issue the pass type certificate.",
                "Download the one its issuer names, today WWDR G4, from Apple's authority page.",
            ) from error

    def sign(self, manifest: bytes, signed_at: datetime | float | None = None) -> bytes:
        """The detached signature file of a manifest.json.

        `signed_at` is an aware datetime or a Unix time in seconds; by default now.
        """
        return self.sign_digest(hashlib.sha256(manifest).digest(), signed_at)

    def sign_digest(self, digest: bytes, signed_at: datetime | float | None = None) -> bytes:
        """As `sign`, from the SHA-256 of the manifest."""
        if signed_at is None:
            signed_at = time.time()
        elif isinstance(signed_at, datetime):
            signed_at = signed_at.timestamp()
        attributes = self._cms.attributes(digest, signed_at)
        return self._cms.assemble(attributes, self._raw(self._cms.to_be_signed(attributes)))

    def sign_with_builder(self, manifest: bytes) -> bytes:
        """The same signature made by `cryptography`'s own builder, signed now.

        The independent second opinion behind `sign`: tests and the doctor compare the two.
        Raises InvalidCertificateError when the key is not here (`from_raw`).
        """
        if self._key is None:
            raise InvalidCertificateError(
                "key-missing",
                "The builder needs the private key itself, and it is kept elsewhere.",
                "Use sign().",
            )
        options = (
            pkcs7.PKCS7Options.DetachedSignature,
            pkcs7.PKCS7Options.Binary,
            pkcs7.PKCS7Options.NoCapabilities,
        )
        return (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(manifest)
            .add_signer(self.certificate, self._key, _SHA256)
            .add_certificate(self.wwdr)
            .sign(Encoding.DER, list(options))
        )


def _raw_signature(key: rsa.RSAPrivateKey) -> RawSignature:
    sign = key.sign
    return lambda message: sign(message, _PADDING, _SHA256)


def _attribute(certificate: x509.Certificate, name: x509.ObjectIdentifier) -> str | None:
    found = certificate.subject.get_attributes_for_oid(name)
    return str(found[0].value) if found else None
