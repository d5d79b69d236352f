"""The row of a card: what it is, and what wallets were last told of it."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.adapters.dynamodb import keys, typed
from tessera.adapters.dynamodb.table import Item, Value
from tessera.application.writes import Card, IssuedCard

LAYOUT = 1


def issued_item(issued: IssuedCard) -> Item:
    """The whole row of a card."""
    card = issued.card
    item: Item = {
        "pk": keys.card(card.id),
        "sk": keys.CARD,
        "t": "C",
        "sv": LAYOUT,
        "v": issued.row_version,
        "m": card.member,
        "p": card.programme,
        "g": card.partition,
        "cc": card.code,
        "mi": card.membership_id,
        "st": card.status,
        "at": card.created_at_ms,
    }
    if card.former_codes:
        item["fc"] = list(card.former_codes)
    if issued.visible_version:
        item |= {
            "vv": issued.visible_version,
            "vh": issued.digest,
            "vm": issued.modified_s,
            "va": issued.account_version,
            "kv": issued.token_version,
        }
        if issued.announced:
            item["vn"] = issued.announced
        if issued.channel:
            item["ch"] = issued.channel
    if issued.untold:
        item["un"] = True
    if issued.on_google:
        item["og"] = True
    if issued.notified_count:
        item |= {"nd": issued.notified_day, "nc": issued.notified_count, "ng": issued.notifies}
    return item


def issued_of(item: Mapping[str, Value]) -> IssuedCard:
    """The card of a row, with what wallets were told of it."""
    return IssuedCard(
        card=card_of(item),
        row_version=typed.number(item.get("v", 1)),
        visible_version=typed.number(item.get("vv", 0)),
        modified_s=typed.number(item.get("vm", 0)),
        digest=str(item.get("vh", "")),
        announced=str(item.get("vn", "")),
        token_version=str(item.get("kv", "")),
        account_version=typed.number(item.get("va", 0)),
        on_google=item.get("og") is True,
        channel=str(item.get("ch", "")),
        notifies=item.get("ng") is True,
        notified_day=typed.number(item.get("nd", 0)),
        notified_count=typed.number(item.get("nc", 0)),
        untold=item.get("un") is True,
    )


def card_of(item: Mapping[str, Value]) -> Card:
    """The card of an item."""
    former = item.get("fc", [])
    assert isinstance(former, list)
    return Card(
        id=str(item["pk"])[2:],
        member=str(item["m"]),
        programme=str(item["p"]),
        partition=str(item["g"]),
        code=str(item["cc"]),
        membership_id=str(item.get("mi", "")),
        status=str(item["st"]),
        created_at_ms=typed.number(item["at"]),
        former_codes=tuple(str(code) for code in former),
    )
