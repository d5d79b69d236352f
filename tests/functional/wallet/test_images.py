"""Images of balances and rewards: uploaded once, at the same public address for ever."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from tests.fakes.gateway import event
from tests.functional.conftest import DEMO
from tests.functional.wallet.conftest import CardShop


def picture(kind: str = "PNG", side: int = 12) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(written, kind)
    return written.getvalue()


def upload(cards: CardShop, content: bytes, **more: Any) -> Any:
    body = {"content": base64.b64encode(content).decode(), **more}
    return cards.shop.send("POST", "/v1/images", body)


def fetch(cards: CardShop, name: str) -> dict[str, Any]:
    """As anybody may, without a credential."""
    return cards.shop.gateway.answer(event("GET", f"/images/{name}", None, {}))


def publish(cards: CardShop, document: dict[str, Any], key: str) -> int:
    body = {"document": document}
    path = f"/v1/programmes/{document['programme']}/publish"
    return int(cards.shop.send("POST", path, body, key=key).status)


@pytest.mark.requirement("B-15", "B-38")
def test_uploaded_images_are_told_with_balances_and_rewards_and_served_to_everybody(
    cards: CardShop,
) -> None:
    logo, mug = upload(cards, picture()).json, upload(cards, picture("JPEG")).json
    document = {
        **DEMO,
        "programme": "with-images",
        "balances": [{**DEMO["balances"][0], "logo": logo["image"]}],
        "rewards": [
            {
                "id": "mug",
                "kind": "product",
                "internal_name": "Mug 33 cl, batch 7",
                "products": ["mug"],
                "price": {"balance": "points", "amount": 10},
                "public": {
                    "name": {"fr": "Une tasse", "en": "A mug"},
                    "description": {"fr": "En grès", "en": "Of stoneware"},
                    "image": mug["image"],
                },
            },
            {"id": "bag", "kind": "product", "products": ["bag"], "name": "Bag"},
        ],
    }
    assert publish(cards, document, "images") == 201
    member = cards.enrol("c-9", programme="with-images")["member_id"]

    (account,) = cards.shop.send("GET", f"/v1/members/{member}/balances").json["accounts"]
    rewards = cards.shop.send("GET", f"/v1/members/{member}/rewards").json["rewards"]
    served = fetch(cards, mug["image"])

    assert account["balances"][0]["logo"] == logo["url"]
    assert [item["image"] for item in rewards] == [mug["url"], None]
    assert (rewards[0]["name"], rewards[0]["description"]) == ("A mug", "Of stoneware")
    assert "batch" not in str(rewards)
    assert logo["url"].endswith(f"/images/{hashlib.sha256(picture()).hexdigest()}.png")
    assert served["statusCode"] == 200
    assert base64.b64decode(served["body"]) == picture("JPEG")
    headers = {name.lower(): value for name, value in served["headers"].items()}
    assert headers["content-type"] == "image/jpeg"
    assert "immutable" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_same_image_twice_is_the_same_image(cards: CardShop) -> None:
    claimed = hashlib.sha256(picture()).hexdigest()

    first = upload(cards, picture(), sha256=claimed).json

    assert upload(cards, picture()).json == first
    assert (first["width"], first["height"], first["media_type"]) == (12, 12, "image/png")


PNG = picture()
REFUSED = {
    "image_hash_differs": (PNG, {"sha256": "0" * 64}),
    "image_format_refused": (b"GIF89a", {}),
    "image_damaged": (PNG[:-4], {}),
    "image_sides_too_long": (picture(side=4097), {}),
}


@pytest.mark.parametrize("code", list(REFUSED))
def test_what_is_no_sound_image_is_refused(cards: CardShop, code: str) -> None:
    content, more = REFUSED[code]

    reply = upload(cards, content, **more)

    assert (reply.status, reply.json["code"]) == (400, code)


def test_a_programme_names_no_image_that_could_be_anything(cards: CardShop) -> None:
    for logo in ("logo.png", "http://shop.example/logo.png", "javascript:alert(1)", "../../x.png"):
        document = {**DEMO, "balances": [{**DEMO["balances"][0], "logo": logo}]}
        reply = cards.shop.send(
            "POST", "/v1/programmes/demo/publish", {"document": document}, key=logo
        )
        assert reply.json["code"] == "not_an_image", reply.json


@pytest.mark.parametrize("name", ["nothing.png", "0" * 64 + ".png", "..%2Fcard-designs%2Fa.zip"])
def test_what_is_no_image_is_not_served(cards: CardShop, name: str) -> None:
    assert fetch(cards, name)["statusCode"] == 404
