"""What is sent of the catalogue, one model for each body."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from tessera.entrypoints.request_types import Amount, Attributes, Currency, Model, Text128

Language = Annotated[str, StringConstraints(pattern=r"^(fr|en)$")]


class ArticleRequest(Model):
    """One article as the merchant's shop knows it."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")] = Field(
        description="What lines of sales and rewards call it: a GTIN, or the shop's own code."
    )
    name: Annotated[dict[Language, Text128], Field(min_length=1)]
    price: Amount | None = Field(default=None, description="In the smallest unit of the currency.")
    available: bool = True
    attributes: Attributes | None = Field(
        default=None, description="What rules may ask of a line: family, type, brand, theme."
    )


class ArticlesRequest(Model):
    """Articles to add or replace: one write each, done before the gateway gives up."""

    currency: Currency
    articles: Annotated[list[ArticleRequest], Field(min_length=1, max_length=100)]
