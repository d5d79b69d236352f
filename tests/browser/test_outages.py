"""What goes wrong between a till and its server, and what a cashier is left with."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Member, Shop, Watched
from tests.browser.till_page import identify, next_customer, read_by_reader, sell

OFFLINE = ["ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_FAILED", "ERR_FAILED"]
OPEN = """
const open = () => new Promise((resolve) => {
  const request = indexedDB.open('tessera-till', 1);
  request.onsuccess = () => resolve(request.result);
});
const all = (database, store) => new Promise((resolve) => {
  const objects = database.transaction(store).objectStore(store);
  const keys = objects.getAllKeys();
  const got = objects.getAll();
  got.onsuccess = () => resolve(keys.result.map((key, place) => [key, got.result[place]]));
});
"""
WAITING = (
    f"async () => {{ {OPEN} return (await all(await open(), 'outbox')).map(([, row]) => row); }}"
)
PAINTED = """() => new Promise((done) =>
  requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(done))))"""
CLOCK = """async (ahead_ms) => {
  const base = document.querySelector('meta[name=assets]').content;
  const clock = await import(`${base}/till/clock.js`);
  clock.learn(new Date(Date.now() + ahead_ms).toISOString());
}"""
EMPTY = f"""async () => {{ {OPEN}
  const transaction = (await open()).transaction('outbox', 'readwrite');
  transaction.objectStore('outbox').clear();
  await new Promise((resolve) => (transaction.oncomplete = resolve));
}}"""


def hold(till: Page, pattern: str) -> list[Route]:
    """Keep the page's requests of this pattern back, until the test lets them go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    till.context.route(pattern, keep)
    return held


def with_points(till: Page, shop: Shop) -> Member:
    """A member with 110 points, at the till with a basket of 50, who wants to use them."""
    member = shop.enrol("Ines")
    shop.buy(member, f"first-{member.id}", 5000)
    identify(till, member.code)
    till.get_by_label("Use Points (110 points)").check()
    till.locator("#amount").fill("50")
    expect(till.locator(".benefit.due")).to_contain_text("€49.00")
    return member


@pytest.mark.requirement("X-11")
def test_without_an_answer_nothing_is_promised_and_nothing_is_spent_twice(
    shop: Shop, watched: Watched, till: Page
) -> None:
    watched.expected += OFFLINE
    member = with_points(till, shop)
    till.context.set_offline(True)
    expect(till.locator(".chip.off")).to_be_visible()
    till.locator("button.confirm").click()
    expect(till.locator(".basket .trouble")).to_contain_text("Spending needs the network")
    expect(till.locator(".chip.waiting")).to_have_count(0)
    # Whoever was about to pay with his points may still pay without them.
    expect(till.get_by_label("Use Points (110 points)")).to_be_enabled()

    lost = 0

    def lose_one_answer(route: Route) -> None:
        nonlocal lost
        lost += 1
        if lost > 1:
            route.continue_()
            return
        assert "results" in shop.deliver(route.request)
        route.abort("connectionfailed")

    till.context.route("**/v1/purchases", lose_one_answer)
    till.context.set_offline(False)
    expect(till.locator(".chip.off")).to_have_count(0)
    till.locator("button.confirm").click()
    expect(till.locator(".basket .trouble")).to_contain_text("nothing is taken twice")
    till.locator("button.confirm").click()
    expect(till.locator(".outcome h1")).to_have_text("Sale recorded")
    assert len(shop.entries(member, "purchase")) == 2
    assert shop.balance(member) == 10


def test_a_part_that_is_no_amount_does_not_spend_everything(till: Page, shop: Shop) -> None:
    member = with_points(till, shop)
    till.locator("#use-points").fill("10.0.0")
    expect(till.locator("#use-points")).to_have_attribute("aria-invalid", "true")
    expect(till.locator("button.confirm")).to_be_disabled()
    expect(till.locator(".benefit.due")).to_have_count(0)
    assert shop.balance(member) == 110


def test_a_till_unlocked_without_network_still_knows_the_time(
    shop: Shop, watched: Watched, browser: Browser
) -> None:
    watched.expected += [*OFFLINE, "status of 401"]
    member = shop.enrol()
    page = watched.till(browser, signed_in=False)
    page.clock.install()
    watched.enrol(page)
    # Whoever steps up is told the time once more: two hours go by after that.
    with page.expect_response(lambda answer: answer.url.endswith("/v1/setup")) as told:
        watched.step_up(page)
    told.value.finished()
    page.evaluate("fetch('/till').then((answer) => answer.text())")
    page.context.set_offline(True)
    page.clock.fast_forward(2 * 60 * 60_000)
    watched.step_up(page)
    identify(page, member.code)
    page.locator("#amount").fill("10")
    page.locator("button.confirm").click()
    expect(page.locator(".outcome h1")).to_have_text("Kept until the network is back")
    (item,) = page.evaluate(WAITING)
    told_ms = page.evaluate("(text) => Date.parse(text)", item["body"]["occurred_at"])
    assert abs(told_ms - item["at"]) < 60_000


