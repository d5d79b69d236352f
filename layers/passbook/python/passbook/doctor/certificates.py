"""Whether key, certificate and Apple's intermediate can sign passes, and until when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from passbook.errors import Finding, InvalidCertificateError
from passbook.signer import Signer, certificate_der

# "Worldwide Developer Relations G4", 2020-12-16 to 2030-12-10, from Apple's authority page.
WWDR_G4_SHA256 = "ea4757885538dd8cb59ff4556f676087d83c85e70902c122e42c0808b5bce14c"
_WWDR_REMEDY = (
    "Download Worldwide Developer Relations G4 from https://www.apple.com/certificateauthority/."
)
_RENEWAL_REMEDY = (
    "Request a new one for the same pass type identifier: cards in use go on with it. After the "
    "date none can be installed, updated or pushed."
)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """The bytes of a certificate set: certificate and key, or a .p12, and the intermediate."""

    certificate: bytes | None = None
    private_key: bytes | None = None
    wwdr: bytes | None = None
    p12: bytes | None = None
    password: bytes | None = None
    root: bytes | None = None
    """The root to verify up to; without it the intermediate is known by its fingerprint."""


def examine_certificates(
    files: CertificateFiles,
    now: datetime,
    *,
    pass_type_identifier: str | None = None,
    team_identifier: str | None = None,
) -> list[Finding]:
    """Everything wrong with a certificate set at `now`, given what the configuration expects.

    The RSA key is validated in full, as it should be once, where a key is installed.
    """
    try:
        signer = _signer(files)
    except InvalidCertificateError as error:
        return [Finding(error.rule, "certificates", error.message, error.remedy)]
    out = chain_findings(signer.certificate, (signer.wwdr,), now, files.root)
    for what, attribute, own, wanted in (
        ("passTypeIdentifier", "UID", signer.pass_type_identifier, pass_type_identifier),
        ("teamIdentifier", "OU", signer.team_identifier, team_identifier),
    ):
        if own is None:
            message = f"The certificate has no {attribute}: it is no pass type certificate."
            remedy = "Request a Pass Type ID Certificate, not one for apps or push."
            out.append(Finding("certificate-kind", "certificate", message, remedy))
        elif wanted is not None and own != wanted:
            rule = "pass-type-mismatch" if attribute == "UID" else "team-mismatch"
            message = f"The configuration says {wanted}, the certificate's {attribute} is {own}."
            remedy = f"Configure {own}, or use the certificate of {wanted}."
            out.append(Finding(rule, what, message, remedy))
    return out


def _signer(files: CertificateFiles) -> Signer:
    if files.wwdr is None:
        raise InvalidCertificateError("wwdr-missing", "There is no WWDR certificate.", _WWDR_REMEDY)
    if files.p12 is not None:
        return Signer.from_p12(files.p12, files.wwdr, password=files.password)
    if files.certificate is None or files.private_key is None:
        absent = "certificate" if files.certificate is None else "private key"
        raise InvalidCertificateError(
            "key-missing",
            f"There is no {absent}.",
            "Give the pass type certificate and the key that made its request, or a .p12 of both.",
        )
    return Signer.from_pem(
        files.certificate,
        files.private_key,
        files.wwdr,
        password=files.password,
        validate_key=True,
    )


def expiry_days(certificate: x509.Certificate, now: datetime) -> int:
    """Whole days until the certificate expires; negative when it has. For metrics and alarms."""
    return (certificate.not_valid_after_utc - now).days


def chain_findings(
    leaf: x509.Certificate,
    others: Iterable[x509.Certificate],
    now: datetime,
    root: bytes | None = None,
) -> list[Finding]:
    """Whether `leaf` is vouched for by Apple's current intermediate, and the dates of both."""
    out = _date_findings(leaf, "certificate", "pass type certificate", now)
    wwdr = next((one for one in others if one.subject == leaf.issuer), None)
    if wwdr is None:
        message = "The intermediate that issued the certificate is not there."
        out.append(Finding("wwdr-missing", "wwdr", message, _WWDR_REMEDY))
        return out
    if not _issued(leaf, wwdr):
        message = "The WWDR certificate has the right name and did not sign the certificate."
        out.append(Finding("chain", "wwdr", message, _WWDR_REMEDY))
    out += _date_findings(wwdr, "wwdr", "WWDR certificate", now)
    out += _generation_findings(wwdr, root)
    return out


def _issued(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _generation_findings(wwdr: x509.Certificate, root: bytes | None) -> list[Finding]:
    units = wwdr.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    generation = ", ".join(str(unit.value) for unit in units)
    if generation != "G4":
        named = f"generation {generation}" if generation else "no generation"
        message = f"The WWDR certificate is of {named}; pass certificates are issued by G4 now."
        return [Finding("wwdr-generation", "wwdr", message, _WWDR_REMEDY, "warning")]
    if root is not None:
        authority = x509.load_der_x509_certificate(certificate_der(root, "root certificate"))
        if not _issued(wwdr, authority):
            message = "The root given did not issue the WWDR certificate."
            return [Finding("chain", "root", message, "Give the root at the end of its chain.")]
        return []
    if hashlib.sha256(wwdr.public_bytes(Encoding.DER)).hexdigest() != WWDR_G4_SHA256:
        message = "It calls itself G4 and is not the certificate that Apple publishes."
        remedy = f"{_WWDR_REMEDY} For a test chain, give its root."
        return [Finding("wwdr-not-apple", "wwdr", message, remedy, "warning")]
    return []


def _date_findings(
    certificate: x509.Certificate, path: str, what: str, now: datetime
) -> list[Finding]:
    until = f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
    if now < certificate.not_valid_before_utc:
        message = f"The {what} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} on only."
        return [Finding("certificate-early", path, message, "Check the clock of this machine.")]
    if now >= certificate.not_valid_after_utc:
        message = f"The {what} expired on {until}."
        return [Finding("certificate-expired", path, message, _RENEWAL_REMEDY)]
    days = expiry_days(certificate, now)
    for limit in (7, 30, 90):
        if days < limit:
            message = f"The {what} expires in {days} days, on {until}."
            rule = f"certificate-expires-{limit}"
            return [Finding(rule, path, message, _RENEWAL_REMEDY, "warning")]
    return []
