"""Whoever is erased leaves nothing that says who he was, under any name he ever had (X-12, X-14).

Each scenario enters by the published use cases and then reads every row of the table, on the fake
and on the engines: names, addresses, telephones and birthdays of the erased stand in none.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from tessera.adapters.dynamodb.ledger_rows import ScannedStore, StoreLedgerRows
from tessera.adapters.dynamodb.table import Item
from tessera.application.enrol_member import enrol_member
from tessera.application.erase_member import MERGED_AT_ONCE, erase_member, finish_erasure
from tessera.application.household import join_household, leave_household, open_household
from tessera.application.manage_cards import reissue_card, replace_card
from tessera.application.pair_command import merge_members
from tessera.application.ports import Driver
from tessera.application.record_purchase import record_purchase
from tessera.application.scan_card import scan_card
from tessera.application.verify_ledger import verify_ledger
from tessera.application.writes import Card
from tessera.domain.errors import NotFound, Refused, Unavailable
from tests.fakes.memory_table import MemoryTable
from tests.fakes.stack import MemoryStack, said

PERSONS: tuple[dict[str, str], ...] = (
    {"first_name": "Zoé", "last_name": "Quimper", "email": "zq@mail.example",
     "phone": "+33611223344", "birthday": "1987-10-23"},
    {"first_name": "Zora", "last_name": "Quimperle", "email": "zora@work.example",
     "phone": "+33655667788", "birthday": "1987-10-24"},
    {"first_name": "Zazie", "last_name": "Kemper", "email": "zazie@old.example",
     "phone": "+33699887766", "birthday": "1987-10-25"},
)  # fmt: skip
"""One person who enrolled three times, each time a little differently."""

TELLING = (
    "Zo", "Zaz", "Quimp", "Kemper", "zq@", "zora@", "zazie@", "336112", "336556", "336998", "10-23",
    "10-24", "10-25", "croissant", "c-zq",
)  # fmt: skip
"""What gives the person away, in whatever row it stood."""


def table_of(engine_store: Any) -> MemoryTable:
    """A real store under the type of the fake, which it behaves like."""
    return cast(MemoryTable, engine_store)


@pytest.fixture
def stack(store: Any) -> MemoryStack:
    stack = MemoryStack(table=table_of(store))
    stack.publish_file("demo")
    return stack


@pytest.fixture
def quick() -> MemoryStack:
    """The fake alone, for what depends on no engine."""
    stack = MemoryStack()
    stack.publish_file("demo")
    return stack


def join(stack: MemoryStack, profile: dict[str, str], **more: Any) -> dict[str, Any]:
    body = {"programme": "demo", "profile": profile, **more}
    return said(enrol_member(stack.services, stack.writing(body)))


def buy(stack: MemoryStack, member: str, number: str) -> None:
    line = {"article": "croissant", "quantity": 1, "gross": 4_000}
    body = {
        "member": {"id": member},
        "document": {"store": "s1", "number": number},
        "currency": "EUR",
        "total": 4_000,
        "lines": [line],
    }
    record_purchase(stack.services, stack.writing(body))


def merge(stack: MemoryStack, member: str, into: str) -> None:
    body = {"member": {"id": member}, "into": {"id": into}}
    merge_members(stack.services, stack.writing(body))


def erase(stack: MemoryStack, **member: str) -> dict[str, Any]:
    return said(erase_member(stack.services, stack.writing({"member": member})))


def rows(stack: MemoryStack) -> Iterator[Item]:
    cursor = None
    while True:
        page = cast(ScannedStore, stack.table).scan_page(cursor)
        yield from page.items
        cursor = page.cursor
        if not cursor:
            return


def text_of(value: Any) -> str:
    """All that stands in a value, what is compressed too."""
    if isinstance(value, bytes):
        try:
            return zlib.decompress(value).decode()
        except (zlib.error, UnicodeDecodeError):
            return value.decode("latin-1")
    if isinstance(value, dict):
        return " ".join(f"{name} {text_of(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return "-".join(text_of(one) for one in value)
    return str(value)


def told(stack: MemoryStack) -> list[str]:
    """Where the table gives the person away."""
    return [
        f"{word} in {row['pk']!s} {row['sk']!s}"
        for row in rows(stack)
        for word in TELLING
        if row["t"] not in {"PV", "PL", "PH"} and word in text_of(row)
    ]


def three_in_one(stack: MemoryStack) -> list[dict[str, Any]]:
    """A person's three memberships, each with a sale and a card, the third merged into the second
    and the second into the first."""
    joined = [
        join(stack, profile, external_id=f"c-zq-{number}", consents={"news": {"email": "zq@"}})
        for number, profile in enumerate(PERSONS)
    ]
    for number, one in enumerate(joined):
        buy(stack, one["member_id"], f"r{number}")
    ids = [one["member_id"] for one in joined]
    merge(stack, ids[2], ids[1])
    merge(stack, ids[1], ids[0])
    return joined


@pytest.mark.requirement("X-14", "X-12")
def test_an_erasure_reaches_every_membership_that_was_merged(stack: MemoryStack) -> None:
    joined = three_in_one(stack)
    first, *merged = [one["member_id"] for one in joined]
    other = join(stack, {"first_name": "Bob", "email": "bob@mail.test"})["member_id"]
    assert {one.split(" in ")[0] for one in told(stack)} == set(TELLING)

    answer = erase(stack, id=first)

    assert answer == {
        "member_id": first, "merged": sorted(merged), "accounts": 1, "cards": len(joined),
    }  # fmt: skip
    assert told(stack) == []
    profiles = {str(row["pk"])[2:]: row for row in rows(stack) if row["t"] == "P"}
    for one in joined:
        profile = profiles[one["member_id"]]
        assert profile["salt"] == b""
        assert profile["st"] == ("erased" if one is joined[0] else "merged")
        with pytest.raises(NotFound, match="card_unknown"):
            scan_card(stack.services, stack.caller, one["card"]["code"])
    assert not [row for row in rows(stack) if str(row["pk"]).startswith("J#erasure")]
    # The ledger stands: nothing sums to more or less, and the one who was not meant is as he was.
    assert verify_ledger(StoreLedgerRows(cast(ScannedStore, stack.table))).breaks == []
    assert stack.account(first, "demo").total("points") == 0
    assert stack.account(other, "demo").total("points") == 60


@pytest.mark.requirement("X-14", "X-12")
@pytest.mark.parametrize("name", ["id", "card", "external_id"])
def test_every_name_of_a_merged_membership_leads_to_the_whole_person(
    quick: MemoryStack, name: str
) -> None:
    joined = three_in_one(quick)
    last = joined[2]
    names = {"id": last["member_id"], "card": last["card"]["code"], "external_id": "c-zq-2"}

    answer = erase(quick, **{name: names[name]})

    assert answer["member_id"] == joined[0]["member_id"]
    assert last["member_id"] in answer["merged"]
    assert told(quick) == []
    with pytest.raises(NotFound):
        erase(quick, **{name: names[name]})
    with pytest.raises(NotFound, match="member_unknown"):
        erase(quick, id=joined[0]["member_id"])


@pytest.mark.requirement("X-14", "X-01")
def test_an_erasure_that_comes_again_is_answered_as_the_first_time(quick: MemoryStack) -> None:
    joined = three_in_one(quick)
    writing = quick.writing({"member": {"id": joined[1]["member_id"]}}, key="forget me")
    first = erase_member(quick.services, writing)
    before = sorted(str(row) for row in rows(quick))
    again = erase_member(quick.services, replace(writing, seed=quick.entropy.bytes(32)))
    assert (again.body, again.replayed) == (first.body, True)
    assert sorted(str(row) for row in rows(quick)) == before


@pytest.mark.requirement("X-14", "X-12")
def test_what_a_merged_membership_bought_in_a_household_is_forgotten_there(
    quick: MemoryStack,
) -> None:
    zoe, zora = (join(quick, profile)["member_id"] for profile in PERSONS[:2])
    bob = join(quick, {"first_name": "Bob"})["member_id"]
    home = said(open_household(quick.services, quick.writing({"programme": "demo"})))["household"]
    for one in (zora, bob):
        join_household(quick.services, quick.writing({"member": {"id": one}}), home)
    buy(quick, zora, "r1")
    leave_household(quick.services, quick.writing({"member": {"id": zora}}), home)
    merge(quick, zora, zoe)

    erase(quick, id=zoe)

    assert told(quick) == []
    assert verify_ledger(StoreLedgerRows(quick.table)).breaks == []
    assert quick.account(bob, "demo").status == "pooled"


class DiesBefore:
    """A deleter that dies before it deletes."""

    def sweep(self, member: str) -> None:
        raise Unavailable(member)


class DiesAtTheLast:
    """A driver that dies after so many runs."""

    def __init__(self, driver: Driver, runs: int) -> None:
        self._driver = driver
        self._left = runs

    def run(self, protocol: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Unavailable
        return self._driver.run(protocol)


@pytest.mark.requirement("X-14", "X-12")
def test_more_memberships_than_one_transaction_holds_are_all_erased(quick: MemoryStack) -> None:
    zoe = join(quick, PERSONS[0])["member_id"]
    many = [
        join(quick, PERSONS[1], external_id=f"c-zq-{number}")["member_id"]
        for number in range(3 * MERGED_AT_ONCE)
    ]
    for one in many:
        merge(quick, one, zoe)
    last = many.index(max(many))
    body = {"member": {"external_id": f"c-zq-{last}"}}
    # The first asking dies when it has erased one part of them: what the part left to delete is
    # deleted by the reader of its notice, and the name that was asked for still leads to her.
    dying = replace(quick.services, driver=cast(Any, DiesAtTheLast(quick.driver, 3)))
    with pytest.raises(Unavailable):
        erase_member(dying, quick.writing(body))
    unfinished = quick.services.erasures.unfinished()
    assert len(unfinished) == MERGED_AT_ONCE
    for one in unfinished:
        finish_erasure(quick.services, one)
    assert told(quick)

    answer = said(erase_member(quick.services, quick.writing(body)))

    assert (answer["merged"], answer["cards"]) == (sorted(many), 2 * MERGED_AT_ONCE + 1)
    assert told(quick) == []


class MergingMeanwhile:
    """Cards whose reading gives somebody the time for a merge."""

    def __init__(self, stack: MemoryStack, member: str, into: str) -> None:
        self._stack = stack
        self._merge = (member, into)
        self._cards = stack.services.cards

    def of_member(self, member: str) -> Any:
        if self._merge:
            pair, self._merge = self._merge, ()  # type: ignore[assignment]
            merge(self._stack, *pair)
        return self._cards.of_member(member)

    def find(self, card: str) -> Card | None:
        return self._cards.find(card)


@pytest.mark.requirement("X-14", "X-12")
def test_who_is_merged_while_the_other_is_being_erased_is_erased_too(quick: MemoryStack) -> None:
    zoe, zora = (join(quick, profile)["member_id"] for profile in PERSONS[:2])
    busy = replace(quick.services, cards=cast(Any, MergingMeanwhile(quick, zora, zoe)))
    answer = said(erase_member(busy, quick.writing({"member": {"id": zoe}})))
    assert answer["merged"] == [zora]
    assert told(quick) == []


@pytest.mark.requirement("X-14", "X-12")
def test_what_was_left_of_an_erasure_goes_with_its_next_sending(quick: MemoryStack) -> None:
    joined = three_in_one(quick)
    dying = replace(quick.services, erasures=cast(Any, DiesBefore()))
    writing = quick.writing({"member": {"id": joined[0]["member_id"]}}, key="forget me")
    with pytest.raises(Unavailable):
        erase_member(dying, writing)
    assert told(quick)
    erase_member(quick.services, replace(writing, seed=quick.entropy.bytes(32)))
    assert told(quick) == []


def reissue(stack: MemoryStack, card: str) -> dict[str, Any]:
    found: dict[str, Any] = said(reissue_card(stack.services, stack.writing({}), card))["card"]
    return found


def leads_to(stack: MemoryStack, member: str) -> list[str]:
    """The rows of look-ups and cards by which a member could still be found."""
    names = {"L", "C", "CP", "CI", "R", "RP"}
    return [str(row) for row in rows(stack) if row["t"] in names and member in str(row)]


@pytest.mark.requirement("X-14", "X-10")
def test_an_erasure_takes_every_code_that_a_card_ever_had(quick: MemoryStack) -> None:
    joined = join(quick, PERSONS[0])
    member, card = joined["member_id"], joined["card"]
    codes = [card["code"], *(reissue(quick, card["id"])["code"] for _ in range(2))]
    replaced = said(replace_card(quick.services, quick.writing({}), card["id"]))["card"]
    codes += [replaced["code"], reissue(quick, replaced["id"])["code"]]
    # Until then a till says of each former code that it holds no more.
    for code in codes[:-1]:
        with pytest.raises(Refused, match="card_blocked"):
            scan_card(quick.services, quick.caller, code)
    assert scan_card(quick.services, quick.caller, codes[-1])["member_id"] == member

    erase(quick, id=member)

    assert leads_to(quick, member) == []
    for code in codes:
        with pytest.raises(NotFound, match="card_unknown"):
            scan_card(quick.services, quick.caller, code)


@pytest.mark.requirement("X-14", "X-10")
def test_a_card_whose_member_was_erased_gets_no_other_code(quick: MemoryStack) -> None:
    joined = join(quick, PERSONS[0])
    dying = replace(quick.services, erasures=cast(Any, DiesBefore()))
    with pytest.raises(Unavailable):
        erase_member(dying, quick.writing({"member": {"id": joined["member_id"]}}))
    for action in (reissue_card, replace_card):
        with pytest.raises(NotFound, match="card_unknown"):
            action(quick.services, quick.writing({}), joined["card"]["id"])
    finish_erasure(quick.services, joined["member_id"])
    assert leads_to(quick, joined["member_id"]) == []
