"""Card designs, and pushes of designs and news."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "image_format_refused": both(
        ("This is no PNG and no JPEG", "Send a PNG or a JPEG, in base64."),
        ("Ce n'est ni un PNG ni un JPEG", "Envoyez un PNG ou un JPEG, en base64."),
    ),
    "image_source_unclear": both(
        ("The image comes from two places, or none", "Send its content, or name its upload."),
        ("L'image vient de deux endroits, ou d'aucun", "Envoyez-la, ou nommez son dépôt."),
    ),
    "image_too_heavy": both(
        (
            "The image has too many bytes",
            "It has {bytes} bytes, {bytes_max} at most: export it smaller, or as a JPEG.",
        ),
        (
            "L'image est trop lourde",
            "Elle pèse {bytes} octets, {bytes_max} au plus : réduisez-la, ou envoyez un JPEG.",
        ),
    ),
    "upload_unknown": both(
        (
            "The upload is not there",
            (
                "Nothing was put at its address, or it was more than a day ago: ask for one with "
                "POST /v1/uploads, and put the file there."
            ),
        ),
        (
            "Le dépôt n'existe pas",
            (
                "Rien n'a été déposé à son adresse, ou c'était il y a plus d'un jour : demandez-en "
                "une par POST /v1/uploads, et déposez-y le fichier."
            ),
        ),
    ),
    "upload_differs": both(
        (
            "The upload is not what was announced",
            "What was put there has another hash: put the file there again.",
        ),
        (
            "Le dépôt n'est pas celui annoncé",
            "Ce qui a été déposé a une autre empreinte : déposez le fichier à nouveau.",
        ),
    ),
    "upload_kind_differs": both(
        (
            "The upload is of another kind",
            "Its bytes are no {kind}: announce what it is, or export it as that.",
        ),
        (
            "Le dépôt est d'un autre type",
            "Ses octets ne sont pas du {kind} : annoncez ce qu'il est, ou exportez-le ainsi.",
        ),
    ),
    "image_damaged": both(
        ("The image is damaged", "Export the image again: a part of it is missing or too much."),
        ("L'image est abîmée", "Exportez-la de nouveau : il en manque une partie, ou il y a trop."),
    ),
    "image_sides_too_long": both(
        ("The image is too large", "It has {width} × {height} pixels; {most} a side at most."),
        ("L'image est trop grande", "Elle a {width} × {height} pixels ; {most} par côté au plus."),
    ),
    "image_hash_differs": both(
        ("The image is not what was announced", "Its content has another hash: send it again."),
        ("L'image n'est pas celle annoncée", "Son contenu a une autre empreinte : renvoyez-la."),
    ),
    "card_design_refused": both(
        (
            "The card design breaks a rule",
            "Rule `{rule}`, at `{place}`: {message} {remedy}",
        ),
        (
            "Le modèle de carte enfreint une règle",
            "Règle `{rule}`, à `{place}` : {message} {remedy}",
        ),
    ),
    "card_design_too_large": both(
        (
            "The card design is too large",
            (
                "It takes {bytes} bytes, and every card would carry most; {bytes_max} at most. "
                "Send images with fewer colours."
            ),
        ),
        (
            "Le modèle de carte est trop lourd",
            (
                "Il pèse {bytes} octets, que chaque carte porterait presque tous ; {bytes_max} au "
                "plus. Envoyez des images avec moins de couleurs."
            ),
        ),
    ),
    "card_design_in_force": both(
        ("The design is in force", "All cards show `{design}` already."),
        ("Le modèle est en vigueur", "Toutes les cartes montrent déjà `{design}`."),
    ),
    "design_part_unknown": both(
        (
            "The design has no such part",
            "A design consists of `apple`, `google`, `themes` and `stamps`.",
        ),
        (
            "Le modèle n'a pas cette partie",
            "Un modèle se compose de `apple`, `google`, `themes` et `stamps`.",
        ),
    ),
    "image_kind_unknown": both(
        ("The image has no place", "Images are named: {kinds}."),
        ("L'image n'a pas de place", "Les images s'appellent : {kinds}."),
    ),
    "image_unreadable": both(
        ("The image can't be read", "Send a PNG, JPEG or WebP in base64."),
        ("L'image est illisible", "Envoyez un PNG, JPEG ou WebP en base64."),
    ),
    "image_too_large": both(
        ("The image is too large", "It may have {pixels_max} pixels at most."),
        ("L'image est trop grande", "Elle peut avoir {pixels_max} pixels au plus."),
    ),
    "image_too_small": both(
        (
            "The image is too small",
            "Phones draw it {width} pixels wide and {height} high: send one of that size or more.",
        ),
        (
            "L'image est trop petite",
            (
                "Les téléphones la dessinent sur {width} pixels de large et {height} de haut : "
                "envoyez-la de cette taille ou plus grande."
            ),
        ),
    ),
    "text_placeholder": both(
        (
            "A text has other placeholders",
            "The translation of `{text}` may only use what stands between braces in it.",
        ),
        (
            "Un texte a d'autres variables",
            "La traduction de `{text}` ne peut employer que ce qui y figure entre accolades.",
        ),
    ),
    "push_measure_twice": both(
        ("The push is measured twice", "Give `percentage` or `cards`, not both."),
        ("Le déploiement est mesuré deux fois", "Donnez `percentage` ou `cards`, pas les deux."),
    ),
    "push_unfinished": both(
        (
            "Another push is on its way",
            "Let it go all the way, or roll it back, before the next one begins.",
        ),
        (
            "Un autre déploiement est en cours",
            "Menez-le à son terme, ou annulez-le, avant de commencer le suivant.",
        ),
    ),
    "push_absent": both(
        ("There is no push", "Nothing was pushed that this could be done to."),
        ("Il n'y a pas de déploiement", "Rien n'a été déployé à quoi cela s'applique."),
    ),
    "push_state": both(
        ("The push's state excludes this", "The push is in the state `{state}`."),
        ("L'état du déploiement l'exclut", "Le déploiement est dans l'état `{state}`."),
    ),
    "push_not_further": both(
        (
            "The push came so far already",
            "It has reached {percentage} % of the cards: ask for more, or roll it back.",
        ),
        (
            "Le déploiement en est déjà là",
            "Il a atteint {percentage} % des cartes : demandez davantage, ou annulez-le.",
        ),
    ),
    "news_too_often": both(
        (
            "The holders heard enough today",
            "Phones were told {news_max} times today. Send it without `notify`, or tomorrow.",
        ),
        (
            "Les porteurs en ont assez entendu",
            (
                "Les téléphones ont sonné {news_max} fois aujourd'hui. Envoyez-la sans "
                "`notify`, ou demain."
            ),
        ),
    ),
}
