"""Apple Wallet passes: a typed model, validation, signing, reading. Knows nothing of loyalty.

    signer = Signer.from_pem(certificate, private_key, wwdr)
    template = Template(document, Assets.from_directory("wallet_assets/tessera"), signer)
    archive = template.render({"serial": "...", "balance": 42})

The old package's class names (`Pass`, `StoreCard`, `addFile`, `create`) are in `passbook.models`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from passbook.archive import BUNDLE_MIME_TYPE, MIME_TYPE, Limits, bundle, read_bundle
from passbook.assets import Assets
from passbook.errors import (
    Finding,
    InvalidArchiveError,
    InvalidCertificateError,
    InvalidPassError,
    PassError,
)
from passbook.names import (
    BarcodeFormat,
    DataDetector,
    DateStyle,
    NumberStyle,
    TextAlignment,
    TransitType,
)
from passbook.reading import PassArchive, read_pass
from passbook.signer import RawSignature, Signer
from passbook.template import Template, build, examine_design, validate

if TYPE_CHECKING:
    from passbook.document import (
        NFC,
        Barcode,
        Beacon,
        BoardingPass,
        Coupon,
        EventTicket,
        FeaturedAction,
        Field,
        Generic,
        Location,
        Pass,
        PassFields,
        PosterGeneric,
        RelevantDate,
        StoreCard,
    )

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
    "examine_design",
    "read_bundle",
    "read_pass",
    "validate",
]


def __getattr__(name: str) -> object:
    # A function that fills templates never needs the typed model, whose classes take longer to
    # make than all the rest of this package: they are made when one is first asked for.
    if name in __all__:
        from passbook import document

        return getattr(document, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
