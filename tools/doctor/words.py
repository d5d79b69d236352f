"""What the live doctor says, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

SYMPTOMS: Mapping[int, tuple[str, str]] = {
    1: ("“Sorry, your pass cannot be installed”", "« Impossible d’installer la carte »"),
    2: ("team or pass type of another certificate", "équipe ou type d’un autre certificat"),
    3: ("wrong, old or expired WWDR certificate", "certificat WWDR faux, ancien ou expiré"),
    4: (".p12 that OpenSSL 3 no longer opens", ".p12 qu’OpenSSL 3 n’ouvre plus"),
    5: ("key and certificate do not belong together", "clé et certificat ne vont pas ensemble"),
    6: ("M2Crypto does not build", "M2Crypto ne se compile pas"),
    7: ("dates with milliseconds, +0000 or ZZ", "dates à millisecondes, +0000 ou ZZ"),
    8: ("the pass lands among the expired ones", "la carte arrive parmi les expirées"),
    9: ("icon missing, wrong size or name", "icône absente, de mauvaise taille ou mal nommée"),
    10: ("the strip is cropped", "le bandeau est rogné"),
    11: ("file not in the manifest", "fichier absent du manifeste"),
    12: ("token too short, address without token", "jeton trop court, adresse sans jeton"),
    13: ("//v1 is answered 404", "//v1 répond 404"),
    14: ("the phone never registers, or gets 401", "le téléphone ne s’inscrit pas, ou reçoit 401"),
    15: ("the push arrives and no banner appears", "la notification arrive sans bandeau"),
    16: ("hundreds of registrations of one card", "des centaines d’inscriptions d’une carte"),
    17: ("one card overwrites another", "une carte en remplace une autre"),
    18: ("Google answers permissionDenied", "Google répond permissionDenied"),
    19: ("Google's save link answers “server error”", "le lien Google répond « server error »"),
    20: ("Google ignores an update of the class", "Google ignore une mise à jour de la classe"),
}

TOLD: Mapping[str, tuple[str, str]] = {
    "in_order": ("in order", "en ordre"),
    "not_looked_at": ("not looked at", "non examiné"),
    "error": ("ERROR", "ERREUR"),
    "warning": ("warning", "attention"),
    "summary": (
        "{errors} error(s), {warnings} warning(s), {unseen} not looked at",
        "{errors} erreur(s), {warnings} avertissement(s), {unseen} non examiné(s)",
    ),
    "offline": (
        "a file, not a service: `python -m passbook doctor --p12 …` looks at it",
        "un fichier, pas un service : `python -m passbook doctor --p12 …` l’examine",
    ),
    "build": (
        "nothing here needs a compiler; `doctor requirements.txt` looks at yours",
        "rien ici n’exige de compilateur ; `doctor requirements.txt` examine le vôtre",
    ),
    "no_card": ("the card could not be fetched", "la carte n’a pas pu être obtenue"),
    "no_apple": ("this shop offers no Apple cards", "ce magasin n’offre pas de carte Apple"),
    "no_google": ("this shop offers no Google cards", "ce magasin n’offre pas de carte Google"),
    "no_account": ("give --google-account to ask Google", ("donnez --google-account pour interroger"
                   " Google")),
}  # fmt: skip

REMEDIES: Mapping[str, tuple[str, str]] = {
    "link": (
        "The link answered {status}. Is it a card's link of this stack, and the card not blocked?",
        "Le lien a répondu {status}. Est-ce le lien d’une carte de ce système, non bloquée ?",
    ),
    "slash": (
        (
            "{path} answered {status}. Route the whole of /apple/{{proxy+}} and collapse slashes: "
            "phones double one that ends the address."
        ),
        (
            "{path} a répondu {status}. Routez tout /apple/{{proxy+}} et réduisez les barres : les "
            "téléphones doublent celle qui finit l’adresse."
        ),
    ),
    "register": (
        (
            "Registering with the card's own token answered {status}. Does a gateway strip "
            "`Authorization`, or ask an authorizer that does not know `ApplePass`?"
        ),
        (
            "L’inscription avec le jeton de la carte a répondu {status}. Une passerelle "
            "retire-t-elle `Authorization`, ou interroge-t-elle un autorisateur qui ignore "
            "`ApplePass` ?"
        ),
    ),
    "open": (
        "{what} without the card's token answered {status} instead of 401: anybody may do it.",
        (
            "{what} sans le jeton de la carte a répondu {status} au lieu de 401 : n’importe qui "
            "peut le faire."
        ),
    ),
    "call": (
        "{what} answered {status} instead of {wanted}.",
        "{what} a répondu {status} au lieu de {wanted}.",
    ),
    "list": (
        "A registered device is not told of its card: it would never fetch a change.",
        "L’appareil inscrit n’apprend rien de sa carte : il ne chercherait jamais un changement.",
    ),
    "modified": (
        "The card came without `Last-Modified`: phones would fetch it again and again.",
        "La carte est venue sans `Last-Modified` : les téléphones la chercheraient sans fin.",
    ),
    "unmodified": (
        "`If-Modified-Since` was answered {status} instead of 304: every poll signs a card.",
        "`If-Modified-Since` a reçu {status} au lieu de 304 : chaque appel signe une carte.",
    ),
    "again": (
        (
            "Registering a second time answered {status} instead of 200: each try makes another "
            "row. Keep one row for a device and a card, and answer 200 where it is there."
        ),
        (
            "S’inscrire une seconde fois a répondu {status} au lieu de 200 : chaque essai ajoute "
            "une ligne. Gardez une ligne par appareil et par carte, et répondez 200 si elle existe."
        ),
    ),
    "google_token": (
        (
            "Google gives no token for the account (status {status}): the key was revoked, or the "
            "clock is wrong."
        ),
        (
            "Google ne donne pas de jeton au compte (statut {status}) : clé révoquée, ou horloge "
            "fausse."
        ),
    ),
    "google_user": (
        (
            "The token is good and the issuer's classes are refused (status {status}): add "
            "{email} as a user in the Google Pay & Wallet console."
        ),
        (
            "Le jeton est bon mais les classes de l’émetteur sont refusées (statut {status}) : "
            "ajoutez {email} comme utilisateur dans la console Google Pay & Wallet."
        ),
    ),
    "google_class": (
        "The class {name} answered {status}: it is made when the first card is added.",
        "La classe {name} a répondu {status} : elle est créée quand la première carte est ajoutée.",
    ),
    "google_review": (
        "The class is {state}: cards show [TEST ONLY] or are refused until Google approves it.",
        (
            "La classe est {state} : les cartes portent [TEST ONLY] ou sont refusées jusqu’à son "
            "approbation."
        ),
    ),
    "google_image": (
        (
            "Google fetches {url}, which answered {status}: publish the image at a public https "
            "address."
        ),
        (
            "Google va chercher {url}, qui a répondu {status} : publiez l’image à une adresse "
            "https publique."
        ),
    ),
    "google_link": (
        "An Android phone is not led to Google: the link answered {status}.",
        "Un téléphone Android n’est pas mené à Google : le lien a répondu {status}.",
    ),
    "unreachable": (
        "{what} cannot be reached: {reason}",
        "{what} est injoignable : {reason}",
    ),
}


def say(texts: Mapping[str, tuple[str, str]], code: str, language: str, **values: object) -> str:
    """A sentence in a language."""
    return texts[code][language == "fr"].format(**values)
