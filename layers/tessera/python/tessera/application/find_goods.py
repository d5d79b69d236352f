"""Goods that come back without their receipt (design §3).

They are looked for in what the member bought, the newest sale first: the same article at the same
price, of which enough has not come back. What he never bought is counted as if he bought it now,
and the answer, the event and the trace say so (decision 0029).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from tessera.application.asking import Protocol_, read_answer, read_entries, read_member
from tessera.application.baskets import lines_of
from tessera.application.deciding import decide_on
from tessera.application.details import unpack_detail
from tessera.application.effects import StoredAnswer
from tessera.application.finding import Found, merged_members
from tessera.application.record_purchase import earning_accounts
from tessera.application.return_sides import Side, Undoing
from tessera.application.returned_sales import Sale, read_sale, sale_identity
from tessera.domain.canonical import Json
from tessera.domain.commands import Line, Purchase, Return
from tessera.domain.errors import Refused
from tessera.domain.goods import as_if_sold, match, rest_of

ENTRIES_SEARCHED_MAX = 100
"""How far back the goods are looked for: so many entries of each account."""

SALES_MAX = 20
"""Of so many sales one credit note may bring something back; a transaction has its size."""


class Source(NamedTuple):
    """Of which line of which sale some of the goods are."""

    document: Mapping[str, str]
    line: int
    quantity_milli: int


@dataclass(frozen=True, slots=True)
class FoundGoods:
    """Goods as the credit note names them, and of which sales they are."""

    goods: Line
    sources: tuple[Source, ...] = ()

    @property
    def left_milli(self) -> int:
        """How much of them is of no sale that was found."""
        return self.goods.quantity_milli - sum(source.quantity_milli for source in self.sources)


class _Bought(NamedTuple):
    """A sale on one account of the member, as its entry and detail tell it."""

    occurred_at_ms: int
    recorded_at_ms: int
    owner: str
    place: tuple[str, str, int]
    basket: Mapping[str, Json]


def goods_view(found: FoundGoods) -> dict[str, Json]:
    """Where the goods were found, for the answer to whoever brings them back."""
    return {
        "article": found.goods.article,
        "quantity_milli": found.goods.quantity_milli,
        "net": found.goods.net,
        "sources": [
            {
                "document": dict(source.document),
                "line": source.line,
                "quantity_milli": source.quantity_milli,
            }
            for source in found.sources
        ],
        "estimated_milli": found.left_milli,
    }


def find_goods(
    found: Found, body: Mapping[str, Any], command: Return
) -> Protocol_[tuple[tuple[Sale, ...], tuple[FoundGoods, ...]]]:
    """The member's sales of which the body's `goods` (or its `total`) come back, newest first.

    Raises Refused where they are of more sales than one credit note can hold.
    """
    lines = lines_of({"lines": body.get("goods"), "total": body.get("total")}, "/goods")
    goods = [FoundGoods(line) for line in lines]
    sales: list[Sale] = []
    for bought in (yield from _bought(found, command.occurred_at_ms)):
        if bought.basket.get("currency") != body["currency"]:
            continue
        if not any(_sources(item, bought, {}) for item in goods):
            continue
        document: Any = bought.basket["document"]
        row = yield from read_answer(sale_identity(document))
        if row is None or row.returned is None or not _is_of(bought, row):
            # It was moved to another member since.
            continue
        returned = dict(row.returned)
        for index, item in enumerate(goods):
            for source in _sources(item, bought, returned):
                had, _ = returned.get(source.line, (0, 0))
                returned[source.line] = (had + source.quantity_milli, 0)
                goods[index] = replace(goods[index], sources=(*goods[index].sources, source))
        if returned == row.returned:
            continue
        if len(sales) == SALES_MAX:
            raise Refused("too_many_sales", field="/goods", params={"sales_max": SALES_MAX})
        sale = yield from read_sale(sale_identity(document), row)
        sales.append(replace(sale, returned=dict(sorted(returned.items()))))
    return tuple(sales), tuple(goods)


def _sources(
    item: FoundGoods, bought: _Bought, returned: Mapping[int, tuple[int, int]]
) -> list[Source]:
    document: Any = bought.basket["document"]
    return [
        Source(document, one.line, one.quantity_milli)
        for one in match(item.goods, item.left_milli, lines_of(bought.basket), returned)
    ]


def _is_of(bought: _Bought, row: StoredAnswer) -> bool:
    """Whether the document still belongs to that entry."""
    return bought.place in row.entries and row.owner(bought.place[0]) == bought.owner


def _bought(found: Found, until_ms: int) -> Protocol_[list[_Bought]]:
    """What the member bought, and those who were merged into him, the newest first.

    A sale that several programmes reward is named once.
    """
    merged = merged_members(found.profile.attributes)
    accounts = [*found.accounts.values(), *found.resting.values()]
    for name in merged:
        state = yield from read_member(name)
        accounts += [one for one in state.accounts.values() if one.status == "merged"]
    people = {found.member, *merged}
    sales: dict[tuple[str, str], _Bought] = {}
    for account in accounts:
        place = account.programme, account.partition
        for stored in (yield from read_entries(account.member, *place, ENTRIES_SEARCHED_MAX)):
            entry = stored.entry
            who = entry.contributor or account.member
            if entry.kind != "purchase" or who not in people or entry.occurred_at_ms > until_ms:
                continue
            if stored.detail is None:
                continue
            basket = unpack_detail(stored.detail).basket
            document: Any = basket["document"]
            bought = _Bought(
                entry.occurred_at_ms,
                entry.recorded_at_ms,
                account.member,
                (*place, entry.sequence),
                basket,
            )
            sales.setdefault((document["store"], document["number"]), bought)
    return sorted(sales.values(), key=lambda one: one[:2], reverse=True)


def estimates(
    found: Found, goods: Sequence[FoundGoods], command: Return, currency: str, seed: bytes
) -> Protocol_[tuple[Undoing, ...]]:
    """What goods that the member never bought would earn him now, to be taken back.

    It is decided on accounts without value, so that nothing of it is paid with points.
    """
    rests = [rest_of(item.goods, item.goods.quantity_milli - item.left_milli) for item in goods]
    lines = tuple(line for line in rests if line is not None)
    if not lines:
        return ()
    sold = Purchase(
        occurred_at_ms=command.occurred_at_ms,
        recorded_at_ms=command.recorded_at_ms,
        store=command.store,
        channel=command.channel,
        silent=command.silent,
        by=command.by,
        document=command.document,
        currency=currency,
        lines=lines,
    )
    undoings: list[Undoing] = []
    for account, programme in (yield from earning_accounts(found, sold)):
        empty = replace(account, lots={}, holds={})
        decision = yield from decide_on(found.profile, empty, programme, sold, seed)
        undoings.append(Undoing(Side(account, found.profile), (as_if_sold(lines, decision),)))
    return tuple(undoings)
