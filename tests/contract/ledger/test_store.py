"""What the ledger leans on in a table, held on every engine alike."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import cast

import pytest

from tessera.adapters.dynamodb.table import Absent, Equals, Item, Operation, Store, Value
from tessera.adapters.dynamodb.verification import IndexedStore, StoreAccountPages
from tessera.application.outcomes import Cancelled, Committed, Reason
from tessera.application.verify_ledger import Place
from tests.fakes.engines import Engine

NONE, CONDITION = Reason.NONE, Reason.CONDITION


def row(pk: str, sk: str, **attributes: Value) -> Item:
    """An item; keyword names are attributes."""
    return {"pk": pk, "sk": sk, **attributes}


def token() -> str:
    """A token that nobody used."""
    return secrets.token_hex(15)


def put(item: Item, condition: Absent | Equals | None = None) -> Operation:
    """A put."""
    return Operation("put", item, condition)


def sort_keys(items: Sequence[Item]) -> list[str]:
    """The sort keys of items, in their order."""
    return [str(item["sk"]) for item in items]


def test_an_item_comes_back_as_it_was_put(store: Store) -> None:
    item = row(
        "M#1",
        "0#A",
        text="Grâce à l'été \U0001f9cb",
        whole=2**63 + 1,
        negative=-17,
        zero=0,
        yes=True,
        no=False,
        nothing=None,
        packed=bytes(range(256)),
        rows=[["demo", "-", 3], []],
        nested={"a": {"b": [1, "x", b"\x00", None, False]}},
    )
    assert store.put(item)
    assert store.get("M#1", "0#A") == item


def test_sequences_come_back_as_lists(store: Store) -> None:
    store.put(row("M#1", "A", parts=(1, (2, 3))))
    assert store.get("M#1", "A") == row("M#1", "A", parts=[1, [2, 3]])


def test_no_float_reaches_the_table(store: Store) -> None:
    with pytest.raises(TypeError):
        store.put(row("M#1", "A", amount=1.5))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        store.transact([put(row("M#1", "A", parts=[{"x": 0.1}]))], token())  # type: ignore[dict-item]
    assert store.get("M#1", "A") is None


def test_what_was_never_put_is_none(store: Store) -> None:
    assert store.get("M#1", "A") is None
    assert store.query("M#1") == []


def test_a_caller_that_changes_what_it_read_changes_nothing(store: Store) -> None:
    store.put(row("M#1", "A", v=1))
    found = store.get("M#1", "A")
    assert found is not None
    found["v"] = 2
    assert store.get("M#1", "A") == row("M#1", "A", v=1)


@pytest.fixture
def ledger(store: Store) -> Store:
    """A member with profile, account, and twelve entries in two partitions."""
    for sk in ("0#P", "0#A#demo#-", "D#demo#-#0000000001", "C#crd"):
        store.put(row("M#1", sk))
    for number in range(1, 13):
        store.put(row("M#1", f"E#demo#-#{number:010d}", v=number))
    store.put(row("M#1", "E#other#-#0000000001"))
    store.put(row("M#10", "0#P"))
    return store


def test_one_query_reads_profile_and_account(ledger: Store) -> None:
    assert sort_keys(ledger.query("M#1", "0#")) == ["0#A#demo#-", "0#P"]


def test_a_prefix_reads_one_ledger_in_order(ledger: Store) -> None:
    found = ledger.query("M#1", "E#demo#-#")
    assert [item["v"] for item in found] == list(range(1, 13))


def test_newest_first_with_a_limit(ledger: Store) -> None:
    found = ledger.query("M#1", "E#demo#-#", limit=3, newest_first=True)
    assert [item["v"] for item in found] == [12, 11, 10]


def test_before_leaves_out_the_key_it_names(ledger: Store) -> None:
    found = ledger.query(
        "M#1", "E#demo#-#", limit=3, newest_first=True, before="E#demo#-#0000000010"
    )
    assert [item["v"] for item in found] == [9, 8, 7]


def test_after_leaves_out_the_key_it_names(ledger: Store) -> None:
    found = ledger.query("M#1", "E#demo#-#", after="E#demo#-#0000000010")
    assert [item["v"] for item in found] == [11, 12]


def test_before_and_after_together(ledger: Store) -> None:
    found = ledger.query(
        "M#1", "E#demo#-#", after="E#demo#-#0000000003", before="E#demo#-#0000000006"
    )
    assert [item["v"] for item in found] == [4, 5]


def test_a_whole_partition_in_order(ledger: Store) -> None:
    found = sort_keys(ledger.query("M#1"))
    assert found == sorted(found)
    assert len(found) == 17


def test_a_query_reads_every_page(store: Store) -> None:
    """Three megabytes in one partition: DynamoDB gives one megabyte at a time."""
    for number in range(12):
        store.put(row("M#1", f"D#{number:02d}", z=bytes(256 * 1024)))
    assert len(store.query("M#1", "D#")) == 12
    assert sort_keys(store.query("M#1", "D#", limit=7)) == [
        f"D#{number:02d}" for number in range(7)
    ]


def test_put_if_absent(store: Store) -> None:
    assert store.put(row("S#1", "S", v=1), Absent())
    assert not store.put(row("S#1", "S", v=2), Absent())
    assert store.get("S#1", "S") == row("S#1", "S", v=1)


def test_put_if_equal(store: Store) -> None:
    assert not store.put(row("S#1", "S", v=2), Equals("v", 1))
    store.put(row("S#1", "S", v=1))
    assert store.put(row("S#1", "S", v=2), Equals("v", 1))
    assert not store.put(row("S#1", "S", v=3), Equals("v", 1))
    assert not store.put(row("S#1", "S", v=3), Equals("v", "2"))
    assert not store.put(row("S#1", "S", v=3), Equals("absent", 2))
    assert store.get("S#1", "S") == row("S#1", "S", v=2)


def test_delete(store: Store) -> None:
    store.put(row("S#1", "S", v=1))
    assert not store.delete("S#1", "S", Equals("v", 2))
    assert store.delete("S#1", "S", Equals("v", 1))
    assert store.get("S#1", "S") is None
    assert store.delete("S#1", "S")


def test_a_transaction_does_everything(store: Store) -> None:
    store.put(row("K#pool#3", "CODE-1"))
    outcome = store.transact(
        [
            put(row("M#1", "0#A", v=1), Absent()),
            put(row("M#1", "E#1"), Absent()),
            Operation("delete", {"pk": "K#pool#3", "sk": "CODE-1"}),
        ],
        token(),
    )
    assert outcome == Committed()
    assert sort_keys(store.query("M#1")) == ["0#A", "E#1"]
    assert store.get("K#pool#3", "CODE-1") is None


def test_a_cancelled_transaction_does_nothing_and_says_why_in_order(store: Store) -> None:
    store.put(row("M#1", "0#A", v=2))
    store.put(row("I#1", "I"))
    outcome = store.transact(
        [
            put(row("M#1", "E#1"), Absent()),
            put(row("M#1", "0#A", v=2), Equals("v", 1)),
            put(row("M#1", "D#1")),
            put(row("I#1", "I"), Absent()),
        ],
        token(),
    )
    assert outcome == Cancelled((NONE, CONDITION, NONE, CONDITION))
    assert sort_keys(store.query("M#1")) == ["0#A"]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_the_reason_stands_where_its_operation_stood(store: Store, place: int) -> None:
    """PynamoDB's own transactions regroup operations by kind; ours must not."""
    store.put(row("M#1", "taken"))
    kinds = [
        Operation("check", {"pk": "M#1", "sk": "absent-0"}, Absent()),
        put(row("M#1", "absent-1"), Absent()),
        Operation("delete", {"pk": "M#1", "sk": "absent-2"}, Absent()),
        put(row("M#1", "absent-3"), Absent()),
    ]
    wrong = [
        Operation("check", {"pk": "M#1", "sk": "taken"}, Absent()),
        put(row("M#1", "taken"), Absent()),
        Operation("delete", {"pk": "M#1", "sk": "taken"}, Absent()),
        put(row("M#1", "taken"), Absent()),
    ]
    operations = [wrong[place] if place == index else kinds[index] for index in range(4)]
    expected = tuple(CONDITION if place == index else NONE for index in range(4))
    assert store.transact(operations, token()) == Cancelled(expected)


