"""The auditor finds whatever is altered, removed, added or doubled, and says where it begins."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tessera.application.enrol_member import enrol_member
from tessera.application.hold_value import open_hold
from tessera.application.record_purchase import record_purchase
from tessera.application.redeem_reward import redeem_reward
from tests.fakes.scheduling import Schedules, set_date
from tests.fakes.stack import MemoryStack, said
from tools.verify.audit import Finding, audit
from tools.verify.raw import RawTable

Rows = list[dict[str, Any]]


def a_year() -> tuple[MemoryStack, str]:
    """A member with purchases, a reward, tiers, a hold and a year of occasions."""
    stack = MemoryStack()
    set_date(stack, "2026-02-01")
    stack.publish_file("demo")
    schedules = Schedules(stack)
    body = {"programme": "demo", "profile": {"first_name": "Zoé", "birthday": "1990-05-05"}}
    member: str = said(enrol_member(stack.services, stack.writing(body)))["member_id"]
    for month in (3, 6, 9):
        set_date(stack, f"2026-{month:02d}-10")
        schedules.run_day()
        record_purchase(
            stack.services,
            stack.writing(
                {
                    "member": {"id": member},
                    "document": {"store": "paris", "number": f"T-{month}"},
                    "currency": "EUR",
                    "lines": [{"article": "coffee", "quantity": 1, "gross": 15_000}],
                }
            ),
        )
    redeem_reward(
        stack.services,
        stack.writing({"member": {"id": member}, "programme": "demo", "reward": "free-coffee"}),
    )
    for today in ("2027-01-02", "2027-02-02", "2027-03-11", "2027-03-12"):
        set_date(stack, today)
        schedules.run_day()
    open_hold(
        stack.services,
        stack.writing(
            {"member": {"id": member}, "programme": "demo", "balance": "points", "amount": 20}
        ),
    )
    return stack, member


def findings(stack: MemoryStack, rows: Rows | None = None) -> list[Finding]:
    table = RawTable.of(stack.table.scan() if rows is None else rows)
    return audit(table, stack.clock.now_ms())


def test_an_untouched_ledger_holds() -> None:
    stack, _ = a_year()

    assert findings(stack) == []


def test_an_account_of_another_member_is_no_concern() -> None:
    stack, _ = a_year()
    enrol_member(stack.services, stack.writing({"programme": "demo"}))

    assert findings(stack) == []


def entry(rows: Rows, number: int) -> dict[str, Any]:
    return next(row for row in rows if row["t"] == "E" and row["sk"].endswith(f"{number:010d}"))


def account(rows: Rows) -> dict[str, Any]:
    return next(row for row in rows if row["t"] == "A")


def change_content(rows: Rows, number: int, change: Callable[[dict[str, Any]], None]) -> None:
    found = entry(rows, number)
    body = json.loads(found["c"])
    change(body)
    found["c"] = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _amount(rows: Rows) -> None:
    def more(body: dict[str, Any]) -> None:
        body["x"]["l"][0][1] += 1

    change_content(rows, 2, more)


def _running_balance(rows: Rows) -> None:
    change_content(rows, 2, lambda body: body["b"].update(points=body["b"]["points"] + 1))


def _removed(rows: Rows) -> None:
    rows.remove(entry(rows, 2))


def _cut_tail(rows: Rows) -> None:
    rows.remove(entry(rows, account(rows)["v"]))


def _moved_to_another(rows: Rows) -> None:
    change_content(rows, 2, lambda body: body.update(m="mem_other"))


def _blanks(rows: Rows) -> None:
    found = entry(rows, 2)
    found["c"] = found["c"].replace(":", ": ", 1)


def _other_chain(rows: Rows) -> None:
    entry(rows, 2)["ph"] = bytes(32)


def _lot(rows: Rows) -> None:
    lots = account(rows)["l"]
    packed = lots["points"]
    lots["points"] = packed[:-1] + bytes([packed[-1] + 1])


def _version(rows: Rows) -> None:
    account(rows)["v"] += 1


def _head(rows: Rows) -> None:
    account(rows)["h"] = bytes(32)


def _tier(rows: Rows) -> None:
    found = account(rows)
    state = json.loads(found["s"])
    state["t"]["status"][0] = "platinum"
    found["s"] = json.dumps(state)


def _no_answer(rows: Rows) -> None:
    rows.remove(next(row for row in rows if row["pk"] == "I#purchase:paris#T-6"))


def _answer_names_nothing(rows: Rows) -> None:
    next(row for row in rows if row["pk"] == "I#purchase:paris#T-6")["e"][0][2] = 99


def _detail(rows: Rows) -> None:
    found = next(row for row in rows if row["t"] == "D" and row["sk"].endswith("0000000002"))
    found["z"] += b"!"


def _hold(rows: Rows) -> None:
    found = account(rows)
    state = json.loads(found["s"])
    state["h"][0][3][0][1] = 9_999
    found["s"] = json.dumps(state)


def _due_later(rows: Rows) -> None:
    found = account(rows)
    found["dk"] = f"X#2099-01-01#{found['dk'][-2:]}"


def _due_never(rows: Rows) -> None:
    found = account(rows)
    del found["dk"], found["ds"]


def _due_elsewhere(rows: Rows) -> None:
    found = account(rows)
    found["dk"] = found["dk"][:-2] + f"{(int(found['dk'][-2:]) + 1) % 16:02d}"


def _no_account(rows: Rows) -> None:
    rows.remove(account(rows))


def _unlisted_card(rows: Rows) -> None:
    rows.remove(next(row for row in rows if row["t"] == "CP"))


@pytest.mark.parametrize(
    ("tamper", "number", "what"),
    [
        (_amount, 2, "does not hash"),
        (_running_balance, 2, "does not hash"),
        (_removed, 2, "missing"),
        (_cut_tail, None, "missing"),
        (_moved_to_another, 2, "belongs elsewhere"),
        (_blanks, 2, "canonical"),
        (_other_chain, 2, "hash of the one before"),
        (_lot, 0, "lot of points"),
        (_version, None, "missing"),
        (_head, 0, "head"),
        (_tier, 0, "tiers differ"),
        (_no_answer, None, "no idempotency row"),
        (_answer_names_nothing, 99, "names it"),
        (_detail, 2, "detail"),
        (_hold, 0, "holds differ"),
        (_due_later, 0, "after value expires"),
        (_due_never, 0, "not in the due index"),
        (_due_elsewhere, 0, "not this account's"),
        (_no_account, None, "without an account"),
        (_unlisted_card, 0, "does not list it"),
    ],
)
def test_what_is_tampered_with_is_found_and_named(
    tamper: Callable[[Rows], None], number: int | None, what: str
) -> None:
    stack, member = a_year()
    rows = stack.table.scan()

    tamper(rows)

    found = findings(stack, rows)
    assert any(what in finding.what for finding in found), found
    if number is not None:
        assert number in {finding.entry for finding in found}
    if tamper is not _unlisted_card:
        assert all(member in finding.where for finding in found)


def test_a_rewritten_chain_is_found_by_what_its_lots_sum_to() -> None:
    """Somebody who recomputes every hash still has to make the account agree."""
    import hashlib

    stack, _ = a_year()
    rows = stack.table.scan()

    def more(body: dict[str, Any]) -> None:
        body["x"]["l"][0][1] += 1
        body["b"]["points"] += 1

    change_content(rows, 2, more)
    previous = bytes(32)
    for number in range(1, account(rows)["v"] + 1):
        row = entry(rows, number)
        row["ph"] = previous
        sealed = hashlib.sha256(row["ph"] + row.get("dc", b"") + row["c"].encode())
        previous = row["h"] = sealed.digest()
    account(rows)["h"] = previous

    assert findings(stack, rows)


def test_an_entry_that_was_posted_twice_is_found() -> None:
    stack, _ = a_year()
    rows = stack.table.scan()
    second = json.loads(entry(rows, 2)["c"])

    change_content(rows, 3, lambda body: body.update(c=second["c"]))

    found = [finding for finding in findings(stack, rows) if finding.entry == 3]
    assert found


def test_the_auditor_shares_no_code_with_the_engine() -> None:
    for path in (Path(__file__).parents[3] / "tools" / "verify").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(name.split(".")[0] == "tessera" for name in names), path
