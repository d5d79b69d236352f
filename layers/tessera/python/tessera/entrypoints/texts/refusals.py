"""What the programme or the ledger refuses, and what it does not know."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "not_enrolled": both(
        ("The member is not in this programme", "The member has no active account here."),
        ("Le membre n'est pas dans ce programme", "Le membre n'a pas de compte actif ici."),
    ),
    "already_enrolled": both(
        ("The member is in this programme already", "There is an account already."),
        ("Le membre est déjà dans ce programme", "Un compte existe déjà."),
    ),
    "not_eligible": both(
        ("The customer may not join", "The programme's conditions of entry are not met."),
        (
            "Le client ne peut pas adhérer",
            "Les conditions d'entrée du programme ne sont pas remplies.",
        ),
    ),
    "external_id_taken": both(
        ("The external id is taken", "Another member has this external id."),
        ("L'identifiant externe est pris", "Un autre membre a cet identifiant externe."),
    ),
    "too_many_programmes": both(
        (
            "The member is in too many programmes",
            "One sale counts in at most {programmes_max} programmes.",
        ),
        (
            "Le membre est dans trop de programmes",
            "Une vente compte dans {programmes_max} programmes au plus.",
        ),
    ),
    "discounts_exceed_sale": both(
        (
            "More is taken off than the sale costs",
            "The member's programmes together take off more than the price: pay with less of one.",
        ),
        (
            "Les remises dépassent la vente",
            "Les programmes du membre retirent ensemble plus que le prix : payez avec moins.",
        ),
    ),
    "too_many_sales": both(
        (
            "The goods are of too many sales",
            "One credit note brings back goods of at most {sales_max} sales: make several of it.",
        ),
        (
            "Les articles viennent de trop de ventes",
            "Un avoir porte sur {sales_max} ventes au plus : faites-en plusieurs.",
        ),
    ),
    "entry_unknown": both(
        ("The entry is unknown", "No entry of the ledger has this id."),
        ("L'écriture est inconnue", "Aucune écriture du registre ne porte cet identifiant."),
    ),
    "document_unknown": both(
        ("The sale is unknown", "No sale was recorded under this document."),
        ("La vente est inconnue", "Aucune vente n'a été enregistrée sous ce document."),
    ),
    "sale_erased": both(
        ("The sale was erased", "The sale's lines were erased with its member's data."),
        (
            "La vente a été effacée",
            "Les lignes de la vente ont été effacées avec les données du membre.",
        ),
    ),
    "nothing_left_to_return": both(
        ("There is nothing left to return", "Everything that was bought has come back."),
        ("Il ne reste rien à retourner", "Tout ce qui a été acheté est déjà revenu."),
    ),
    "more_than_bought": both(
        ("More comes back than was bought", "The line has less left than the credit note says."),
        (
            "Il revient plus qu'il n'a été acheté",
            "Il reste moins sur la ligne que ne le dit l'avoir.",
        ),
    ),
    "return_mixes_quantity_and_amount": both(
        ("Quantities and amounts are mixed", "This line came back by the other measure before."),
        ("Quantités et montants sont mêlés", "Cette ligne est déjà revenue selon l'autre mesure."),
    ),
    "return_exceeds_balance": both(
        (
            "The return exceeds the balance",
            "The points that the sale earned were spent, and `{balance}` refuses a shortfall.",
        ),
        (
            "Le retour dépasse le solde",
            "Les points gagnés par la vente ont été dépensés, et `{balance}` refuse un manque.",
        ),
    ),
    "insufficient_balance": both(
        ("The balance is insufficient", "`{balance}` holds too little."),
        ("Le solde est insuffisant", "`{balance}` ne contient pas assez."),
    ),
    "minimum_balance": both(
        ("The balance would fall below its minimum", "`{balance}` may not fall below {minimum}."),
        ("Le solde passerait sous son minimum", "`{balance}` ne peut descendre sous {minimum}."),
    ),
    "maximum_balance": both(
        ("The balance would pass its maximum", "`{balance}` may not hold more than {maximum}."),
        ("Le solde dépasserait son maximum", "`{balance}` ne peut dépasser {maximum}."),
    ),
    "debit_limit": both(
        ("A spending limit is reached", "The limit `{cap}` of `{balance}` leaves less."),
        ("Un plafond de dépense est atteint", "Le plafond `{cap}` de `{balance}` laisse moins."),
    ),
    "debit_operations_limit": both(
        ("A limit of uses is reached", "The limit `{cap}` of `{balance}` allows no further use."),
        (
            "Un plafond d'utilisations est atteint",
            "Le plafond `{cap}` de `{balance}` ne permet plus d'utilisation.",
        ),
    ),
    "threshold_not_reached": both(
        ("The threshold is not reached", "`{balance}` must first hold more."),
        ("Le seuil n'est pas atteint", "`{balance}` doit d'abord contenir davantage."),
    ),
    "less_than_one_step": both(
        ("Less than one step can be used", "`{balance}` is used in whole steps."),
        ("Moins d'un palier est utilisable", "`{balance}` s'utilise par paliers entiers."),
    ),
    "balance_does_not_pay": both(
        ("The balance does not pay", "`{balance}` can't be used as payment."),
        ("Ce solde ne paie pas", "`{balance}` ne peut servir de paiement."),
    ),
    "benefit_gives_nothing": both(
        (
            "The benefit would give nothing",
            "`{balance}` would be used without effect on this sale.",
        ),
        ("L'avantage ne donnerait rien", "`{balance}` serait utilisé sans effet sur cette vente."),
    ),
    "order_too_early": both(
        ("It is too early for this order", "`{balance}` can be used from a later order on."),
        (
            "Cette commande vient trop tôt",
            "`{balance}` s'utilise à partir d'une commande ultérieure.",
        ),
    ),
    "purchase_too_small": both(
        ("The purchase is too small", "The purchase does not reach the amount that this needs."),
        ("L'achat est trop petit", "L'achat n'atteint pas le montant nécessaire."),
    ),
    "not_stackable": both(
        ("This can't be combined", "`{excluded_by}` applies already and excludes it."),
        ("Cela ne se cumule pas", "`{excluded_by}` s'applique déjà et l'exclut."),
    ),
    "wrong_channel": both(
        ("This channel is excluded", "It can't be used in the channel `{channel}`."),
        ("Ce canal est exclu", "Cela ne s'utilise pas dans le canal `{channel}`."),
    ),
    "wrong_store": both(
        ("This store is excluded", "It can't be used in the store `{store}`."),
        ("Ce magasin est exclu", "Cela ne s'utilise pas dans le magasin `{store}`."),
    ),
    "reward_unknown": both(
        ("The reward is unknown", "The programme has no reward `{reward}`."),
        ("La récompense est inconnue", "Le programme n'a pas de récompense `{reward}`."),
    ),
    "reward_has_no_price": both(
        ("The reward has no price", "`{reward}` costs nothing: there is nothing to set aside."),
        ("La récompense n'a pas de prix", "`{reward}` ne coûte rien : il n'y a rien à réserver."),
    ),
    "reward_not_yet": both(
        ("The reward is not offered yet", "The period of `{reward}` has not begun."),
        ("La récompense n'est pas encore offerte", "La période de `{reward}` n'a pas commencé."),
    ),
    "reward_over": both(
        ("The reward is no longer offered", "The period of `{reward}` is over."),
        ("La récompense n'est plus offerte", "La période de `{reward}` est finie."),
    ),
    "tier_required": both(
        ("Another tier is needed", "`{reward}` is for: {tiers}."),
        ("Un autre palier est nécessaire", "`{reward}` est réservée à : {tiers}."),
    ),
    "reward_conditions": both(
        (
            "The reward's conditions are not met",
            "The member does not meet the conditions of `{reward}`.",
        ),
        (
            "Les conditions de la récompense ne sont pas remplies",
            "Le membre ne remplit pas les conditions de `{reward}`.",
        ),
    ),
    "reward_limit": both(
        (
            "The reward was given often enough",
            "`{reward}` is given at most {limit} time(s) per {period}.",
        ),
        (
            "La récompense a été donnée assez souvent",
            "`{reward}` se donne au plus {limit} fois par {period}.",
        ),
    ),
    "reward_exhausted": both(
        ("The reward is exhausted", "Every `{reward}` that there was has been given."),
        ("La récompense est épuisée", "Toutes les `{reward}` disponibles ont été données."),
    ),
    "already_in_hand": both(
        ("The member has this voucher already", "`{reward}` is in the member's hand."),
        ("Le membre a déjà ce bon", "`{reward}` est déjà entre les mains du membre."),
    ),
    "code_pool_empty": both(
        ("There are no codes left", "The pool `{pool}` has no code left to give."),
        ("Il ne reste pas de codes", "La réserve `{pool}` n'a plus de code à donner."),
    ),
    "voucher_used": both(
        ("The voucher was used", "This voucher has been used before."),
        ("Le bon a servi", "Ce bon a déjà été utilisé."),
    ),
    "voucher_expired": both(
        ("The voucher has expired", "The last day of this voucher has passed."),
        ("Le bon a expiré", "Le dernier jour de ce bon est passé."),
    ),
    "voucher_reserved": both(
        ("The voucher is set aside", "Another sale has set this voucher aside."),
        ("Le bon est réservé", "Une autre vente a réservé ce bon."),
    ),
    "voucher_conditions": both(
        (
            "The voucher's conditions are not met",
            "This sale does not meet the conditions of the voucher.",
        ),
        (
            "Les conditions du bon ne sont pas remplies",
            "Cette vente ne remplit pas les conditions du bon.",
        ),
    ),
    "voucher_gives_nothing": both(
        (
            "The voucher would give nothing",
            "The voucher would be used without effect on this sale.",
        ),
        ("Le bon ne donnerait rien", "Le bon serait utilisé sans effet sur cette vente."),
    ),
    "hold_unknown": both(
        ("The hold is unknown", "No hold has this id."),
        ("La réservation est inconnue", "Aucune réservation ne porte cet identifiant."),
    ),
    "hold_expired": both(
        ("The hold has expired", "Its time was up before it was committed."),
        ("La réservation a expiré", "Son délai est passé avant sa confirmation."),
    ),
    "too_many_holds": both(
        ("There are too many holds", "An account has at most {most} holds at once."),
        (
            "Les réservations sont trop nombreuses",
            "Un compte a au plus {most} réservations à la fois.",
        ),
    ),
    "value_on_hold": both(
        ("Value is on hold", "Settle the account's holds first."),
        ("De la valeur est réservée", "Réglez d'abord les réservations du compte."),
    ),
    "accounts_differ": both(
        ("The accounts differ", "Only accounts of one programme and store group can be merged."),
        (
            "Les comptes diffèrent",
            "Seuls fusionnent des comptes d'un même programme et groupe de magasins.",
        ),
    ),
    "adjustment_above_ceiling": both(
        (
            "The adjustment is above the ceiling",
            "Without a further right an adjustment moves at most {ceiling}.",
        ),
        (
            "L'ajustement dépasse le plafond",
            "Sans autre droit, un ajustement porte sur {ceiling} au plus.",
        ),
    ),
    "clock_goes_back": both(
        ("The clock would go back", "Business time only goes forward."),
        ("L'horloge reculerait", "Le temps de gestion ne fait qu'avancer."),
    ),
    "programme_moved": both(
        (
            "The programme has moved on",
            "Version {version} was published in between. Read it and publish again.",
        ),
        (
            "Le programme a changé",
            "La version {version} a été publiée entre-temps. Relisez et republiez.",
        ),
    ),
    "programme_version_unknown": both(
        ("The version is unknown", "There is no version {version} of this programme."),
        ("La version est inconnue", "Ce programme n'a pas de version {version}."),
    ),
    "card_link_unknown": both(
        ("The link is not ours", "The card's link is not one that was signed here."),
        ("Le lien n'est pas le nôtre", "Le lien de la carte n'a pas été signé ici."),
    ),
    "card_token_wrong": both(
        ("The card's token is wrong", "The token does not belong to this card."),
        ("Le jeton de la carte est faux", "Le jeton n'appartient pas à cette carte."),
    ),
    "card_state": both(
        ("The card's state excludes this", "The card is in the state `{state}`."),
        ("L'état de la carte l'exclut", "La carte est dans l'état `{state}`."),
    ),
    "callback_not_signed": both(
        ("The callback is not Google's", "Google did not sign this, or it is too old."),
        ("L'appel n'est pas de Google", "Google n'a pas signé ceci, ou c'est trop vieux."),
    ),
    "terms_not_accepted": both(
        ("The terms were not accepted", "Accept the terms to join."),
        ("Les conditions ne sont pas acceptées", "Acceptez les conditions pour adhérer."),
    ),
    "too_many_at_once": both(
        ("Too many people join at once", "Try again in half a minute."),
        ("Trop d'adhésions à la fois", "Réessayez dans une demi-minute."),
    ),
    "wallet_not_offered": both(
        ("This wallet is not offered", "No card can be made for this wallet here."),
        ("Ce portefeuille n'est pas proposé", "Aucune carte n'est faite ici pour ce portefeuille."),
    ),
    "quantity_or_amount": both(
        ("Quantity and amount exclude each other", "A returned line has a quantity or an amount."),
        ("Quantité et montant s'excluent", "Une ligne retournée a une quantité ou un montant."),
    ),
    "hold_ambiguous": both(
        ("It is not clear what to set aside", "Name a balance with an amount, or a reward."),
        (
            "Ce qu'il faut réserver n'est pas clair",
            "Nommez un solde avec un montant, ou une récompense.",
        ),
    ),
    "line_unknown": both(
        ("The sale has no such line", "Lines are counted from 0 in the order of the sale."),
        (
            "La vente n'a pas cette ligne",
            "Les lignes se comptent à partir de 0 dans l'ordre de la vente.",
        ),
    ),
    "balance_not_named": both(
        (
            "The balance is not named",
            "There are several balances: say which one is meant in `balance`.",
        ),
        (
            "Le solde n'est pas nommé",
            "Il y a plusieurs soldes : dites lequel dans `balance`.",
        ),
    ),
    "balance_unknown": both(
        ("The balance is unknown", "The programme has no balance of this name."),
        ("Le solde est inconnu", "Le programme n'a pas de solde de ce nom."),
    ),
    "amount_zero": both(
        ("The amount is zero", "An adjustment moves something."),
        ("Le montant est nul", "Un ajustement déplace quelque chose."),
    ),
    "wrong_currency": both(
        ("The currency is not the programme's", "The programme counts in {expected}."),
        ("La devise n'est pas celle du programme", "Le programme compte en {expected}."),
    ),
    "same_voucher_twice": both(
        ("A voucher is named twice", "Each voucher is used once."),
        ("Un bon est nommé deux fois", "Chaque bon s'utilise une fois."),
    ),
    "same_balance_twice": both(
        ("A balance is named twice", "Each balance pays once."),
        ("Un solde est nommé deux fois", "Chaque solde paie une fois."),
    ),
    "date_in_future": both(
        ("The date lies in the future", "Only days that have begun can be walked."),
        ("La date est dans le futur", "Seuls les jours commencés peuvent être parcourus."),
    ),
    "pager_unknown": both(
        ("The pager is unknown", "No scheduled walk has this name."),
        ("Le parcours est inconnu", "Aucun parcours planifié ne porte ce nom."),
    ),
    "not_finished": both(
        ("Not finished in time", "The next run goes on where this one stopped."),
        ("Pas fini à temps", "La prochaine exécution reprend où celle-ci s'est arrêtée."),
    ),
    "code_malformed": both(
        ("A code is malformed", "A code has 1 to 40 printable characters and no `#`."),
        ("Un code est mal formé", "Un code compte de 1 à 40 caractères imprimables, sans `#`."),
    ),
    "codes_out_of_range": both(
        ("The number of codes is out of range", "Send 1 to {codes_max} codes at once."),
        ("Le nombre de codes est hors limites", "Envoyez de 1 à {codes_max} codes à la fois."),
    ),
    "not_enrolled_then": both(
        ("The member was not in this programme then", "The account did not exist yet."),
        (
            "Le membre n'était pas alors dans ce programme",
            "Le compte n'existait pas encore.",
        ),
    ),
    "not_queued": both(
        ("The work could not be queued", "Send the same request again."),
        ("Le travail n'a pas pu être mis en file", "Renvoyez la même requête."),
    ),
    "programme_missing": both(
        ("The programme is missing", "Name the programme that the member joins."),
        ("Le programme manque", "Nommez le programme que rejoint le membre."),
    ),
    "sale_partly_returned": both(
        ("The sale has come back in part", "A return of a part excludes undoing the whole."),
        (
            "La vente est revenue en partie",
            "Un retour partiel exclut l'annulation.",
        ),
    ),
    "sale_spent_value": both(
        ("The sale used value", "It used points or vouchers, so it can't be moved."),
        (
            "La vente a utilisé de la valeur",
            "Elle a utilisé des points ou des bons.",
        ),
    ),
    "undo_too_late": both(
        (
            "It is too late to undo",
            "After {minutes_max} minutes a sale is returned.",
        ),
        (
            "Il est trop tard pour annuler",
            "Après {minutes_max} minutes, une vente se retourne.",
        ),
    ),
    "voucher_unknown": both(
        ("The voucher is unknown", "Nobody was given a voucher with this code."),
        ("Le bon est inconnu", "Aucun bon remis ne porte ce code."),
    ),
    "household_unknown": both(
        ("The household is unknown", "There is no such household."),
        ("Le foyer est inconnu", "Il n'y a pas de tel foyer."),
    ),
    "already_in_household": both(
        ("The member is in a household already", "A member belongs to one household at a time."),
        ("Le membre est déjà dans un foyer", "Un membre n'appartient qu'à un foyer à la fois."),
    ),
    "not_in_household": both(
        ("The member is not in this household", "Only a member of the household can do this."),
        ("Le membre n'est pas dans ce foyer", "Seul un membre du foyer peut faire cela."),
    ),
    "leave_household_first": both(
        (
            "The member is in a household",
            "What others share can't be merged: the member leaves the household first.",
        ),
        (
            "Le membre est dans un foyer",
            "Ce que d'autres partagent ne se fusionne pas : le membre quitte d'abord le foyer.",
        ),
    ),
    "same_household": both(
        ("The two members share an account", "Both are in one household: nothing has to move."),
        (
            "Les deux membres partagent un compte",
            "Tous deux sont dans le même foyer : il n'y a rien à déplacer.",
        ),
    ),
    "same_member": both(
        ("The two members are one", "Name two different members."),
        ("Les deux membres n'en font qu'un", "Nommez deux membres différents."),
    ),
    "reserved_event": both(
        ("The event's name is reserved", "`{name}` is an event that the programme itself tells."),
        (
            "Le nom de l'événement est réservé",
            "`{name}` est un événement que le programme annonce lui-même.",
        ),
    ),
    "command_unknown": both(
        ("The command is unknown", "Nothing is known by the name `{command}`."),
        ("La commande est inconnue", "Rien n'est connu sous le nom `{command}`."),
    ),
    "occasion_unknown": both(
        ("The occasion is unknown", "There is no occasion `{kind}`."),
        ("L'occasion est inconnue", "Il n'y a pas d'occasion `{kind}`."),
    ),
}
