"""Every screen of the till, one after the other, with the same content each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.conftest import Shop, Watched

SCREENS: Final = (
    "sign-in",
    "clerk",
    "pin",
    "scan",
    "trouble",
    "sale",
    "lines",
    "give",
    "sold",
    "enrol",
    "enrolled",
    "return",
    "return-lines",
    "lost",
    "lost-found",
    "day",
    "waiting",
    "settings",
    "training",
)


def visit(page: Page, shop: Shop, watched: Watched) -> Iterator[str]:
    """Bring each screen up and give its name. Texts are not named: languages differ."""
    member = shop.enrol("Camille", last_name="Durand")
    shop.second_clerk()
    page.locator("#code").wait_for()
    yield "sign-in"
    watched.enrol(page, wait_for=".clerks")
    yield "clerk"
    page.locator(".clerks .tile", has_text="Zoé").click()
    page.locator("#pin").fill("47")
    yield "pin"
    watched.step_up(page)
    expect(page.locator(".camera-off")).to_be_visible()
    yield "scan"
    page.locator("#typed").fill("1234 5678 9ABC DEFG")
    page.keyboard.press("Enter")
    page.locator("#typed-hint[role=alert]").wait_for()
    yield "trouble"
    page.locator("#typed").fill(member.code)
    page.keyboard.press("Enter")
    page.locator("#amount").fill("42.50")
    page.locator(".preview .change").first.wait_for()
    yield "sale"
    page.locator(".ways-to-sell button").last.click()
    add_line(page, "3017620422003", "Earl Grey", "12.50")
    add_line(page, "scone", "Scone", "3.20")
    page.locator(".keys button").first.wait_for()
    page.locator(".count button").nth(1).click()
    page.locator(".preview .change").first.wait_for()
    page.evaluate("scrollTo(0, 0)")
    yield "lines"
    page.locator(".rewards button").first.click()
    page.locator("dialog").wait_for()
    yield "give"
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    page.locator("button.confirm").click()
    page.locator(".outcome").wait_for()
    number = page.locator(".outcome > .hint").first.inner_text().split()[-1]
    yield "sold"
    yield from _after_the_sale(page, watched, number, member.code)


def _after_the_sale(page: Page, watched: Watched, number: str, code: str) -> Iterator[str]:
    """From the next customer on; `number` is the receipt of the sale to the card of that `code`."""
    page.locator("button.confirm").click()
    page.locator(".ways .tile").first.click()
    page.locator("#first_name").fill("Jules")
    yield "enrol"
    if page.locator("#programme").count():
        page.locator("#programme").select_option("boutique")
    page.locator("#first_name").press("Enter")
    page.locator("svg.qr").wait_for()
    yield "enrolled"
    page.locator(".brand").click()
    page.locator(".ways .tile").nth(1).click()
    page.locator("#original").fill("A1B2-C3")
    yield "return"
    page.locator("#original").fill(number)
    page.keyboard.press("Enter")
    page.locator(".return-lines .count button").nth(1).click()
    page.locator(".preview .change").first.wait_for()
    yield "return-lines"
    page.locator(".brand").click()
    page.locator("#typed").fill(code)
    page.keyboard.press("Enter")
    page.locator(".member > button").click()
    page.locator(".ways-to-sell button").last.click()
    for _ in range(2):
        page.locator(".keys button", has_text="Scone").click()
    page.locator(".preview .found").wait_for()
    yield "lost"
    page.locator("button[type=submit]").click()
    page.locator(".outcome .found").wait_for()
    yield "lost-found"
    page.locator(".brand").click()
    page.locator(".ways .tile").nth(2).click()
    page.locator(".day table").wait_for()
    yield "day"
    page.evaluate(_WAITING)
    page.reload()
    page.locator(".chip.waiting").click()
    page.locator(".queue li").first.wait_for()
    yield "waiting"
    page.evaluate(_NOTHING)
    page.reload()
    page.locator(".bar .plain").last.click()
    page.locator("#currency").wait_for()
    yield "settings"
    page.locator("button.danger").click()
    page.locator("#code").wait_for()
    watched.enrol(page, training=True, wait_for=".clerks")
    page.locator(".clerks .tile", has_text="Zoé").click()
    watched.step_up(page)
    yield "training"


def add_line(page: Page, code: str, name: str, price: str) -> None:
    """Type one line of the basket."""
    page.locator("#line-code").fill(code)
    page.locator("#line-name").fill(name)
    page.locator("#line-price").fill(price)
    page.keyboard.press("Enter")
    page.locator(".lines li", has_text=name).wait_for()


_OPEN = """
const open = () => new Promise((resolve) => {
  const request = indexedDB.open('tessera-till', 1);
  request.onsuccess = () => resolve(request.result);
});
const done = (transaction) => new Promise((resolve) => (transaction.oncomplete = resolve));
"""
_WAITING = (
    "async () => {"
    + _OPEN
    + """
  const transaction = (await open()).transaction('outbox', 'readwrite');
  const receipt = {store: 'paris', number: 'A1B2-M3N4P5-0Q6R'};
  const reason = {
    en: 'Enter the PIN again to go on.',
    fr: 'Saisissez à nouveau le code pour continuer.',
  }[document.documentElement.lang];
  transaction.objectStore('outbox').put({
    id: 'sale:1', path: '/v1/purchases', at: 1795336200000, who: 'Camille D.', state: 'conflict',
    reason, title: 'clerk_session_ended', clerk: 'ses_0',
    body: {document: receipt, total: 4250, currency: 'EUR'},
  });
  await done(transaction);
}"""
)
_NOTHING = (
    "async () => {"
    + _OPEN
    + """
  const transaction = (await open()).transaction('outbox', 'readwrite');
  transaction.objectStore('outbox').clear();
  await done(transaction);
}"""
)
