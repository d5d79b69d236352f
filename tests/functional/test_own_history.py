"""A programme's own history, as the handlers wrote it, read back and decided again."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tessera.application.backtest import backtest
from tessera.domain.programme import parse
from tests.functional.conftest import TABLE, Shop, client
from tools.backtest.__main__ import main
from tools.backtest.table import OwnHistory, TableError, exported_rows, own_history
from tools.verify.raw import rows_of


def buy(shop: Shop, member: str, number: str, *gross: int) -> None:
    reply = shop.send(
        "POST",
        "/v1/purchases",
        {
            "member": {"id": member},
            "document": {"store": "s1", "number": number},
            "currency": "EUR",
            "lines": [{"article": "a", "gross": amount, "quantity": 2} for amount in gross],
        },
    )
    assert reply.status == 201, reply.body


def post(shop: Shop, path: str, body: Any, key: str = "") -> None:
    reply = shop.send("POST", f"/v1/{path}", body, **({"key": key} if key else {}))
    assert reply.status == 201, reply.body


def document(number: str) -> dict[str, str]:
    return {"store": "s1", "number": number}


@pytest.fixture
def lived(shop: Shop) -> dict[str, str]:
    """Members by name, after sales, credit notes of both kinds, an undone sale and a moved one."""
    ids = {
        name: str(shop.enrol(name, attributes={"city": "Paris"})["member_id"])
        for name in ("ann", "bob")
    }
    buy(shop, ids["ann"], "1", 10_000, 3_000)
    buy(shop, ids["ann"], "2", 4_000)
    buy(shop, ids["bob"], "3", 2_000)
    buy(shop, ids["bob"], "4", 6_000)
    back = {"document": document("n1"), "original": document("1")}
    post(shop, "returns", {**back, "lines": [{"line": 0, "quantity": 1}]})
    back = {"document": document("n2"), "original": document("1")}
    post(shop, "returns", {**back, "lines": [{"line": 1, "amount": 1_000}]})
    post(shop, "purchases/undo", {"document": document("3")})
    post(shop, "purchases/move", {"document": document("4"), "to": {"id": ids["ann"]}}, "move")
    return ids


def balances(shop: Shop, ids: dict[str, str]) -> dict[str, int]:
    found = {}
    for name, member in ids.items():
        (account,) = shop.send("GET", f"/v1/members/{member}/balances").json["accounts"]
        found[name] = account["balances"][0]["available"]
    return found


def history() -> OwnHistory:
    return own_history(rows_of(client("dynamodb"), TABLE), "demo")


def test_the_live_version_gives_on_its_own_history_what_the_ledger_holds(
    shop: Shop, lived: dict[str, str]
) -> None:
    own = history()

    outcome = backtest(parse(own.live(), 1), own.histories)

    left = {
        name: outcome.members[member].left["points"]
        for name, member in lived.items()
        if member in outcome.members
    }
    assert left == balances(shop, lived)
    assert (outcome.purchases, outcome.returns, dict(outcome.refused)) == (4, 3, {})
    assert outcome.known == {"city": 2}


def test_a_draft_is_tried_on_the_history_of_an_exported_table(
    lived: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = client("dynamodb").scan(TableName=TABLE)["Items"]
    with gzip.open(tmp_path / "part.json.gz", "wt", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps({"Item": row}, default=lambda b: base64.b64encode(b).decode()))
            lines.write("\n")
    draft = json.loads(json.dumps(history().live()))
    draft["rules"][1]["then"][0]["credit"]["per_amount"]["give"] = 2
    path = tmp_path / "draft.json"
    path.write_text(json.dumps(draft), "utf-8")
    page = tmp_path / "report.html"

    assert own_history(exported_rows(tmp_path), "demo").histories == history().histories
    code = main(
        [str(path), "--export", str(tmp_path), "--report", str(page), "--jobs", str(tmp_path)]
    )

    view = json.loads(page.with_suffix(".json").read_text("utf-8"))
    live, tried = (item["balances"]["points"]["given"] for item in view["outcomes"])
    assert code == 0
    assert tried > live
    assert capsys.readouterr().out.startswith("Members")


def test_a_table_without_that_programme_says_so(shop: Shop) -> None:
    with pytest.raises(TableError, match="no programme other"):
        own_history(rows_of(client("dynamodb"), TABLE), "other")
