"""A browser becomes a till, a clerk steps up to it, both can be sent away; the day is told."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import PIN, Shop, Watched
from tests.browser.screens import add_line
from tests.browser.till_page import find_sale, identify, next_customer, read_by_reader, sell

KEY = """() => new Promise((resolve) => {
  const request = indexedDB.open('tessera-till', 1);
  request.onsuccess = () => {
    const got = request.result.transaction('settings').objectStore('settings').get('till-key');
    got.onsuccess = async () => {
      const { privateKey } = got.result;
      const told = await crypto.subtle.exportKey('jwk', privateKey).then(() => 'out', () => 'in');
      resolve([privateKey.extractable, told]);
    };
  };
})"""

NAMES = """() => new Promise((resolve) => {
  const request = indexedDB.open('tessera-till', 1);
  request.onsuccess = () => {
    const got = request.result.transaction('settings').objectStore('settings').getAllKeys();
    got.onsuccess = () => resolve(got.result);
  };
})"""


def test_the_link_behind_the_qr_makes_the_browser_a_till_whose_key_stays(
    shop: Shop, watched: Watched, browser: Browser
) -> None:
    assert shop.clerk
    _, code = shop.invite()
    page = watched.context(browser).new_page()
    page.goto(f"{shop.url}/till#{code}")
    page.get_by_role("button", name="Enrol").click()
    watched.step_up(page)
    assert "#" not in page.url
    assert page.evaluate(KEY) == [False, "in"]


def test_a_revoked_till_is_refused_at_once(shop: Shop, watched: Watched, browser: Browser) -> None:
    watched.expected.append("status of 401")
    page = watched.till(browser, signed_in=False)
    till = watched.sign_in(page)
    member = shop.enrol()
    identify(page, member.code)
    shop.call("DELETE", f"/v1/tills/{till}")
    page.locator("#amount").fill("10")
    page.locator("button.confirm").click()
    expect(page.locator(".basket .trouble").last).to_contain_text("revoked", timeout=20_000)
    assert shop.entries(member, "purchase") == []


def test_a_browser_that_signs_out_keeps_neither_key_nor_clerk(till: Page) -> None:
    """A PIN has ten thousand values: what it seals must not stay on a tablet that is sold."""
    kept = till.evaluate(NAMES)
    assert {"till-key", "session"} <= set(kept)
    assert any(name.startswith("shift:") for name in kept)
    till.get_by_role("button", name="Settings").click()
    till.get_by_role("button", name="Sign out").click()
    expect(till.get_by_role("button", name="Enrol")).to_be_visible()
    # What the server told all tills may still come; nothing of this one and of who stood there.
    assert set(till.evaluate(NAMES)) <= {"language", "lens", "clock", "codes"}


@pytest.mark.requirement("K-10")
def test_a_recorded_request_can_not_be_sent_again(till: Page, shop: Shop) -> None:
    member = shop.enrol()
    caught: list[Request] = []
    till.on("request", lambda sent: caught.append(sent) if "/v1/purchases" in sent.url else None)
    identify(till, member.code)
    sell(till, "10")
    answer = shop.deliver(caught[-1])
    assert (answer["status"], answer["code"]) == (401, "request_replayed")
    assert len(shop.entries(member, "purchase")) == 1


@pytest.mark.requirement("K-10")
def test_without_his_pin_nobody_gets_past_the_lock(
    till: Page, shop: Shop, watched: Watched
) -> None:
    watched.expected.append("status of 422")
    member = shop.enrol()
    till.get_by_role("button", name="Lock the till").click()
    # A card that is read now serves nobody.
    read_by_reader(till, member.code)
    expect(till.locator("#amount")).to_have_count(0)
    if till.locator(".clerks").count():
        till.locator(".clerks .tile", has_text="Zoé").click()
    till.locator("#pin").fill("0815")
    till.keyboard.press("Enter")
    expect(till.locator("#pin-trouble")).to_contain_text("Attempts left", timeout=20_000)
    watched.step_up(till)
    identify(till, member.code)
    sell(till, "5")
    (entry,) = shop.entries(member, "purchase")
    assert entry["by"].endswith(f".{shop.clerk}")


def test_a_till_that_nobody_touches_locks_itself(
    shop: Shop, watched: Watched, browser: Browser
) -> None:
    page = watched.till(browser, signed_in=False)
    page.clock.install()
    watched.sign_in(page)
    # From here on the page's clock is more than five minutes fast: what it signs is refused once,
    # and signed again by the time of the refusal.
    watched.expected.append("status of 401")
    page.clock.fast_forward(5 * 60_000 + 1000)
    expect(page.locator("#pin")).to_be_visible()


@pytest.mark.requirement("K-10")
def test_a_basket_of_articles_is_scanned_sold_and_comes_back_by_the_line(
    till: Page, shop: Shop
) -> None:
    member = shop.enrol()
    identify(till, member.code)
    till.get_by_role("button", name="Articles").click()
    add_line(till, "3017620422003", "Tea", "12.00")
    # Sold once, an article is known: its code alone adds one more.
    read_by_reader(till, "3017620422003")
    expect(till.locator(".lines .count b")).to_have_text("2")
    add_line(till, "scone", "Scone", "3.00")
    expect(till.locator(".preview .change").first).to_contain_text("+27 points")
    till.locator("button.confirm").click()
    till.locator(".outcome").wait_for()
    number = till.get_by_text("Receipt ", exact=False).last.inner_text().split()[-1]
    assert shop.balance(member) == 60 + 27
    next_customer(till)

    find_sale(till, number)
    till.get_by_role("button", name="One more: Tea").click()
    till.get_by_role("button", name="Record the return").click()
    expect(till.locator(".outcome h1")).to_have_text("Return recorded")
    expect(till.locator(".outcome .change").first).to_contain_text("Points")
    assert shop.balance(member) == 60 + 15


def test_the_day_is_told_by_clerk_and_till_and_kept_as_a_file(
    till: Page, shop: Shop, tmp_path: Path
) -> None:
    identify(till, shop.enrol().code)
    sell(till, "12.34")
    next_customer(till)
    till.get_by_role("button", name="The day").click()
    expect(till.locator(".day tbody tr").first).to_contain_text("Zoé")
    with till.expect_download() as downloading:
        till.get_by_role("button", name="CSV file").click()
    path = tmp_path / "day.csv"
    downloading.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert downloading.value.suggested_filename.startswith("paris-20")
    mine = [row for row in rows if int(row["sales_amount"]) == 1234]
    assert [(row["clerk"], row["sales_count"]) for row in mine] == [(shop.clerk, "1")]


def test_on_a_till_for_training_no_real_customer_is_served(
    shop: Shop, watched: Watched, browser: Browser
) -> None:
    watched.expected.append("status of 422")
    member = shop.enrol("Réal")
    page = watched.till(browser, signed_in=False)
    watched.sign_in(page, training=True)
    expect(page.locator(".chip.training")).to_have_text("Training")
    page.locator("#typed").fill(member.code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("training")

    page.get_by_role("button", name="New customer").click()
    if page.locator("#programme").count():
        page.locator("#programme").select_option("boutique")
    page.locator("#first_name").fill("Élève")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Start his sale").click()
    sell(page, "10")
    expect(page.locator(".chip.training")).to_be_visible()
    assert PIN not in page.content()
