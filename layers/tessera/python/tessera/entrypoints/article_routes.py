"""The routes of the catalogue of articles. It imports the standard library only."""

from __future__ import annotations

from tessera.entrypoints.route import Route

ARTICLE_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/v1/articles",
        "admin_api",
        "import_articles",
        "Add articles to the catalogue, or replace those that are there",
        scope="programmes:write",
        request="ArticlesRequest",
        answer="ImportedArticles",
    ),
    Route(
        "GET",
        "/v1/articles/{code}",
        "till_api",
        "read_article",
        "What an article is: its name, price, attributes, and whether it can be had",
        scope="members:read",
        answer="Article",
        refusals=(404,),
    ),
)
