"""Shows card designs as phones draw them: front and back, in both languages, as PNG files.

Cards are really signed (by the test chain), checked by the phone of `tools/phone`, and drawn by its
page in Chromium. Nothing needs to be deployed or running.

    python -m tools.preview_cards [--design stamps] [--directory docs/images/cards]
    python -m tools.preview_cards --design stamps --balance 7 --language fr

Each is drawn as wide as a desk shows both phones side by side, and as wide as a phone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
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
WIDTHS = {"": (900, 760), "-390": (390, 844)}
"""Sizes of the window, by what the names of their pictures end in."""
TIERS: Sequence[tuple[str, str, int]] = (
    ("Bronze", "Bronze", 0),
    ("Argent", "Silver", 1_000),
    ("Or", "Gold", 10_000),
)
"""In French, in English, and from how many points."""
STAMPS = 10
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
    for points, (_, name, _) in zip((72, 1_340, 12_480), TIERS, strict=True):
        yield Sample(f"points-{name.lower()}", "tessera", _each(_points, points))
    yield Sample("cashback", "tessera", _each(_cashback, 1_847))
    for count in (0, 3, STAMPS):
        yield Sample(f"stamps-{count}", "stamps", _each(_stamps, count))


def sample_at(design: str, balance: int) -> Sample:
    """One card of a shipped design with so many points or stamps."""
    if design == "stamps":
        return Sample(f"stamps-{balance}", design, _each(_stamps, min(balance, STAMPS)))
    return Sample(f"points-{balance}", design, _each(_points, balance))


def _each(view: Callable[[str, int], CardView], balance: int) -> dict[str, CardView]:
    return {language: view(language, balance) for language in LANGUAGES}


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


def _points(language: str, amount: int) -> CardView:
    french = language == "fr"
    rank = max(place for place, (_, _, least) in enumerate(TIERS) if amount >= least)
    in_french, in_english, _ = TIERS[rank]
    tier = in_french if french else in_english
    points = BalanceLine("points", "Grains de café" if french else "Coffee beans", amount, 0, "")
    missing = max(0, 100 - amount)
    reward = RewardLine("Café offert" if french else "Free coffee", missing, points)
    within = () if missing else (replace(reward, balance=None),)
    return _view(
        language,
        balances=(points,),
        tier=TierLine("Statut" if french else "Status", tier, "", rank),
        expiry=ExpiryLine(points, min(60, amount), EXPIRY) if amount else None,
        rewards=within,
        next_reward=None if within else reward,
        terms=(
            "1 grain par euro payé, valable 12 mois."
            if french
            else "1 bean per euro paid, valid for 12 months."
        ),
    )


def _cashback(language: str, cents: int) -> CardView:
    french = language == "fr"
    euros = BalanceLine("cashback", "Cagnotte" if french else "Cashback", cents, 2, "EUR")
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
    stamps = BalanceLine("stamps", "Tampons" if french else "Stamps", count, 0, "", stamps=STAMPS)
    bread = "Un pain offert" if french else "A free bread"
    full = count == STAMPS
    return _view(
        language,
        programme="bakery",
        name="Boulangerie Tessera" if french else "Tessera Bakery",
        design="stamps",
        balances=(stamps,),
        expiry=ExpiryLine(stamps, count, EXPIRY) if count else None,
        rewards=(RewardLine(bread),) if full else (),
        next_reward=None if full else RewardLine(bread, STAMPS - count, stamps),
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
                for suffix, size in WIDTHS.items():
                    path = directory / f"{sample.name}-{language}-{side}{suffix}.png"
                    _shoot(browser, page.url, language, path, size, back=back)
                    written.append(path)
    return written


def _google_card(view: CardView, designs: Designs, images: str) -> GoogleCard:
    design = designs.of(view)

    def address(name: str) -> str:
        return f"{images}/{design.id}/{name}"

    issuer = testpki.GOOGLE_ISSUER_ID
    parent = loyalty_class(issuer, view, design, address)
    return GoogleCard(loyalty_object(issuer, Wording(design, view), address), parent, 1)


def _shoot(
    browser: Browser, url: str, language: str, path: Path, size: tuple[int, int], *, back: bool
) -> None:
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_init_script(f"localStorage.setItem('language', '{language}')")
    tab = context.new_page()
    tab.goto(url)
    tab.locator("#apple .cards > *").first.wait_for()
    tab.locator("#google .cards img").last.wait_for()
    if back:
        tab.locator("#apple .cards button").first.click()
    # Through the debugger: what polls is text that the page's policy does not run.
    tab.evaluate("Promise.all([...document.images].map((one) => one.decode().catch(() => null)))")
    # The place that is kept for banners, and the margin of the page around its cards.
    tab.evaluate(_TRIMMED)
    tab.locator("main").screenshot(path=path, animations="disabled")
    context.close()
    with Image.open(path) as shot:
        # Flat colours: a palette of them is a third of the file and look the same.
        shot.convert("RGB").quantize(256).save(path, optimize=True)


_TRIMMED = """() => {
  for (const banner of document.querySelectorAll('.banner')) banner.hidden = true;
  document.querySelector('main').style.setProperty('padding', '1rem .75rem 0');
}"""


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


def choices(parser: argparse.ArgumentParser) -> None:
    """The options by which one card is asked for, instead of a set of samples."""
    parser.add_argument("--balance", type=int, help="a card with so many points or stamps")
    parser.add_argument("--language", choices=LANGUAGES, help="in this language only")


def chosen(options: argparse.Namespace, design: str, found: Sequence[Sample]) -> list[Sample]:
    """The samples that the options ask for."""
    balance: int | None = options.balance
    wanted = list(found) if balance is None else [sample_at(design, max(0, balance))]
    languages = (options.language,) if options.language else LANGUAGES
    return [
        replace(one, views={language: one.views[language] for language in languages})
        for one in wanted
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pictures and print their names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=Path, default=ROOT / "docs" / "images" / "cards")
    parser.add_argument("--design", help="this design only")
    choices(parser)
    options = parser.parse_args(arguments)
    found = [one for one in samples() if options.design in {None, one.design}]
    wanted = chosen(options, options.design or "tessera", found)
    for path in pictures(Designs(), wanted, options.directory):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
