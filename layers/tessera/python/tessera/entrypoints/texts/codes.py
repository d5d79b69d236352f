"""What is wrong with a code that was scanned, and what spending takes."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "too_soon": both(
        (
            "The card was scanned too often",
            "This card was scanned many times in a row. Wait a moment, or look the member up.",
        ),
        (
            "La carte a été scannée trop souvent",
            (
                "Cette carte a été scannée plusieurs fois de suite. Attendez un instant, ou "
                "cherchez le membre."
            ),
        ),
    ),
    "till_too_soon": both(
        (
            "This till asks too often",
            "More cards were scanned, or customers looked for, than a shop serves. Wait a moment.",
        ),
        (
            "Cette caisse demande trop souvent",
            (
                "Plus de cartes scannées ou de clients cherchés qu'un magasin n'en sert. Attendez "
                "un instant."
            ),
        ),
    ),
    "rotation_wrong": both(
        (
            "The changing code is not this card's",
            "The figures behind the code are not what this card shows. Ask for the card itself.",
        ),
        (
            "Le code changeant n'est pas celui de cette carte",
            (
                "Les chiffres qui suivent le code ne sont pas ceux que cette carte affiche. "
                "Demandez la carte elle-même."
            ),
        ),
    ),
    "rotation_late": both(
        (
            "The changing code is over",
            "This picture of the card is old: scan what the phone shows now.",
        ),
        (
            "Le code changeant est dépassé",
            (
                "Cette image de la carte est ancienne : scannez ce que le téléphone affiche "
                "maintenant."
            ),
        ),
    ),
    "rotation_used": both(
        (
            "The changing code was used",
            "Another till scanned it before. The card shows another within thirty seconds.",
        ),
        (
            "Le code changeant a déjà servi",
            (
                "Une autre caisse l'a scanné avant. La carte en affiche un autre dans les trente "
                "secondes."
            ),
        ),
    ),
    "code_signature_wrong": both(
        (
            "The code's signature is wrong",
            (
                "We did not sign this code, or it was changed. Scan it again; if that does not "
                "help, type the sixteen characters below it."
            ),
        ),
        (
            "La signature du code est fausse",
            (
                "Nous n'avons pas signé ce code, ou il a été modifié. Scannez-le à nouveau ; sinon "
                "saisissez les seize caractères qui sont en dessous."
            ),
        ),
    ),
    "code_key_unknown": both(
        (
            "The code was signed with a key that is gone",
            (
                "Key {key} is none of ours any more. The member opens his card's link once, and "
                "the card is renewed."
            ),
        ),
        (
            "Le code a été signé avec une clé qui n'existe plus",
            (
                "La clé {key} n'est plus des nôtres. Le membre ouvre une fois le lien de sa carte, "
                "qui est alors renouvelée."
            ),
        ),
    ),
    "code_expired": both(
        (
            "The signed code is over",
            (
                "It was signed too long ago. Type the sixteen characters below it; the member "
                "opens his card's link once to renew it."
            ),
        ),
        (
            "Le code signé est dépassé",
            (
                "Il a été signé il y a trop longtemps. Saisissez les seize caractères qui sont en "
                "dessous ; le membre ouvre une fois le lien de sa carte pour la renouveler."
            ),
        ),
    ),
    "scan_required": both(
        (
            "The card must be scanned for this",
            (
                "So much is spent only against the changing code that the member's phone shows "
                "now: scan it, and cite its `scan_id`."
            ),
        ),
        (
            "La carte doit être scannée pour cela",
            (
                "Un tel montant n'est dépensé que contre le code changeant que le téléphone du "
                "membre affiche maintenant : scannez-le et citez son `scan_id`."
            ),
        ),
    ),
    "scan_unknown": both(
        ("The scan is unknown", "This till made no such scan. Scan the card again."),
        ("Le scan est inconnu", "Cette caisse n'a pas fait ce scan. Scannez la carte à nouveau."),
    ),
    "scan_of_another": both(
        ("The scan is of another card", "It names another member than the request."),
        ("Le scan est d'une autre carte", "Il désigne un autre membre que la requête."),
    ),
    "scan_expired": both(
        ("The scan is over", "It was made more than ten minutes ago. Scan the card again."),
        ("Le scan est dépassé", "Il date de plus de dix minutes. Scannez la carte à nouveau."),
    ),
    "offline_spending_refused": both(
        (
            "Nothing of this is spent without a network",
            "The programme lets no such value be spent against a signed code.",
        ),
        (
            "Rien de cela ne se dépense sans réseau",
            "Le programme ne laisse pas dépenser cette valeur contre un code signé.",
        ),
    ),
    "offline_cap_passed": both(
        (
            "More was spent without a network than may be",
            "Against this signed code, so much more could be spent: see `available`.",
        ),
        (
            "Il a été dépensé sans réseau plus qu'il n'est permis",
            "Contre ce code signé, il ne pouvait plus être dépensé que `available`.",
        ),
    ),
    "days_out_of_range": both(
        ("These are no days to report on", "From the first to the last are 1 to {days_max} days."),
        (
            "Ces jours ne donnent pas de rapport",
            "Du premier au dernier, il y a de 1 à {days_max} jours.",
        ),
    ),
    "printable_unknown": both(
        ("Nothing of this kind is printed", "Ask for `poster`, `counter` or `staff`."),
        ("Rien de tel ne s'imprime", "Demandez `poster`, `counter` ou `staff`."),
    ),
    "offline_unsigned": both(
        (
            "Spending without a network takes signed codes",
            "`offline` goes with `form: signed` only.",
        ),
        (
            "Dépenser sans réseau exige des codes signés",
            "`offline` ne va qu'avec `form: signed`.",
        ),
    ),
}
