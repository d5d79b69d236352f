"""The report's words, by language."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "title": "Essai du programme sur des tickets passés",
        "from": "Tickets de {source}.",
        "programme": "Programme",
        "live": "En vigueur",
        "draft": "Brouillon",
        "members": "Membres",
        "purchases": "Achats",
        "returns": "Retours",
        "refused": "Tickets refusés",
        "revenue": "Chiffre d'affaires après remises et retours",
        "discounts": "Remises accordées par le programme",
        "margin": "Marge des lignes dont le coût est connu",
        "given": "donnés",
        "used": "utilisés",
        "expired": "expirés",
        "corrected": "repris ou rendus par des retours",
        "left": "en cours",
        "liability": "valeur de ce qui est en cours",
        "given_by_month": "{name} donnés par mois",
        "left_by_month": "{name} en cours à la fin du mois",
        "tiers": "Membres par niveau ({group})",
        "compared": "Qui gagne, qui perd",
        "who": "{gaining} membres reçoivent plus, {losing} moins, {same} autant.",
        "gain_most": "Ceux qui gagnent le plus",
        "lose_most": "Ceux qui perdent le plus",
        "member": "Membre",
        "tier": "Niveau",
        "assumptions": (
            "Chaque client devient membre à son premier ticket. Les anniversaires sont inconnus."
            " Le comportement des clients est supposé le même sous les deux versions."
        ),
    },
    "en": {
        "title": "The programme tried on receipts of the past",
        "from": "Receipts of {source}.",
        "programme": "Programme",
        "live": "In force",
        "draft": "Draft",
        "members": "Members",
        "purchases": "Purchases",
        "returns": "Returns",
        "refused": "Receipts refused",
        "revenue": "Revenue after discounts and returns",
        "discounts": "Discounts given by the programme",
        "margin": "Margin of the lines whose cost is known",
        "given": "given",
        "used": "used",
        "expired": "expired",
        "corrected": "taken or given back by returns",
        "left": "outstanding",
        "liability": "worth of what is outstanding",
        "given_by_month": "{name} given by month",
        "left_by_month": "{name} outstanding at the end of the month",
        "tiers": "Members by tier ({group})",
        "compared": "Who gains, who loses",
        "who": "{gaining} members are given more, {losing} less, {same} as much.",
        "gain_most": "Who gains most",
        "lose_most": "Who loses most",
        "member": "Member",
        "tier": "Tier",
        "assumptions": (
            "Every customer becomes a member with his first receipt. Birthdays are unknown."
            " Customers are taken to buy the same under both versions."
        ),
    },
}