def test_a_receipt_number_in_any_script_is_sent(till: Page, shop: Shop) -> None:
    member = shop.enrol()
    identify(till, member.code)
    till.locator(".basket summary").click()
    till.locator("#number").fill(f"№ é – {member.id}")
    till.locator("#amount").fill("10")
    till.locator("button.confirm").click()
    expect(till.locator(".outcome h1")).to_have_text("Sale recorded")
    assert shop.balance(member) == 70


def test_what_a_proxy_says_is_no_refusal_and_what_fails_holds_nothing_up(
    shop: Shop, watched: Watched, till: Page
) -> None:
    watched.expected += ["status of 403", "status of 500"]
    member = shop.enrol()
    blocked = True
    stuck = ""

    def answer(route: Route) -> None:
        number = json.loads(route.request.post_data or "{}")["document"]["number"]
        if blocked:
            route.fulfill(status=403, content_type="text/html", body="<h1>Blocked</h1>")
        elif number == stuck:
            route.fulfill(status=500, json={"message": "Internal Server Error"})
        else:
            route.continue_()

    till.context.route("**/v1/purchases", answer)
    for amount in ("10", "20"):
        identify(till, member.code)
        number = sell(till, amount)
        stuck = stuck or number
        expect(till.locator(".outcome h1")).to_have_text("Kept until the network is back")
        next_customer(till)

    blocked = False
    till.locator(".chip.waiting").click()
    till.get_by_role("button", name="Send now").click()
    expect(till.locator(".chip.waiting")).to_have_text("1 waiting")
    assert [row["body"]["document"]["number"] for row in till.evaluate(WAITING)] == [stuck]
    assert shop.balance(member) == 80


def test_what_another_window_has_settled_does_not_come_back(
    shop: Shop, watched: Watched, till: Page
) -> None:
    watched.expected += [*OFFLINE, "status of 422"]
    till.context.set_offline(True)
    identify(till, shop.enrol().code)
    sell(till, "10")
    held = hold(till, "**/v1/purchases")
    with till.expect_request("**/v1/purchases"):
        till.context.set_offline(False)
    till.evaluate(EMPTY)
    held[0].fulfill(status=422, json={"code": "document_reused", "detail": "No."})
    expect(till.locator(".chip.waiting")).to_have_count(0)
    assert till.evaluate(WAITING) == []


def test_a_late_answer_replaces_nobody(shop: Shop, till: Page) -> None:
    late, there = shop.enrol("Late", last_name="Vandermolen"), shop.enrol("Thea")
    held = hold(till, "**/v1/members/*/scan?*")
    till.locator("#typed").fill("vandermolen")
    till.keyboard.press("Enter")
    with till.expect_request("**/v1/members/*/scan?*"):
        till.locator(".candidates .tile").first.click()
    read_by_reader(till, there.code)
    till.locator("#amount").fill("12")
    with till.expect_response("**/v1/members/*/scan?*"):
        held[0].continue_()
    expect(till.get_by_role("heading", name="Thea")).to_be_visible()
    sell(till, "13")
    assert (shop.balance(there), shop.balance(late)) == (73, 60)


def test_nobody_else_is_served_while_a_sale_is_on_its_way(shop: Shop, till: Page) -> None:
    first, second = shop.enrol("Xenia"), shop.enrol("Yves")
    held = hold(till, "**/v1/purchases")
    identify(till, first.code)
    till.locator("#amount").fill("10")
    with till.expect_request("**/v1/purchases"):
        till.locator("button.confirm").click()
    read_by_reader(till, second.code)
    expect(till.get_by_role("dialog")).to_have_count(0)
    held[0].continue_()
    expect(till.locator(".outcome h1")).to_have_text("Sale recorded")
    assert (shop.balance(first), shop.balance(second)) == (70, 60)


def test_a_clock_that_was_set_meanwhile_is_learnt_again(
    shop: Shop, watched: Watched, till: Page
) -> None:
    watched.expected.append("status of 4")
    member = shop.enrol()
    identify(till, member.code)
    # Learnt while this computer was three hours behind, and then it was set right.
    till.evaluate(CLOCK, 3 * 3_600_000)
    till.locator("#amount").fill("10")
    with till.expect_response("**/v1/setup"):
        till.locator("button.confirm").click()
    expect(till.locator(".basket .trouble").last).to_contain_text("What is recorded has already")
    till.locator("button.confirm").click()
    expect(till.locator(".outcome h1")).to_have_text("Sale recorded")
    assert shop.balance(member) == 70


def test_a_sale_that_was_found_late_is_not_of_another_number(shop: Shop, till: Page) -> None:
    identify(till, shop.enrol("Rose").code)
    number = sell(till, "10")
    next_customer(till)
    till.get_by_role("button", name="Return", exact=False).click()
    held = hold(till, "**/v1/purchases/find")
    till.locator("#original").fill(number)
    with till.expect_request("**/v1/purchases/find"):
        till.keyboard.press("Enter")
    till.locator("#original").fill("another")
    with till.expect_response("**/v1/purchases/find"):
        held[0].continue_()
    expect(till.locator("form [aria-busy=true]")).to_have_count(0)
    expect(till.get_by_role("button", name="Find")).to_be_visible()


