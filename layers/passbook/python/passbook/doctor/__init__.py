"""Finds, offline, what makes phones refuse a card or keep silent about a change.

Every function gives findings, each with a stable rule, a place, an explanation and a remedy;
`passbook.doctor.known` relates them to the failures that issuers report most. On the command line:
`python -m passbook doctor FILE... [--certificate FILE --key FILE --wwdr FILE]`.
"""

from passbook.doctor.archives import examine_bundle, examine_pass, examine_serials
from passbook.doctor.certificates import CertificateFiles, examine_certificates, expiry_days
from passbook.doctor.google import (
    examine_google_account,
    examine_google_class,
    examine_google_link,
)
from passbook.doctor.known import KNOWN_FAILURES, KnownFailure
from passbook.doctor.updates import examine_update

__all__ = [
    "KNOWN_FAILURES",
    "CertificateFiles",
    "KnownFailure",
    "examine_bundle",
    "examine_certificates",
    "examine_google_account",
    "examine_google_class",
    "examine_google_link",
    "examine_pass",
    "examine_serials",
    "examine_update",
    "expiry_days",
]
