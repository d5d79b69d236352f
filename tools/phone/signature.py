"""The card's signature, judged by the `openssl` programme and not by code of ours.

Apple wants a detached PKCS#7 signature of the manifest, with a signing time, by a pass type
certificate whose UID and OU are the card's pass type and team, with the WWDR intermediate in it.
Only the root is trusted here, so a signature without the intermediate finds no path to it.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.phone.refusal import Refused

_TIMEOUT_S: Final = 30
_SUBJECT_LINE: Final = re.compile(r"^\s+(\w+)\s*= (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed: UID and OU of the certificate's subject."""

    pass_type_identifier: str
    team_identifier: str


def _openssl(*arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["openssl", *arguments],
            cwd=folder,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise RuntimeError("openssl is missing: apt-get install openssl") from error


def verify(manifest: bytes, signature: bytes, root: Path) -> Signer:
    """Check a signature against the root and return its signer. Raises Refused."""
    trusted = root.resolve()
    with tempfile.TemporaryDirectory(prefix="phone-") as name:
        folder = Path(name)
        (folder / "manifest.json").write_bytes(manifest)
        (folder / "signature").write_bytes(signature)
        _check_form(folder)
        _check_chain(folder, trusted)
        return _read_signer(folder)


def _check_form(folder: Path) -> None:
    shown = _openssl(
        "cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "signature", folder=folder
    )
    if shown.returncode != 0:
        raise Refused("signature-unreadable", "not a PKCS#7 structure in DER")
    text = shown.stdout.decode("utf-8", "replace")
    if "eContent: <ABSENT>" not in text:
        raise Refused("signature-attached", "the signature carries the manifest inside")
    if "signingTime" not in text:
        raise Refused("signature-without-time", "the signing time attribute is missing")
    if text.count("signerInfos") != 1 or text.count("signatureAlgorithm") < 1:
        raise Refused("signature-unreadable", "there is no signer")


def _check_chain(folder: Path, root: Path) -> None:
    for programme in ("cms", "smime"):
        verified = _openssl(
            programme,
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "signature",
            "-content",
            "manifest.json",
            "-CAfile",
            str(root),
            "-no-CApath",
            "-no-CAstore",
            "-purpose",
            "any",
            "-signer",
            "signer.pem",
            "-out",
            "verified",
            folder=folder,
        )
        if verified.returncode != 0:
            raise _refusal(verified.stderr.decode("utf-8", "replace"))


def _refusal(report: str) -> Refused:
    reasons = (
        ("certificate has expired", "certificate-expired"),
        ("certificate is not yet valid", "certificate-not-yet-valid"),
        ("unable to get local issuer certificate", "signature-chain"),
        ("self-signed certificate", "signature-chain"),
        ("self signed certificate", "signature-chain"),
        ("digest failure", "signature-wrong"),
        ("verification failure", "signature-wrong"),
        ("signature failure", "signature-wrong"),
    )
    last = report.strip().splitlines()[-1] if report.strip() else "openssl refused it"
    for text, code in reasons:
        if text in report:
            return Refused(code, text)
    return Refused("signature-wrong", last)


def _read_signer(folder: Path) -> Signer:
    shown = _openssl(
        "x509",
        "-in",
        "signer.pem",
        "-noout",
        "-subject",
        "-nameopt",
        "multiline,utf8,-esc_msb",
        folder=folder,
    )
    subject = dict(_SUBJECT_LINE.findall(shown.stdout.decode("utf-8", "replace")))
    return Signer(subject.get("userId", ""), subject.get("organizationalUnitName", ""))
