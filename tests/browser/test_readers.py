"""Cards are read by camera and by readers that type, whatever the keyboard's layout."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import Shop, Watched
from tests.browser.fake_camera import write_video
from tests.browser.till_page import sell
from tools.phone.iphone import IPhone

# What each layout makes of the keys of a US reader: the digits' row and the letters that move.
LAYOUTS: Final = {
    "qwerty": str.maketrans({}),
    "azerty": str.maketrans("1234567890AQZWM", "&é\"'(-è_çàQAWZ,"),
    "qwertz": str.maketrans("YZ", "ZY"),
}
FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def read_by_wedge(cdp: CDPSession, code: str, layout: str) -> None:
    """Type the code as a reader does: key after key without a pause, then Enter."""
    at_s = time.time()
    for character in code:
        at_s += 0.004
        place = f"Digit{character}" if character.isdigit() else f"Key{character}"
        key = character.translate(LAYOUTS[layout])
        cdp.send(
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "code": place, "key": key, "text": key, "timestamp": at_s},
        )
        cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", "code": place, "key": key})
    enter = {"code": "Enter", "key": "Enter", "timestamp": at_s + 0.004}
    cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **enter})
    cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_reader_is_heard_anywhere_and_leaves_the_amount_alone(
    till: Page, shop: Shop, layout: str
) -> None:
    first, second = shop.enrol("Nora"), shop.enrol("Omar")
    cdp = till.context.new_cdp_session(till)
    read_by_wedge(cdp, first.code, layout)
    expect(till.get_by_role("heading", name="Nora")).to_be_visible()

    till.locator("#amount").fill("12.50")
    till.locator("#amount").focus()
    read_by_wedge(cdp, second.code, layout)

    # Something was begun: the other card is asked about, and nothing fell into the field.
    expect(till.get_by_role("dialog")).to_contain_text("Another card")
    expect(till.locator("#amount")).to_have_value("12.50")
    till.get_by_role("button", name="Change customer").click()
    expect(till.get_by_role("heading", name="Omar")).to_be_visible()
    assert shop.entries(first, "purchase") == []


def test_a_person_who_types_is_no_reader(till: Page, shop: Shop) -> None:
    code = shop.enrol("Pia").code
    till.locator("#typed").press_sequentially(code, delay=90)
    expect(till.locator("#typed")).to_have_value(code)


def test_a_foreign_code_is_named(till: Page) -> None:
    cdp = till.context.new_cdp_session(till)
    read_by_wedge(cdp, "3017620422003", "qwerty")
    expect(till.get_by_role("alert").first).to_contain_text("not one of our cards")


@pytest.mark.requirement("K-10")
def test_a_card_before_the_camera_is_greeted_and_the_phone_follows_the_sale(
    shop: Shop, watched: Watched, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    member = shop.enrol("Lina", last_name="Petit")
    places = shop.stack.places
    ca_root = places.state_dir / "pki" / "apple-root.pem"
    phone = IPhone(shop.stack.places.api_url, places.apns_control_url, ca_root)
    card = phone.add_card(member.url)
    video = write_video(tmp_path / "card.y4m", [card.barcodes()[0].message])

    chromium = launch(*FAKE, f"--use-file-for-fake-video-capture={video}")
    try:
        page = watched.till(chromium)
        expect(page.get_by_role("heading", name="Lina P.")).to_be_visible()
        sell(page, "42")
    finally:
        chromium.close()

    change = phone.wait_for_change(timeout_s=30)
    assert change.field("balance").after == "102"


def test_two_cards_in_one_picture_are_refused_and_a_foreign_code_is_named(
    shop: Shop, watched: Watched, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    video = write_video(tmp_path / "foreign.y4m", ["https://menu.example/table/7"])
    chromium = launch(*FAKE, f"--use-file-for-fake-video-capture={video}")
    try:
        page = watched.till(chromium)
        expect(page.get_by_role("alert").first).to_contain_text("not one of our cards")
    finally:
        chromium.close()


def test_without_a_camera_the_till_says_so_and_goes_on(till: Page) -> None:
    expect(till.locator(".camera-off")).to_contain_text("There is no camera here")
    expect(till.locator("#typed")).to_be_enabled()


def test_a_camera_that_can_read_nothing_says_so(
    shop: Shop, watched: Watched, launch: Callable[..., Browser]
) -> None:
    watched.expected += ["ERR_FAILED", "zxing", "wasm", "Failed to fetch"]
    chromium = launch(*FAKE)
    try:
        context = watched.context(chromium)
        context.route("**/zxing_reader.wasm", lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{shop.url}/till")
        watched.sign_in(page)
        expect(page.locator(".camera-off")).to_be_visible()
    finally:
        chromium.close()


def test_a_blocked_card_is_named(till: Page, shop: Shop, watched: Watched) -> None:
    from tools.laptop.cloud import client, outputs

    watched.expected.append("status of 422")
    member = shop.enrol("Rémi")
    table = outputs(shop.stack.places)["TableName"]
    database = client(shop.stack.places, "dynamodb")
    pages = database.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :card) AND m = :member",
        ExpressionAttributeValues={
            ":card": {"S": "L#card#"},
            ":member": {"S": member.id},
        },
    )
    (row,) = [item for page in pages for item in page["Items"]]
    database.update_item(
        TableName=table,
        Key={"pk": row["pk"], "sk": row["sk"]},
        UpdateExpression="SET st = :blocked",
        ExpressionAttributeValues={":blocked": {"S": "blocked"}},
    )

    till.locator("#typed").fill(member.code)
    till.keyboard.press("Enter")

    expect(till.get_by_role("alert").first).to_contain_text("blocked")
