"""Every screen, in both languages: readable by machines, complete, and worked by keyboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import pictures
from tests.browser.conftest import Shop, Watched
from tests.browser.screens import SCREENS, visit
from tools.vendor.files import packages

LOCALES = {"en": "en-GB", "fr": "fr-FR"}


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds. It is evaluated through the debugger, so the policy stays in force."""
    axe = (packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    text = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r.violations))"
    )
    found: list[dict[str, Any]] = json.loads(text)
    return [
        {"rule": one["id"], "nodes": [node["html"][:160] for node in one["nodes"]]} for one in found
    ]


@pytest.fixture
def pages(watched: Watched, browser: Browser) -> Callable[[str, str], Page]:
    def opened(language: str, scheme: str) -> Page:
        return watched.till(browser, signed_in=False, locale=LOCALES[language], color_scheme=scheme)

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", sorted(LOCALES))
def test_every_screen_is_accessible_and_looks_as_documented(
    pages: Callable[[str, str], Page],
    shop: Shop,
    watched: Watched,
    language: str,
    scheme: str,
    pytestconfig: pytest.Config,
) -> None:
    page = pages(language, scheme)
    seen, broken, changed = [], {}, {}
    for name in visit(page, shop, watched):
        seen.append(name)
        expect(page.locator("html")).to_have_attribute("lang", language)
        if found := violations(page):
            broken[name] = found
        pictures.steady(page)
        for width in pictures.WIDTHS:
            picture = pictures.take(page, width)
            path = pictures.FOLDER / f"till-{name}-{width}-{language}-{scheme}.png"
            if pytestconfig.getoption("--write-screens"):
                path.parent.mkdir(parents=True, exist_ok=True)
                picture.save(path, optimize=True)
            share = pictures.difference(picture, Image.open(path)) if path.exists() else 1.0
            if share > pictures.SHARE_MAX:
                changed[path.name] = share

    assert tuple(seen) == SCREENS
    assert broken == {}, json.dumps(broken, indent=1)
    assert changed == {}, "look at what changed; if it is meant: make screens"


def test_a_sale_is_made_by_keyboard_alone(till: Page, shop: Shop) -> None:
    member = shop.enrol("Kim")
    till.locator("#typed").focus()
    till.keyboard.insert_text(member.code)
    till.keyboard.press("Enter")
    expect(till.locator("#amount")).to_be_focused()
    till.keyboard.insert_text("9.90")
    till.keyboard.press("Enter")
    expect(till.get_by_role("button", name="Next customer")).to_be_focused()
    till.keyboard.press("Enter")
    expect(till.locator("#typed")).to_be_visible()
    assert shop.balance(member) == 69
