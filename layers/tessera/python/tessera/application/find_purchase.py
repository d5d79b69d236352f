"""A sale by its document, as a till shows it before goods come back (O-12, X-04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tessera.application.answers import time_text
from tessera.application.asking import Protocol_, read_entry
from tessera.application.baskets import lines_of
from tessera.application.details import unpack_detail
from tessera.application.finding import Reference, find_member
from tessera.application.read_member import greeting
from tessera.application.requests import Caller
from tessera.application.returned_sales import read_row
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.errors import Refused

_NAME = "name"
"""The attribute of a line that tells what the article is called, where the till sends it."""


def find_purchase(services: Services, caller: Caller, body: Mapping[str, Any]) -> dict[str, Json]:
    """The lines of a sale, each with what has come back of it; nothing is changed.

    Raises NotFound for a document under which nothing was sold, Refused where the sale's lines
    went with its member's data.
    """
    caller.require("purchases:write")
    document = body["document"]
    caller.require_store(document["store"])
    return services.driver.run(_find(caller, document))


def _find(caller: Caller, document: Mapping[str, str]) -> Protocol_[dict[str, Json]]:
    row = yield from read_row(document, "/document")
    caller.require_member(row.member)
    returned = row.returned or {}
    name, partition, sequence = row.entries[0]
    stored = yield from read_entry(row.owner(name), name, partition, sequence)
    if stored is None or stored.detail is None:
        raise Refused("sale_erased", field="/document")
    found = yield from find_member(Reference(id=row.member))
    basket = unpack_detail(stored.detail).basket
    lines: list[Json] = []
    for index, line in enumerate(lines_of(basket)):
        quantity_milli, amount = returned.get(index, (0, 0))
        lines.append(
            {
                "line": index,
                "article": line.article,
                "name": line.attributes.get(_NAME, ""),
                "quantity_milli": line.quantity_milli,
                "net": line.net,
                "returned_milli": quantity_milli,
                "returned_amount": amount,
            }
        )
    return {
        "member_id": found.member,
        "greeting": greeting(found.profile),
        "document": dict(document),
        "currency": basket["currency"],
        "occurred_at": time_text(stored.entry.occurred_at_ms),
        "recorded_at": time_text(stored.entry.recorded_at_ms),
        "lines": lines,
    }
