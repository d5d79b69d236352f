"""The floor: RSA-2048 signatures and nothing else, over as many bytes as a card's signature."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tools.wallet_peers.work import job, serve

SIGNED_BYTES = 107
"""The signed attributes of a card: content type, time, digest."""


def main() -> None:
    key = load_pem_private_key(Path(job().key).read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()

    def make(number: int) -> bytes:
        return key.sign(number.to_bytes(SIGNED_BYTES, "big"), scheme, digest)

    serve(make)


if __name__ == "__main__":
    main()
