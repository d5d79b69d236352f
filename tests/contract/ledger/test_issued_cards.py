"""Cards and registrations as rows, on every engine."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from tessera.adapters.dynamodb.cards import StoreIssuedCards
from tessera.adapters.dynamodb.rows import Codec
from tessera.adapters.dynamodb.table import Store
from tessera.application.card_ports import ClientKind, Registration
from tessera.application.outcomes import Committed
from tessera.application.writes import Card, IssuedCard, PutCard, PutNotice
from tessera.domain.errors import Unavailable

CARD = Card("crd_a", "mem_1", "demo", "-", "17EEMRER93B4ETWY", created_at_ms=5)


@pytest.fixture
def cards(store: Store) -> StoreIssuedCards:
    """A table with one member's card."""
    put(store, CARD)
    return StoreIssuedCards(store)


def put(store: Store, card: Card) -> None:
    operations = Codec(b"k" * 32).operations(PutCard(card))
    assert isinstance(store.transact(operations, secrets.token_hex(16)), Committed)


def notice(number: str) -> PutNotice:
    return PutNotice("mem_1", f"card.installed-{number}", "card.installed", 5, {"card": "crd_a"})


def found(cards: StoreIssuedCards, card: str = "crd_a") -> IssuedCard:
    issued = cards.find(card)
    assert issued is not None
    return issued


def test_a_new_card_was_given_to_nobody(cards: StoreIssuedCards) -> None:
    assert found(cards) == IssuedCard(CARD, row_version=1)
    assert cards.find("crd_b") is None


def test_a_change_is_written_once(cards: StoreIssuedCards) -> None:
    changed = replace(
        found(cards),
        visible_version=1,
        modified_s=1_795_000_000,
        digest="a.b.c.d.e",
        announced="tier",
        token_version="1",
        account_version=7,
        on_google=True,
    )
    written = cards.change(changed)
    assert written == replace(changed, row_version=2)
    assert found(cards) == written
    # Somebody who read the row before has to read it again.
    assert cards.change(replace(changed, visible_version=9)) is None
    assert found(cards) == written


def test_a_card_remembers_the_codes_that_it_had(store: Store) -> None:
    put(store, replace(CARD, former_codes=("A82GG3R050160142", "0000000000000000")))
    assert found(StoreIssuedCards(store)).card.former_codes[0] == "A82GG3R050160142"


def test_a_notice_is_written_with_its_card_or_not_at_all(
    store: Store, cards: StoreIssuedCards
) -> None:
    first = cards.change(replace(found(cards), visible_version=1), notice("1"))
    assert first is not None
    assert cards.change(replace(first, row_version=1, visible_version=2), notice("2")) is None
    told = store.query("M#mem_1", "O#")
    assert [row["sk"] for row in told] == ["O#card.installed-1"]
    assert cards.note(notice("3"))
    assert not cards.note(notice("3"))


def test_a_member_may_have_several_cards(store: Store, cards: StoreIssuedCards) -> None:
    put(store, replace(CARD, id="crd_b", programme="other"))
    put(store, replace(CARD, id="crd_c", member="mem_2"))
    assert [one.card.id for one in cards.of_member("mem_1")] == ["crd_a", "crd_b"]


def test_a_registration_is_found_from_both_sides(cards: StoreIssuedCards) -> None:
    registration = Registration("crd_a", "dev", "token", ClientKind.APPLE, 10)
    cards.register(registration, notice("1"))
    assert cards.registration("crd_a", "dev") == registration
    assert cards.registrations("crd_a") == [registration]
    assert cards.cards_of("dev") == ["crd_a"]
    assert cards.registration("crd_a", "other") is None
    assert cards.cards_of("other") == []


def test_a_device_that_registers_again_replaces_its_token(cards: StoreIssuedCards) -> None:
    cards.register(Registration("crd_a", "dev", "old", ClientKind.APPLE, 10), notice("1"))
    renewed = Registration("crd_a", "dev", "new", ClientKind.OTHER, 20)
    cards.register(renewed, None)
    assert cards.registrations("crd_a") == [renewed]


def test_a_registration_is_removed_unless_it_was_renewed(cards: StoreIssuedCards) -> None:
    old = Registration("crd_a", "dev", "token", ClientKind.APPLE, 10)
    cards.register(old, notice("1"))
    renewed = replace(old, registered_at_ms=20)
    cards.register(renewed, None)
    assert not cards.unregister(old, notice("2"))
    assert cards.registrations("crd_a") == [renewed]
    assert cards.unregister(renewed, notice("3"))
    assert cards.registrations("crd_a") == []
    assert cards.cards_of("dev") == []
    assert not cards.unregister(renewed, notice("4"))


def test_no_device_registers_for_a_card_that_is_no_more(cards: StoreIssuedCards) -> None:
    for first in (notice("1"), None):
        with pytest.raises(Unavailable):
            cards.register(Registration("crd_z", "dev", "t", ClientKind.APPLE, 10), first)
    assert cards.cards_of("dev") == []
    assert cards.registrations("crd_z") == []
