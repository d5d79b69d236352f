"""The differences between two documents, and a sentence for each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tessera.domain.texts.spacing import all_spaced, spaced

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "fr": all_spaced(
        {
            "added": "{place} : ajouté, {after}",
            "removed": "{place} : supprimé (était {before})",
            "changed": "{place} : {before} devient {after}",
            "moved": "{place} : l'ordre devient {after}",
            "same": "Aucune différence.",
        }
    ),
    "en": {
        "added": "{place}: added, {after}",
        "removed": "{place}: removed (was {before})",
        "changed": "{place}: {before} becomes {after}",
        "moved": "{place}: the order becomes {after}",
        "same": "No difference.",
    },
}
NAMES: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "balances": "solde",
        "rules": "règle",
        "operations": "opération",
        "tier_groups": "groupe de niveaux",
        "tiers": "niveau",
        "rewards": "récompense",
        "segments": "segment",
        "clubs": "club",
        "membership": "adhésion",
        "earning": "gain",
        "returns": "retours",
        "new_customers": "nouveaux clients",
        "expiry": "validité",
        "spending": "utilisation",
        "price": "prix",
        "coefficient": "coefficient",
        "starts_at": "début",
        "ends_at": "fin",
        "at_least": "à partir de",
        "name": "nom",
        "caps": "limites",
        "months": "mois",
        "days": "jours",
        "amount": "montant",
        "threshold": "seuil",
        "texts": "textes",
        "closing": "fermeture",
        "earning_until": "on gagne jusqu'au",
        "spending_until": "on utilise jusqu'au",
        "when": "quand",
        "if": "si",
        "then": "alors",
        "credit": "crédit",
        "per_amount": "par montant",
        "per_step": "par tranche",
        "per_item": "par article",
        "give": "donne",
        "every": "par",
        "award": "attribution",
        "listed": "proposée",
        "products": "produits",
        "discount": "remise",
        "stacking": "cumul",
        "objectives": "objectifs",
        "notice": "annonce",
        "terms": "conditions",
        "internal_name": "nom interne",
        "worth": "valeur",
        "use": "conditions d'emploi",
    },
    "en": {
        "balances": "balance",
        "rules": "rule",
        "operations": "operation",
        "tier_groups": "tier group",
        "tiers": "tier",
        "rewards": "reward",
        "segments": "segment",
        "clubs": "club",
    },
}


_WITH_IDS = frozenset(
    {"balances", "rules", "operations", "tier_groups", "tiers", "rewards", "segments", "clubs"}
)

NUMBER: Mapping[str, str] = {"fr": "n°", "en": "no."}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: `added`, `removed`, `changed` or `moved` (another order).

    `way` leads to it from the document's root; parts that have an id are named by it, so that
    the way is the same wherever they stand.
    """

    kind: str
    way: tuple[str, ...]
    before: Any
    after: Any

    @property
    def path(self) -> str:
        """The way as a text: `/rewards/coffee/price/amount`."""
        return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in self.way)

    def sentence(self, language: str) -> str:
        """The difference in French or English."""
        return SENTENCES[language][self.kind].format(
            place=_place(self.way, language), before=_shown(self.before), after=_shown(self.after)
        )


def sentences(live: Mapping[str, Any], draft: Mapping[str, Any], language: str) -> list[str]:
    """One sentence for each difference, in the order of the draft; one that says so for none."""
    found = [item.sentence(language) for item in differences(live, draft)]
    return found or [SENTENCES[language]["same"]]


def differences(before: Any, after: Any, way: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Every difference between two values, in the order of the second."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*after, *(key for key in before if key not in after)]:
            inner = (*way, str(key))
            if key not in before:
                yield Difference("added", inner, None, after[key])
            elif key not in after:
                yield Difference("removed", inner, before[key], None)
            else:
                yield from differences(before[key], after[key], inner)
    elif _has_ids(before) and _has_ids(after):
        olds = {item["id"]: item for item in before}
        news = {item["id"]: item for item in after}
        yield from differences(olds, news, way)
        kept = [name for name in olds if name in news]
        order = [name for name in news if name in olds]
        if kept != order:
            yield Difference("moved", way, None, order)
    elif _are_alike(before, after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, (*way, str(place)))
    elif before != after:
        yield Difference("changed", way, before, after)


def _has_ids(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(item, Mapping) and "id" in item for item in value)
    )


def _are_alike(before: object, after: object) -> bool:
    """Whether both are lists of as many parts, which then answer each other by their place."""
    return (
        isinstance(before, list | tuple)
        and isinstance(after, list | tuple)
        and len(before) == len(after)
        and all(isinstance(item, Mapping) for item in (*before, *after))
    )


def _place(way: Sequence[str], language: str) -> str:
    """The way in words: "règle « euro », montant"."""
    names = NAMES[language]
    quote = spaced("« {} »") if language == "fr" else "'{}'"
    parts: list[str] = []
    is_id = False
    for step in way:
        if is_id:
            parts[-1] += " " + quote.format(step)
            is_id = False
        elif step.isdecimal():
            parts[-1] += f" {NUMBER[language]}\u00a0{int(step) + 1}"
        else:
            parts.append(names.get(step, step.replace("_", " ")))
            is_id = step in _WITH_IDS
    return ", ".join(parts)


def _shown(value: object) -> str:
    if isinstance(value, Mapping) and "id" in value:
        value = {key: inner for key, inner in value.items() if key != "id"}
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
