"""Documents made from the form of a document, and then damaged in one place."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tessera.domain.programme_shape.document import document_shape
from tessera.domain.programme_shape.parts import Either, Leaf, ListOf, Named, Object, Shape
from tools.tessera.documents import read_document

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = [read_document(path) for path in sorted((ROOT / "programmes").glob("*.yaml"))]

SCALARS: list[Any] = [
    *(None, True, False, 0, 1, -1, 24, 101, 10**9, 10**12, 10**13, 0.5),
    *("", "0", "-0", "-0.0", "0.00", "1", "1.50", "-1.50", "100", "100.00", "100.01", "0099"),
    *("1.1234567", "1" * 13, "1.", ".5", "١", "all", "never", "ever", "points", "cash", "tier"),
    *("12:00", "24:00", "24:01", "2:00", "12-31", "02-29", "02-30", "04-31", "13-01"),
    *("2027-02-28", "2027-02-28T08:00", "2027-02-28T24:00", "2027-2-28", "2027-04-31"),
    *("thursday", "purchase.recorded", "Purchase", "a..b", "EUR", "ÉÉÉ", "a\n", "EUR\n", "x" * 41),
    *("generated", "shared", "pool", "pattern", "credit", "product", "discount", "gift_card"),
    *("balance", "earned", "event", "promo_code", "operation", "day"),
]
KEYS = [
    *("x", "line.article", "member.city", "member.", "member.balance.", "member.balance.points"),
    *("member.tier.status", "member.club.x", "store.id", "event.x", "purchase.attributes.a"),
    *("purchase.totl", "purchase.total", "time.hour", "all", "any", "not", "any_line", "bought"),
    *("times", "to", "from", "above", "below", "percent", "discount", "value", "currency"),
    *("decimals", "yearly", "after", "days", "months", "pool", "code", "prefix", "name", "public"),
    *("brackets", "partial_use", "after_use", "window", "tiers", "event", "if", "a\n", ""),
]
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=2),
    ),
    max_leaves=4,
)


DEEPEST = 9
_LONGER: list[Any] = [
    *(["all"], ["a"], [], {}, {"fr": "a", "en": "b"}, ["thursday"], ["loyalty"], [7]),
]
_MADE: dict[tuple[int, int], tuple[Shape, st.SearchStrategy[Any]]] = {}


def fitting(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that mostly are of the form: each leaf is asked, the laws of an object are not."""
    while isinstance(shape, Named):
        shape = shape.make()
    key = (id(shape), depth)
    if key not in _MADE:
        _MADE[key] = (shape, JUNK if depth > DEEPEST else _fitting(shape, depth))
    return _MADE[key][1]


def _fitting(shape: Shape, depth: int) -> st.SearchStrategy[Any]:
    match shape:
        case Leaf():
            if "enum" in shape.form:
                return st.sampled_from(list(shape.form["enum"]))  # type: ignore[arg-type]
            good = [item for item in [*SCALARS, *_LONGER] if not list(shape.faults(item, "/x"))]
            return st.sampled_from(good)
        case ListOf():
            most = shape.most or max(2, shape.least)
            return st.lists(fitting(shape.item, depth + 1), min_size=shape.least, max_size=most)
        case Either():
            ways = [shape.plain, shape.mapping, *([shape.many] if shape.many else [])]
            return st.one_of([fitting(way, depth + 1) for way in ways])
        case Object():
            return _objects(shape, depth)
    raise TypeError(shape)


@st.composite
def _objects(draw: st.DrawFn, shape: Object, depth: int) -> dict[str, Any]:
    required = [name for name, item in shape.fields.items() if item.required]
    optional = [name for name in shape.fields if name not in required]
    others = [key for key in KEYS if key not in shape.fields and shape.field(key)]
    most = 1 if depth > 6 else 3
    chosen = draw(
        st.lists(
            st.sampled_from([*optional, *others]) if optional or others else st.nothing(),
            max_size=shape.most or most,
            min_size=max(0, shape.least - len(required)),
            unique=True,
        )
        if optional or others
        else st.just([])
    )
    found = {}
    for name in [*required, *chosen]:
        item = shape.field(name)
        assert item is not None
        found[name] = draw(fitting(item.shape, depth + 1))
    return found


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """A whole document: an example with one part grown anew, or damaged in a place or two."""
    root = document_shape()
    assert isinstance(root, Object)
    document = copy.deepcopy(dict(draw(st.sampled_from(EXAMPLES))))
    if draw(st.booleans()):
        name = draw(st.sampled_from(sorted(root.fields)))
        document[name] = draw(fitting(root.fields[name].shape))
    for _ in range(draw(st.integers(0, 2))):
        document = draw(damaged(document))
    return document


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """The document with one place overwritten, taken away, or given something more."""
    document = json.loads(json.dumps(document))
    places = [way for way in _places(document, ()) if way]
    way = draw(st.sampled_from(places)) if places else ()
    if not way:
        return draw(JUNK)
    inside = document
    for step in way[:-1]:
        inside = inside[step]
    last = way[-1]
    what = draw(st.sampled_from(["overwrite", "overwrite", "remove", "more", "move"]))
    if what == "overwrite":
        inside[last] = draw(JUNK)
    elif what == "remove":
        del inside[last]
    elif what == "move" and isinstance(inside, dict):
        inside[draw(st.sampled_from(KEYS))] = inside.pop(last)
    elif isinstance(inside[last], dict):
        inside[last][draw(st.sampled_from(KEYS))] = draw(JUNK)
    elif isinstance(inside[last], list):
        inside[last].append(draw(JUNK))
    return document


def _places(value: Any, way: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    found = [way]
    if isinstance(value, Mapping):
        for key, inner in value.items():
            found += _places(inner, (*way, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += _places(inner, (*way, index))
    return found
