"""The catalogue of articles in the table: `G#<code>`/`G`, one row each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tessera.adapters.dynamodb import keys
from tessera.adapters.dynamodb.table import Item, Store
from tessera.application.articles import Article

TYPE = "G"


class StoreArticles:
    """`articles.Articles` on a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, articles: Sequence[Article]) -> None:
        # The mark first: a programme is held to the catalogue from its first article on.
        self._store.put({"pk": keys.CATALOGUE, "sk": TYPE, "t": TYPE, "sv": 1})
        for article in articles:
            self._store.put(_item(article))

    def find(self, codes: Iterable[str]) -> Mapping[str, Article]:
        found = {code: self._store.get(keys.article(code), TYPE) for code in dict.fromkeys(codes)}
        return {code: _article(item) for code, item in found.items() if item is not None}

    def is_kept(self) -> bool:
        return self._store.get(keys.CATALOGUE, TYPE) is not None


def _item(article: Article) -> Item:
    return {
        "pk": keys.article(article.code),
        "sk": TYPE,
        "t": TYPE,
        "sv": 1,
        "n": dict(article.names),
        "cu": article.currency,
        "pr": article.price,
        "av": article.available,
        "at": dict(article.attributes),
    }


def _article(item: Item) -> Article:
    names, price, attributes = item["n"], item["pr"], item["at"]
    assert isinstance(names, Mapping)
    assert isinstance(attributes, Mapping)
    assert price is None or isinstance(price, int)
    return Article(
        code=str(item["pk"]).removeprefix(keys.article("")),
        names={str(language): str(text) for language, text in names.items()},
        currency=str(item["cu"]),
        price=price,
        available=bool(item["av"]),
        attributes={str(name): str(value) for name, value in attributes.items()},
    )
