"""What keeps a programme from being drafted, published, approved or ended."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "document_faulty": both(
        (
            "The document has errors",
            "{count} errors keep the document from being published; `errors` names each.",
        ),
        (
            "Le document comporte des erreurs",
            "{count} erreurs empêchent de publier le document ; `errors` les nomme toutes.",
        ),
    ),
    "draft_unknown": both(
        ("There is no draft", "The programme has no draft. Save one first."),
        ("Il n'y a pas de brouillon", "Le programme n'a pas de brouillon. Enregistrez-en un."),
    ),
    "draft_moved": both(
        (
            "The draft has changed in between",
            "The draft is at revision {revision} (0: there is none). Read it and go on from there.",
        ),
        (
            "Le brouillon a changé entre-temps",
            "Le brouillon en est à la révision {revision} (0 : il n'y en a pas). Relisez-le.",
        ),
    ),
    "programme_exists": both(
        ("The programme exists", "A programme or draft has this id. Choose another."),
        ("Le programme existe", "Un programme ou un brouillon porte cet identifiant."),
    ),
    "second_approver_needed": both(
        (
            "A second person must agree",
            "Ask for the publication at `/requests`; an approver agrees to it.",
        ),
        (
            "Une seconde personne doit approuver",
            "Demandez la publication sous `/requests` ; un approbateur y répond.",
        ),
    ),
    "request_unknown": both(
        ("The request is unknown", "Nobody asked for a publication under this id."),
        ("La demande est inconnue", "Personne n'a demandé de publication sous cet identifiant."),
    ),
    "request_decided": both(
        ("The request is decided", "The request is no longer pending ({status})."),
        ("La demande est tranchée", "La demande n'est plus en attente ({status})."),
    ),
    "request_stale": both(
        (
            "The programme has moved on since",
            "Version {version} was published after this was asked for. Ask again.",
        ),
        (
            "Le programme a changé depuis",
            "La version {version} a été publiée après la demande. Renouvelez-la.",
        ),
    ),
    "approver_is_author": both(
        ("Four eyes are two persons", "Whoever asked for a publication can't agree to it."),
        ("Il faut deux personnes", "Qui a demandé une publication ne peut l'approuver."),
    ),
    "approver_not_a_person": both(
        ("A key is not a person", "Sign in as a member of staff to agree to a publication."),
        ("Une clé n'est pas une personne", "Connectez-vous comme employé pour approuver."),
    ),
    "version_is_latest": both(
        ("This version is the latest", "Roll back to a version before the latest."),
        ("Cette version est la dernière", "Revenez à une version antérieure à la dernière."),
    ),
    "programme_closes_already": both(
        (
            "The end is announced already",
            "Publish a draft with other days in `closing` to move the end.",
        ),
        (
            "La fin est déjà annoncée",
            "Publiez un brouillon avec d'autres jours dans `closing` pour la déplacer.",
        ),
    ),
    "programme_closing": both(
        ("The programme is closing", "Nobody could join after {last_day}."),
        ("Le programme ferme", "On ne pouvait plus y entrer après le {last_day}."),
    ),
    "programme_ended": both(
        ("The programme has ended", "Value could be spent until {last_day}."),
        ("Le programme est terminé", "On pouvait utiliser ses avoirs jusqu'au {last_day}."),
    ),
}
