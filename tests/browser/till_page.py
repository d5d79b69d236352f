"""What a cashier does at the till, by what he sees."""

from __future__ import annotations

from playwright.sync_api import Page, expect


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
