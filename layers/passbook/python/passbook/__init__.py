"""Apple Wallet passes: a typed model, validation, signing, reading. Knows nothing of loyalty.

    signer = Signer.from_pem(certificate, private_key, wwdr)
    template = Template(document, Assets.from_directory("wallet_assets/tessera"), signer)
    archive = template.render({"serial": "...", "balance": 42})

The old package's class names (`Pass`, `StoreCard`, `addFile`, `create`) are in `passbook.models`.
"""

from passbook.archive import BUNDLE_MIME_TYPE, Limits, bundle, read_bundle
from passbook.assets import Assets
from passbook.document import (
    NFC,
    Barcode,
    BarcodeFormat,
    Beacon,
    BoardingPass,
    Coupon,
    DataDetector,
    DateStyle,
    EventTicket,
    FeaturedAction,
    Field,
    Generic,
    Location,
    NumberStyle,
    Pass,
    PassFields,
    PosterGeneric,
    RelevantDate,
    StoreCard,
    TextAlignment,
    TransitType,
)
from passbook.errors import (
    Finding,
    InvalidArchiveError,
    InvalidCertificateError,
    InvalidPassError,
    PassError,
)
from passbook.reading import PassArchive, read_pass
from passbook.signer import RawSignature, Signer
from passbook.template import Template, build, validate

MIME_TYPE = Pass.MIME_TYPE

__all__ = [
    "BUNDLE_MIME_TYPE",
    "MIME_TYPE",
    "NFC",
    "Assets",
    "Barcode",
    "BarcodeFormat",
    "Beacon",
    "BoardingPass",
    "Coupon",
    "DataDetector",
    "DateStyle",
    "EventTicket",
    "FeaturedAction",
    "Field",
    "Finding",
    "Generic",
    "InvalidArchiveError",
    "InvalidCertificateError",
    "InvalidPassError",
    "Limits",
    "Location",
    "NumberStyle",
    "Pass",
    "PassArchive",
    "PassError",
    "PassFields",
    "PosterGeneric",
    "RawSignature",
    "RelevantDate",
    "Signer",
    "StoreCard",
    "Template",
    "TextAlignment",
    "TransitType",
    "build",
    "bundle",
    "read_bundle",
    "read_pass",
    "validate",
]
