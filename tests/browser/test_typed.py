"""What people type and what readers type, in the fields where it may do harm."""

from __future__ import annotations

import time
from typing import Final

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import Shop, Watched
from tests.browser.till_page import identify

PARSE: Final = """async (cases) => {
  const base = document.querySelector('meta[name=assets]').content;
  const { parseAmount } = await import(`${base}/ui/money.js`);
  return cases.map(([typed, digits]) => parseAmount(typed, digits));
}"""
AMOUNTS: Final[list[tuple[str, int, int | None]]] = [
    ("12", 2, 1200),
    ("12,5", 2, 1250),
    ("12.50", 2, 1250),
    ("12,", 2, 1200),
    (",5", 2, 50),
    (".05", 2, 5),
    ("1 234,50", 2, 123_450),
    ("1\u202f234,50", 2, 123_450),
    ("1\u00a0234\u00a0567,5", 2, 123_456_750),
    ("1.234,50", 2, 123_450),
    ("1,234.50", 2, 123_450),
    ("1'234.50", 2, 123_450),
    ("1’234.50", 2, 123_450),
    ("1234567,89", 2, 123_456_789),
    # Each of these a person may mean in two ways, or in none.
    ("12,345", 2, None),
    ("1.234", 2, None),
    ("12 50", 2, None),
    ("1 23,50", 2, None),
    ("1.2.3", 2, None),
    ("12'50", 2, None),
    (",", 2, None),
    ("-5", 2, None),
    ("1e3", 2, None),
    ("", 2, None),
    # Without cents, and with three digits of them.
    ("1 234", 0, 1234),
    ("1234,5", 0, None),
    ("1,234", 0, None),
    ("1,234", 3, 1234),
    ("1 234,567", 3, 1_234_567),
]


def test_an_amount_is_taken_as_it_is_meant_or_not_at_all(
    watched: Watched, browser: Browser
) -> None:
    page = watched.till(browser, signed_in=False)
    found = page.evaluate(PARSE, [[typed, digits] for typed, digits, _ in AMOUNTS])
    told = zip(AMOUNTS, found, strict=True)
    assert [(typed, digits, got) for (typed, digits, _), got in told] == AMOUNTS


def key(cdp: CDPSession, code: str, text: str, at_s: float) -> None:
    """One key of a reader, down and up."""
    name = "Enter" if text == "\r" else text
    place = {"code": code, "key": name, "timestamp": at_s}
    if text == "\r":
        place["windowsVirtualKeyCode"] = 13
    cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": text, **place})
    cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **place})


def read(cdp: CDPSession, text: str, ends: int = 1) -> None:
    """Type as a reader does, with so many end keys."""
    at_s = time.time()
    for sign in text + "\r" * ends:
        at_s += 0.004
        named = {"\\": "Backslash", "]": "BracketRight", "\r": "Enter"}
        code = named.get(sign) or (f"Digit{sign}" if sign.isdigit() else f"Key{sign}")
        key(cdp, code, sign, at_s)


@pytest.mark.parametrize("foreign", ["1234567", "4006381\\333931", "\\4006381"])
def test_a_foreign_code_read_into_the_amount_sells_nothing(
    till: Page, shop: Shop, foreign: str
) -> None:
    identify(till, shop.enrol().code)
    till.locator("#amount").fill("12.50")
    till.locator("#amount").focus()
    read(till.context.new_cdp_session(till), foreign)
    expect(till.get_by_role("alert").first).to_contain_text("not one of our cards")
    expect(till.locator("#amount")).to_have_value("12.50")
    expect(till.locator(".outcome")).to_have_count(0)


def test_a_reader_that_ends_twice_answers_no_question(till: Page, shop: Shop) -> None:
    first, second = shop.enrol("Uma"), shop.enrol("Vera")
    identify(till, first.code)
    till.locator("#amount").fill("12.50")
    till.locator("#amount").focus()
    read(till.context.new_cdp_session(till), second.code, ends=3)
    expect(till.get_by_role("dialog")).to_contain_text("Another card")
    expect(till.locator("#amount")).to_have_value("12.50")
    assert shop.entries(first, "purchase") == []


def test_a_reader_that_says_what_it_reads_is_understood(till: Page, shop: Shop) -> None:
    # AIM's identifier of a QR code goes before the text, where the reader is set so.
    read(till.context.new_cdp_session(till), "]Q1" + shop.enrol("Wim").code)
    expect(till.get_by_role("heading", name="Wim")).to_be_visible()


def test_a_receipt_is_read_into_its_field(till: Page) -> None:
    till.get_by_role("button", name="Return", exact=False).click()
    till.locator("#original").focus()
    read(till.context.new_cdp_session(till), "T02044")
    expect(till.locator("#original")).to_have_value("T02044")
    read(till.context.new_cdp_session(till), "3017620422003")
    expect(till.locator("#original")).to_have_value("3017620422003")
    expect(till.locator(".notice")).to_have_count(0)
