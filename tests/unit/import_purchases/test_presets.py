"""What the importer reads in the two public files, and what it refuses and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tools.import_purchases.presets import SourceError, read_cdnow, read_online_retail
from tools.import_purchases.source import CreditNote, Line, Sale
from tools.oracle_cdnow import points

CDNOW = Path(__file__).parents[2] / "data" / "cdnow_first_100.txt"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def retail(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "retail.csv"
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="latin-1")
    return file


def test_every_row_of_cdnow_is_a_sale_of_its_own() -> None:
    source = read_cdnow(CDNOW)

    assert len(source.customers) == 100
    assert source.documents == len(CDNOW.read_text("ascii").splitlines()) - 1
    assert source.refusals == ()
    first = source.customers[0]
    assert (first.id, first.joined_at) == ("00001", "1997-01-01T12:00:00Z")
    assert first.documents == [
        Sale(2, "cdnow_first_100.txt:2", "1997-01-01T12:00:00Z", (Line("cd", 1, 1177),))
    ]


def test_two_rows_that_are_the_same_are_two_documents(tmp_path: Path) -> None:
    file = tmp_path / "master.txt"
    file.write_text(" 00001 19970101  1   11.77\r\n 00001 19970101  1   11.77\r\n", "ascii")

    (customer,) = read_cdnow(file).customers

    assert [document.number for document in customer.documents] == ["master.txt:1", "master.txt:2"]


@pytest.mark.parametrize("row", ["00001 19970230 1 1.00", "00001 19970101 1", "00001 1997 1 x"])
def test_a_row_that_makes_no_sense_is_refused_and_stops_no_other(tmp_path: Path, row: str) -> None:
    file = tmp_path / "master.txt"
    file.write_text(f" {row}\n 00002 19970102 2 5.50\n", "ascii")

    source = read_cdnow(file)

    assert [customer.id for customer in source.customers] == ["00002"]
    assert [(refusal.row, refusal.code) for refusal in source.refusals] == [(1, "row_malformed")]


def test_a_customer_is_in_order_of_date(tmp_path: Path) -> None:
    file = tmp_path / "master.txt"
    file.write_text("00001 19980101 1 2.00\n00001 19970101 1 1.00\n", "ascii")

    (customer,) = read_cdnow(file).customers

    assert customer.joined_at == "1997-01-01T12:00:00Z"
    assert [document.row for document in customer.documents] == [2, 1]


def test_invoices_gather_their_lines_and_times_are_local(tmp_path: Path) -> None:
    file = retail(
        tmp_path,
        '536365,85123A,"HOLDER, WHITE",6,7/1/2010 8:26,2.55,17850,United Kingdom',
        "536365,71053,LANTERN,6,7/1/2010 8:26,3.39,17850,United Kingdom",
    )

    (customer,) = read_online_retail(file).customers

    assert customer.attributes == {"country": "United Kingdom"}
    assert customer.documents == [
        Sale(
            2,
            "536365",
            "2010-07-01T08:26:00+01:00",
            (Line("85123A", 6, 1530), Line("71053", 6, 2034)),
        )
    ]


def test_lines_that_nobody_can_get_points_for_are_refused_with_reasons(tmp_path: Path) -> None:
    file = retail(
        tmp_path,
        "1,A,x,1,12/1/2010 8:26,1.00,,France",
        "2,A,x,0,12/1/2010 8:26,1.00,7,France",
        "3,A,x,many,12/1/2010 8:26,1.00,7,France",
        "4,A,x,1,12/1/2010 8:26,1.00,7,France",
        "C5,A,x,3,12/1/2010 8:26,1.00,7,France",
        "C6,B,x,-1,12/1/2010 9:26,1.00,7,France",
    )

    source = read_online_retail(file)

    assert source.documents == 1
    assert sorted((refusal.row, refusal.code) for refusal in source.refusals) == [
        (2, "customer_missing"),
        (3, "quantity_not_positive"),
        (4, "row_malformed"),
        (6, "quantity_not_negative"),
        (7, "sale_unknown"),
    ]


def test_a_credit_note_takes_back_from_the_newest_sale_that_has_it(tmp_path: Path) -> None:
    file = retail(
        tmp_path,
        "1,A,x,5,12/1/2010 8:00,1.00,7,France",
        "2,B,x,1,12/2/2010 8:00,9.00,7,France",
        "2,A,x,2,12/2/2010 8:00,1.00,7,France",
        "3,A,x,9,12/3/2010 8:00,1.50,7,France",
        "C4,A,x,-3,12/4/2010 8:00,1.00,7,France",
        "C5,A,x,-9,12/5/2010 8:00,1.00,7,France",
    )

    source = read_online_retail(file)
    notes = [one for one in source.customers[0].documents if isinstance(one, CreditNote)]

    assert [(note.number, note.original, note.lines) for note in notes] == [
        ("C4", "2", ((1, 2),)),
        ("C4/2", "1", ((0, 1),)),
        ("C5", "1", ((0, 4),)),
    ]
    (refusal,) = source.refusals
    assert (refusal.document, refusal.code) == ("C5", "sale_unknown")
    assert "5 of A" in refusal.reason


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b,c\n1,2,3\n", encoding="ascii")

    with pytest.raises(SourceError, match="lacks the columns"):
        read_online_retail(file)


def test_only_the_first_customers_are_taken_when_asked_for() -> None:
    source = read_cdnow(CDNOW).first(7)

    assert [customer.id for customer in source.customers] == [f"{n:05d}" for n in range(1, 8)]


def test_the_oracle_counts_points_and_their_year(tmp_path: Path) -> None:
    file = tmp_path / "master.txt"
    file.write_text(
        "customer_id date number dollars\n"
        "00001 19970110  1   11.77\n00001 19970301  2  100.99\n00002 19980228  1    0.99\n",
        "ascii",
    )

    assert points(file, date(1998, 1, 10)) == {"00001": (171, 171), "00002": (0, 0)}
    assert points(file, date(1998, 1, 11)) == {"00001": (171, 100), "00002": (0, 0)}
    assert points(file, date(1998, 3, 1)) == {"00001": (171, 100), "00002": (60, 60)}
    assert points(file, date(1998, 3, 2)) == {"00001": (171, 0), "00002": (60, 60)}
