"""An erasure is finished whoever dies on the way: the notice in the stream sees to it."""

from __future__ import annotations

import pytest

from tessera.adapters.dynamodb.erasures import StoreErasures
from tessera.domain.errors import Unavailable
from tests.functional.wallet.conftest import CardShop

NADIA = {"first_name": "Nadia", "last_name": "Fontaine", "email": "nadia@example.org"}


def dies(_: StoreErasures, __: str) -> None:
    raise Unavailable


@pytest.mark.requirement("X-14", "X-12", "X-01")
def test_what_an_erasure_left_is_deleted_by_the_reader_of_its_notice(
    cards: CardShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given two memberships of one person, the older merged into the newer, each with a card
    older, newer = (cards.enrol(name, profile=NADIA) for name in ("c-1", "c-2"))
    pair = {"member": {"external_id": "c-1"}, "into": {"external_id": "c-2"}}
    assert cards.shop.send("POST", "/v1/merges", pair, key="merge").status == 201
    cards.buy(newer["member_id"], 4_250, "t-1")
    cards.refresh()
    # When she is erased, and the function dies once the erasure is committed
    body = {"member": {"external_id": "c-1"}}
    with monkeypatch.context() as dying:
        dying.setattr(StoreErasures, "sweep", dies)
        assert cards.shop.send("POST", "/v1/erasures", body, key="erase").status == 503
        assert [cards.card_row(one)["st"] for one in (older, newer)] == ["active", "active"]
        failed = cards.refresh()["batchItemFailures"]
    assert failed, "while nothing can be deleted, the notice comes again"
    # Then the reader of the notices deletes what was left, though nobody asks again
    cards.seen.clear()
    assert cards.refresh() == {"batchItemFailures": []}
    kinds = {row["t"] for row in cards.shop.rows()}
    assert not kinds & {"C", "CP", "L", "D", "R", "RP"}
    assert not [row for row in cards.shop.rows() if str(row["pk"]).startswith("J#erasure")]
    # And whoever asks again is told what the first was told
    again = cards.shop.send("POST", "/v1/erasures", body, key="erase")
    assert (again.status, again.json["merged"]) == (201, [older["member_id"]])
    assert again.json["cards"] == 2
