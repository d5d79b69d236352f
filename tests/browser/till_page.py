"""What a cashier does at the till, by what he sees."""

from __future__ import annotations

from playwright.sync_api import Page, expect

READER = """async (text) => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  // What was done before is on the screen, and the page listens for what comes next.
  await frame();
  await frame();
  const press = (code, key) => document.body.dispatchEvent(
    new KeyboardEvent('keydown', { code, key, bubbles: true, cancelable: true }));
  for (const sign of text) press((/\\d/.test(sign) ? 'Digit' : 'Key') + sign, sign);
  press('Enter', 'Enter');
}"""


def read_by_reader(page: Page, text: str) -> None:
    """Give the page what a reader that types would, at once.

    However busy the machine: a stall of a third of a second between two keys, as they come from
    outside the browser one by one, is a reader that broke off. `test_readers.py` types from there.
    """
    page.evaluate(READER, text)


def identify(page: Page, code: str) -> None:
    """Type a card's code, in fours as people read it."""
    page.locator("#typed").fill(" ".join(code[place : place + 4] for place in range(0, 16, 4)))
    page.keyboard.press("Enter")
    page.locator("#amount").wait_for()


def sell(page: Page, amount: str) -> str:
    """Enter an amount and confirm it; gives the receipt's number."""
    page.locator("#amount").fill(amount)
    page.locator("button.confirm").click()
    outcome = page.locator(".outcome")
    outcome.wait_for()
    return (page.get_by_text("Receipt ", exact=False).last.inner_text()).split()[-1]


def next_customer(page: Page) -> None:
    """Clear the screen."""
    page.get_by_role("button", name="Next customer").click()
    expect(page.locator("#typed")).to_be_visible()


def find_sale(page: Page, number: str) -> None:
    """Ask for a sale by its receipt's number, to bring something of it back."""
    page.get_by_role("button", name="Return", exact=False).click()
    page.locator("#original").fill(number)
    page.keyboard.press("Enter")
