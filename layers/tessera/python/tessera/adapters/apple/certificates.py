"""Apple's certificates, as the doctor of `passbook` sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from passbook.doctor import CertificateFiles, examine_certificates, expiry_days
from passbook.errors import InvalidCertificateError
from passbook.signer import Signer
from tessera.adapters.apple.cards import AppleAccount
from tessera.application.watch_certificates import CertificateState, Fault


@dataclass(frozen=True, slots=True)
class AppleCertificates:
    """`watch_certificates.Certificates` of the account in the stack's secret."""

    load_account: Callable[[], AppleAccount | None]

    def state(self, now_ms: int) -> CertificateState | None:
        account = self.load_account()
        if account is None:
            return None
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        certificate, key, wwdr = (
            text.encode()
            for text in (account.certificate_pem, account.private_key_pem, account.wwdr_pem)
        )
        files = CertificateFiles(certificate=certificate, private_key=key, wwdr=wwdr)
        found = examine_certificates(
            files,
            now,
            pass_type_identifier=account.pass_type_identifier,
            team_identifier=account.team_identifier,
        )
        faults = [Fault(one.severity, one.rule, one.message, one.remedy) for one in found]
        try:
            signer = Signer.from_pem(certificate, key, wwdr)
        except InvalidCertificateError:
            # The doctor has said why. Nothing can be signed with it: that is no day left.
            return CertificateState({"pass_type": 0}, faults)
        days = {
            "pass_type": expiry_days(signer.certificate, now),
            "wwdr": expiry_days(signer.wwdr, now),
        }
        return CertificateState(days, faults)
