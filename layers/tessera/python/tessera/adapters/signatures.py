"""ECDSA on P-256, as browsers sign (WebCrypto: `r` and `s` of 32 bytes each, SHA-256)."""

from __future__ import annotations

_PART_BYTES = 32
_POINT_BYTES = 65


class EcdsaSignatures:
    """`tills.Signatures` by the cryptography package, which is loaded by the first signature.

    A caller with an API key starts no more slowly for it.
    """

    def is_key(self, public_key: bytes) -> bool:
        from cryptography.hazmat.primitives.asymmetric import ec

        if len(public_key) != _POINT_BYTES:
            return False
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
        except ValueError:
            return False
        return True

    def holds(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        if len(signature) != 2 * _PART_BYTES:
            return False
        r, s = signature[:_PART_BYTES], signature[_PART_BYTES:]
        encoded = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
        try:
            key.verify(encoded, message, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True