def test_a_check_changes_nothing(store: Store) -> None:
    store.put(row("M#1", "0#P", v=1))
    check = Operation("check", {"pk": "M#1", "sk": "0#P"}, Equals("v", 1))
    assert store.transact([check, put(row("M#1", "E#1"))], token()) == Committed()
    assert store.get("M#1", "0#P") == row("M#1", "0#P", v=1)


def test_a_transaction_that_is_sent_again_happens_once(engine: Engine, store: Store) -> None:
    operations = [put(row("M#1", "E#1"), Absent()), put(row("I#1", "I"), Absent())]
    again = token()
    assert store.transact(operations, again) == Committed()
    second = store.transact(operations, again)
    # An engine without tokens still can't do it twice: the conditions hold by themselves.
    assert second == (Committed() if engine.knows_tokens else Cancelled((CONDITION, CONDITION)))


def test_a_token_with_other_operations_is_refused(engine: Engine, store: Store) -> None:
    again = token()
    store.transact([put(row("M#1", "E#1"), Absent())], again)
    other = [put(row("M#2", "E#1"), Absent())]
    if engine.knows_tokens:
        with pytest.raises(Exception, match="IdempotentParameterMismatch"):
            store.transact(other, again)
        assert store.get("M#2", "E#1") is None
    else:
        assert store.transact(other, again) == Committed()


