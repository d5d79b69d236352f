"""A tier may have a picture of its own: its cards carry it, and no others."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tessera.adapters.apple.cards import AppleAccount, SignedAppleCards
from tessera.adapters.card_values import Wording
from tessera.adapters.design_workshop import DesignWorkshop
from tessera.adapters.designs import Design, Designs
from tessera.adapters.google.resources import loyalty_class, loyalty_object
from tessera.application.card_view import CardView
from tessera.domain.errors import InvalidInput
from tools import testpki
from tools.preview_cards import sample_at

THEMES = [{}, {}, {"labelColor": "rgb(242, 190, 96)", "strip": "gold"}]
BRONZE, GOLD = 72, 12_480


def picture(colour: str, size: tuple[int, int] = (1125, 369)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


def made(**more: Any) -> Design:
    content = {"document": {"themes": THEMES}, **more.pop("content", {})}
    uploads = more or {"strip_gold": picture("gold")}
    found = DesignWorkshop(Designs()).make("tiers", content, uploads)
    return Design.from_bundle(found.id, found.bundle)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> AppleAccount:
    paths = testpki.ensure(tmp_path_factory.mktemp("pki"))
    found = AppleAccount.of(json.dumps(testpki.apple_secret(paths)))
    assert found is not None
    return found


def view(design: Design, points: int) -> CardView:
    return replace(sample_at("tessera", points).views["en"], design=design.id)


def shown(account: AppleAccount, design: Design, points: int) -> dict[str, bytes]:
    """The files of an iPhone's card."""
    cards = SignedAppleCards(
        lambda: account, "https://api.example/apple", Designs(load=lambda _: design.bundle)
    )
    card = cards.sign(view(design, points), "1." + "a" * 32, "")
    with zipfile.ZipFile(io.BytesIO(card)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def colour_of(image: bytes) -> tuple[int, ...]:
    pixel = Image.open(io.BytesIO(image)).convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    return pixel


def test_a_tiers_cards_carry_its_picture(account: AppleAccount) -> None:
    design = made()
    bronze, gold = shown(account, design, BRONZE), shown(account, design, GOLD)
    for suffix, width in (("", 375), ("@2x", 750), ("@3x", 1125)):
        strip = gold[f"strip{suffix}.png"]
        assert colour_of(strip)[0] > 240
        assert Image.open(io.BytesIO(strip)).width == width
        assert bronze[f"strip{suffix}.png"] != strip
    # A card travels with what it shows and no more, and pass.json knows nothing of our own keys.
    assert bronze.keys() == gold.keys()
    assert not [name for name in gold if "gold" in name or "themes" in name]
    assert "strip" not in json.loads(gold["pass.json"])


def test_google_is_told_the_picture_of_the_tier() -> None:
    design = made()

    def hero(points: int) -> str | None:
        wording = Wording(design, view(design, points))
        image = loyalty_object("338", wording, lambda name: f"https://x.example/{name}")
        found: str | None = image.get("heroImage", {}).get("sourceUri", {}).get("uri")
        return found

    assert hero(GOLD) == "https://x.example/hero-gold.png"
    assert hero(BRONZE) is None
    served = design.google_image("hero-gold.png")
    assert served is not None
    assert Image.open(io.BytesIO(served)).size == (1032, 336)
    # What all share stays what it was.
    shared = loyalty_class("338", view(design, BRONZE), design, lambda name: name)
    assert shared["heroImage"]["sourceUri"]["uri"] == "hero.png"


def test_a_picture_that_is_laid_over_leaves_those_of_tiers(tmp_path: Path) -> None:
    first = made()
    shop = DesignWorkshop(Designs(load=lambda _: first.bundle))
    again = shop.make("tiers", {"base": first.id}, {"strip": picture("teal")})
    second = Design.from_bundle(again.id, again.bundle)
    assert second.strip_files(None, 2) == first.strip_files(None, 2)
    assert second.files["strip.png"] != first.files["strip.png"]


@pytest.mark.parametrize(
    ("content", "uploads", "code", "says"),
    [
        ({}, {"strip": picture("teal")}, "card_design_refused", "strip_gold"),
        ({}, {"strip_gold": picture("gold", (600, 200))}, "image_too_small", ""),
        ({}, {"strip_Gold!": picture("gold")}, "image_kind_unknown", "strip_…"),
        ({"base": "stamps"}, {"strip_gold": picture("gold")}, "card_design_refused", "stamps"),
    ],
)
def test_what_no_card_could_show_is_refused(
    content: dict[str, Any], uploads: dict[str, bytes], code: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        made(content=content, **uploads)
    assert caught.value.code == code
    assert says in str(caught.value.params)
