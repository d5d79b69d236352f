"""The command line for programmes, as a marketer calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.tessera import page
from tools.tessera.__main__ import main

ROOT = Path(__file__).resolve().parents[3]
FASHION = ROOT / "programmes/fashion.yaml"
BASKET = ROOT / "docs/how-to/baskets/first-thursday.yaml"


def draft(folder: Path, before: str, after: str) -> Path:
    """The fashion example with one edit in its text."""
    text = FASHION.read_text("utf-8")
    assert before in text
    path = folder / "draft.yaml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(item) for item in arguments])
    return code, capsys.readouterr().out


def test_check_finds_nothing_in_the_example_against_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out = run(capsys, "check", FASHION, "--live", FASHION, "--today", "2026-11-23")

    assert (code, out) == (0, "Nothing found.\n")


def test_check_refuses_a_tier_that_becomes_dearer_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dearer = draft(tmp_path, 'at_least: "300.00"', 'at_least: "400.00"')

    code, out = run(capsys, "check", dearer, "--live", FASHION, "--json", "--language", "fr")

    (finding,) = json.loads(out)
    assert code == 1
    assert (finding["pointer"], finding["code"]) == (
        "/tier_groups/0/tiers/1/at_least",
        "rights_reduced",
    )
    assert "texts.notice" in finding["remedy"]


def test_check_passes_what_is_only_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    over = draft(tmp_path, 'ends_at: "2027-03-31"', 'ends_at: "2027-03-30"')

    code, out = run(capsys, "check", over, "--today", "2027-04-01")

    assert code == 0
    assert out.startswith("warning /operations/0/ends_at operation_over\n")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "opération «\u00a0thursdays\u00a0», coefficient\u00a0: 3 devient 4\n"),
        ("en", "operation 'thursdays', coefficient: 3 becomes 4\n"),
    ],
)
def test_plan_says_the_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    more = draft(tmp_path, 'coefficient: "3"', 'coefficient: "4"')

    assert run(capsys, "plan", FASHION, more, "--language", language) == (0, said)


def test_plan_matches_parts_by_id_and_tells_what_came_and_went(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed = draft(tmp_path, "id: knitwear", "id: wool")

    _, out = run(capsys, "plan", FASHION, renamed)

    lines = out.splitlines()
    assert lines[0].startswith("operation 'wool': added, ")
    assert lines[1].startswith("operation 'knitwear': removed (was ")
    assert len(lines) == 2


def test_plan_of_the_same_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "plan", FASHION, FASHION, "--language", "fr") == (
        0,
        "Aucune différence.\n",
    )


def test_simulate_basket_prints_the_receipt_and_explain_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, receipt = run(capsys, "simulate-basket", FASHION, BASKET)
    _, trace = run(capsys, "explain", FASHION, BASKET)

    assert "Points: earned 324\u00a0points" in receipt
    assert trace.endswith(receipt)
    assert "Operation “Triple Thursdays”: ×3" in trace


def test_a_file_that_cannot_be_read_ends_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [", "utf-8")

    assert main(["check", str(broken)]) == 1
    assert capsys.readouterr().err.startswith("broken.yaml: ")


def test_the_page_shows_what_the_engine_says_now() -> None:
    text = page.PAGE.read_text("utf-8")

    assert page.written(text) == text
