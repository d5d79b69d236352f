"""Chromium on the deployed stack, and a shop with members in it."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, sync_playwright

from tools.laptop import Stack

HERE = Path(__file__).parent
STORE = "paris"
PIN = "4711"
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
# Whatever the policy stops is told on the console, where the watch below hears it.
WATCH = """
addEventListener('securitypolicyviolation', (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass(frozen=True)
class Member:
    """A member whom a test made."""

    id: str
    card: str
    code: str
    url: str


@dataclass(eq=False)
class Shop:
    """The API as another till of the same shop would call it."""

    stack: Stack

    @property
    def url(self) -> str:
        return self.stack.api_url

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call the API; Python resolves no *.localhost, so the name is a header."""
        address = urlsplit(self.stack.places.endpoint)
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        headers = {
            "Host": f"{self.stack.places.api_host}:{self.stack.places.cloud_port}",
            "Authorization": f"Bearer {self.stack.admin_key}",
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(16),
        }
        sent = None if body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            found = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status < 300, found
        return found

    def deliver(self, request: Request) -> dict[str, Any]:
        """Send a page's request byte for byte, as the network does, or who has recorded it."""
        address = urlsplit(self.stack.places.endpoint)
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        host = f"{self.stack.places.api_host}:{self.stack.places.cloud_port}"
        headers = {**request.all_headers(), "host": host}
        try:
            connection.request(
                request.method, urlsplit(request.url).path, request.post_data_buffer, headers
            )
            found: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return found

    def enrol(self, first_name: str = "Camille", **profile: str) -> Member:
        """A new member of the programme with 60 points of welcome."""
        found = self.call(
            "POST",
            "/v1/members",
            {"programme": "boutique", "profile": {"first_name": first_name, **profile}},
        )
        card = found["card"]
        return Member(found["member_id"], card["id"], card["code"], card["url"])

    def buy(self, member: Member, number: str, total: int) -> None:
        """A sale of so many cents under a receipt's number, by another till."""
        document = {"store": STORE, "number": number}
        sale = {"member": {"id": member.id}, "document": document, "currency": "EUR"}
        self.call("POST", "/v1/purchases", {**sale, "total": total})

    def invite(self, *, training: bool = False) -> tuple[str, str]:
        """A new till of the store: its id, and the code that enrols a browser as it."""
        found = self.call(
            "POST", "/v1/tills", {"name": "Counter 2", "store": STORE, "training": training}
        )
        return found["id"], found["enrolment"]["code"]

    def second_clerk(self) -> None:
        """One more clerk: then a till asks who is there."""
        assert self.clerk
        self._clerk("Yanis", "8290")

    @cached_property
    def clerk(self) -> str:
        """The id of the store's one clerk, Zoé."""
        return self._clerk("Zoé", PIN)

    def _clerk(self, name: str, pin: str) -> str:
        path = f"/v1/stores/{STORE}/clerks"
        known = [one for one in self.call("GET", path)["clerks"] if one["name"] == name]
        found = known[0] if known else self.call("POST", path, {"name": name, "pin": pin})
        return str(found["id"])

    def balance(self, member: Member, balance: str = "points") -> int:
        """What the member can spend now."""
        found = self.call("GET", f"/v1/members/{member.id}/balances")
        (account,) = found["accounts"]
        (one,) = [one for one in account["balances"] if one["balance"] == balance]
        return int(one["available"])

    def entries(self, member: Member, kind: str) -> list[dict[str, Any]]:
        """The member's ledger lines of one kind."""
        path = f"/v1/members/{member.id}/entries?programme=boutique&limit=100"
        return [one for one in self.call("GET", path)["entries"] if one["kind"] == kind]


@pytest.fixture(scope="session")
def shop(stack: Stack) -> Shop:
    """The stack with the programme of these tests published."""
    found = Shop(stack)
    document = yaml.safe_load((HERE / "boutique.yaml").read_text(encoding="utf-8"))
    found.call("POST", "/v1/programmes/boutique/publish", {"document": document})
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def executable() -> str:
    """Debian's Chromium; the failure says how to have it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "browser tests need Chromium: apt-get install chromium"
    return found


@pytest.fixture(scope="session")
def launch(playwright: Playwright) -> Callable[..., Browser]:
    """Start a Chromium with further flags."""

    def start(*flags: str) -> Browser:
        return playwright.chromium.launch(executable_path=executable(), args=[*FLAGS, *flags])

    return start


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """A Chromium without a camera."""
    found = launch()
    yield found
    found.close()


class Watched:
    """Opens pages of the till, and remembers whatever went wrong in them."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._contexts: list[BrowserContext] = []
        self.troubles: list[str] = []
        self.expected: list[str] = []
        """Console lines that the test provokes, as patterns."""

    def context(self, browser: Browser, **options: Any) -> BrowserContext:
        """A browser profile of its own."""
        options = {"locale": "en-GB", "viewport": {"width": 390, "height": 844}} | options
        found = browser.new_context(**options)
        # The first request to each function starts it, on a machine that may be busy.
        found.set_default_timeout(30_000)
        found.add_init_script(WATCH)
        found.on("console", self._console)
        found.on("request", lambda request: self._request(request.url))
        found.on("weberror", lambda error: self.troubles.append(str(error.error)))
        self._contexts.append(found)
        return found

    def till(self, browser: Browser, *, signed_in: bool = True, **options: Any) -> Page:
        """The till's page, signed in unless it is said otherwise."""
        page = self.context(browser, **options).new_page()
        page.goto(f"{self._shop.url}/till")
        if signed_in:
            self.sign_in(page)
        return page

    def sign_in(self, page: Page, *, training: bool = False) -> str:
        """Enrol the browser and step up to it as the clerk; gives the till's id."""
        till = self.enrol(page, training=training)
        self.step_up(page)
        return till

    def enrol(self, page: Page, *, training: bool = False, wait_for: str = "#pin, .clerks") -> str:
        """Type a fresh code, as a person does; gives the till's id."""
        assert self._shop.clerk
        till, code = self._shop.invite(training=training)
        page.locator("#code").fill(code)
        page.locator("form button[type=submit]").click()
        page.locator(wait_for).first.wait_for()
        return till

    def step_up(self, page: Page) -> None:
        """Type the PIN of the store's one clerk."""
        tile = page.locator(".clerks .tile", has_text="Zoé")
        page.locator("#pin").or_(tile).first.wait_for()
        if tile.count():
            tile.click()
        page.locator("#pin").fill(PIN)
        page.keyboard.press("Enter")
        page.locator("#typed").wait_for()

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.troubles.append(message.text)

    def _request(self, url: str) -> None:
        if not url.startswith((self._shop.url, "data:", "blob:")):
            self.troubles.append(f"foreign request: {url}")

    def unexpected(self) -> list[str]:
        """Troubles that the test did not provoke."""
        return [
            trouble
            for trouble in self.troubles
            if not any(re.search(pattern, trouble) for pattern in self.expected)
        ]


@pytest.fixture
def watched(shop: Shop) -> Iterator[Watched]:
    """No page may break its policy, fail in silence or speak to a foreign host."""
    found = Watched(shop)
    yield found
    found.close()
    assert found.unexpected() == []


@pytest.fixture
def till(watched: Watched, browser: Browser) -> Page:
    """A signed-in till without a camera."""
    return watched.till(browser)
