"""What a draft changes against the version in force, in words (X-07)."""

from tessera.domain.programme_plan.differences import Difference, differences, sentences
from tessera.domain.programme_plan.vouchers import VoucherEffect, stranded, voucher_effects

__all__ = [
    "Difference",
    "VoucherEffect",
    "differences",
    "sentences",
    "stranded",
    "voucher_effects",
]
