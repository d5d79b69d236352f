"""Rights, what does not exist, and what only we can mend."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "credential_missing": both(
        ("Nobody known is calling", "Send an API key as `Authorization: Bearer tk_…`."),
        (
            "L'appelant est inconnu",
            "Envoyez une clé d'API sous la forme `Authorization: Bearer tk_…`.",
        ),
    ),
    "scope_missing": both(
        ("The key lacks a right", "This call needs the scope `{scope}`."),
        ("Un droit manque à la clé", "Cet appel exige le droit `{scope}`."),
    ),
    "store_not_allowed": both(
        ("The key does not speak for this store", "The key is limited to other stores."),
        (
            "La clé ne parle pas pour ce magasin",
            "La clé est limitée à d'autres magasins.",
        ),
    ),
    "member_not_allowed": both(
        ("This is another member's", "A member can read and change his own account only."),
        (
            "Cela appartient à un autre membre",
            "Un membre ne peut lire et changer que son propre compte.",
        ),
    ),
    "rights_exceeded": both(
        (
            "A key can't reach beyond itself",
            "A key makes keys of its own scopes and stores, and revokes those of its stores.",
        ),
        (
            "Une clé n'agit pas au-delà d'elle-même",
            "Une clé en crée de ses droits et magasins, et révoque celles de ses magasins.",
        ),
    ),
    "scope_unknown": both(
        ("A scope is unknown", "There is no scope of this name."),
        ("Un droit est inconnu", "Il n'existe pas de droit de ce nom."),
    ),
    "expiry_passed": both(
        ("The expiry lies in the past", "A key expires after it was issued."),
        ("L'échéance est passée", "Une clé expire après son émission."),
    ),
    "path_unknown": both(
        ("There is nothing here", "No route has this method and path."),
        ("Il n'y a rien ici", "Aucune route n'a cette méthode et ce chemin."),
    ),
    "problem_unknown": both(
        ("There is no such problem", "No problem has this code."),
        ("Ce problème n'existe pas", "Aucun problème ne porte ce code."),
    ),
    "member_unknown": both(
        ("The member is unknown", "There is no such member."),
        ("Le membre est inconnu", "Il n'y a pas de tel membre."),
    ),
    "card_design_unknown": both(
        ("The card design is unknown", "Upload it first, or name one that was shipped."),
        (
            "Le modèle de carte est inconnu",
            "Envoyez-le d'abord, ou nommez un modèle livré.",
        ),
    ),
    "card_unknown": both(
        ("The card is unknown", "Nobody was given a card with this code."),
        ("La carte est inconnue", "Aucune carte remise ne porte ce code."),
    ),
    "external_id_unknown": both(
        ("The external id is unknown", "No member has this external id."),
        ("L'identifiant externe est inconnu", "Aucun membre n'a cet identifiant externe."),
    ),
    "programme_unknown": both(
        ("The programme is unknown", "No programme of this name is in force."),
        ("Le programme est inconnu", "Aucun programme de ce nom n'est en vigueur."),
    ),
    "api_key_unknown": both(
        ("The API key is unknown", "No API key has this id."),
        ("La clé d'API est inconnue", "Aucune clé d'API ne porte cet identifiant."),
    ),
    "card_blocked": both(
        ("The card is blocked", "This card was blocked. Ask the member for another."),
        ("La carte est bloquée", "Cette carte a été bloquée. Demandez-en une autre au membre."),
    ),
    "try_again": both(
        (
            "The outcome is not known yet",
            "Send the same request again, with the same key: it will be done once.",
        ),
        (
            "Le résultat n'est pas encore connu",
            "Renvoyez la même requête, avec la même clé : elle ne sera faite qu'une fois.",
        ),
    ),
    "internal_error": both(
        ("Something is broken here", "This is our fault. Report the request id {request_id}."),
        (
            "Une panne est survenue ici",
            "La faute est nôtre. Signalez l'identifiant de requête {request_id}.",
        ),
    ),
}
