"""What is wrong with a request, whatever the programme says."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "request_invalid": both(
        ("The request is not valid", "The request has {count} fault(s); `errors` names each."),
        (
            "La requête n'est pas valide",
            "La requête comporte {count} erreur(s) ; `errors` les nomme toutes.",
        ),
    ),
    "body_missing": both(
        ("The body is missing", "This request needs a JSON object as its body."),
        ("Le corps manque", "Cette requête exige un objet JSON pour corps."),
    ),
    "body_unexpected": both(
        ("A body is not expected", "This request takes no body."),
        ("Aucun corps n'est attendu", "Cette requête ne prend pas de corps."),
    ),
    "body_too_large": both(
        (
            "The body is too large",
            "The body has more than {bytes_max} bytes. Images may go by POST /v1/uploads.",
        ),
        (
            "Le corps est trop grand",
            "Le corps dépasse {bytes_max} octets. Les images peuvent passer par POST /v1/uploads.",
        ),
    ),
    "body_not_utf8": both(
        ("The body is not UTF-8", "The bytes of the body are not text in UTF-8."),
        ("Le corps n'est pas en UTF-8", "Les octets du corps ne sont pas un texte en UTF-8."),
    ),
    "media_type_unsupported": both(
        ("The media type is not JSON", "Send the body with `Content-Type: application/json`."),
        (
            "Le type de contenu n'est pas JSON",
            "Envoyez le corps avec `Content-Type: application/json`.",
        ),
    ),
    "json_malformed": both(
        ("The body is not JSON", "The JSON breaks off at line {line}, column {column}."),
        ("Le corps n'est pas du JSON", "Le JSON s'interrompt ligne {line}, colonne {column}."),
    ),
    "json_key_twice": both(
        ("A key appears twice", "The key `{key}` appears twice in one object."),
        ("Une clé figure deux fois", "La clé `{key}` figure deux fois dans un même objet."),
    ),
    "json_too_deep": both(
        ("The JSON is nested too deep", "Objects and lists may be nested {limit} deep."),
        (
            "Le JSON est trop imbriqué",
            "Objets et listes peuvent s'imbriquer sur {limit} niveaux.",
        ),
    ),
    "number_not_integer": both(
        (
            "A number is not an integer",
            "`{number}` is not an integer: amounts are integers in the smallest unit.",
        ),
        (
            "Un nombre n'est pas entier",
            "`{number}` n'est pas entier : les montants le sont, dans la plus petite unité.",
        ),
    ),
    "text_unreadable": both(
        ("A text is not readable", "The text holds control characters or half a character."),
        (
            "Un texte est illisible",
            "Le texte contient des caractères de contrôle ou un caractère incomplet.",
        ),
    ),
    "parameter_unknown": both(
        ("A query parameter is unknown", "This address knows no parameter `{name}`."),
        ("Un paramètre est inconnu", "Cette adresse ne connaît pas le paramètre `{name}`."),
    ),
    "parameter_malformed": both(
        ("A query parameter is malformed", "The parameter `{name}` can't be read."),
        ("Un paramètre est mal formé", "Le paramètre `{name}` ne peut pas être lu."),
    ),
    "parameter_missing": both(
        ("A query parameter is missing", "This address needs the parameter `{name}`."),
        ("Un paramètre manque", "Cette adresse exige le paramètre `{name}`."),
    ),
    "limit_out_of_range": both(
        ("The limit is out of range", "A page has 1 to {limit_max} elements."),
        ("La limite est hors bornes", "Une page compte de 1 à {limit_max} éléments."),
    ),
    "cursor_malformed": both(
        ("The cursor is not ours", "Send the cursor `next` of the page before, unchanged."),
        (
            "Le curseur n'est pas le nôtre",
            "Renvoyez tel quel le curseur `next` de la page précédente.",
        ),
    ),
    "idempotency_key_missing": both(
        (
            "The Idempotency-Key is missing",
            "A request that changes something needs the header `Idempotency-Key`.",
        ),
        (
            "L'en-tête Idempotency-Key manque",
            "Une requête qui change quelque chose exige l'en-tête `Idempotency-Key`.",
        ),
    ),
    "idempotency_key_malformed": both(
        (
            "The Idempotency-Key is malformed",
            "`Idempotency-Key` holds 1 to 255 printable characters.",
        ),
        (
            "L'en-tête Idempotency-Key est mal formé",
            "`Idempotency-Key` compte de 1 à 255 caractères imprimables.",
        ),
    ),
    "request_differs": both(
        (
            "The same key came with another request",
            "This key or document was used before with another body. Nothing was done.",
        ),
        (
            "La même clé accompagne une autre requête",
            "Cette clé ou ce document a déjà servi avec un autre corps. Rien n'a été fait.",
        ),
    ),
    "search_ambiguous": both(
        ("The search is ambiguous", "Search by e-mail, telephone or last name: one of them."),
        ("La recherche est ambiguë", "Cherchez par e-mail, téléphone ou nom : un seul des trois."),
    ),
}