def test_a_hundred_operations_are_carried_out(store: Store) -> None:
    operations = [put(row("M#1", f"E#{number:03d}"), Absent()) for number in range(100)]
    assert store.transact(operations, token()) == Committed()
    assert len(store.query("M#1", "E#")) == 100


def test_more_than_a_hundred_operations_are_refused(store: Store) -> None:
    operations = [put(row("M#1", f"E#{number:03d}")) for number in range(101)]
    with pytest.raises(Exception, match="Validation"):
        store.transact(operations, token())
    assert store.query("M#1") == []


def test_an_item_named_twice_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="Validation"):
        store.transact([put(row("M#1", "E#1", v=1)), put(row("M#1", "E#1", v=2))], token())
    assert store.query("M#1") == []


def test_an_item_above_400_kilobytes_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="size"):
        store.put(row("M#1", "D#1", z="x" * (400 * 1024)))
    assert store.put(row("M#1", "D#1", z="x" * (390 * 1024)))


def test_the_due_index_lists_a_day_by_kind(store: Store) -> None:
    for member in ("1", "2", "3"):
        item = row(f"M#{member}", "0#A#demo#-", dk="X#2026-12-31#00", ds=f"expire#{member}")
        store.put(item)
    store.put(row("M#4", "0#A#demo#-", dk="X#2026-12-31#00", ds="warn#4"))
    store.put(row("M#5", "0#A#demo#-", dk="X#2027-01-01#00", ds="expire#5"))
    store.put(row("M#6", "0#P"))
    page = store.query_due("X#2026-12-31#00", "expire#")
    assert [item["pk"] for item in page.items] == ["M#1", "M#2", "M#3"]
    assert page.cursor is None
    assert set(page.items[0]) == {"pk", "sk", "dk", "ds"}
    assert len(store.query_due("X#2026-12-31#00").items) == 4


def test_an_account_moves_in_the_index_and_leaves_it(store: Store) -> None:
    store.put(row("M#1", "0#A", dk="X#2026-12-31#00", ds="expire#1"))
    store.put(row("M#1", "0#A", dk="X#2027-06-30#00", ds="expire#1"))
    assert store.query_due("X#2026-12-31#00").items == ()
    assert len(store.query_due("X#2027-06-30#00").items) == 1
    store.put(row("M#1", "0#A"))
    assert store.query_due("X#2027-06-30#00").items == ()


def test_a_cursor_takes_the_index_up_where_it_was_left(store: Store) -> None:
    for number in range(5):
        store.put(row(f"M#{number}", "0#A", dk="X#1", ds=f"expire#{number}"))
    whole = store.query_due("X#1", "expire#").items
    rest = store.query_due("X#1", "expire#", cursor=whole[2])
    assert rest.items == whole[3:]


def test_the_whole_index_is_read_in_pages_and_holds_keys_alone(store: Store) -> None:
    indexed = cast(IndexedStore, store)
    for number in range(5):
        store.put(row(f"M#{number}", "0#A#demo#-", dk=f"X#2026-12-3{number}#00", ds="-", v=1))
    store.put(row("M#6", "0#P"))
    whole = indexed.scan_due()
    assert whole.cursor is None
    assert {item["pk"] for item in whole.items} == {f"M#{number}" for number in range(5)}
    assert set(whole.items[0]) == {"pk", "sk", "dk", "ds"}
    rest = indexed.scan_due(whole.items[1])
    assert [item["pk"] for item in rest.items] == [item["pk"] for item in whole.items[2:]]
    places, position = StoreAccountPages(indexed).page(None)
    assert position is None
    assert Place("3", "demo", "-") in places
