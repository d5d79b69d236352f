"""Where things stand in the document, and amounts as it writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tier_pointer(document: Mapping[str, Any], group: int, tier: str) -> str:
    """The pointer of a tier: the programme sorts its tiers, the document need not."""
    for index, item in enumerate(document["tier_groups"][group]["tiers"]):
        if item["id"] == tier:
            return f"/tier_groups/{group}/tiers/{index}"
    return f"/tier_groups/{group}/tiers"


def amount_text(amount: int, decimals: int) -> str:
    """An amount in natural units, without decimals that are all zero."""
    whole, rest = divmod(abs(amount), 10**decimals)
    digits = f"{whole}.{str(rest).rjust(decimals, '0')}" if rest else str(whole)
    return f"-{digits}" if amount < 0 else digits
