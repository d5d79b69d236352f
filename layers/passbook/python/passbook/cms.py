"""The detached CMS (PKCS #7) signature of a pass, built from prepared bytes.

For one certificate nearly all bytes of the signature are constant: only the signing time, the
digest of the manifest and the RSA signature change, and all three have fixed lengths. So the
structure is encoded once and three values are placed into it. That also lets the RSA signature
come from anywhere, a KMS included, which `cryptography`'s builder does not allow; the builder
remains the oracle that tests compare with, byte for byte.

Structure: RFC 5652 §5. What Apple wants in it: "Building a Pass" (detached, the signing
certificate and the WWDR intermediate inside, a signing time).
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from functools import lru_cache

from passbook import der

_DATA = der.oid("1.2.840.113549.1.7.1")
_SIGNED_DATA = der.oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE = der.oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = der.oid("1.2.840.113549.1.9.4")
_SIGNING_TIME = der.oid("1.2.840.113549.1.9.5")
_SHA256 = der.encode(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"), der.encode(der.NULL))
_SHA1_OID = der.oid("1.3.14.3.2.26")
_SHA256_OID = der.oid("2.16.840.1.101.3.4.2.1")
_RSA = der.encode(der.SEQUENCE, der.oid("1.2.840.113549.1.1.1"), der.encode(der.NULL))
_VERSION_1 = der.encode(der.INTEGER, b"\x01")

_UTC_TIME_FIRST = -631152000  # 1950-01-01: UTCTime holds two digits of the year.
_UTC_TIME_LAST = 2524607999  # 2049-12-31T23:59:59Z.


def issuer_and_serial(certificate: bytes) -> bytes:
    """The IssuerAndSerialNumber of a DER certificate, cut from its own bytes."""
    body = der.expect(der.read(certificate), der.SEQUENCE).children()[0].children()
    if body[0].tag == der.CONTEXT_0:
        body = body[1:]
    serial, _, issuer = body[0], body[1], body[2]
    return der.encode(der.SEQUENCE, issuer.raw, der.expect(serial, der.INTEGER).raw)


def utc_time(moment: float) -> bytes:
    """The UTCTime of a Unix time, to the second; raises ValueError outside 1950 to 2049."""
    return _utc_second(int(moment // 1))


@lru_cache(maxsize=2)
def _utc_second(moment: int) -> bytes:
    # Hundreds of passes are signed within one second.
    if not _UTC_TIME_FIRST <= moment <= _UTC_TIME_LAST:
        raise ValueError("the signing time must lie between 1950 and 2049")
    text = time.strftime("%y%m%d%H%M%SZ", time.gmtime(moment))
    return der.encode(der.UTC_TIME, text.encode("ascii"))


class DetachedSignature:
    """The constant bytes of signatures made with one certificate; immutable after construction.

    `certificates` are the DER bytes as issued, the signing certificate first: they are embedded
    untouched, since a certificate that was decoded and encoded again may differ and be refused.
    `signature_size` is the RSA modulus in bytes.
    """

    __slots__ = ("_after", "_attributes_head", "_attributes_middle", "_before", "_set_head")

    def __init__(self, certificates: tuple[bytes, ...], signature_size: int) -> None:
        clock = utc_time(0)
        content_type = _attribute(_CONTENT_TYPE, _DATA)
        signing_time = _attribute(_SIGNING_TIME, clock)
        digest = _attribute(_MESSAGE_DIGEST, der.encode(der.OCTET_STRING, bytes(32)))
        # DER sorts a SET OF by its bytes; with these three lengths this order is the sorted one.
        attributes = content_type + signing_time + digest
        self._attributes_head = content_type + signing_time[: -len(clock)]
        self._attributes_middle = digest[:-32]

        signed = der.encode(der.CONTEXT_0, attributes)
        signature = der.encode(der.OCTET_STRING, bytes(signature_size))
        signer = der.encode(
            der.SEQUENCE,
            _VERSION_1,
            issuer_and_serial(certificates[0]),
            _SHA256,
            signed,
            _RSA,
            signature,
        )
        whole = der.encode(
            der.SEQUENCE,
            _SIGNED_DATA,
            der.encode(
                der.CONTEXT_0,
                der.encode(
                    der.SEQUENCE,
                    _VERSION_1,
                    der.encode(der.SET, _SHA256),
                    der.encode(der.SEQUENCE, _DATA),
                    der.encode(der.CONTEXT_0, *sorted(certificates)),
                    der.encode(der.SET, signer),
                ),
            ),
        )
        start = len(whole) - signature_size
        middle = _RSA + signature[:-signature_size]
        self._set_head = der.encode(der.SET, attributes)[: -len(attributes)]
        self._before = whole[: start - len(middle) - len(attributes)]
        self._after = middle

    def attributes(self, digest: bytes, moment: float) -> bytes:
        """The signed attributes without their tag: SHA-256 of the manifest, and the time."""
        return self._attributes_head + utc_time(moment) + self._attributes_middle + digest

    def to_be_signed(self, attributes: bytes) -> bytes:
        """What the RSA signature covers: the attributes as an explicit SET (RFC 5652 §5.4)."""
        return self._set_head + attributes

    def assemble(self, attributes: bytes, signature: bytes) -> bytes:
        """The whole signature file."""
        return self._before + attributes + self._after + signature


def _attribute(name: bytes, value: bytes) -> bytes:
    return der.encode(der.SEQUENCE, name, der.encode(der.SET, value))


@dataclass(frozen=True, slots=True)
class ReadSignature:
    """What a signature file says, read without trusting it."""

    detached: bool
    certificates: tuple[bytes, ...]
    signer: bytes
    """IssuerAndSerialNumber of the certificate that signed."""
    digest_algorithm: str
    """`sha1` or `sha256`; anything else as its hexadecimal OID."""
    attributes: bytes
    """The signed attributes as an explicit SET, which the signature covers."""
    message_digest: bytes | None
    signed_at: bytes | None
    """The signing time as written: `YYMMDDhhmmssZ`, or with four digits of the year."""
    signature: bytes

    def matches(self, manifest: bytes) -> bool:
        """Whether the digest in the signature is that of `manifest`."""
        if self.digest_algorithm not in {"sha1", "sha256"}:
            return False
        digest = hashlib.new(self.digest_algorithm, manifest, usedforsecurity=False).digest()
        return self.message_digest == digest


def read_signature(data: bytes) -> ReadSignature:
    """Takes a signature file apart; raises `passbook.der.DerError` when it is none.

    Only what Wallet accepts is understood: one signer, with signed attributes.
    """
    outer = der.expect(der.read(data), der.SEQUENCE).children()
    if len(outer) < 2 or outer[0].raw != _SIGNED_DATA:
        raise der.DerError("it is not signed data")
    signed = der.expect(outer[1].children()[0], der.SEQUENCE).children()
    content = signed[2].children()
    certificates: tuple[bytes, ...] = ()
    if signed[3].tag == der.CONTEXT_0:
        certificates = tuple(element.raw for element in signed[3].children())
    signers = der.expect(signed[-1], der.SET).children()
    if len(signers) != 1:
        raise der.DerError(f"it has {len(signers)} signers")
    return _read_signer(signers[0], detached=len(content) == 1, certificates=certificates)


def _read_signer(
    signer: der.Element, *, detached: bool, certificates: tuple[bytes, ...]
) -> ReadSignature:
    parts = der.expect(signer, der.SEQUENCE).children()
    if len(parts) < 6 or parts[3].tag != der.CONTEXT_0:
        raise der.DerError("it has no signed attributes")
    algorithm = parts[2].children()[0].raw
    names = {_SHA1_OID: "sha1", _SHA256_OID: "sha256"}
    found: dict[bytes, der.Element] = {}
    for attribute in parts[3].children():
        name, values = attribute.children()
        found[name.raw] = values.children()[0]
    digest, moment = found.get(_MESSAGE_DIGEST), found.get(_SIGNING_TIME)
    return ReadSignature(
        detached=detached,
        certificates=certificates,
        signer=parts[1].raw,
        digest_algorithm=names.get(algorithm, algorithm.hex()),
        attributes=der.encode(der.SET, parts[3].content),
        message_digest=digest.content if digest is not None else None,
        signed_at=moment.content if moment is not None else None,
        signature=der.expect(parts[5], der.OCTET_STRING).content,
    )
