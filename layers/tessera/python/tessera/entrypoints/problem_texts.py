"""What every problem says, in English and French.

The key is the problem's code. A title never varies; a detail may name numbers and identifiers
that the error carries, never a personal value. A test holds the table complete: every code that
is raised anywhere has its sentences in both languages, with the same parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Text:
    """A title, and a detail with parameters in braces."""

    title: str
    detail: str


def _both(en: tuple[str, str], fr: tuple[str, str]) -> Mapping[str, Text]:
    return {"en": Text(*en), "fr": Text(*fr)}


_REQUEST: Mapping[str, Mapping[str, Text]] = {
    "request_invalid": _both(
        ("The request is not valid", "The request has {count} fault(s); `errors` names each."),
        (
            "La requête n'est pas valide",
            "La requête comporte {count} erreur(s) ; `errors` les nomme toutes.",
        ),
    ),
    "body_missing": _both(
        ("The body is missing", "This request needs a JSON object as its body."),
        ("Le corps manque", "Cette requête exige un objet JSON pour corps."),
    ),
    "body_unexpected": _both(
        ("A body is not expected", "This request takes no body."),
        ("Aucun corps n'est attendu", "Cette requête ne prend pas de corps."),
    ),
    "body_too_large": _both(
        ("The body is too large", "The body has more than {bytes_max} bytes."),
        ("Le corps est trop grand", "Le corps dépasse {bytes_max} octets."),
    ),
    "body_not_utf8": _both(
        ("The body is not UTF-8", "The bytes of the body are not text in UTF-8."),
        ("Le corps n'est pas en UTF-8", "Les octets du corps ne sont pas un texte en UTF-8."),
    ),
    "media_type_unsupported": _both(
        ("The media type is not JSON", "Send the body with `Content-Type: application/json`."),
        (
            "Le type de contenu n'est pas JSON",
            "Envoyez le corps avec `Content-Type: application/json`.",
        ),
    ),
    "json_malformed": _both(
        ("The body is not JSON", "The JSON breaks off at line {line}, column {column}."),
        ("Le corps n'est pas du JSON", "Le JSON s'interrompt ligne {line}, colonne {column}."),
    ),
    "json_key_twice": _both(
        ("A key appears twice", "The key `{key}` appears twice in one object."),
        ("Une clé figure deux fois", "La clé `{key}` figure deux fois dans un même objet."),
    ),
    "json_too_deep": _both(
        ("The JSON is nested too deep", "Objects and lists may be nested {limit} deep."),
        (
            "Le JSON est trop imbriqué",
            "Objets et listes peuvent s'imbriquer sur {limit} niveaux.",
        ),
    ),
    "number_not_integer": _both(
        (
            "A number is not an integer",
            "`{number}` is not an integer: amounts are integers in the smallest unit.",
        ),
        (
            "Un nombre n'est pas entier",
            "`{number}` n'est pas entier : les montants le sont, dans la plus petite unité.",
        ),
    ),
    "number_out_of_range": _both(
        ("A number is out of range", "Numbers go up to {limit}, above and below zero."),
        ("Un nombre est hors limites", "Les nombres vont jusqu'à {limit}, en plus ou en moins."),
    ),
    "text_unreadable": _both(
        ("A text is not readable", "The text holds control characters or half a character."),
        (
            "Un texte est illisible",
            "Le texte contient des caractères de contrôle ou un caractère incomplet.",
        ),
    ),
    "parameter_unknown": _both(
        ("A query parameter is unknown", "This address knows no parameter `{name}`."),
        ("Un paramètre est inconnu", "Cette adresse ne connaît pas le paramètre `{name}`."),
    ),
    "parameter_malformed": _both(
        ("A query parameter is malformed", "The parameter `{name}` can't be read."),
        ("Un paramètre est mal formé", "Le paramètre `{name}` ne peut pas être lu."),
    ),
    "parameter_missing": _both(
        ("A query parameter is missing", "This address needs the parameter `{name}`."),
        ("Un paramètre manque", "Cette adresse exige le paramètre `{name}`."),
    ),
    "limit_out_of_range": _both(
        ("The limit is out of range", "A page has 1 to {limit_max} elements."),
        ("La limite est hors bornes", "Une page compte de 1 à {limit_max} éléments."),
    ),
    "cursor_malformed": _both(
        ("The cursor is not ours", "Send the cursor `next` of the page before, unchanged."),
        (
            "Le curseur n'est pas le nôtre",
            "Renvoyez tel quel le curseur `next` de la page précédente.",
        ),
    ),
    "idempotency_key_missing": _both(
        (
            "The Idempotency-Key is missing",
            "A request that changes something needs the header `Idempotency-Key`.",
        ),
        (
            "L'en-tête Idempotency-Key manque",
            "Une requête qui change quelque chose exige l'en-tête `Idempotency-Key`.",
        ),
    ),
    "idempotency_key_malformed": _both(
        (
            "The Idempotency-Key is malformed",
            "`Idempotency-Key` holds 1 to 255 printable characters.",
        ),
        (
            "L'en-tête Idempotency-Key est mal formé",
            "`Idempotency-Key` compte de 1 à 255 caractères imprimables.",
        ),
    ),
    "request_differs": _both(
        (
            "The same key came with another request",
            "This key or document was used before with another body. Nothing was done.",
        ),
        (
            "La même clé accompagne une autre requête",
            "Cette clé ou ce document a déjà servi avec un autre corps. Rien n'a été fait.",
        ),
    ),
}

_FIELDS: Mapping[str, Mapping[str, Text]] = {
    "field_missing": _both(
        ("A field is missing", "This field is required."),
        ("Un champ manque", "Ce champ est obligatoire."),
    ),
    "field_unknown": _both(
        ("A field is unknown", "No such field is known here."),
        ("Un champ est inconnu", "Aucun champ de ce nom n'est connu ici."),
    ),
    "integer_expected": _both(
        ("An integer is expected", "An integer is expected here."),
        ("Un entier est attendu", "Un nombre entier est attendu ici."),
    ),
    "text_expected": _both(
        ("A text is expected", "A text is expected here."),
        ("Un texte est attendu", "Un texte est attendu ici."),
    ),
    "boolean_expected": _both(
        ("True or false is expected", "`true` or `false` is expected here."),
        ("Vrai ou faux est attendu", "`true` ou `false` est attendu ici."),
    ),
    "list_expected": _both(
        ("A list is expected", "A list is expected here."),
        ("Une liste est attendue", "Une liste est attendue ici."),
    ),
    "object_expected": _both(
        ("An object is expected", "An object is expected here."),
        ("Un objet est attendu", "Un objet est attendu ici."),
    ),
    "value_unknown": _both(
        ("A value is not one of those known", "Known are: {expected}."),
        ("Une valeur ne fait pas partie des valeurs connues", "Valeurs connues : {expected}."),
    ),
    "value_malformed": _both(
        ("A value is malformed", "This value can't be read."),
        ("Une valeur est mal formée", "Cette valeur ne peut pas être lue."),
    ),
    "number_too_small": _both(
        ("A number is too small", "At least {least} is expected."),
        ("Un nombre est trop petit", "La valeur attendue est d'au moins {least}."),
    ),
    "number_too_large": _both(
        ("A number is too large", "At most {most} is expected."),
        ("Un nombre est trop grand", "La valeur attendue est d'au plus {most}."),
    ),
    "text_empty": _both(
        ("A text is empty", "The text is empty."),
        ("Un texte est vide", "Le texte est vide."),
    ),
    "text_too_long": _both(
        ("A text is too long", "The text has more than {most} characters."),
        ("Un texte est trop long", "Le texte dépasse {most} caractères."),
    ),
    "text_malformed": _both(
        ("A text is malformed", "The text does not have the form that is expected here."),
        ("Un texte est mal formé", "Le texte n'a pas la forme attendue ici."),
    ),
    "text_not_trimmed": _both(
        ("A text has blanks around it", "The text begins or ends with a blank."),
        ("Un texte est bordé d'espaces", "Le texte commence ou finit par une espace."),
    ),
    "list_too_short": _both(
        ("A list is too short", "At least {least} element(s) are expected."),
        ("Une liste est trop courte", "Au moins {least} élément(s) attendu(s)."),
    ),
    "list_too_long": _both(
        ("A list is too long", "At most {most} element(s) are expected."),
        ("Une liste est trop longue", "Au plus {most} élément(s) attendu(s)."),
    ),
    "date_malformed": _both(
        ("A date is malformed", "Write a date as YYYY-MM-DD, or --MM-DD without its year."),
        (
            "Une date est mal formée",
            "Écrivez une date sous la forme AAAA-MM-JJ, ou --MM-JJ sans l'année.",
        ),
    ),
    "time_malformed": _both(
        (
            "A time is malformed",
            "Write a time as RFC 3339 with its offset, such as 2026-11-22T09:30:00+01:00.",
        ),
        (
            "Une heure est mal formée",
            "Écrivez une heure selon la RFC 3339, comme 2026-11-22T09:30:00+01:00.",
        ),
    ),
    "time_out_of_range": _both(
        ("A time is out of range", "The year lies outside of what the ledger can date."),
        ("Une heure est hors limites", "L'année sort de ce que le registre peut dater."),
    ),
    "time_in_future": _both(
        ("The time lies in the future", "What is recorded has already happened."),
        ("L'heure est dans le futur", "Ce qui s'enregistre a déjà eu lieu."),
    ),
    "time_too_late": _both(
        (
            "The time lies too far back",
            "A sale is recorded within {days_max} days, unless the key may import.",
        ),
        (
            "L'heure est trop ancienne",
            "Une vente s'enregistre sous {days_max} jours, sauf avec une clé d'import.",
        ),
    ),
    "quantity_malformed": _both(
        (
            "A quantity is malformed",
            'A quantity is a whole number or a text such as "0.750", to three places.',
        ),
        (
            "Une quantité est mal formée",
            'Une quantité est un entier ou un texte tel que "0.750", à trois décimales.',
        ),
    ),
    "quantity_not_positive": _both(
        ("A quantity is not positive", "A quantity is above zero; returns have their own call."),
        (
            "Une quantité n'est pas positive",
            "Une quantité dépasse zéro ; les retours ont leur propre appel.",
        ),
    ),
    "basket_empty": _both(
        ("The basket is empty", "A basket has lines, or at least a total."),
        ("Le panier est vide", "Un panier a des lignes, ou au moins un total."),
    ),
    "too_many_lines": _both(
        ("There are too many lines", "A basket has at most {lines_max} lines."),
        ("Les lignes sont trop nombreuses", "Un panier compte au plus {lines_max} lignes."),
    ),
    "total_differs": _both(
        ("The total is not that of the lines", "The lines' amounts sum to another total."),
        ("Le total n'est pas celui des lignes", "La somme des lignes donne un autre total."),
    ),
    "discount_above_price": _both(
        ("A discount is above its price", "A line's discount exceeds its gross amount."),
        ("Une remise dépasse son prix", "La remise d'une ligne dépasse son montant brut."),
    ),
    "tax_above_amount": _both(
        ("A tax is above its amount", "A line's tax exceeds its gross amount less discount."),
        ("Une taxe dépasse son montant", "La taxe d'une ligne dépasse son montant remisé."),
    ),
    "member_reference_missing": _both(
        ("No member is named", "Name a member by `id`, `card` or `external_id`."),
        ("Aucun membre n'est nommé", "Nommez un membre par `id`, `card` ou `external_id`."),
    ),
    "member_reference_ambiguous": _both(
        (
            "The member is not named exactly once",
            "Name a member by exactly one of `id`, `card` and `external_id`.",
        ),
        (
            "Le membre n'est pas nommé une seule fois",
            "Nommez un membre par un seul de `id`, `card` et `external_id`.",
        ),
    ),
    "card_code_malformed": _both(
        ("The card code is malformed", "This is not a card code: scan or type it again."),
        (
            "Le code de carte est mal formé",
            "Ce n'est pas un code de carte : scannez-le ou saisissez-le à nouveau.",
        ),
    ),
}

_RIGHTS: Mapping[str, Mapping[str, Text]] = {
    "credential_missing": _both(
        ("Nobody known is calling", "Send an API key as `Authorization: Bearer tk_…`."),
        (
            "L'appelant est inconnu",
            "Envoyez une clé d'API sous la forme `Authorization: Bearer tk_…`.",
        ),
    ),
    "scope_missing": _both(
        ("The key lacks a right", "This call needs the scope `{scope}`."),
        ("Un droit manque à la clé", "Cet appel exige le droit `{scope}`."),
    ),
    "store_not_allowed": _both(
        ("The key does not speak for this store", "The key is limited to other stores."),
        (
            "La clé ne parle pas pour ce magasin",
            "La clé est limitée à d'autres magasins.",
        ),
    ),
    "member_not_allowed": _both(
        ("This is another member's", "A member can read and change his own account only."),
        (
            "Cela appartient à un autre membre",
            "Un membre ne peut lire et changer que son propre compte.",
        ),
    ),
    "rights_exceeded": _both(
        (
            "A key can't grant what it lacks",
            "A new key has no scope and no store that its issuer has not.",
        ),
        (
            "Une clé ne peut accorder ce qu'elle n'a pas",
            "Une nouvelle clé n'a ni droit ni magasin que son émetteur n'ait.",
        ),
    ),
    "scope_unknown": _both(
        ("A scope is unknown", "There is no scope of this name."),
        ("Un droit est inconnu", "Il n'existe pas de droit de ce nom."),
    ),
    "expiry_passed": _both(
        ("The expiry lies in the past", "A key expires after it was issued."),
        ("L'échéance est passée", "Une clé expire après son émission."),
    ),
}

_MISSING: Mapping[str, Mapping[str, Text]] = {
    "path_unknown": _both(
        ("There is nothing here", "No route has this method and path."),
        ("Il n'y a rien ici", "Aucune route n'a cette méthode et ce chemin."),
    ),
    "problem_unknown": _both(
        ("There is no such problem", "No problem has this code."),
        ("Ce problème n'existe pas", "Aucun problème ne porte ce code."),
    ),
    "member_unknown": _both(
        ("The member is unknown", "There is no such member."),
        ("Le membre est inconnu", "Il n'y a pas de tel membre."),
    ),
    "card_unknown": _both(
        ("The card is unknown", "Nobody was given a card with this code."),
        ("La carte est inconnue", "Aucune carte remise ne porte ce code."),
    ),
    "external_id_unknown": _both(
        ("The external id is unknown", "No member has this external id."),
        ("L'identifiant externe est inconnu", "Aucun membre n'a cet identifiant externe."),
    ),
    "programme_unknown": _both(
        ("The programme is unknown", "No programme of this name is in force."),
        ("Le programme est inconnu", "Aucun programme de ce nom n'est en vigueur."),
    ),
    "api_key_unknown": _both(
        ("The API key is unknown", "No API key has this id."),
        ("La clé d'API est inconnue", "Aucune clé d'API ne porte cet identifiant."),
    ),
}

_STATE: Mapping[str, Mapping[str, Text]] = {
    "card_blocked": _both(
        ("The card is blocked", "This card was blocked. Ask the member for another."),
        ("La carte est bloquée", "Cette carte a été bloquée. Demandez-en une autre au membre."),
    ),
    "try_again": _both(
        (
            "The outcome is not known yet",
            "Send the same request again, with the same key: it will be done once.",
        ),
        (
            "Le résultat n'est pas encore connu",
            "Renvoyez la même requête, avec la même clé : elle ne sera faite qu'une fois.",
        ),
    ),
    "internal_error": _both(
        ("Something is broken here", "This is our fault. Report the request id {request_id}."),
        (
            "Une panne est survenue ici",
            "La faute est nôtre. Signalez l'identifiant de requête {request_id}.",
        ),
    ),
}

TEXTS: Mapping[str, Mapping[str, Text]] = {
    **_REQUEST,
    **_FIELDS,
    **_RIGHTS,
    **_MISSING,
    **_STATE,
}
