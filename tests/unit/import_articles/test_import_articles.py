"""A merchant's file of articles becomes the catalogue, or says which cell is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.import_articles import ArticleError, main, read_articles

SAMPLE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "articles.csv"


def test_a_row_is_an_article_with_its_price_in_the_smallest_unit() -> None:
    row = {"code": "mug", "name_fr": "Tasse", "price": "14,00", "available": "non", "family": "x"}

    assert read_articles([row], 2) == [
        {
            "code": "mug",
            "name": {"fr": "Tasse"},
            "available": False,
            "price": 1400,
            "attributes": {"family": "x"},
        }
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"code": "", "name_fr": "Tasse"}, "row 2: the column code"),
        ({"code": "mug"}, "row 2: give a name"),
        ({"code": "mug", "name_en": "Mug", "price": "cheap"}, "'cheap' is no price"),
        ({"code": "mug", "name_en": "Mug", "price": "1.999"}, "is no price with 2 decimals"),
        ({"code": "mug", "name_en": "Mug", "price": "-1"}, "is no price"),
        ({"code": "mug", "name_en": "Mug", "price": "NaN"}, "is no price"),
        ({"code": "mug", "name_en": "Mug", "available": "maybe"}, "says yes or no"),
    ],
)
def test_a_cell_that_is_wrong_is_named_with_its_row(row: dict[str, str], said: str) -> None:
    with pytest.raises(ArticleError, match=said):
        read_articles([row], 2)


def test_a_dry_run_reads_the_sample_and_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(SAMPLE), "--dry-run", "--api-url", "http://127.0.0.1:9"]) == 0
    assert capsys.readouterr().out == "4 articles would be sent\n"


def test_a_file_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.csv")]) == 1
    assert "none.csv" in capsys.readouterr().err
