"""Images that are too large for a request: announced, put into S3, judged when they are used."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from tests.fakes.card_pushes import Box
from tests.fakes.gateway import Reply
from tests.functional.wallet.conftest import CardShop

UPLOADS = "/v1/uploads"
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}


def picture(kind: str = "PNG", width: int = 1200, height: int = 400) -> bytes:
    written = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(written, kind)
    return written.getvalue()


def plain(width: int, height: int) -> bytes:
    written = io.BytesIO()
    Image.new("L", (width, height)).save(written, "JPEG")
    return written.getvalue()


STRIP = picture()


def name_of(content: bytes, kind: str = "png") -> str:
    return f"{hashlib.sha256(content).hexdigest()}.{kind}"


@pytest.fixture
def box(cards: CardShop) -> Box:
    """The bucket, as whoever has an address may fill it."""
    found: Box = cards.shop.container.upload_box  # type: ignore[assignment]
    return found


def put(box: Box, content: bytes, name: str | None = None) -> str:
    name = name or name_of(content)
    box.files[name] = content
    return name


def keep(cards: CardShop, **body: Any) -> Reply:
    return cards.shop.send("POST", "/v1/images", body)


def design(cards: CardShop, **body: Any) -> Reply:
    return cards.shop.send("POST", "/v1/card-designs", {"name": "large", **body})


@pytest.mark.requirement("X-10")
def test_an_image_larger_than_a_request_becomes_a_design(cards: CardShop, box: Box) -> None:
    strip = put(box, STRIP)
    assert len(STRIP) > 256 * 1024
    direct = design(cards, images={"strip": base64.b64encode(STRIP).decode()})
    assert (direct.status, direct.code) == (413, "body_too_large")
    assert UPLOADS in direct.json["detail"]

    made = design(cards, uploads={"strip": strip}).json
    assert made["kept"] is True
    assert {"strip.png", "strip@2x.png", "strip@3x.png", "google/hero.png"} <= set(made["files"])
    # What was made is kept under its own hash: that the upload goes after a day harms nothing.
    box.files.clear()
    assert made["design"] in str(cards.shop.send("GET", "/v1/card-designs").json)


@pytest.mark.requirement("B-15", "B-38")
def test_an_uploaded_image_is_the_same_as_one_that_was_sent(cards: CardShop, box: Box) -> None:
    small = picture(width=60, height=60)
    sent = keep(cards, content=base64.b64encode(small).decode()).json
    assert keep(cards, upload=put(box, small)).json == sent


def test_the_answer_names_the_file_and_when_its_address_ends(cards: CardShop) -> None:
    announced = {
        "sha256": hashlib.sha256(STRIP).hexdigest(),
        "bytes": len(STRIP),
        "media_type": "image/png",
    }
    told = cards.shop.send("POST", UPLOADS, announced).json
    assert told["upload"] == name_of(STRIP)
    assert (told["method"], told["url"].endswith("?life=600")) == ("PUT", True)
    too_many = {**announced, "bytes": 8 * 1024 * 1024 + 1}
    refused = cards.shop.send("POST", UPLOADS, too_many)
    assert (refused.status, refused.json["field"]) == (400, "/bytes")
    refused = cards.shop.send("POST", UPLOADS, {**announced, "media_type": "image/svg+xml"})
    assert (refused.status, refused.json["field"]) == (400, "/media_type")


def test_who_may_not_write_programmes_is_given_no_address(cards: CardShop) -> None:
    secret = cards.shop.issue_key("till", ["scans"])
    body = {"sha256": "0" * 64, "bytes": 1, "media_type": "image/png"}
    assert cards.shop.send("POST", UPLOADS, body, secret=secret).status == 403


@pytest.mark.parametrize("use", ["design", "image"])
def test_what_is_not_what_was_announced_is_refused_by_the_field(
    cards: CardShop, box: Box, use: str
) -> None:
    def used(name: str) -> tuple[int, str, str]:
        if use == "design":
            reply, field = design(cards, uploads={"strip": name}), "/uploads/strip"
        else:
            reply, field = keep(cards, upload=name), "/upload"
        assert reply.json["field"] == field
        assert reply.json["detail"]
        return reply.status, reply.code, field

    assert used(name_of(b"nothing was put there"))[:2] == (404, "upload_unknown")
    other = put(box, picture(width=90, height=90), name_of(STRIP))
    assert used(other)[:2] == (400, "upload_differs")
    page = b"<!doctype html><script>alert(1)</script>"
    assert used(put(box, page))[:2] == (400, "upload_kind_differs")
    photograph = picture("JPEG", 90, 90)
    assert used(put(box, photograph))[:2] == (400, "upload_kind_differs")
    cut = STRIP[:-40]
    broken = "image_unreadable" if use == "design" else "image_damaged"
    assert used(put(box, cut))[:2] == (400, broken)
    small = picture(width=90, height=30)
    if use == "design":
        assert used(put(box, small))[:2] == (400, "image_too_small")
    wide = plain(4200, 3000)
    large = "image_too_large" if use == "design" else "image_sides_too_long"
    assert used(put(box, wide, name_of(wide, "jpg")))[:2] == (400, large)


def test_names_that_are_no_hash_reach_no_bucket(cards: CardShop, box: Box) -> None:
    box.files["../card-designs/secret.zip"] = STRIP
    for name in ("../card-designs/secret.zip", "0" * 64, "0" * 64 + ".svg"):
        assert keep(cards, upload=name).json["field"] == "/upload"
        assert design(cards, uploads={"strip": name}).json["field"] == "/uploads/strip"


def test_an_image_comes_from_one_place(cards: CardShop, box: Box) -> None:
    text = base64.b64encode(picture(width=60, height=60)).decode()
    name = put(box, STRIP)
    assert keep(cards).code == "image_source_unclear"
    assert keep(cards, content=text, upload=name).code == "image_source_unclear"
    twice = design(cards, images={"strip": text}, uploads={"strip": name})
    assert (twice.code, twice.json["field"]) == ("image_source_unclear", "/uploads/strip")
    unknown = design(cards, uploads={"banner": name})
    assert (unknown.code, unknown.json["field"]) == ("image_kind_unknown", "/uploads/banner")


def test_members_phones_are_sent_no_image_of_megabytes(cards: CardShop, box: Box) -> None:
    heavy = picture(width=1100, height=1100)
    assert len(heavy) > 2 * 1024 * 1024
    assert keep(cards, upload=put(box, heavy)).code == "image_too_heavy"
