"""The twenty failures that issuers report most, and what finds each of them.

Gathered from the issue threads of the open-source pass libraries. `rules` are those of the
findings; `where` says who looks: this doctor offline, or a check against a running service, which
is no part of this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """One failure: its number, how it shows, the rules that name it, and where it can be seen."""

    number: int
    symptom: str
    rules: tuple[str, ...]
    where: Literal["offline", "partly offline", "live"]


KNOWN_FAILURES = (
    KnownFailure(1, "“Sorry, your pass cannot be installed”", ("style-single",), "offline"),
    KnownFailure(
        2,
        "team or pass type of another certificate",
        ("team-mismatch", "pass-type-mismatch", "certificate-kind"),
        "offline",
    ),
    KnownFailure(
        3,
        "wrong, old or missing WWDR certificate, or one that has expired",
        (
            "wwdr-generation",
            "wwdr-missing",
            "wwdr-not-apple",
            "chain",
            "certificate-expired",
            "certificate-expires-7",
            "certificate-expires-30",
            "certificate-expires-90",
        ),
        "offline",
    ),
    KnownFailure(4, ".p12 that OpenSSL 3 no longer opens", ("p12-format",), "offline"),
    KnownFailure(
        5,
        "key and certificate do not belong together, or the key is missing or locked",
        ("key-mismatch", "key-missing", "key-password", "key-format"),
        "offline",
    ),
    KnownFailure(6, "M2Crypto does not build", ("requirement-obsolete",), "offline"),
    KnownFailure(7, "dates with milliseconds, +0000 or ZZ", ("date-format",), "offline"),
    KnownFailure(
        8, "the pass lands among the expired ones", ("expired", "date-time-zone"), "offline"
    ),
    KnownFailure(
        9,
        "icon missing, no PNG, wrong size or name",
        ("icon-missing", "image-format", "image-size", "image-name"),
        "offline",
    ),
    KnownFailure(10, "the strip is cropped", ("strip-cropped",), "offline"),
    KnownFailure(
        11,
        "file not in the manifest, folder or .DS_Store in the zip",
        (
            "manifest-unlisted",
            "manifest-hash",
            "manifest-extra",
            "archive-folder",
            "archive-hidden",
            "member-missing",
        ),
        "offline",
    ),
    KnownFailure(
        12,
        "token too short, address without token, http",
        ("token-length", "web-service-pair", "url-scheme"),
        "offline",
    ),
    KnownFailure(
        13, "//v1 is answered 404", ("web-service-slash", "web-service-url"), "partly offline"
    ),
    KnownFailure(
        14, "the phone never registers, or gets 401", ("web-service-private",), "partly offline"
    ),
    KnownFailure(
        15,
        "the push arrives and no banner appears",
        ("update-silent", "update-many", "update-placeholder", "update-empty"),
        "offline",
    ),
    KnownFailure(16, "hundreds of registrations of one card", (), "live"),
    KnownFailure(
        17, "one card overwrites another", ("serial-duplicate", "serial-entropy"), "offline"
    ),
    KnownFailure(
        18, "Google answers permissionDenied", ("google-account", "google-key"), "partly offline"
    ),
    KnownFailure(
        19,
        "Google's save link answers “server error”",
        (
            "google-link",
            "google-link-length",
            "google-link-claim",
            "google-link-payload",
            "google-object-id",
        ),
        "partly offline",
    ),
    KnownFailure(
        20,
        "Google refuses or ignores an update of the class",
        ("google-review-status", "google-image", "google-class"),
        "partly offline",
    ),
)
