"""A finished .pkpass, examined as a phone examines it: archive, manifest, signature, content."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from passbook import der
from passbook.archive import check_path, read_bundle
from passbook.cms import ReadSignature, issuer_and_serial, read_signature
from passbook.doctor.certificates import chain_findings
from passbook.errors import Finding, InvalidArchiveError
from passbook.reading import PassArchive, parse_json, read_pass
from passbook.template import validate

_UNLISTED = frozenset({"manifest.json", "signature"})
_ZIP_REMEDY = "Zip the files themselves: zip -X -r card.pkpass * -x '.*' inside the folder."


def examine_pass(data: bytes, now: datetime, *, root: bytes | None = None) -> list[Finding]:
    """Everything wrong with a .pkpass at `now`; errors first.

    `root` is the certificate to verify up to, for chains that are not Apple's.
    """
    try:
        archive = read_pass(data)
    except InvalidArchiveError as error:
        return [Finding(error.rule, "archive", error.message, error.remedy)]
    out = _member_findings(archive.members)
    out += _manifest_findings(archive.members)
    out += _signature_findings(archive, now, root)
    # Misnamed members have been reported; the rest are judged as the files of the pass.
    files = {name: file for name, file in archive.assets.items() if _name_fits(name)}
    out += validate(archive.document, files, now=now)
    out += _service_findings(archive.document)
    return sorted(out, key=lambda one: one.severity != "error")


def examine_bundle(data: bytes, now: datetime, *, root: bytes | None = None) -> list[Finding]:
    """As `examine_pass` for each pass of a .pkpasses file, and for serials used twice."""
    try:
        passes = read_bundle(data)
    except InvalidArchiveError as error:
        return [Finding(error.rule, "bundle", error.message, error.remedy)]
    out = [
        Finding(one.rule, f"{name}: {one.path}", one.message, one.remedy, one.severity)
        for name, content in passes.items()
        for one in examine_pass(content, now, root=root)
    ]
    return [*out, *examine_serials(passes)]


def examine_serials(passes: Mapping[str, bytes]) -> list[Finding]:
    """Passes that would overwrite one another on a phone: same type, same serial number."""
    seen: dict[tuple[object, object], str] = {}
    out: list[Finding] = []
    for name, content in passes.items():
        try:
            document = read_pass(content).document
        except InvalidArchiveError:
            continue
        identity = (document.get("passTypeIdentifier"), document.get("serialNumber"))
        if identity in seen:
            message = f"{name} has the serial number of {seen[identity]}: one replaces the other."
            remedy = "Give each card a random serial number of its own."
            out.append(Finding("serial-duplicate", "serialNumber", message, remedy))
        seen.setdefault(identity, name)
    return out


def _name_fits(name: str) -> bool:
    try:
        check_path(name)
    except InvalidArchiveError:
        return False
    return True


def _member_findings(members: Mapping[str, bytes]) -> list[Finding]:
    out: list[Finding] = []
    for name in members:
        if name.endswith("/"):
            message = "The archive holds an entry for a folder."
            out.append(Finding("archive-folder", name, message, _ZIP_REMEDY))
        elif any(part.startswith((".", "__MACOSX")) for part in name.split("/")):
            message = "A file of the operating system has slipped in."
            out.append(Finding("archive-hidden", name, message, _ZIP_REMEDY))
        elif not _name_fits(name):
            message = "It is no name for a file of a pass."
            out.append(Finding("member-name", name, message, _ZIP_REMEDY))
    return out


def _manifest_findings(members: Mapping[str, bytes]) -> list[Finding]:
    try:
        manifest = parse_json(members.get("manifest.json"), "manifest.json")
    except InvalidArchiveError as error:
        return [Finding(error.rule, "manifest.json", error.message, error.remedy)]
    out: list[Finding] = []
    remedy = "Write the manifest last, over the very bytes that are zipped."
    for name, data in members.items():
        if name in _UNLISTED or name.endswith("/"):
            continue
        listed = manifest.get(name)
        if listed is None:
            message = "The manifest does not list the file."
            out.append(Finding("manifest-unlisted", name, message, remedy))
        elif listed != hashlib.sha1(data, usedforsecurity=False).hexdigest():
            message = "The manifest gives another SHA-1 for the file."
            out.append(Finding("manifest-hash", name, message, remedy))
    for name in manifest:
        if name not in members or name in _UNLISTED:
            message = "The manifest lists a file that is not in the archive."
            if name in _UNLISTED:
                message = "The manifest lists itself or its signature."
            out.append(Finding("manifest-extra", name, message, remedy))
    return out


def _signature_findings(archive: PassArchive, now: datetime, root: bytes | None) -> list[Finding]:
    data = archive.members.get("signature")
    if data is None:
        message = "The pass is not signed."
        return [Finding("signature-missing", "signature", message, "Sign manifest.json.")]
    try:
        signature = read_signature(data)
        certificates = [x509.load_der_x509_certificate(one) for one in signature.certificates]
        named = [issuer_and_serial(one) for one in signature.certificates]
    except (der.DerError, ValueError, IndexError) as error:
        message = f"It is not a CMS signature in DER: {error}."
        remedy = "Write DER, not PEM or base64: openssl smime -sign -outform DER."
        return [Finding("signature-format", "signature", message, remedy)]
    out = _form_findings(signature, archive.members.get("manifest.json", b""))
    if signature.signer not in named:
        message = "The certificate that signed is not in the signature."
        remedy = "Embed the signing certificate and the WWDR certificate."
        return [*out, Finding("signature-certificate", "signature", message, remedy)]
    leaf = certificates[named.index(signature.signer)]
    if not _verifies(leaf, signature):
        message = "The signature does not verify with the certificate in it."
        remedy = "Sign with the key of the certificate, and embed certificates as they were issued."
        out.append(Finding("signature-invalid", "signature", message, remedy))
    others = [one for one in certificates if one is not leaf]
    return [*out, *chain_findings(leaf, others, now, root), *_owner_findings(archive, leaf)]


def _form_findings(signature: ReadSignature, manifest: bytes) -> list[Finding]:
    out: list[Finding] = []
    if not signature.detached:
        message = "The manifest is embedded in the signature; Apple asks for a detached one."
        out.append(Finding("signature-attached", "signature", message, "Sign detached.", "warning"))
    if signature.digest_algorithm not in {"sha1", "sha256"}:
        message = "The signature uses another digest than SHA-1 or SHA-256."
        out.append(Finding("signature-digest", "signature", message, "Use SHA-256."))
    elif not signature.matches(manifest):
        message = "The signature is over another manifest than the one in the archive."
        remedy = "Sign the very bytes of manifest.json, and do not touch them afterwards."
        out.append(Finding("signature-manifest", "signature", message, remedy))
    if signature.signed_at is None:
        message = "The signature has no signing time, which Apple requires."
        out.append(Finding("signing-time", "signature", message, "Add the signed attribute."))
    return out


def _verifies(leaf: x509.Certificate, signature: ReadSignature) -> bool:
    key = leaf.public_key()
    digest = hashes.SHA1() if signature.digest_algorithm == "sha1" else hashes.SHA256()  # noqa: S303
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature.signature, signature.attributes, padding.PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True


def _owner_findings(archive: PassArchive, leaf: x509.Certificate) -> list[Finding]:
    out: list[Finding] = []
    for key, rule, attribute, name in (
        ("passTypeIdentifier", "pass-type-mismatch", "UID", NameOID.USER_ID),
        ("teamIdentifier", "team-mismatch", "OU", NameOID.ORGANIZATIONAL_UNIT_NAME),
    ):
        values = [str(one.value) for one in leaf.subject.get_attributes_for_oid(name)]
        if archive.document.get(key) not in values:
            said = archive.document.get(key)
            message = f"pass.json says {said!r}, the certificate's {attribute} is {values}."
            remedy = "Sign with the certificate of that pass type, or correct pass.json."
            out.append(Finding(rule, key, message, remedy))
    return out


def _service_findings(document: Mapping[str, object]) -> list[Finding]:
    address = document.get("webServiceURL")
    if not isinstance(address, str):
        return []
    out: list[Finding] = []
    if address.endswith("/"):
        message = "The address ends in a slash, and iOS asks for //v1/..."
        remedy = "Remove the slash, or let the server take doubled slashes."
        out.append(Finding("web-service-slash", "webServiceURL", message, remedy, "warning"))
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return out
    if _private(host):
        message = f"Phones cannot reach {host} from outside, so the card will never register."
        remedy = "Use the public address of the service."
        out.append(Finding("web-service-private", "webServiceURL", message, remedy, "warning"))
    return out


def _private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
