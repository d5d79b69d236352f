"""A customer is served: greeted, sold to, given a reward; a sale is taken back or returned."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Shop
from tests.browser.till_page import find_sale, identify, next_customer, sell


@pytest.mark.requirement("K-10", "O-23", "O-25", "O-26", "O-27")
def test_a_sale_shows_old_and_new_before_and_after(till: Page, shop: Shop) -> None:
    member = shop.enrol("Camille", last_name="Durand")
    identify(till, member.code)

    expect(till.get_by_role("heading", name="Camille D.")).to_be_visible()
    expect(till.locator(".balance .amount").first).to_have_text("60 points")
    expect(till.locator(".tier")).to_have_text("Bronze")

    till.locator("#amount").fill("12,50")
    expect(till.locator(".preview .change").first).to_contain_text("60 points→72 points+12 points")
    assert shop.balance(member) == 60

    sell(till, "12.50")
    expect(till.locator(".outcome h1")).to_have_text("Sale recorded")
    receipt = till.locator(".receipt")
    expect(receipt).to_contain_text("balance before this purchase 60 points")
    expect(receipt).to_contain_text("earned 12 points")
    expect(receipt).to_contain_text("use by")
    expect(receipt).to_contain_text("new balance 72 points")
    assert shop.balance(member) == 72
    next_customer(till)
    expect(till.get_by_text("Camille D.")).to_have_count(0)


def test_a_sale_is_taken_back_within_ten_minutes(till: Page, shop: Shop) -> None:
    member = shop.enrol()
    identify(till, member.code)
    sell(till, "30")
    assert shop.balance(member) == 90

    till.get_by_role("button", name="Take back (10 min)").click()
    till.get_by_role("button", name="Take back", exact=True).click()

    expect(till.locator(".outcome h1")).to_have_text("Sale taken back")
    assert shop.balance(member) == 60
    assert shop.balance(member, "purse") == 0


def test_a_sale_is_still_taken_back_when_its_customer_has_gone(till: Page, shop: Shop) -> None:
    member = shop.enrol()
    identify(till, member.code)
    number = sell(till, "30")
    next_customer(till)

    find_sale(till, number)
    till.get_by_role("button", name="Take back (10 min)").click()
    till.get_by_role("button", name="Take back", exact=True).click()

    expect(till.locator(".outcome h1")).to_have_text("Sale taken back")
    expect(till.locator(".outcome .change").first).to_contain_text("Points")
    assert shop.balance(member) == 60


@pytest.mark.requirement("O-24")
def test_points_pay_if_the_customer_wishes_and_the_threshold_is_met(till: Page, shop: Shop) -> None:
    member = shop.enrol()
    identify(till, member.code)
    till.locator("#amount").fill("50")
    till.get_by_label("Use Points (60 points)").check()
    expect(till.locator(".preview .trouble")).to_have_text(
        "Points can’t pay yet: 40 points missing."
    )

    till.get_by_label("Use Points (60 points)").uncheck()
    sell(till, "50")
    next_customer(till)
    identify(till, member.code)
    till.get_by_label("Use Points (110 points)").check()
    till.locator("#use-points").fill("100")
    till.locator("#amount").fill("50")
    expect(till.locator(".benefit.due")).to_contain_text("€49.00")
    till.locator("button.confirm").click()
    expect(till.locator(".outcome h1")).to_have_text("Sale recorded")
    # 110, less 100, and nothing new: this programme's discounted orders earn nothing.
    assert shop.balance(member) == 10


def test_a_purse_pays_in_part(till: Page, shop: Shop) -> None:
    member = shop.enrol()
    identify(till, member.code)
    sell(till, "100")
    next_customer(till)
    identify(till, member.code)

    till.get_by_label("Use Purse (€5.00)").check()
    till.locator("#use-purse").fill("2,00")
    till.locator("#amount").fill("10")

    expect(till.locator(".benefit.due")).to_contain_text("€8.00")
    till.locator("button.confirm").click()
    expect(till.locator(".outcome h1")).to_have_text("Sale recorded")
    # 5.00 less 2.00, and nothing new: this programme's discounted orders earn nothing.
    assert shop.balance(member, "purse") == 300


@pytest.mark.requirement("Z-43")
def test_a_reward_is_given_and_the_others_say_why_not(till: Page, shop: Shop) -> None:
    member = shop.enrol()
    identify(till, member.code)
    expect(till.locator(".rewards li.cannot")).to_contain_text("140 points missing")

    till.get_by_role("button", name="Give Free coffee").click()
    expect(till.get_by_role("dialog")).to_contain_text("60 points→10 points")
    till.get_by_role("dialog").get_by_role("button", name="Give").click()

    expect(till.locator(".outcome h1")).to_have_text("Free coffee: given")
    assert shop.balance(member) == 10


def test_a_return_is_found_by_its_receipt(till: Page, shop: Shop) -> None:
    member = shop.enrol()
    identify(till, member.code)
    number = sell(till, "40")
    next_customer(till)

    find_sale(till, number)
    till.locator("#returned").fill("10")
    expect(till.locator(".preview")).to_contain_text("100 points→90 points")
    till.get_by_role("button", name="Record the return").click()

    expect(till.locator(".outcome h1")).to_have_text("Return recorded")
    assert shop.balance(member) == 90


def test_goods_without_receipt_are_found_in_what_the_customer_bought(
    till: Page, shop: Shop
) -> None:
    member = shop.enrol()
    identify(till, member.code)
    number = sell(till, "40")
    next_customer(till)

    identify(till, member.code)
    till.get_by_role("button", name="Goods back without receipt").click()
    till.locator("#lost-amount").fill("40")
    expect(till.locator(".preview")).to_contain_text("100 points→60 points")
    expect(till.locator(".preview .found")).to_contain_text(number)
    till.get_by_role("button", name="Record the return (€40.00)").click()

    expect(till.locator(".outcome h1")).to_have_text("Return recorded")
    expect(till.locator(".found")).to_contain_text(f"receipt {number}")
    assert shop.balance(member) == 60


def test_goods_that_nobody_bought_are_counted_by_todays_rules_and_the_till_says_so(
    till: Page, shop: Shop
) -> None:
    member = shop.enrol()
    identify(till, member.code)
    till.get_by_role("button", name="Goods back without receipt").click()
    till.locator("#lost-amount").fill("20")
    till.keyboard.press("Enter")

    expect(till.locator(".found")).to_contain_text("in no purchase of the customer")
    assert shop.balance(member) == 60 - 20


def test_a_new_customer_gets_his_card_from_the_screen(till: Page, shop: Shop) -> None:
    till.get_by_role("button", name="New customer").click()
    if till.locator("#programme").count():
        till.locator("#programme").select_option("boutique")
    till.locator("#first_name").fill("Jules")
    till.keyboard.press("Enter")

    expect(till.get_by_role("heading", name="Welcome!")).to_be_visible()
    expect(till.locator("svg.qr")).to_be_visible()
    till.get_by_role("button", name="Start his sale").click()
    expect(till.get_by_role("heading", name="Jules")).to_be_visible()


def test_a_customer_without_his_card_is_found_and_picked(till: Page, shop: Shop) -> None:
    # Letters only: with digits in it, it might be a card's code with a slip.
    name = "Zielinski " + secrets.token_hex(4).translate(str.maketrans("0123456789", "ghijklmnop"))
    member = shop.enrol("Noa", last_name=name, phone="+33 6 12 34 56 78")
    till.locator("#typed").fill(name.lower())
    till.keyboard.press("Enter")

    candidate = till.locator(".candidates .tile")
    expect(candidate).to_have_text("Noa Z.•• 78")
    candidate.click()
    sell(till, "5")
    assert shop.balance(member) == 65


def test_a_slip_of_the_finger_is_told_without_a_request(till: Page, shop: Shop) -> None:
    code = shop.enrol().code
    wrong = ("1" if code[0] != "1" else "2") + code[1:]
    till.locator("#typed").fill(wrong)
    till.keyboard.press("Enter")

    expect(till.locator("#typed-hint")).to_contain_text("one character is wrong or missing")
