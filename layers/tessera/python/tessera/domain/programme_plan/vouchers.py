"""What a draft does to the vouchers that members already hold (A-12, Z-30).

A voucher keeps for ever its code, its last day and how often it can be used. What it is worth and
where it can be used follow the reward of the version in force on the day of its use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tessera.domain.programme_check.finding import Finding, error
from tessera.domain.programme_plan.differences import Difference, differences
from tessera.domain.texts.spacing import all_spaced

_FIXED_AT_ISSUE = frozenset({"expiry", "times"})
_FOLLOWED = ("kind", "worth", "products", "use")

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "fr": all_spaced(
        {
            "kept": "{count} bons « {reward} » déjà remis : rien ne change pour eux.",
            "changed": "{count} bons « {reward} » déjà remis vaudront ce que dit le brouillon :"
            " {changes}. Leur fin de validité ne change pas.",
            "stranded": "{count} bons « {reward} » déjà remis ne pourraient plus être utilisés.",
        }
    ),
    "en": {
        "kept": "{count} vouchers “{reward}” already issued: nothing changes for them.",
        "changed": "{count} vouchers “{reward}” already issued will be worth what the draft says:"
        " {changes}. Their last day does not change.",
        "stranded": "{count} vouchers “{reward}” already issued could no longer be used.",
    },
}


@dataclass(frozen=True, slots=True)
class VoucherEffect:
    """What becomes of the open vouchers of one reward: `kept`, `changed` or `stranded`."""

    reward: str
    count: int
    kind: str
    changes: tuple[Difference, ...] = ()

    def sentence(self, language: str) -> str:
        """The effect in French or English."""
        told = "; ".join(change.sentence(language) for change in self.changes)
        return SENTENCES[language][self.kind].format(
            count=self.count, reward=self.reward, changes=told
        )


def voucher_effects(
    live: Mapping[str, Any], draft: Mapping[str, Any], issued: Mapping[str, int]
) -> list[VoucherEffect]:
    """One effect for each reward of which vouchers are open, in the order of their names."""
    olds, news = _rewards(live), _rewards(draft)
    found = []
    for name, count in sorted(issued.items()):
        if count <= 0:
            continue
        if name not in news:
            found.append(VoucherEffect(name, count, "stranded"))
            continue
        changes = tuple(
            differences(_followed(olds.get(name, {})), _followed(news[name]), ("rewards", name))
        )
        found.append(VoucherEffect(name, count, "changed" if changes else "kept", changes))
    return found


def stranded(effects: Sequence[VoucherEffect]) -> list[Finding]:
    """An error for each reward that the draft takes away from under its open vouchers."""
    return [
        error("/rewards", "vouchers_stranded", reward=effect.reward, count=effect.count)
        for effect in effects
        if effect.kind == "stranded"
    ]


def _rewards(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {item["id"]: item for item in document.get("rewards") or ()}


def _followed(reward: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a reward that vouchers in the hand follow."""
    found = {key: reward[key] for key in _FOLLOWED if reward.get(key) is not None}
    if isinstance(found.get("use"), Mapping):
        found["use"] = {
            key: value for key, value in found["use"].items() if key not in _FIXED_AT_ISSUE
        }
        if not found["use"]:
            del found["use"]
    return found
