"""Les phrases françaises des reçus et des traces."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "unit.points.one": "point",
    "unit.points.other": "points",
    "unit.stamps.one": "tampon",
    "unit.stamps.other": "tampons",
    "receipt.balance_before": "{name} : solde avant cet achat {amount|value}",
    "receipt.value_used": "{name} : déduit {amount|value}",
    "receipt.value_earned": "{name} : acquis {amount|value}",
    "receipt.use_by": "{name} : à utiliser jusqu'au {day|day}",
    "receipt.usable_from": "{name} : utilisable à partir du {day|day}",
    "receipt.balance_after": "{name} : nouveau solde {amount|value}",
    "receipt.usage_rule": "{points|value} = {gives|money} de remise",
    "receipt.missing_before_use": "{name} : encore {amount|value} avant utilisation",
}
