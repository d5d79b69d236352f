"""Shows card designs as phones draw them: front and back, in both languages, as PNG files.

Cards are really signed (by the test chain), checked by the phone of `tools/phone`, and drawn by its
page in Chromium. Nothing needs to be deployed or running.

    python -m tools.preview_cards [--design stamps] [--directory docs/images/cards]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tessera.adapters.apple.cards import AppleAccount, SignedAppleCards
from tessera.adapters.card_values import Wording
from tessera.adapters.designs import Designs
from tessera.adapters.google.resources import loyalty_class, loyalty_object
from tessera.application.card_view import (
    BalanceLine,
    CardView,
    ExpiryLine,
    RewardLine,
    TierLine,
    VoucherLine,
)
from tessera.domain.calendar import to_day
from tools import testpki
from tools.phone.android import AndroidPhone, GoogleCard
from tools.phone.iphone import IPhone, Settings
from tools.phone.page_server import PhonePage

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("fr", "en")
BACK_OF = "points-silver"
"""The card whose back is shown too: the others' backs say no more."""
EXPIRY = to_day(date(2027, 11, 30))


@dataclass(frozen=True, slots=True)
class Sample:
    """A card to show, in either language."""

    name: str
    design: str
    views: dict[str, CardView]


def samples() -> Iterator[Sample]:
    """A points card in each tier, a cashback card, and a stamp card at 0, 3 and 10 stamps."""
    tiers = (("Bronze", "Bronze"), ("Argent", "Silver"), ("Or", "Gold"))
    for rank, names in enumerate(tiers):
        yield Sample(
            f"points-{names[1].lower()}",
            "tessera",
            {language: _points(language, rank, names[language == "en"]) for language in LANGUAGES},
        )
    yield Sample("cashback", "tessera", {language: _cashback(language) for language in LANGUAGES})
    for count in (0, 3, 10):
        yield Sample(
            f"stamps-{count}",
            "stamps",
            {language: _stamps(language, count) for language in LANGUAGES},
        )


def _view(language: str, **more: Any) -> CardView:
    plain = CardView(
        card="crd_5tn7spb123hy7fndkpya",
        code="17EEMRER93B4ETWY",
        active=True,
        programme="demo",
        design="tessera",
        language=language,
        name="Café Tessera",
        holder="Nadia F.",
        terms="",
        balances=(),
        tier=None,
        expiry=None,
        rewards=(),
        next_reward=None,
        vouchers=(),
    )
    return replace(plain, **more)


def _points(language: str, rank: int, tier: str) -> CardView:
    french = language == "fr"
    points = BalanceLine(
        "points", "Grains de café" if french else "Coffee beans", (72, 1340, 12_480)[rank], 0, ""
    )
    reward = RewardLine("Café offert" if french else "Free coffee", 28, points)
    within = (replace(reward, missing=0, balance=None),) if rank else ()
    return _view(
        language,
        balances=(points,),
        tier=TierLine("Statut" if french else "Status", tier, "", rank),
        expiry=ExpiryLine(points, 60, EXPIRY),
        rewards=within,
        next_reward=None if within else reward,
        terms=(
            "1 grain par euro payé, valable 12 mois."
            if french
            else "1 bean per euro paid, valid for 12 months."
        ),
    )


def _cashback(language: str) -> CardView:
    french = language == "fr"
    euros = BalanceLine("cashback", "Cagnotte" if french else "Cashback", 1_847, 2, "EUR")
    return _view(
        language,
        programme="cashback",
        name="Maison Tessera",
        balances=(euros,),
        expiry=ExpiryLine(euros, 650, EXPIRY),
        vouchers=(VoucherLine("QK7M2T", "10 € de réduction" if french else "10 EUR off", EXPIRY),),
    )


def _stamps(language: str, count: int) -> CardView:
    french = language == "fr"
    stamps = BalanceLine("stamps", "Tampons" if french else "Stamps", count, 0, "", stamps=10)
    bread = "Un pain offert" if french else "A free bread"
    full = count == 10
    return _view(
        language,
        programme="bakery",
        name="Boulangerie Tessera" if french else "Tessera Bakery",
        design="stamps",
        balances=(stamps,),
        expiry=ExpiryLine(stamps, count, EXPIRY) if count else None,
        rewards=(RewardLine(bread),) if full else (),
        next_reward=None if full else RewardLine(bread, 10 - count, stamps),
    )


