"""What is answered of the catalogue of articles."""

from __future__ import annotations

from tessera.entrypoints.answer_views import Answer, Product


class ImportedArticles(Answer):
    """How many articles came."""

    received: int


class Article(Product):
    """An article of the catalogue."""

    attributes: dict[str, str]
