"""Certificates and keys of a pretended Apple and a pretended Google.

The laptop stack and the tests sign cards and push to phones with real cryptography, without an
account at either vendor. Everything is made once into `<state dir>/pki` and reused until a
certificate nears its end. The shapes follow Apple's: a pass certificate whose subject carries
UID = pass type identifier and OU = team identifier, issued by an intermediate marked G4.

Run `python -m tools.testpki --state-dir DIR` to make the files and print their paths.
"""

from __future__ import annotations

import argparse
import datetime as dt
import fcntl
import hashlib
import ipaddress
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PASS_TYPE_IDENTIFIER: Final = "pass.test.tessera.loyalty"  # noqa: S105 - a public name
TEAM_IDENTIFIER: Final = "T3SS3RA001"
ORGANIZATION_NAME: Final = "Tessera Test"
GOOGLE_ISSUER_ID: Final = "3388000000022222222"
GOOGLE_CLIENT_EMAIL: Final = "tessera@tessera-test.iam.gserviceaccount.com"

# Apple marks a pass type certificate with this extension and this key usage.
PASS_TYPE_EXTENSION: Final = x509.ObjectIdentifier("1.2.840.113635.100.6.1.16")
PASS_SIGNING_USAGE: Final = x509.ObjectIdentifier("1.2.840.113635.100.4.14")

ROOT_VALIDITY: Final = dt.timedelta(days=3650)
# Apple issues pass certificates for about thirteen months.
LEAF_VALIDITY: Final = dt.timedelta(days=395)
RENEWAL_MARGIN: Final = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Paths:
    """Where each file of the test chain lies. All files are PEM but the service account (JSON)."""

    directory: Path
    root: Path
    wwdr: Path
    wwdr_key: Path
    pass_certificate: Path
    pass_key: Path
    tls_root: Path
    apns_certificate: Path
    apns_key: Path
    service_account: Path


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def certificate_pem(self) -> bytes:
        """The certificate alone, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        """The private key, PEM, PKCS#8, not encrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def _name(
    common: str, organization: str, unit: str | None = None, uid: str | None = None
) -> x509.Name:
    attributes = [] if uid is None else [x509.NameAttribute(NameOID.USER_ID, uid)]
    attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    if unit is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    attributes.append(x509.NameAttribute(NameOID.COUNTRY_NAME, "US"))
    return x509.Name(attributes)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    signer: rsa.RSAPrivateKey,
    validity: tuple[dt.datetime, dt.datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
    )


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make_authority(
    common: str, unit: str | None = None, issuer: Identity | None = None
) -> Identity:
    """Make a certificate authority: self-signed, or an intermediate under `issuer`."""
    key = _new_key()
    subject = _name(common, "Tessera Test Authority", unit)
    now = dt.datetime.now(dt.UTC)
    signer = issuer.key if issuer else key
    certificate = (
        _builder(
            subject,
            issuer.certificate.subject if issuer else subject,
            key,
            signer,
            (now - dt.timedelta(days=1), now + ROOT_VALIDITY),
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0 if issuer else 1), True)
        .add_extension(_key_usage(authority=True), True)
        .sign(signer, hashes.SHA256())
    )
    return Identity(certificate, key)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def make_pass_identity(
    issuer: Identity,
    pass_type_identifier: str = PASS_TYPE_IDENTIFIER,
    team_identifier: str = TEAM_IDENTIFIER,
    not_before: dt.datetime | None = None,
    not_after: dt.datetime | None = None,
) -> Identity:
    """Make a pass type certificate as Apple would, also one out of date or of another team."""
    key = _new_key()
    now = dt.datetime.now(dt.UTC)
    # DER UTF8String: tag 0x0c, one length byte; identifiers are far below 128 bytes.
    marker = b"\x0c" + bytes([len(pass_type_identifier)]) + pass_type_identifier.encode("ascii")
    certificate = (
        _builder(
            _name(
                f"Pass Type ID: {pass_type_identifier}",
                ORGANIZATION_NAME,
                team_identifier,
                pass_type_identifier,
            ),
            issuer.certificate.subject,
            key,
            issuer.key,
            (not_before or now - dt.timedelta(days=1), not_after or now + LEAF_VALIDITY),
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(_key_usage(authority=False), True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, PASS_SIGNING_USAGE]), True
        )
        .add_extension(x509.UnrecognizedExtension(PASS_TYPE_EXTENSION, marker), False)
        .sign(issuer.key, hashes.SHA256())
    )
    return Identity(certificate, key)


