"""Tills, their signatures, and the clerks at them."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "till_revoked": both(
        ("The till is not enrolled", "It was revoked. A manager can enrol this browser anew."),
        (
            "La caisse n'est pas enrôlée",
            "Elle a été révoquée. Un responsable peut enrôler ce navigateur à nouveau.",
        ),
    ),
    "till_unknown": both(
        ("The till is unknown", "There is no till of this id."),
        ("La caisse est inconnue", "Aucune caisse ne porte cet identifiant."),
    ),
    "till_only": both(
        ("Only an enrolled till can ask this", "Clerks stand at tills, not behind API keys."),
        (
            "Seule une caisse enrôlée peut le demander",
            "Les vendeurs se tiennent aux caisses, pas derrière des clés d'API.",
        ),
    ),
    "signature_missing": both(
        (
            "The request is not signed",
            "A till signs its method, path, query, body and headers (RFC 9421).",
        ),
        (
            "La requête n'est pas signée",
            "Une caisse signe méthode, chemin, requête, corps et en-têtes (RFC 9421).",
        ),
    ),
    "signature_wrong": both(
        ("The signature is wrong", "It is not the till's, or the request was changed."),
        ("La signature est fausse", "Elle n'est pas de la caisse, ou la requête a été modifiée."),
    ),
    "signature_time": both(
        (
            "The signature is of another time",
            "The till's clock may be off by {seconds_max} seconds. Set it right.",
        ),
        (
            "La signature est d'un autre moment",
            "L'horloge de la caisse peut dévier de {seconds_max} secondes. Réglez-la.",
        ),
    ),
    "request_replayed": both(
        ("The request came before", "Each request of a till is taken once. Sign it anew."),
        (
            "La requête est déjà venue",
            "Chaque requête d'une caisse est prise une fois. Signez-la à nouveau.",
        ),
    ),
    "enrolment_code_unknown": both(
        (
            "The code enrols no till",
            "It is mistyped, used or too old. Ask the manager for a new one.",
        ),
        (
            "Ce code n'enrôle aucune caisse",
            "Il est mal saisi, déjà utilisé ou périmé. Demandez-en un autre au responsable.",
        ),
    ),
    "public_key_malformed": both(
        ("The public key is malformed", "It is no point of the curve P-256."),
        ("La clé publique est malformée", "Ce n'est pas un point de la courbe P-256."),
    ),
    "clerk_unknown": both(
        ("The clerk is unknown", "This store has no such clerk."),
        ("Le vendeur est inconnu", "Ce magasin n'a pas ce vendeur."),
    ),
    "clerk_missing": both(
        ("No clerk stands at the till", "Somebody must enter his PIN first."),
        ("Personne n'est en caisse", "Quelqu'un doit d'abord saisir son code."),
    ),
    "clerk_session_ended": both(
        ("The clerk has left the till", "Enter the PIN again to go on."),
        ("Le vendeur a quitté la caisse", "Saisissez à nouveau le code pour continuer."),
    ),
    "clerk_session_unknown": both(
        ("The session is unknown", "This till had no such session."),
        ("La session est inconnue", "Cette caisse n'a pas eu cette session."),
    ),
    "clerk_locked": both(
        (
            "The clerk is locked out",
            "Too many wrong PINs. Wait {minutes} min, or ask the manager for a new PIN.",
        ),
        (
            "Le vendeur est bloqué",
            "Trop de codes faux. Attendez {minutes} min, ou demandez un autre code au responsable.",
        ),
    ),
    "pin_wrong": both(
        ("The PIN is wrong", "Attempts left before a pause: {left}."),
        ("Le code est faux", "Essais restants avant une pause : {left}."),
    ),
    "pin_too_simple": both(
        ("The PIN is too simple", "Not one digit throughout, and no run such as 1234."),
        ("Le code est trop simple", "Ni un seul chiffre répété, ni une suite comme 1234."),
    ),
    "member_is_real": both(
        (
            "This is a real member",
            "A till for training serves members who were enrolled at such a till.",
        ),
        (
            "C'est un vrai membre",
            "Une caisse de formation sert les membres inscrits à une telle caisse.",
        ),
    ),
    "member_is_for_training": both(
        ("This member is for training", "He was made up at a till for training; use that one."),
        (
            "Ce membre sert à la formation",
            "Il a été inventé à une caisse de formation ; utilisez celle-ci.",
        ),
    ),
}
