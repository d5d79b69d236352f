"""Bad codes at the till's page: refused with a reason before anything is sent, on line and off."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tessera.adapters.code_keys import DerivedCodeKeys
from tests.browser.conftest import Shop, Watched
from tests.browser.signed import Signer
from tests.browser.till_page import next_customer, read_by_reader, sell
from tools.laptop.cloud import secrets_client
from tools.laptop.places import STAGE

STATIC = Path(__file__).parents[2] / "functions/web/static"
DISCONNECTED = ["ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_FAILED", "ERR_FAILED"]
WITHOUT_ED25519 = """
const own = crypto.subtle?.importKey.bind(crypto.subtle);
if (own) crypto.subtle.importKey = (format, key, way, ...more) =>
  way?.name === 'Ed25519'
    ? Promise.reject(new DOMException('', 'NotSupportedError'))
    : own(format, key, way, ...more);
"""


@pytest.fixture(scope="module")
def signer(shop: Shop) -> Signer:
    """The stack's own signature, so that a code can be good in everything but one."""
    found = secrets_client(shop.stack.places).get_secret_value(SecretId=f"tessera/{STAGE}/keys")
    versions = json.loads(found["SecretString"])["card_token"]
    keys = DerivedCodeKeys({name: bytes.fromhex(value) for name, value in versions.items()})
    return Signer(keys, "boutique", time.time_ns() // 1_000_000)


def show(page: Page, text: str) -> None:
    """Give the till a code as its reader does."""
    read_by_reader(page, text.replace("-", ""))


def expect_refusal(page: Page, name: str, language: str = "en") -> None:
    """The notice says this and stays on the screen of the next customer."""
    said = json.loads((STATIC / f"till/{language}.json").read_text("utf-8"))[name]
    expect(page.locator(".notice")).to_contain_text(said.rpartition("{")[2].rpartition("}")[2])
    expect(page.locator("#amount")).to_have_count(0)


def scans_of(page: Page) -> list[str]:
    """Fills itself with what is sent to be scanned."""
    sent: list[str] = []
    page.on(
        "request",
        lambda one: sent.append(one.post_data or "") if one.url.endswith("/v1/scans") else None,
    )
    return sent


@pytest.mark.requirement("X-10", "X-11")
@pytest.mark.parametrize("network", ["on line", "off line"])
def test_each_kind_of_bad_code_is_refused_before_it_is_sent(
    shop: Shop, watched: Watched, till: Page, signer: Signer, network: str
) -> None:
    watched.expected += DISCONNECTED
    member = shop.enrol("Lou")
    till.evaluate("navigator.serviceWorker.ready.then(() => true)")
    till.context.set_offline(network == "off line")
    sent = scans_of(till)
    for name, text in signer.bad(member.code).items():
        show(till, text)
        expect_refusal(till, name)
    # The same by hand, where a slip of the finger is told beside the field.
    till.locator("#typed").fill(signer.bad(member.code)["code_cut"])
    till.keyboard.press("Enter")
    expect(till.locator("#typed-hint")).to_contain_text("its end is missing")
    assert sent == []
    show(till, signer.sealed(member.code))
    till.locator("#amount").wait_for()
    assert len(sent) == 1
    if network == "off line":
        expect(till.locator(".signature_right")).to_contain_text("checked here")


@pytest.mark.requirement("X-11")
def test_a_signed_code_serves_one_sale_of_an_outage(
    shop: Shop, watched: Watched, till: Page, signer: Signer
) -> None:
    watched.expected += DISCONNECTED
    member = shop.enrol("Mia")
    text = signer.sealed(member.code)
    till.evaluate("navigator.serviceWorker.ready.then(() => true)")
    till.context.set_offline(True)
    show(till, text)
    sell(till, "10")
    next_customer(till)
    show(till, text)
    expect_refusal(till, "code_replayed")
    # The page may have been loaded anew: what waits is remembered.
    till.reload()
    till.locator("#typed").wait_for()
    show(till, text)
    expect_refusal(till, "code_replayed")
    # Whoever is there again has his sixteen characters, and another card its own signature.
    show(till, member.code)
    sell(till, "20")
    next_customer(till)
    till.locator("#typed").fill(signer.sealed(shop.enrol("Noa").code))
    till.keyboard.press("Enter")
    expect(till.locator(".signature_right")).to_be_visible()
    till.locator(".brand").click()

    till.context.set_offline(False)
    expect(till.locator(".chip.waiting")).to_have_count(0, timeout=20_000)
    assert shop.balance(member) == 60 + 10 + 20
    # By hand: two cards that a reader reads at once, the page asks about.
    till.locator("#typed").fill(text)
    till.keyboard.press("Enter")
    expect(till.get_by_role("heading", name="Mia")).to_be_visible()


@pytest.mark.requirement("X-11")
def test_a_browser_that_can_not_check_says_so_and_asks_the_server(
    shop: Shop, watched: Watched, browser: Browser, signer: Signer
) -> None:
    watched.expected += [*DISCONNECTED, "status of 4"]
    context = watched.context(browser, locale="fr-FR")
    context.add_init_script(WITHOUT_ED25519)
    page = context.new_page()
    page.goto(f"{shop.url}/till")
    watched.sign_in(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.locator(".bar .plain").last.click()
    expect(page.locator(".signature_unchecked")).to_contain_text("Ed25519")
    page.locator(".brand").click()

    member = shop.enrol("Ana")
    # The server's own words: the code went out whole, and it was the server that refused it.
    show(page, signer.bad(member.code)["code_signature_wrong"])
    expect(page.locator(".notice")).to_contain_text("Nous n'avons pas signé ce code")
    show(page, signer.sealed(member.code))
    expect(page.get_by_role("heading", name="Ana")).to_be_visible()
    page.locator(".brand").click()
    page.context.set_offline(True)
    show(page, signer.sealed(member.code))
    expect(page.locator(".signature_unchecked")).to_contain_text("non vérifiée")
