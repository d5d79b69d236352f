"""A request's basket as a command. Its shape was checked before; its meaning is checked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tessera.application.moments import is_import, occurred_at_ms
from tessera.application.requests import Caller
from tessera.domain.canonical import Json
from tessera.domain.commands import Advantage, Document, Line, Payment, Purchase
from tessera.domain.errors import InvalidInput

LINES_MAX = 500


def purchase_of(body: Mapping[str, Any], caller: Caller, now_ms: int) -> Purchase:
    """The sale that a request describes.

    Raises InvalidInput naming the field: no line and no total, a discount above its price, a
    tax above its amount, an impossible time.
    """
    document = body.get("document") or {"store": "", "number": ""}
    caller.require_store(document["store"])
    return Purchase(
        occurred_at_ms=occurred_at_ms(body.get("occurred_at"), now_ms, caller),
        recorded_at_ms=now_ms,
        store=document["store"],
        channel=body.get("channel") or "store",
        silent=is_import(body, caller),
        by=caller.by,
        document=Document(document["store"], document["number"]),
        currency=body["currency"],
        lines=lines_of(body),
        advantages=tuple(
            Advantage(item["code"], item["amount"]) for item in body.get("advantages") or ()
        ),
        promo_codes=tuple(body.get("promo_codes") or ()),
        payments=tuple(
            Payment(item["balance"], item.get("amount")) for item in body.get("payments") or ()
        ),
        vouchers=tuple(body.get("vouchers") or ()),
        delivery=body.get("delivery") or "",
        delivery_cost=body.get("delivery_cost") or 0,
        attributes=body.get("attributes") or {},
    )


def lines_of(body: Mapping[str, Any], field: str = "/lines") -> tuple[Line, ...]:
    """The lines of a basket; a total without lines is one line of unnamed goods.

    `field` is where the request names them, for whoever has to mend one.
    """
    given: Sequence[Mapping[str, Any]] = body.get("lines") or ()
    if not given:
        if body.get("total") is None:
            raise InvalidInput("basket_empty", field=field)
        return (Line(article="", quantity_milli=1000, gross=body["total"]),)
    if len(given) > LINES_MAX:
        raise InvalidInput("list_too_long", field=field, params={"most": LINES_MAX})
    lines = tuple(_line(item, f"{field}/{index}") for index, item in enumerate(given))
    if body.get("total") is not None and sum(line.net for line in lines) != body["total"]:
        raise InvalidInput("total_differs", field="/total")
    return lines


def _line(item: Mapping[str, Any], field: str) -> Line:
    line = Line(
        article=item["article"],
        quantity_milli=quantity_milli(item.get("quantity", 1), f"{field}/quantity"),
        gross=item["gross"],
        discount=item.get("discount") or 0,
        tax=item.get("tax") or 0,
        cost=item.get("cost"),
        attributes=item.get("attributes") or {},
    )
    if line.discount > line.gross:
        raise InvalidInput("discount_above_price", field=f"{field}/discount")
    if line.tax > line.net:
        raise InvalidInput("tax_above_amount", field=f"{field}/tax")
    return line


def quantity_milli(value: Json, field: str) -> int:
    """A quantity, as a whole number or a decimal string with up to three places, in thousandths."""
    if isinstance(value, int) and not isinstance(value, bool):
        quantity = value * 1000
    elif isinstance(value, str):
        whole, _, fraction = value.partition(".")
        if not whole.isdecimal() or len(fraction) > 3 or (fraction and not fraction.isdecimal()):
            raise InvalidInput("quantity_malformed", field=field)
        quantity = int(whole) * 1000 + int(fraction.ljust(3, "0") or "0")
    else:
        raise InvalidInput("quantity_malformed", field=field)
    if quantity <= 0:
        raise InvalidInput("quantity_not_positive", field=field)
    return quantity
