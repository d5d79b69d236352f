"""The report's words, by language."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "title": "Essai du programme « {name} »",
        "from": "{purchases} achats de {members} membres, du {first} au {last}. Source : {source}.",
        "sentence": "Le programme coûterait {cost}, soit {share} du chiffre d'affaires.",
        "sentence_beside": (
            "Le brouillon coûterait {cost}, soit {share} du chiffre d'affaires au lieu de"
            " {before} : {more} de {word}."
        ),
        "sentence_same": (
            "Le brouillon coûterait {cost}, soit {share} du chiffre d'affaires : autant que la"
            " version en vigueur."
        ),
        "dearer": "plus",
        "cheaper": "moins",
        "break_even": (
            "Pour le payer, il faudrait vendre {sales} de plus ({share}), à la marge connue."
        ),
        "was": "en vigueur : {value}",
        "cost": "Coût du programme : remises, et valeur de ce qui reste à honorer",
        "first_look": "L'essentiel",
        "objectives": "Les objectifs du brouillon",
        "aim_frequency": "Achats par membre et par an",
        "aim_basket": "Panier moyen",
        "aim_data": "Membres dont le profil est renseigné",
        "aim_image": "Membres qui parlent de la marque",
        "aim_margin": "Marge après le programme",
        "aim_cost": "Coût du programme, en part du chiffre d'affaires",
        "at_least": "au moins {value}",
        "at_most": "au plus {value}",
        "met": "atteint",
        "missed": "non atteint",
        "not_measured": "les tickets ne le disent pas",
        "target": "Objectif",
        "result": "Résultat",
        "over_time": "Mois après mois",
        "all_figures": "Tous les chiffres",
        "figure": "Chiffre",
        "refusals": "Tickets refusés, par raison",
        "gaining": "{count} gagnent",
        "losing": "{count} perdent",
        "same": "{count} reçoivent autant",
        "tier_moves": "Changements de niveau",
        "nobody": "Personne ne gagne ni ne perd : les deux versions donnent autant à chacun.",
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
        "given_each": "Reçoit en plus ou en moins",
        "used": "utilisés",
        "expired": "expirés",
        "corrected": "repris ou rendus par des retours",
        "left": "en cours",
        "liability": "valeur de ce qui est en cours",
        "given_by_month": "{name} donnés par mois",
        "left_by_month": "{name} en cours à la fin du mois",
        "tiers": "Membres par niveau ({group})",
        "compared": "Qui gagne, qui perd",
        "gain_most": "Ceux qui gagnent le plus",
        "lose_most": "Ceux qui perdent le plus",
        "member": "Membre",
        "tier": "Niveau",
        "assumptions": (
            "Chaque client devient membre à son premier ticket. Les anniversaires sont inconnus."
            " Les achats sont ceux du passé sous les deux versions : un essai ne dit pas comment"
            " les clients changeraient. Fréquence et panier sont donc un point de départ, non une"
            " prévision. La valeur de ce qui reste suppose que tout sera utilisé."
        ),
    },
    "en": {
        "title": "“{name}” tried on receipts of the past",
        "from": "{purchases} purchases of {members} members, {first} to {last}. Source: {source}.",
        "sentence": "The programme would cost {cost}, {share} of revenue.",
        "sentence_beside": (
            "The draft would cost {cost}, {share} of revenue instead of {before}: {more} {word}."
        ),
        "sentence_same": (
            "The draft would cost {cost}, {share} of revenue: as much as the version in force."
        ),
        "dearer": "more",
        "cheaper": "less",
        "break_even": "To pay for it, {sales} more must be sold ({share}), at the margin known.",
        "was": "in force: {value}",
        "cost": "Cost of the programme: discounts, and the worth of what is outstanding",
        "first_look": "At a glance",
        "objectives": "The draft's objectives",
        "aim_frequency": "Purchases a member and year",
        "aim_basket": "Average basket",
        "aim_data": "Members whose profile is filled in",
        "aim_image": "Members who speak of the brand",
        "aim_margin": "Margin after the programme",
        "aim_cost": "Cost of the programme, as a share of revenue",
        "at_least": "at least {value}",
        "at_most": "at most {value}",
        "met": "met",
        "missed": "not met",
        "not_measured": "receipts do not say",
        "target": "Objective",
        "result": "Result",
        "over_time": "Month by month",
        "all_figures": "All figures",
        "figure": "Figure",
        "refusals": "Receipts refused, by reason",
        "gaining": "{count} gain",
        "losing": "{count} lose",
        "same": "{count} are given as much",
        "tier_moves": "Changes of tier",
        "nobody": "Nobody gains or loses: both versions give everyone as much.",
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
        "given_each": "Given more or less",
        "used": "used",
        "expired": "expired",
        "corrected": "taken or given back by returns",
        "left": "outstanding",
        "liability": "worth of what is outstanding",
        "given_by_month": "{name} given by month",
        "left_by_month": "{name} outstanding at the end of the month",
        "tiers": "Members by tier ({group})",
        "compared": "Who gains, who loses",
        "gain_most": "Who gains most",
        "lose_most": "Who loses most",
        "member": "Member",
        "tier": "Tier",
        "assumptions": (
            "Every customer becomes a member with his first receipt. Birthdays are unknown."
            " The purchases are those of the past under both versions: a trial cannot tell how"
            " customers would change, so frequency and basket are where you stand, not a forecast."
            " The worth of what is outstanding takes it that all of it will be used."
        ),
    },
}