class _Shelf(IPhone):
    """An iPhone that only looks at cards: there is no service to register with."""

    def _register(self, held: object) -> None:
        """Nothing to do."""


class _GoogleShelf(AndroidPhone):
    """An Android phone that is handed its objects."""

    def hold(self, card: GoogleCard) -> None:
        """Show an object."""
        self._cards[card.object_id] = card


class _Images(BaseHTTPRequestHandler):
    """Serves the images that Google would fetch: `/<design>/<name>`."""

    designs: Designs

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""

    def do_GET(self) -> None:
        design, _, name = self.path[1:].partition("/")
        image = self.designs.design(design).google_image(name) or b""
        self.send_response(200 if image else 404)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(image)))
        self.end_headers()
        self.wfile.write(image)


@contextmanager
def image_server(designs: Designs) -> Iterator[str]:
    """The images of all designs on a loopback port."""
    handler = type("_ImagesOf", (_Images,), {"designs": designs})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def pictures(designs: Designs, wanted: Sequence[Sample], directory: Path) -> Iterator[Path]:
    """Write the pictures of samples, and give their paths as they are made."""
    directory.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as state_dir,
        image_server(designs) as images,
        chromium() as browser,
    ):
        for sample in wanted:
            yield from show(browser, designs, images, sample, Path(state_dir), directory)


def show(
    browser: Browser,
    designs: Designs,
    images: str,
    sample: Sample,
    state_dir: Path,
    directory: Path,
) -> list[Path]:
    """Write the sample's pictures: both phones, and the back of the iPhone's card."""
    paths = testpki.ensure(state_dir)
    account = AppleAccount.of(json.dumps(testpki.apple_secret(paths)))
    apple = SignedAppleCards(lambda: account, "https://api.example/apple", designs)
    written = []
    for language, view in sample.views.items():
        shelf = _Shelf("", "http://127.0.0.1:1", paths.root, settings=Settings(language=language))
        shelf.add_file(apple.sign(view, "1." + "a" * 32, ""))
        google = _GoogleShelf("", "http://127.0.0.1:1")
        google.hold(_google_card(view, designs, images))
        with PhonePage(shelf, google, None) as page:
            for back in (False, True) if sample.name == BACK_OF else (False,):
                side = "back" if back else "front"
                path = directory / f"{sample.name}-{language}-{side}.png"
                _shoot(browser, page.url, language, path, back=back)
                written.append(path)
    return written


def _google_card(view: CardView, designs: Designs, images: str) -> GoogleCard:
    design = designs.of(view)

    def address(name: str) -> str:
        return f"{images}/{design.id}/{name}"

    issuer = testpki.GOOGLE_ISSUER_ID
    parent = loyalty_class(issuer, view.name, view, design, address)
    return GoogleCard(loyalty_object(issuer, Wording(design, view), address), parent, 1)


def _shoot(browser: Browser, url: str, language: str, path: Path, *, back: bool) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 760})
    context.add_init_script(f"localStorage.setItem('language', '{language}')")
    tab = context.new_page()
    tab.goto(url)
    tab.locator("#apple .cards > *").first.wait_for()
    tab.locator("#google .cards img").last.wait_for()
    if back:
        tab.locator("#apple .cards button").first.click()
    tab.wait_for_function("[...document.images].every((image) => image.complete)")
    tab.locator("main").screenshot(path=path, animations="disabled")
    context.close()
    with Image.open(path) as shot:
        # Flat colours: a palette of them is a third of the file and look the same.
        shot.convert("RGB").quantize(128).save(path, optimize=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of this machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SystemExit("previews need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pictures and print their names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, default=ROOT / "docs" / "images" / "cards")
    parser.add_argument("--design", help="this design only")
    options = parser.parse_args(arguments)
    wanted = [one for one in samples() if options.design in {None, one.design}]
    for path in pictures(Designs(), wanted, options.directory):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