def make_server_identity(issuer: Identity) -> Identity:
    """Make the TLS certificate of a server on this machine: 127.0.0.1 and localhost."""
    key = _new_key()
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
    )
    certificate = (
        _builder(
            _name("localhost", ORGANIZATION_NAME),
            issuer.certificate.subject,
            key,
            issuer.key,
            (now - dt.timedelta(days=1), now + LEAF_VALIDITY),
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(names, False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(issuer.key, hashes.SHA256())
    )
    return Identity(certificate, key)


def load_identity(certificate: Path, key: Path) -> Identity:
    """Read a certificate and its RSA key from PEM files made by `ensure`."""
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError(f"{key} does not hold an RSA key")
    return Identity(x509.load_pem_x509_certificate(certificate.read_bytes()), private)


def _service_account(key: rsa.RSAPrivateKey) -> dict[str, str]:
    identity_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")
    key_id = hashlib.sha1(identity_key.encode("ascii"), usedforsecurity=False).hexdigest()
    return {
        "type": "service_account",
        "project_id": "tessera-test",
        "private_key_id": key_id,
        "private_key": identity_key,
        "client_email": GOOGLE_CLIENT_EMAIL,
        "client_id": "100000000000000000001",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


def _paths(state_dir: Path) -> Paths:
    directory = state_dir.resolve() / "pki"
    return Paths(
        directory=directory,
        root=directory / "apple-root.pem",
        wwdr=directory / "wwdr-g4.pem",
        wwdr_key=directory / "wwdr-g4.key.pem",
        pass_certificate=directory / "pass.pem",
        pass_key=directory / "pass.key.pem",
        tls_root=directory / "tls-root.pem",
        apns_certificate=directory / "apns.pem",
        apns_key=directory / "apns.key.pem",
        service_account=directory / "google-service-account.json",
    )


def _is_usable(paths: Paths) -> bool:
    files = [path for name, path in asdict(paths).items() if name != "directory"]
    if not all(path.is_file() for path in files):
        return False
    limit = dt.datetime.now(dt.UTC) + RENEWAL_MARGIN
    leaves = (paths.pass_certificate, paths.apns_certificate)
    return all(
        x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc > limit
        for path in leaves
    )


def _write(path: Path, content: bytes) -> None:
    # Written beside and renamed, so that a second process never reads half a key.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    beside.replace(path)


def ensure(state_dir: Path | str) -> Paths:
    """Make the chain and the service account under `state_dir` unless they are there and valid.

    Returns the paths of all files. Raises OSError when the directory cannot be written.
    """
    paths = _paths(Path(state_dir))
    paths.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (paths.directory / ".lock").open("w") as lock:
        # The stand-ins start together; only one of them may make the files.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_usable(paths):
            _make(paths)
    return paths


def _make(paths: Paths) -> None:
    root = make_authority("Tessera Test Apple Root CA")
    wwdr = make_authority("Test Worldwide Developer Relations Certification Authority", "G4", root)
    signer = make_pass_identity(wwdr)
    # Apple's push servers have a chain of their own, so the card's root must not vouch for TLS.
    tls_root = make_authority("Tessera Test TLS Root CA")
    server = make_server_identity(tls_root)
    account = json.dumps(_service_account(_new_key()), indent=2).encode("utf-8")
    for path, content in (
        (paths.root, root.certificate_pem()),
        (paths.wwdr, wwdr.certificate_pem()),
        (paths.wwdr_key, wwdr.key_pem()),
        (paths.pass_certificate, signer.certificate_pem()),
        (paths.pass_key, signer.key_pem()),
        (paths.tls_root, tls_root.certificate_pem()),
        (paths.apns_certificate, server.certificate_pem()),
        (paths.apns_key, server.key_pem()),
        (paths.service_account, account),
    ):
        _write(path, content)


def apple_secret(paths: Paths) -> dict[str, str]:
    """The JSON a deployment keeps as its Apple secret, filled with the test chain."""
    return {
        "pass_type_identifier": PASS_TYPE_IDENTIFIER,
        "team_identifier": TEAM_IDENTIFIER,
        "organization_name": ORGANIZATION_NAME,
        "certificate_pem": paths.pass_certificate.read_text("ascii"),
        "private_key_pem": paths.pass_key.read_text("ascii"),
        "wwdr_pem": paths.wwdr.read_text("ascii"),
        "apns_ca_pem": paths.tls_root.read_text("ascii"),
    }


def google_secret(paths: Paths, google_url: str) -> dict[str, str]:
    """The JSON a deployment keeps as its Google secret; tokens come from `<google_url>/token`."""
    account = json.loads(paths.service_account.read_text("utf-8"))
    return {
        "issuer_id": GOOGLE_ISSUER_ID,
        "client_email": account["client_email"],
        "private_key_pem": account["private_key"],
        "token_uri": f"{google_url.rstrip('/')}/token",
    }


def main(arguments: list[str] | None = None) -> int:
    """Make the files and print their paths as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tools.testpki", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Path(".tessera"))
    paths = ensure(parser.parse_args(arguments).state_dir)
    json.dump({name: str(path) for name, path in asdict(paths).items()}, sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
