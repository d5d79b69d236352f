"""`python -m passbook doctor`: the doctor on the command line.

Exit status: 0 nothing wrong (warnings included), 1 errors found, 2 the call itself is wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from passbook.doctor.archives import examine_bundle, examine_pass, examine_serials
from passbook.doctor.certificates import CertificateFiles, examine_certificates
from passbook.doctor.google import (
    SAVE_URL,
    examine_google_account,
    examine_google_class,
    examine_google_link,
)
from passbook.doctor.known import KNOWN_FAILURES
from passbook.doctor.updates import examine_update
from passbook.errors import Finding
from passbook.template import validate

# What compiles M2Crypto, or needs a compiler, to sign a pass.
_OBSOLETE = re.compile(r"(?mi)^\s*(passbook|m2crypto|py-pkpass|swig)\b(?!-)")


def parser() -> argparse.ArgumentParser:
    """The command line of the doctor."""
    out = argparse.ArgumentParser(
        prog="passbook doctor",
        description="Say what makes phones refuse a card, and what to do about it.",
    )
    out.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help=".pkpass, .pkpasses, pass.json, a Google service account, class or save link, "
        "or a requirements.txt",
    )
    out.add_argument("--before", type=Path, help="the card as phones hold it, to compare with")
    certificates = out.add_argument_group("certificates")
    for name, meaning in (
        ("certificate", "pass type certificate, PEM or DER"),
        ("key", "its private key, PEM or DER"),
        ("p12", "both in one file, as Keychain exports them"),
        ("wwdr", "Apple's WWDR certificate"),
        ("root", "root of a test chain (default: Apple's, known by fingerprint)"),
    ):
        certificates.add_argument(f"--{name}", type=Path, metavar="FILE", help=meaning)
    certificates.add_argument(
        "--password-env", metavar="NAME", help="environment variable with the key's password"
    )
    certificates.add_argument("--pass-type", metavar="ID", help="what the configuration expects")
    certificates.add_argument("--team", metavar="ID", help="what the configuration expects")
    out.add_argument("--now", type=datetime.fromisoformat, help="examine as of this instant")
    out.add_argument("--json", action="store_true", help="one JSON object per finding")
    out.add_argument("--list", action="store_true", help="list the known failures and their rules")
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the doctor; gives the exit status."""
    options = parser().parse_args(arguments)
    if options.list:
        _list_failures()
        return 0
    asked = (options.certificate, options.key, options.p12, options.wwdr)
    if not options.files and not any(asked):
        parser().print_usage(sys.stderr)
        return 2
    now = options.now or datetime.now(UTC)
    if now.tzinfo is None:
        now = now.replace(tzinfo=UTC)
    try:
        found = _examine(options, now)
    except OSError as error:
        _print(f"{error.filename}: {error.strerror}", sys.stderr)
        return 2
    for name, finding in found:
        _report(name, finding, as_json=options.json)
    errors = sum(one.severity == "error" for _, one in found)
    if not options.json:
        _print(f"{errors} error(s), {len(found) - errors} warning(s)")
    return 1 if errors else 0


def _examine(options: argparse.Namespace, now: datetime) -> list[tuple[str, Finding]]:
    root = options.root.read_bytes() if options.root else None
    found: list[tuple[str, Finding]] = []
    passes: dict[str, bytes] = {}
    for path in options.files:
        data = path.read_bytes()
        found += [(str(path), one) for one in examine_file(path.name, data, now, root)]
        if data.startswith(b"PK"):
            passes[str(path)] = data
    if len(passes) > 1:
        found += [("all files", one) for one in examine_serials(passes)]
    if options.before is not None:
        before = options.before.read_bytes()
        for name, data in passes.items():
            found += [(name, one) for one in examine_update(before, data)]
    if any((options.certificate, options.key, options.p12, options.wwdr)):
        files = CertificateFiles(
            certificate=_optional(options.certificate),
            private_key=_optional(options.key),
            wwdr=_optional(options.wwdr),
            p12=_optional(options.p12),
            password=_password(options.password_env),
            root=root,
        )
        found += [
            ("certificates", one)
            for one in examine_certificates(
                files,
                now,
                pass_type_identifier=options.pass_type,
                team_identifier=options.team,
            )
        ]
    return found


def _optional(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None else None


def _password(variable: str | None) -> bytes | None:
    return os.environ[variable].encode() if variable and variable in os.environ else None


def examine_file(name: str, data: bytes, now: datetime, root: bytes | None = None) -> list[Finding]:
    """Examines one file as what it turns out to be, by its content rather than its name."""
    if data.startswith(b"PK"):
        if name.endswith(".pkpasses"):
            return examine_bundle(data, now, root=root)
        return examine_pass(data, now, root=root)
    text = data.decode("utf-8", "replace").strip()
    if text.startswith(SAVE_URL):
        return examine_google_link(text)
    if text.startswith("{"):
        return _examine_json(text, now)
    if name.endswith(".txt"):
        return _examine_requirements(text)
    message = "It is neither a pass nor any other file that the doctor knows."
    remedy = "A .pkpass is a zip: was it encoded as base64, or cut, on its way?"
    return [Finding("file-kind", name, message, remedy)]


def _examine_json(text: str, now: datetime) -> list[Finding]:
    try:
        document = json.loads(text)
    except ValueError as error:
        message = f"It is not JSON: {error}."
        return [Finding("json-format", "file", message, "Write it with a JSON library.")]
    if "private_key" in document or document.get("type") == "service_account":
        return examine_google_account(document)
    if "reviewStatus" in document or "programName" in document:
        return examine_google_class(document)
    return validate(document, now=now)


def _examine_requirements(text: str) -> list[Finding]:
    return [
        Finding(
            "requirement-obsolete",
            found.group(1),
            f"{found.group(1)} signs by M2Crypto or brings swig along: it needs a compiler, and "
            "the functions' image has none.",
            "Remove it: this package needs cryptography only, which comes as a wheel.",
        )
        for found in _OBSOLETE.finditer(text)
    ]


def _report(name: str, finding: Finding, *, as_json: bool) -> None:
    if as_json:
        fields = ("severity", "rule", "path", "message", "remedy")
        _print(json.dumps({"file": name, **{key: getattr(finding, key) for key in fields}}))
        return
    known = [one.number for one in KNOWN_FAILURES if finding.rule in one.rules]
    number = f" (known failure {known[0]})" if known else ""
    _print(f"{finding.severity:8}{finding.rule}{number}\n        {name}: {finding.path}")
    _print(f"        {finding.message}\n        -> {finding.remedy}")


def _list_failures() -> None:
    for one in KNOWN_FAILURES:
        _print(f"{one.number:2}. {one.symptom} [{one.where}]")
        if one.rules:
            _print(f"    {', '.join(one.rules)}")


def _print(text: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(text + "\n")
