"""The English sentences of receipts and traces."""

from __future__ import annotations

from collections.abc import Mapping

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

SENTENCES: Mapping[str, str] = {
    "unit.points.one": "point",
    "unit.points.other": "points",
    "unit.stamps.one": "stamp",
    "unit.stamps.other": "stamps",
    "receipt.balance_before": "{name}: balance before this purchase {amount|value}",
    "receipt.value_used": "{name}: deducted {amount|value}",
    "receipt.value_earned": "{name}: earned {amount|value}",
    "receipt.use_by": "{name}: use by {day|day}",
    "receipt.usable_from": "{name}: usable from {day|day}",
    "receipt.balance_after": "{name}: new balance {amount|value}",
    "receipt.usage_rule": "{points|value} = {gives|money} discount",
    "receipt.missing_before_use": "{name}: {amount|value} more before use",
}
