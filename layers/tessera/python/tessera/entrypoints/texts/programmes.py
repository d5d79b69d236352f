"""What is wrong with a programme's document."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "document_missing": both(
        ("The programme's document is missing", "Send the programme as `document`."),
        ("Le document du programme manque", "Envoyez le programme sous `document`."),
    ),
    "programme_id_differs": both(
        (
            "The document names another programme",
            "The document and the address name different programmes.",
        ),
        (
            "Le document nomme un autre programme",
            "Le document et l'adresse nomment des programmes différents.",
        ),
    ),
    "effective_too_early": both(
        (
            "The version would take effect too early",
            "A version takes effect at least {lead_s} seconds after its publication.",
        ),
        (
            "La version prendrait effet trop tôt",
            "Une version prend effet au moins {lead_s} secondes après sa publication.",
        ),
    ),
    "objective_without_target": both(
        (
            "The objective has no target",
            "Say `at_least`, `at_most`, or both.",
        ),
        (
            "L'objectif n'a pas de cible",
            "Donnez `at_least`, `at_most`, ou les deux.",
        ),
    ),
    "not_an_image": both(
        (
            "This is not an image's name",
            (
                "Upload the image (`POST /v1/images`) and write the name that it is given, or an"
                " address that begins with https://."
            ),
        ),
        (
            "Ce n'est pas le nom d'une image",
            (
                "Téléversez l'image (`POST /v1/images`) et donnez le nom qu'elle reçoit, ou une"
                " adresse qui commence par https://."
            ),
        ),
    ),
    "key_not_text": both(
        ("A key is not a text", "Keys are texts."),
        ("Une clé n'est pas un texte", "Les clés sont des textes."),
    ),
    "not_a_decimal": both(
        ("A decimal number is expected", 'Write a decimal number as text, such as "1.50".'),
        ("Un nombre décimal est attendu", 'Écrivez un nombre décimal en texte, comme "1.50".'),
    ),
    "too_many_decimals": both(
        ("There are too many decimals", "At most {allowed} decimal(s) are known here."),
        ("Il y a trop de décimales", "Au plus {allowed} décimale(s) ici."),
    ),
    "number_out_of_range": both(
        ("A number is out of range", "A number from {least} to {most} is expected."),
        ("Un nombre est hors limites", "Un nombre de {least} à {most} est attendu."),
    ),
    "not_an_identifier": both(
        (
            "This is not an identifier",
            "Identifiers have lower-case letters, digits, dashes and underscores.",
        ),
        (
            "Ce n'est pas un identifiant",
            "Un identifiant a des minuscules, chiffres, tirets et tirets bas.",
        ),
    ),
    "not_an_event_name": both(
        ("This is not an event's name", "Events are named like `review.posted`."),
        ("Ce n'est pas un nom d'événement", "Les événements se nomment comme `review.posted`."),
    ),
    "not_a_yearly_date": both(
        ("A yearly date is expected", "Write a yearly date as MM-DD."),
        ("Une date annuelle est attendue", "Écrivez une date annuelle sous la forme MM-JJ."),
    ),
    "not_a_local_time": both(
        ("A local time is expected", "Write a local time as YYYY-MM-DDTHH:MM."),
        (
            "Une heure locale est attendue",
            "Écrivez une heure locale sous la forme AAAA-MM-JJTHH:MM.",
        ),
    ),
    "not_an_hour": both(
        ("An hour is expected", "Write an hour as HH:MM."),
        ("Une heure est attendue", "Écrivez une heure sous la forme HH:MM."),
    ),
    "not_a_weekday": both(
        ("A weekday is expected", "Known are: {allowed}."),
        ("Un jour de semaine est attendu", "Valeurs connues : {allowed}."),
    ),
    "not_a_currency": both(
        ("A currency is expected", "Write a currency by its ISO 4217 code."),
        ("Une devise est attendue", "Écrivez une devise par son code ISO 4217."),
    ),
    "time_zone_unknown": both(
        ("The time zone is unknown", "Write a zone of the IANA database, such as Europe/Paris."),
        ("Le fuseau horaire est inconnu", "Écrivez un fuseau de la base IANA, comme Europe/Paris."),
    ),
    "same_id_twice": both(
        ("An identifier is used twice", "`{id}` names two things."),
        ("Un identifiant sert deux fois", "`{id}` nomme deux choses."),
    ),
    "store_in_two_partitions": both(
        ("A store is in two groups", "`{store}` belongs to one partition only."),
        ("Un magasin est dans deux groupes", "`{store}` n'appartient qu'à une seule partition."),
    ),
    "cascade_too_deep": both(
        (
            "Rules call each other too deep",
            "A rule's effects can reach more than {most} rules in a row.",
        ),
        (
            "Les règles s'enchaînent trop",
            "Les effets d'une règle peuvent enchaîner plus de {most} règles.",
        ),
    ),
    "empty_condition": both(
        ("A condition is empty", "A condition tests at least one thing."),
        ("Une condition est vide", "Une condition teste au moins une chose."),
    ),
    "empty_span": both(
        ("A length of time is empty", "Say how many days, weeks, months or years."),
        ("Une durée est vide", "Dites combien de jours, semaines, mois ou années."),
    ),
    "not_two_bounds": both(
        ("Two bounds are expected", "`between` has a lower and an upper bound."),
        ("Deux bornes sont attendues", "`between` a une borne basse et une borne haute."),
    ),
    "two_lower_bounds": both(
        ("There are two lower bounds", "Give `from` or `above`, not both."),
        ("Il y a deux bornes basses", "Donnez `from` ou `above`, pas les deux."),
    ),
    "two_upper_bounds": both(
        ("There are two upper bounds", "Give `through` or `below`, not both."),
        ("Il y a deux bornes hautes", "Donnez `through` ou `below`, pas les deux."),
    ),
    "operator_unknown": both(
        ("The operator is unknown", "A test has no such operator."),
        ("L'opérateur est inconnu", "Un test n'a pas de tel opérateur."),
    ),
    "line_within_line": both(
        ("A line stands within a line", "Conditions on lines can't be nested."),
        ("Une ligne est dans une ligne", "Les conditions sur les lignes ne s'imbriquent pas."),
    ),
    "no_line_here": both(
        ("There is no line here", "Ask for a line within `any_line` or `every_line`."),
        ("Il n'y a pas de ligne ici", "Interrogez une ligne dans `any_line` ou `every_line`."),
    ),
    "amount_or_percent": both(
        ("Amount and percentage exclude each other", "Give one of them."),
        ("Montant et pourcentage s'excluent", "Donnez l'un des deux."),
    ),
    "more_than_all": both(
        ("More than everything is given", "A percentage goes up to 100."),
        ("Il est donné plus que tout", "Un pourcentage va jusqu'à 100."),
    ),
    "one_action": both(
        ("An action is expected", "One of these is expected: {allowed}."),
        ("Une action est attendue", "Une seule de ces actions est attendue : {allowed}."),
    ),
    "one_way_to_credit": both(
        (
            "One way to credit is expected",
            "Give one of `amount`, `per_amount`, `per_step` and `per_item`.",
        ),
        (
            "Une seule façon de créditer est attendue",
            "Donnez `amount`, `per_amount`, `per_step` ou `per_item`.",
        ),
    ),
    "one_way_of_expiry": both(
        ("One way to expire is expected", "Give one way of expiry."),
        ("Une seule façon d'expirer est attendue", "Donnez une seule façon d'expirer."),
    ),
    "one_limit_per_cap": both(
        ("One limit is expected", "A cap limits one thing."),
        ("Une seule limite est attendue", "Un plafond limite une seule chose."),
    ),
    "operations_need_a_period": both(
        ("A period is missing", "A count of operations is limited per period."),
        ("Une période manque", "Un nombre d'opérations se limite par période."),
    ),
    "instalments_are_not_100_percent": both(
        ("The instalments are not 100 %", "The shares of the instalments sum to 100."),
        ("Les échéances ne font pas 100 %", "Les parts des échéances totalisent 100."),
    ),
    "needs_a_purchase": both(
        ("This needs a purchase", "Only a rule on `purchase.recorded` can count amounts or items."),
        (
            "Cela exige un achat",
            "Seule une règle sur `purchase.recorded` compte montants ou articles.",
        ),
    ),
    "partial_use_or_after_use": both(
        ("Partial use and after-use exclude each other", "Give one of them."),
        ("Usage partiel et après-usage s'excluent", "Donnez l'un des deux."),
    ),
    "value_or_brackets": both(
        ("Value and brackets exclude each other", "Give one of them."),
        ("Valeur et tranches s'excluent", "Donnez l'un des deux."),
    ),
    "bracket_gives_nothing": both(
        ("A bracket gives nothing", "Give the bracket a value or a benefit."),
        ("Une tranche ne donne rien", "Donnez à la tranche une valeur ou un avantage."),
    ),
    "step_gives_nothing": both(
        ("A step gives nothing", "Give the step a benefit."),
        ("Une étape ne donne rien", "Donnez un avantage à l'étape."),
    ),
    "a_balance_has_no_window": both(
        ("A balance has no window", "A ladder on the balance itself looks at today only."),
        (
            "Un solde n'a pas de fenêtre",
            "Une échelle fondée sur le solde ne regarde qu'aujourd'hui.",
        ),
    ),
    "same_threshold_twice": both(
        ("Two tiers have one threshold", "Each tier begins at a threshold of its own."),
        ("Deux paliers ont le même seuil", "Chaque palier commence à son propre seuil."),
    ),
    "tier_unknown": both(
        ("The tier is unknown", "There is no tier `{tier}`."),
        ("Le palier est inconnu", "Il n'y a pas de palier `{tier}`."),
    ),
    "tier_group_unknown": both(
        ("The tier group is unknown", "There is no tier group `{group}`."),
        ("Le groupe de paliers est inconnu", "Il n'y a pas de groupe de paliers `{group}`."),
    ),
}
