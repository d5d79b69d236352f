"""What is refused of the catalogue of articles."""

from __future__ import annotations

from tessera.entrypoints.texts.sentences import Catalogue, both

TEXTS: Catalogue = {
    "article_twice": both(
        ("An article comes twice", "Two articles of the request have this code: send one."),
        ("Un article vient deux fois", "Deux articles portent ce code : n'en envoyez qu'un."),
    ),
    "article_unknown": both(
        (
            "The article is unknown",
            "The catalogue does not know this code. Import the article, or correct the code.",
        ),
        (
            "L'article est inconnu",
            "Le catalogue ne connaît pas ce code. Importez l'article ou corrigez le code.",
        ),
    ),
    "product_unavailable": both(
        (
            "The product cannot be had now",
            "No article of the reward {reward} is available. Choose another reward.",
        ),
        (
            "Le produit n'est pas disponible",
            "Aucun article de la récompense {reward} n'est disponible. Choisissez-en une autre.",
        ),
    ),
}
