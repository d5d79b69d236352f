"""What to do about each finding, by code."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "refused": "La valeur à {pointer} est refusée ({code}) : voir la référence du document.",
        "brackets_overlap": "Faites finir la tranche précédente avant celle-ci (below).",
        "brackets_gap": "Entre deux tranches, des soldes ne donnent droit à rien : rejoignez-les.",
        "step_twice": "Deux paliers commencent au même montant : gardez-en un.",
        "balance_never_earned": "Aucune règle ne crédite ce solde : ajoutez-en une, ou retirez-le.",
        "minimum_above_maximum": "Baissez le minimum sous le maximum.",
        "threshold_above_maximum": (
            "Le seuil d'utilisation dépasse le solde maximum : baissez l'un ou relevez l'autre."
        ),
        "warning_longer_than_validity": (
            "L'avertissement part {days} jours avant la fin, plus que la validité : réduisez-le."
        ),
        "expiry_kept_alive": (
            "L'activité prolonge ce solde, et ce crédit avec lui dès la suivante : prenez un autre"
            " solde s'il doit finir."
        ),
        "cap_below_credit": "La limite est de {limit}, la règle donne {amount} : accordez-les.",
        "credit_above_maximum": "La règle donne {amount}, le solde s'arrête à {limit}.",
        "tier_unreachable": "Personne ne peut atteindre {threshold} : le plus possible est {most}.",
        "tier_gives_less": "Ce niveau gagne moins que celui d'en dessous : relevez le coefficient.",
        "reward_above_maximum": "Personne ne peut réunir {amount} : le solde s'arrête à {limit}.",
        "reward_above_debit_cap": (
            "Le prix de {amount} dépasse ce qu'une opération peut débiter ({limit})."
        ),
        "reward_balance_never_earned": "Le prix est dans un solde que rien ne crédite.",
        "reward_never_had": (
            "Ni liste, ni attribution, ni règle ne donnent cette récompense : ajoutez-en une."
        ),
        "award_outside_reserved_tiers": (
            "Attribuée à des niveaux auxquels elle n'est pas réservée : accordez les deux listes."
        ),
        "reward_budget_empty": "Un budget de zéro promet ce que personne n'aura : donnez-en un.",
        "free_needs_purchase": (
            "Un produit offert qui exige un achat de {amount} n'est pas offert : dites-le, ou"
            " retirez le montant."
        ),
        "free_has_price": "Le nom promet la gratuité et l'usage coûte {amount} : changez l'un.",
        "ends_before_start": "La fin précède le début : échangez-les.",
        "operation_over": "L'opération est finie depuis le {day} : retirez-la ou prolongez-la.",
        "reward_over": "La récompense est finie depuis le {day} : retirez-la ou prolongez-la.",
        "spending_ends_before_earning": (
            "Laissez utiliser au moins aussi longtemps que l'on gagne."
        ),
        "closing_too_soon": (
            "Laissez aux membres {days} jours pour utiliser ce qu'ils ont : le {earliest} au plus"
            " tôt."
        ),
        "vouchers_stranded": (
            "{count} bons de « {reward} » seraient perdus : gardez la récompense avec listed:"
            " false, elle ne sera plus proposée."
        ),
        "coefficient_of_one": "Un coefficient de 1 ne change rien.",
        "nothing_to_multiply": "Aucune règle d'achat ne crédite ce solde : rien à multiplier.",
        "empty_range": "La borne basse dépasse la haute : aucune valeur n'est entre les deux.",
        "text_missing": "Écrivez ce texte aussi en « {language} ».",
        "name_missing": "Donnez un nom que les membres liront.",
        "protected_attribute": (
            "Un avantage qui dépend de « {attribute} » peut être discriminatoire : retirez la"
            " condition, ou faites-la relire par un juriste."
        ),
        "rights_reduced": (
            "Les membres perdent un droit ({what}) : annoncez-le dans texts.notice, en fr et en,"
            " ou gardez-le."
        ),
    },
    "en": {
        "refused": "The value at {pointer} is refused ({code}): see the document's reference.",
        "brackets_overlap": "Let the bracket before end where this one begins (below).",
        "brackets_gap": "Some balances between two brackets entitle to nothing: join them.",
        "step_twice": "Two steps begin at the same amount: keep one.",
        "balance_never_earned": "No rule credits this balance: add one, or remove it.",
        "minimum_above_maximum": "Lower the minimum below the maximum.",
        "threshold_above_maximum": (
            "The threshold for use lies above the maximum balance: lower one or raise the other."
        ),
        "warning_longer_than_validity": (
            "The warning goes {days} days before the end, more than the validity: shorten it."
        ),
        "expiry_kept_alive": (
            "The balance is kept alive by activity, this credit with it from the next one on:"
            " use another balance if it has to end."
        ),
        "cap_below_credit": "The cap is {limit} and the rule gives {amount}: make them agree.",
        "credit_above_maximum": "The rule gives {amount} and the balance ends at {limit}.",
        "tier_unreachable": "Nobody can reach {threshold}: {most} is the most that is possible.",
        "tier_gives_less": "This tier earns less than the one below: raise its coefficient.",
        "reward_above_maximum": "Nobody can gather {amount}: the balance ends at {limit}.",
        "reward_above_debit_cap": (
            "The price of {amount} is more than one operation may debit ({limit})."
        ),
        "reward_balance_never_earned": "The price is in a balance that nothing credits.",
        "reward_never_had": (
            "No list, award or rule gives this reward: add one, or remove the reward."
        ),
        "award_outside_reserved_tiers": (
            "Awarded to tiers to which it is not reserved: make the two lists agree."
        ),
        "reward_budget_empty": "A budget of nothing promises what nobody will have: give one.",
        "free_needs_purchase": (
            "A free product that asks for a purchase of {amount} is not free: say so, or remove"
            " the amount."
        ),
        "free_has_price": "The name promises it free and its use costs {amount}: change either.",
        "ends_before_start": "The end lies before the start: swap them.",
        "operation_over": "The operation ended on {day}: remove it or prolong it.",
        "reward_over": "The reward ended on {day}: remove it or prolong it.",
        "spending_ends_before_earning": "Let members spend at least as long as they earn.",
        "closing_too_soon": (
            "Leave members {days} days to spend what they have: {earliest} at the earliest."
        ),
        "vouchers_stranded": (
            "{count} vouchers of “{reward}” would be lost: keep the reward with listed: false, it"
            " is then offered no more."
        ),
        "coefficient_of_one": "A coefficient of 1 changes nothing.",
        "nothing_to_multiply": "No rule for purchases credits this balance: nothing to multiply.",
        "empty_range": "The lower bound lies above the upper: no value is between them.",
        "text_missing": "Write this text in '{language}' too.",
        "name_missing": "Give a name that members will read.",
        "protected_attribute": (
            "An advantage that depends on '{attribute}' may be discriminatory: remove the"
            " condition, or let a lawyer look at it."
        ),
        "rights_reduced": (
            "Members lose a right ({what}): announce it in texts.notice, in fr and en, or keep it."
        ),
    },
}
