"""What is wrong with a field of a request."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "field_missing": both(
        ("A field is missing", "This field is required."),
        ("Un champ manque", "Ce champ est obligatoire."),
    ),
    "field_unknown": both(
        ("A field is unknown", "No such field is known here."),
        ("Un champ est inconnu", "Aucun champ de ce nom n'est connu ici."),
    ),
    "integer_expected": both(
        ("An integer is expected", "An integer is expected here."),
        ("Un entier est attendu", "Un nombre entier est attendu ici."),
    ),
    "text_expected": both(
        ("A text is expected", "A text is expected here."),
        ("Un texte est attendu", "Un texte est attendu ici."),
    ),
    "boolean_expected": both(
        ("True or false is expected", "`true` or `false` is expected here."),
        ("Vrai ou faux est attendu", "`true` ou `false` est attendu ici."),
    ),
    "list_expected": both(
        ("A list is expected", "A list is expected here."),
        ("Une liste est attendue", "Une liste est attendue ici."),
    ),
    "object_expected": both(
        ("An object is expected", "An object is expected here."),
        ("Un objet est attendu", "Un objet est attendu ici."),
    ),
    "value_unknown": both(
        ("A value is not one of those known", "Known are: {allowed}."),
        ("Une valeur ne fait pas partie des valeurs connues", "Valeurs connues : {allowed}."),
    ),
    "value_malformed": both(
        ("A value is malformed", "This value can't be read."),
        ("Une valeur est mal formée", "Cette valeur ne peut pas être lue."),
    ),
    "number_too_small": both(
        ("A number is too small", "At least {least} is expected."),
        ("Un nombre est trop petit", "La valeur attendue est d'au moins {least}."),
    ),
    "number_too_large": both(
        ("A number is too large", "At most {most} is expected."),
        ("Un nombre est trop grand", "La valeur attendue est d'au plus {most}."),
    ),
    "text_empty": both(
        ("A text is empty", "The text is empty."),
        ("Un texte est vide", "Le texte est vide."),
    ),
    "text_too_long": both(
        ("A text is too long", "The text has more than {most} characters."),
        ("Un texte est trop long", "Le texte dépasse {most} caractères."),
    ),
    "text_malformed": both(
        ("A text is malformed", "The text does not have the form that is expected here."),
        ("Un texte est mal formé", "Le texte n'a pas la forme attendue ici."),
    ),
    "text_not_trimmed": both(
        ("A text has blanks around it", "The text begins or ends with a blank."),
        ("Un texte est bordé d'espaces", "Le texte commence ou finit par une espace."),
    ),
    "list_too_short": both(
        ("A list is too short", "At least {least} element(s) are expected."),
        ("Une liste est trop courte", "Au moins {least} élément(s) attendu(s)."),
    ),
    "list_too_long": both(
        ("A list is too long", "At most {most} element(s) are expected."),
        ("Une liste est trop longue", "Au plus {most} élément(s) attendu(s)."),
    ),
    "date_malformed": both(
        ("A date is malformed", "Write a date as YYYY-MM-DD; a birthday may be --MM-DD."),
        (
            "Une date est mal formée",
            "Écrivez une date sous la forme AAAA-MM-JJ ; un anniversaire peut être --MM-JJ.",
        ),
    ),
    "time_malformed": both(
        (
            "A time is malformed",
            "Write a time as RFC 3339 with its offset, such as 2026-11-22T09:30:00+01:00.",
        ),
        (
            "Une heure est mal formée",
            "Écrivez une heure selon la RFC 3339, comme 2026-11-22T09:30:00+01:00.",
        ),
    ),
    "time_out_of_range": both(
        ("A time is out of range", "The year lies outside of what the ledger can date."),
        ("Une heure est hors limites", "L'année sort de ce que le registre peut dater."),
    ),
    "time_in_future": both(
        ("The time lies in the future", "What is recorded has already happened."),
        ("L'heure est dans le futur", "Ce qui s'enregistre a déjà eu lieu."),
    ),
    "time_too_old": both(
        (
            "The time lies too far back",
            "It is recorded within {days_max} days, unless the key may import.",
        ),
        (
            "L'heure est trop ancienne",
            "Une vente s'enregistre sous {days_max} jours, sauf avec une clé d'import.",
        ),
    ),
    "quantity_malformed": both(
        (
            "A quantity is malformed",
            'A quantity is a whole number or a text such as "0.750", to three places.',
        ),
        (
            "Une quantité est mal formée",
            'Une quantité est un entier ou un texte tel que "0.750", à trois décimales.',
        ),
    ),
    "quantity_not_positive": both(
        ("A quantity is not positive", "A quantity is above zero; returns have their own call."),
        (
            "Une quantité n'est pas positive",
            "Une quantité dépasse zéro ; les retours ont leur propre appel.",
        ),
    ),
    "basket_empty": both(
        ("The basket is empty", "A basket has lines, or at least a total."),
        ("Le panier est vide", "Un panier a des lignes, ou au moins un total."),
    ),
    "original_or_goods": both(
        (
            "An original or goods",
            "A return names the original sale, or the member with his goods and their currency.",
        ),
        (
            "Une vente d'origine ou des articles",
            "Un retour nomme la vente d'origine, ou le membre avec ses articles et leur devise.",
        ),
    ),
    "total_differs": both(
        ("The total is not that of the lines", "The lines' amounts sum to another total."),
        ("Le total n'est pas celui des lignes", "La somme des lignes donne un autre total."),
    ),
    "discount_above_price": both(
        ("A discount is above its price", "A line's discount exceeds its gross amount."),
        ("Une remise dépasse son prix", "La remise d'une ligne dépasse son montant brut."),
    ),
    "tax_above_amount": both(
        ("A tax is above its amount", "A line's tax exceeds its gross amount less discount."),
        ("Une taxe dépasse son montant", "La taxe d'une ligne dépasse son montant remisé."),
    ),
    "member_reference_missing": both(
        ("No member is named", "Name a member by `id`, `card` or `external_id`."),
        ("Aucun membre n'est nommé", "Nommez un membre par `id`, `card` ou `external_id`."),
    ),
    "member_reference_ambiguous": both(
        (
            "The member is not named exactly once",
            "Name a member by exactly one of `id`, `card` and `external_id`.",
        ),
        (
            "Le membre n'est pas nommé une seule fois",
            "Nommez un membre par un seul de `id`, `card` et `external_id`.",
        ),
    ),
    "card_code_malformed": both(
        ("The card code is malformed", "This is not a card code: scan or type it again."),
        (
            "Le code de carte est mal formé",
            "Ce n'est pas un code de carte : scannez-le ou saisissez-le à nouveau.",
        ),
    ),
}
