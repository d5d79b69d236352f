"""The merchant's catalogue of articles, as far as loyalty needs it (B-47).

A till that scans an article and a reward that is a free product both name it by its code. The
catalogue says what the code is: its name, its price, whether it can be had. A merchant who keeps
none loses nothing: codes stay codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from tessera.application.requests import Caller
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound, Refused
from tessera.domain.programme import Programme
from tessera.domain.programme.model import text_in

PRODUCT_UNAVAILABLE = "product_unavailable"


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `price` is in the smallest unit of `currency`, None where it is not told."""

    code: str
    names: Mapping[str, str]
    currency: str = ""
    price: int | None = None
    available: bool = True
    attributes: Mapping[str, str] = field(default_factory=dict)


class Articles(Protocol):
    """Where the catalogue is kept."""

    def put(self, articles: Sequence[Article]) -> None:
        """Keep the articles; one that is there already is replaced."""
        ...

    def find(self, codes: Iterable[str]) -> Mapping[str, Article]:
        """The articles that are known, by code."""
        ...

    def is_kept(self) -> bool:
        """Whether the merchant has ever brought an article."""
        ...


def import_articles(articles: Articles, caller: Caller, body: Mapping[str, Any]) -> dict[str, Json]:
    """Add articles to the catalogue or replace them, so it may be repeated (B-47).

    Raises InvalidInput naming the second of two articles with one code.
    """
    caller.require("programmes:write")
    found: dict[str, Article] = {}
    for place, one in enumerate(body["articles"]):
        code = one["code"]
        if code in found:
            raise InvalidInput("article_twice", field=f"/articles/{place}/code")
        found[code] = Article(
            code=code,
            names=dict(one["name"]),
            currency=body["currency"],
            price=one.get("price"),
            available=one.get("available", True),
            attributes=dict(one.get("attributes") or {}),
        )
    articles.put(tuple(found.values()))
    return {"received": len(found)}


def read_article(articles: Articles, caller: Caller, code: str) -> dict[str, Json]:
    """One article by its code, for a till that scanned it. Raises NotFound."""
    caller.require("members:read")
    found = articles.find([code]).get(code)
    if found is None:
        raise NotFound("article_unknown", field="code")
    view = article_view(code, found, caller.language)
    return {**view, "attributes": dict(found.attributes)}


def article_view(code: str, found: Article | None, language: str) -> dict[str, Json]:
    """An article as callers see it; one that the catalogue does not know is named by its code."""
    if found is None:
        return {"code": code, "name": code, "price": None, "available": True}
    price: Json = None
    if found.price is not None:
        price = {"amount": found.price, "currency": found.currency}
    return {
        "code": code,
        "name": text_in(found.names, language, code),
        "price": price,
        "available": found.available,
    }


def require_known(articles: Articles, programme: Programme) -> None:
    """Refuse a programme that promises an article which the catalogue does not know (Z-24).

    Raises InvalidInput with a pointer into the document. A merchant who keeps no catalogue
    vouches for the codes himself.
    """
    wanted = {code for reward in programme.rewards for code in reward.products}
    if not wanted or not articles.is_kept():
        return
    known = articles.find(sorted(wanted))
    for place, reward in enumerate(programme.rewards):
        for number, code in enumerate(reward.products):
            if code not in known:
                raise InvalidInput(
                    "article_unknown",
                    field=f"/rewards/{place}/products/{number}",
                    params={"article": code},
                )


def require_available(articles: Articles, programme: Programme, reward_id: str) -> None:
    """Refuse a free product of which nothing can be had now.

    Raises Refused. What the catalogue does not know counts as there: the shop will say.
    """
    reward = programme.reward(reward_id)
    if reward is None:
        return
    if none_available(articles.find(reward.products), reward.products):
        raise Refused(PRODUCT_UNAVAILABLE, field="/reward", params={"reward": reward_id})


def none_available(known: Mapping[str, Article], codes: Sequence[str]) -> bool:
    """Whether the catalogue says of every one of these articles that it cannot be had."""
    return bool(codes) and all(code in known and not known[code].available for code in codes)
