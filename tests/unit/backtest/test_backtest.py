"""A programme on receipts of the past, against an oracle that knows nothing of the engine."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tessera.application.backtest import GoodsBack, Habit, History, backtest
from tessera.application.backtest_result import Outcome, compare
from tessera.domain.calendar import start_of_day_ms, to_day
from tessera.domain.commands import Advantage, Document, Line, Purchase
from tessera.domain.programme import Programme, parse
from tools import oracle_backtest
from tools.backtest.__main__ import Bar, main
from tools.backtest.jobs import FileCheckpoint
from tools.backtest.receipts import histories
from tools.import_purchases.presets import SourceError
from tools.tessera.documents import read_document

ROOT = Path(__file__).resolve().parents[3]
RECEIPTS = ROOT / "tests/data/cdnow_first_100.txt"
FASHION = ROOT / "programmes/fashion.yaml"
EXAMPLE = parse(read_document(FASHION), 1)


def thursdays() -> dict[str, Any]:
    """The draft: the operation of the example, in the years of the receipts."""
    document = json.loads(json.dumps(read_document(FASHION)))
    document["operations"][0] |= {"starts_at": "1997-01-01", "ends_at": "1998-12-31"}
    return dict(document)


def programme(**parts: Any) -> Programme:
    return parse(
        {
            "programme": "small",
            "currency": "EUR",
            "time_zone": "Europe/Paris",
            "earning": {"base": "net"},
            "balances": [{"id": "points", "spending": {"value": {"points": 10, "gives": "1.00"}}}],
            "rules": [
                {
                    "id": "euro",
                    "when": "purchase.recorded",
                    "then": [{"credit": {"per_amount": {"every": "1.00", "give": 1}}}],
                }
            ],
            **parts,
        },
        1,
    )


def sale(day: str, gross: int, cost: int | None = None) -> Purchase:
    at_ms = start_of_day_ms(to_day(date.fromisoformat(day)), "Europe/Paris")
    line = Line("a", 2000, gross, cost=cost)
    return Purchase(at_ms, at_ms, "s", document=Document("s", day), currency="EUR", lines=(line,))


def figures(outcome: Outcome) -> tuple[int, int, int, int, int]:
    flow = outcome.flows["points"]
    return flow.given, flow.used, flow.expired, flow.corrected, flow.left


@pytest.mark.parametrize("with_thursdays", [False, True])
def test_the_fashion_example_gives_what_the_oracle_says(with_thursdays: bool) -> None:
    document = thursdays() if with_thursdays else read_document(FASHION)
    until = date(1998, 6, 30)

    outcome = backtest(
        parse(document, 1),
        histories("cdnow", RECEIPTS, EXAMPLE),
        until_ms=start_of_day_ms(to_day(until), "Europe/Paris"),
    )

    said = oracle_backtest.totals(RECEIPTS, until, with_thursdays)
    assert outcome.flows["points"].given == said["given"]
    assert outcome.flows["points"].expired == said["expired"]
    assert outcome.discounts == said["discounts"]
    assert +outcome.tiers["status"] == said["tiers"]


def test_what_is_left_is_given_less_used_less_expired_and_sums_to_the_accounts() -> None:
    until_ms = start_of_day_ms(to_day(date(1999, 6, 30)), "Europe/Paris")

    outcome = backtest(
        parse(read_document(FASHION), 1),
        histories("cdnow", RECEIPTS, EXAMPLE),
        until_ms=until_ms,
        habit=Habit.ALWAYS,
    )

    given, used, expired, corrected, left = figures(outcome)
    assert used > 0
    assert expired > 0
    assert corrected == 0
    assert left == given - used - expired
    assert left == sum(member.left["points"] for member in outcome.members.values())
    assert given == sum(member.given["points"] for member in outcome.members.values())


def test_goods_that_come_back_take_their_points_back() -> None:
    bought = sale("2027-01-04", 10_000)
    back = GoodsBack(bought.occurred_at_ms + 1, "c1", "2027-01-04", {0: 1000})

    outcome = backtest(programme(), [History("m", "s", [bought, back])])

    assert figures(outcome) == (100, 0, 0, -50, 50)
    assert (outcome.revenue, outcome.returns) == (5_000, 1)


@pytest.mark.requirement("Z-45")
def test_goods_that_come_back_take_what_was_paid_for_them_their_discount_and_their_cost() -> None:
    first = replace(
        sale("2027-01-04", 10_000, cost=6_000), advantages=(Advantage("COUPON", 2_000),)
    )
    paying = sale("2027-02-04", 5_000, cost=3_000)
    notes = [
        GoodsBack(first.occurred_at_ms + 1, "c1", "2027-01-04", {0: 1000}),
        GoodsBack(paying.occurred_at_ms + 1, "c2", "2027-02-04", {0: 2000}),
    ]

    kept = backtest(programme(), [History("m", "s", [first, paying])], habit=Habit.ALWAYS)
    half = backtest(programme(), [History("m", "s", [first, notes[0]])], habit=Habit.ALWAYS)
    back = backtest(programme(), [History("m", "s", [first, paying, notes[1]])], habit=Habit.ALWAYS)

    assert (kept.revenue, kept.discounts, kept.margin) == (8_000 + 4_200, 800, 2_000 + 1_200)
    assert (half.revenue, half.discounts, half.margin) == (4_000, 0, 1_000)
    assert (back.revenue, back.discounts, back.margin) == (8_000, 0, 2_000)


def test_a_credit_note_of_a_sale_that_was_not_taken_is_counted_as_refused() -> None:
    outcome = backtest(
        programme(), [History("m", "s", [sale("2027-01-04", 100), GoodsBack(2**41, "c", "x", {})])]
    )

    assert outcome.refused == {"document_unknown": 1}


def test_whoever_pays_whenever_he_can_pays_by_his_points() -> None:
    receipts = [sale("2027-01-04", 10_000), sale("2027-02-04", 5_000)]

    outcome = backtest(programme(), [History("m", "s", receipts)], habit=Habit.ALWAYS)

    assert figures(outcome) == (140, 100, 0, 0, 40)
    assert outcome.discounts == 1_000


def test_the_margin_counts_lines_whose_cost_is_known() -> None:
    receipts = [sale("2027-01-04", 10_000, cost=6_000), sale("2027-02-04", 5_000)]

    view = backtest(programme(), [History("m", "s", receipts)]).view()

    assert view["margin"] == 4_000


def test_a_shared_budget_runs_out_in_the_order_of_time_over_all_members() -> None:
    operation = {"id": "launch", "coefficient": "2", "budget": 100}
    late, early = sale("2027-01-05", 10_000), sale("2027-01-04", 10_000)

    outcome = backtest(
        programme(operations=[operation]),
        [History("late", "s", [late]), History("early", "s", [early])],
    )

    given = {name: member.given["points"] for name, member in outcome.members.items()}
    assert given == {"early": 200, "late": 100}


def test_a_comparison_names_who_gains_and_who_loses_most() -> None:
    every = programme()
    big = programme(
        rules=[
            {
                "id": "euro",
                "when": "purchase.recorded",
                "if": {"purchase.total": {"at_least": "50.00"}},
                "then": [{"credit": {"per_amount": {"every": "1.00", "give": 2}}}],
            }
        ]
    )
    read = [
        History("small", "s", [sale("2027-01-04", 1_000)]),
        History("large", "s", [sale("2027-01-04", 10_000)]),
    ]

    found = compare(backtest(every, read), backtest(big, read))

    assert [(item.member, item.given["points"]) for item in found.gaining] == [("large", 100)]
    assert [(item.member, item.given["points"]) for item in found.losing] == [("small", -10)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_command_writes_a_page_without_foreign_host_and_the_same_as_json(
    tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps(thursdays()), "utf-8")
    page = tmp_path / "report.html"

    code = main(
        [
            str(draft), str(RECEIPTS), "--preset", "cdnow", "--live", str(FASHION),
            "--language", language, "--report", str(page), "--jobs", str(tmp_path),
        ]
    )  # fmt: skip

    assert code == 0
    assert "//" not in page.read_text("utf-8").replace("<!doctype", "")
    view = json.loads(page.with_suffix(".json").read_text("utf-8"))
    live, tried = view["outcomes"]
    given = [part["balances"]["points"]["given"] for part in (live, tried)]
    assert given[1] > given[0]
    assert view["comparison"]["members_gaining"] > 0
    assert capsys.readouterr().out.startswith("Membres" if language == "fr" else "Members")


def test_a_backtest_that_was_killed_goes_on_and_comes_to_the_identical_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps(thursdays()), "utf-8")
    monkeypatch.setattr("tessera.application.backtest.TOLD_EVERY", 50)

    def report(name: str, *more: str) -> tuple[bytes, bytes]:
        page = tmp_path / f"{name}.html"
        told = [str(draft), str(RECEIPTS), "--preset", "cdnow", "--live", str(FASHION)]
        assert main([*told, "--pay", "always", "--report", str(page), *more]) == 0
        return page.read_bytes(), page.with_suffix(".json").read_bytes()

    whole = report("whole", "--jobs", str(tmp_path / "a"))
    again = ("--jobs", str(tmp_path / "b"), "--keep-every", "0")
    with monkeypatch.context() as patch:
        patch.setattr(Bar, "draw", killed_at(200))
        with pytest.raises(KeyboardInterrupt):
            report("killed", *again)
    kept = list((tmp_path / "b").glob("*.job"))
    resumed_at: list[int] = []
    monkeypatch.setattr(Bar, "end", lambda _bar, _seconds, at: resumed_at.append(at))

    assert report("resumed", *again) == whole

    assert len(kept) == 1
    assert resumed_at == [150, 0]
    assert list((tmp_path / "b").glob("*.job")) == []


def killed_at(receipt: int) -> Any:
    def draw(_bar: Bar, done: int) -> None:
        if done >= receipt:
            raise KeyboardInterrupt

    return draw


def test_what_was_kept_of_another_backtest_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.job"
    FileCheckpoint(path, "mine", every_s=0).save(7, {"left": {"a": 1}})

    assert FileCheckpoint(path, "mine").load(EXAMPLE) == (7, {"left": {"a": 1}})
    assert FileCheckpoint(path, "another").load(EXAMPLE) is None
    path.write_bytes(path.read_bytes()[:-1])
    assert FileCheckpoint(path, "mine").load(EXAMPLE) is None


def test_goods_that_come_back_by_their_price_take_their_share_of_points_back() -> None:
    bought = sale("2027-01-04", 10_000)
    notes = [
        GoodsBack(bought.occurred_at_ms + n, f"c{n}", "2027-01-04", {}, {0: 2_500}) for n in (1, 2)
    ]

    outcome = backtest(programme(), [History("m", "s", [bought, *notes])])

    assert figures(outcome) == (100, 0, 0, -50, 50)
    assert (outcome.revenue, outcome.returns) == (5_000, 2)


def test_a_csv_of_ones_own_is_read_with_costs_returns_and_what_rules_may_ask(
    tmp_path: Path,
) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text(
        "member,date,store,document,original,article,quantity,amount,cost,line.family,member.city\n"
        "ann,2027-01-04,paris,1,,tea,2,40.00,25.00,drinks,Paris\n"
        "ann,2027-01-04,paris,1,,cake,1,60.00,35.00,food,Paris\n"
        "ann,2027-01-05T10:00,paris,2,1,cake,1,-60.00,,food,Paris\n"
        "bob,2027-01-06,lyon,7,,tea,1,20.00,12.50,drinks,Lyon\n",
        "utf-8",
    )
    only_paris = programme(
        rules=[
            {
                "id": "euro",
                "when": "purchase.recorded",
                "if": {"member.city": "Paris", "store.id": "paris"},
                "lines": {"line.family": ["drinks", "food"]},
                "then": [{"credit": {"per_amount": {"every": "1.00", "give": 1}}}],
            }
        ]
    )

    outcome = backtest(only_paris, histories("csv", path, only_paris))

    assert figures(outcome) == (100, 0, 0, -60, 40)
    assert outcome.margin == (12_000 - 6_000) - (7_250 - 3_500)
    assert (outcome.purchases, outcome.returns, outcome.revenue) == (2, 1, 6_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("member,date,document\n", "lacks the column amount"),
        ("member,date,document,amount,colour\n", "the column colour is not known"),
        ("member,date,document,amount\na,2027-01-04,1,1.005\n", "row 2: amount is malformed"),
        ("member,date,document,amount\na,4 May,1,1.00\n", "row 2"),
        ("member,date,document,amount\na,2027-01-04,1,-1.00\n", "row 2: original is malformed"),
    ],
)
def test_a_csv_that_is_not_of_the_format_is_refused_with_its_row(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text(text, "utf-8")

    with pytest.raises(SourceError, match=said):
        histories("csv", path, programme())


@pytest.mark.requirement("Z-45")
def test_a_draft_is_measured_against_its_objectives() -> None:
    aims = [
        {"aim": "frequency", "at_least": "2"},
        {"aim": "basket", "at_least": "75.01"},
        {"aim": "margin", "at_least": "20"},
        {"aim": "cost", "at_most": "10"},
        {"aim": "data", "at_least": "50", "attributes": ["city", "email"]},
        {"aim": "image", "at_least": "5", "event": "social.reviewed"},
    ]
    receipts = [sale("2027-01-04", 10_000, cost=6_000), sale("2027-07-05", 5_000, cost=3_000)]
    known = History("m", "s", receipts, {"city": "Paris", "email": "there"})

    view = backtest(programme(objectives=aims), [known]).view()

    measured = {item["aim"]: (item["measured"], item["met"]) for item in view["objectives"]}  # type: ignore[union-attr,index,call-overload]
    assert measured == {
        "frequency": (401, True),  # two in 182 days
        "basket": (7_500, False),
        "margin": (3_000, True),  # 60 EUR of margin less 15 EUR outstanding, of 150 EUR
        "cost": (1_000, True),
        "data": (10_000, True),
        "image": (None, None),
    }