def test_consent_that_changes_is_another_request(shop: Shop, watched: Watched, till: Page) -> None:
    watched.expected += OFFLINE
    keys: list[str] = []
    first = True

    def lose(route: Route) -> None:
        nonlocal first
        keys.append(route.request.headers["idempotency-key"])
        if first:
            route.abort("connectionfailed")
        else:
            route.continue_()
        first = False

    till.context.route("**/v1/members", lose)
    till.get_by_role("button", name="New customer").click()
    if till.locator("#programme").count():
        till.locator("#programme").select_option("boutique")
    till.locator("#first_name").fill("Agathe")
    till.keyboard.press("Enter")
    expect(till.get_by_role("alert").first).to_contain_text("No answer")
    till.get_by_label("Agrees to receive offers").check()
    till.get_by_role("button", name="Create the card").click()
    expect(till.get_by_role("heading", name="Welcome!")).to_be_visible()
    assert len(set(keys)) == 2


def test_where_nobody_answers_a_new_till_says_so_in_words(
    watched: Watched, browser: Browser, shop: Shop
) -> None:
    watched.expected += OFFLINE
    _, code = shop.invite()
    page = watched.till(browser, signed_in=False)
    page.locator("#code").fill(code)
    page.context.route("**/v1/tills/enrol", lambda route: route.abort("connectionfailed"))
    page.locator("form button[type=submit]").click()
    expect(page.get_by_role("alert").first).to_contain_text("the network is down or slow")


@pytest.mark.parametrize("trouble", ["refused", "full"])
def test_a_browser_that_keeps_nothing_is_told_in_words(
    watched: Watched, browser: Browser, shop: Shop, trouble: str
) -> None:
    refused = {"refused": "IDBFactory.prototype.open", "full": "IDBObjectStore.prototype.put"}
    page = watched.context(browser).new_page()
    page.add_init_script(f"{refused[trouble]} = () => {{ throw new DOMException('', 'Error'); }};")
    page.goto(f"{shop.url}/till")
    if trouble == "full":
        _, code = shop.invite()
        page.locator("#code").fill(code)
        page.locator("form button[type=submit]").click()
    expect(page.get_by_role("alert").first).to_contain_text("keeps nothing")


def test_who_wakes_a_till_says_who_he_is(shop: Shop, watched: Watched, browser: Browser) -> None:
    watched.expected.append("status of 401")
    page = watched.till(browser, signed_in=False)
    page.clock.install()
    watched.sign_in(page)
    # The computer slept: its clock went on, its timers did not.
    page.clock.set_system_time(page.evaluate("Date.now() + 3_600_000"))
    page.locator("#typed").click()
    expect(page.locator("#pin")).to_be_visible()


def test_a_question_is_not_cleared_away(shop: Shop, watched: Watched, browser: Browser) -> None:
    watched.expected.append("status of 401")
    page = watched.till(browser, signed_in=False)
    page.clock.install()
    watched.sign_in(page)
    identify(page, shop.enrol().code)
    sell(page, "10")
    page.get_by_role("button", name="Take back", exact=False).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.clock.fast_forward(46_000)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate(PAINTED)
    page.clock.fast_forward(46_000)
    expect(page.locator("#typed")).to_be_visible()


def test_the_release_before_is_kept_and_an_open_page_is_renewed_when_nobody_is_there(
    shop: Shop, watched: Watched, browser: Browser
) -> None:
    watched.expected.append("status of 404")  # A file that is opened as a page has no icon.
    page = watched.context(browser).new_page()
    page.goto(f"{shop.url}/till/manifest.webmanifest")
    made: Any = page.evaluate(
        "Promise.all(['till-1', 'till-2', 'other'].map((name) => caches.open(name))).then(() => 1)"
    )
    assert made == 1
    page.goto(f"{shop.url}/till")
    watched.sign_in(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    names = page.evaluate("caches.keys()")
    assert {"till-2", "other"} <= set(names)
    assert "till-1" not in names
    page.reload()
    page.locator("#typed").wait_for()
    page.evaluate("navigator.serviceWorker.dispatchEvent(new Event('controllerchange')) && 1")
    with page.expect_navigation():
        page.get_by_role("button", name="Lock the till").click()
    expect(page.locator("#pin, .clerks").first).to_be_visible()


def test_each_screen_is_told_to_who_does_not_see_it(till: Page) -> None:
    till.get_by_role("button", name="The day").click()
    expect(till.get_by_role("heading", name="The day")).to_be_focused()
    # The day's table moves the buttons down when it comes.
    expect(till.locator(".day [aria-busy]")).to_have_count(0)
    till.get_by_role("button", name="Back", exact=True).click()
    expect(till.get_by_role("heading", name="Scan the customer")).to_be_focused()
