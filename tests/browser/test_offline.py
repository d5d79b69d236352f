"""Sales go on without network, and each arrives exactly once."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Shop, Watched
from tests.browser.till_page import identify, next_customer
from tools.laptop.cloud import client, outputs
from tools.verify.audit import audit
from tools.verify.raw import RawTable, rows_of


@pytest.mark.requirement("X-11")
def test_five_sales_without_network_arrive_once_each(
    shop: Shop, watched: Watched, till: Page
) -> None:
    watched.expected += ["ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_FAILED", "ERR_FAILED"]
    member = shop.enrol("Sami")
    till.evaluate("navigator.serviceWorker.ready.then(() => true)")
    till.context.set_offline(True)

    for number in range(5):
        identify(till, member.code)
        expect(till.locator(".member")).to_contain_text("Spending needs the network")
        till.locator("#amount").fill(f"{number + 1}0")
        # A cashier in a hurry.
        till.locator("button.confirm").dblclick()
        expect(till.locator(".outcome h1")).to_have_text("Kept until the network is back")
        next_customer(till)
        expect(till.locator(".chip.waiting")).to_have_text(f"{number + 1} waiting")
        if number == 2:
            till.reload()
            expect(till.locator(".chip.waiting")).to_have_text("3 waiting")
        if number == 3:
            # The PIN opens the clerk's session again, though nobody can be asked.
            till.get_by_role("button", name="Lock the till").click()
            watched.step_up(till)

    till.get_by_role("button", name="Settings").click()
    expect(till.get_by_role("button", name="Sign out")).to_be_disabled()
    # The clerk goes home; what he sold is still his.
    till.get_by_role("button", name="Lock the till").click()
    expect(till.locator("#pin")).to_be_visible()

    lost = 0

    def lose_two_answers(route: Route) -> None:
        nonlocal lost
        if lost < 2:
            lost += 1
            # The server has it, and its answer gets lost on the way.
            assert "results" in shop.deliver(route.request)
            route.abort("connectionfailed")
        else:
            route.continue_()

    till.context.route("**/v1/purchases", lose_two_answers)
    till.context.set_offline(False)
    till.locator(".chip.waiting").click()
    till.get_by_role("button", name="Send now").click()
    expect(till.get_by_text("Nothing waits.")).to_be_visible(timeout=20_000)

    assert lost == 2
    sales = shop.entries(member, "purchase")
    assert len(sales) == 5
    assert {sale["by"].split(".")[1] for sale in sales} == {shop.clerk}
    assert shop.balance(member) == 60 + 10 + 20 + 30 + 40 + 50
    # `make verify` folds the raw rows of the table: the ledger holds these five and no sixth.
    places = shop.stack.places
    table = RawTable.of(rows_of(client(places, "dynamodb"), outputs(places)["TableName"]))
    findings = audit(table, time.time_ns() // 1_000_000 + table.clock_offset_ms)
    assert [str(finding) for finding in findings if member.id in str(finding)] == []
    (account,) = [found for key, found in table.accounts.items() if member.id in str(key)]
    assert len(account.entries) == 1 + 5


def test_a_sale_that_is_refused_later_is_kept_until_it_is_settled(
    shop: Shop, watched: Watched, till: Page
) -> None:
    watched.expected += ["ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 4"]
    member = shop.enrol("Tess")
    # Somebody else's till has used this receipt's number for another sale.
    shop.buy(member, f"taken-{member.id}", 100)
    till.evaluate("navigator.serviceWorker.ready.then(() => true)")
    till.context.set_offline(True)
    identify(till, member.code)
    till.locator("#amount").fill("77")
    till.locator(".basket summary").click()
    till.locator("#number").fill(f"taken-{member.id}")
    till.locator("button.confirm").click()
    expect(till.locator(".outcome h1")).to_have_text("Kept until the network is back")
    till.context.set_offline(False)

    expect(till.locator(".chip.waiting.conflict")).to_be_visible(timeout=20_000)
    till.locator(".chip.waiting").click()
    expect(till.locator(".queue .trouble")).to_contain_text("another body")
    till.get_by_role("button", name="Settled otherwise").click()
    till.get_by_role("button", name="Remove").click()
    expect(till.get_by_text("Nothing waits.")).to_be_visible()
    assert len(shop.entries(member, "purchase")) == 1
