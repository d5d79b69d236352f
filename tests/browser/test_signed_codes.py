"""Signed codes in the till's browser, by its own cryptography and without a server to ask."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tessera.adapters.code_keys import DerivedCodeKeys
from tessera.domain.codes import ALPHABET
from tests.browser.signed import CODE, Signer

STATIC = Path(__file__).parents[2] / "functions/web/static"
NOW_MS = 1_795_000_000_000
SHOP = Signer(
    DerivedCodeKeys({"1": b"a secret for card codes in tests", "2": b"another one, for rotation"}),
    "demo",
    NOW_MS,
)
VERIFY = """async ([texts, setup, now]) => {
  const { verifySignedCode } = await import('/ui/signed-code.js');
  const told = (text) => verifySignedCode(text, setup, now).then(
    (found) => found, (error) => error.code || String(error));
  return Promise.all(texts.map(told));
}"""


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".js": "text/javascript", ".html": "text/html"}  # noqa: RUF012 - theirs

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
        """Nothing: a test's log is its own."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page of the origin that serves the faces' modules, on loopback and so a secure one."""
    handler = partial(_Quiet, directory=str(STATIC))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        found = browser.new_page()
        found.goto(f"http://127.0.0.1:{server.server_port}/till/index.html")
        yield found
        found.close()
        server.shutdown()


@pytest.mark.requirement("X-10", "X-11")
def test_the_till_checks_signed_codes_by_itself(page: Page) -> None:
    text = SHOP.sealed()
    told = page.evaluate(
        VERIFY, [[text, text.lower(), SHOP.sealed(key_id=2)], SHOP.setup(1, 2), NOW_MS]
    )
    assert [one["programme"] for one in told] == ["demo"] * 3
    assert told[0]["allowance"] == 2_000_000_000
    assert told[0]["expiresAtMs"] == (NOW_MS // 3_600_000 + 48) * 3_600_000


@pytest.mark.requirement("X-10")
def test_the_till_refuses_every_slip_cut_and_forgery(page: Page) -> None:
    """Each character in each of 136 places is each of 31 others; every length; then the rest."""
    text = SHOP.sealed()
    slips = [
        text[:place] + ALPHABET[(ALPHABET.index(right) + shift) % 32] + text[place + 1 :]
        for place, right in enumerate(text)
        if right != "-"
        for shift in range(1, 32)
    ]
    cut = [text[:length] for length in range(17, len(text))]
    told = page.evaluate(VERIFY, [[*slips, *cut], SHOP.setup(1), NOW_MS])
    allowed = {"card_code_malformed", "code_signature_wrong", "code_key_unknown"}
    assert len(told) == len(slips) + len(cut)
    assert {one if isinstance(one, str) else "taken" for one in told} <= allowed
    other = "0000000000000006"
    cases = {
        "code_expired": SHOP.sealed(expires_h=NOW_MS // 3_600_000),
        "code_foreign": SHOP.sealed(programme=b"\0\0"),
        "code_key_unknown": SHOP.sealed(key_id=2),
        "code_signature_wrong": text[:17] + SHOP.sealed(allowance=1)[17:40] + text[40:],
        "card_code_malformed": other + text[16:],
    }
    told = page.evaluate(VERIFY, [list(cases.values()), SHOP.setup(1), NOW_MS])
    assert told == list(cases)


CHECK = """async ([texts, told, later, language, able]) => {
  const check = await import('/till/check.js');
  const setup = await import('/till/setup.js');
  const db = await import('/ui/db.js');
  const { useLanguage } = await import('/ui/i18n.js');
  await useLanguage('/till', language);
  if (told) await setup.keep(told);
  else await db.forget('codes');
  const own = crypto.subtle.importKey;
  const unable = () => Promise.reject(new DOMException('', 'NotSupportedError'));
  if (!able) crypto.subtle.importKey = unable;
  let asked = 0;
  const call = async () => {
    asked += 1;
    if (!later) throw new Error('no network');
    return later;
  };
  const one = async (text) => {
    try {
      return await check.checkCode(text, call);
    } catch (error) {
      return error instanceof check.Refusal ? [error.code, error.message] : String(error);
    }
  };
  const found = [];
  for (const text of texts) found.push(await one(text));
  const able_now = await check.canVerify();
  crypto.subtle.importKey = own;
  return { found, asked, able: able_now };
}"""


@dataclass
class Check:
    """The till's check in a browser whose server said one thing before and another now."""

    page: Page
    before: dict[str, Any] | None
    now: dict[str, Any] | None = None
    language: str = "en"
    knows_ed25519: bool = True

    def check(self, *texts: str) -> dict[str, Any]:
        """What is found of each text; `asked` is how often the server was."""
        told: dict[str, Any] = self.page.evaluate(
            CHECK, [texts, self.before, self.now, self.language, self.knows_ed25519]
        )
        return told


def told(*key_ids: int, wall_ms: int | None = None) -> dict[str, Any]:
    """An answer of `GET /v1/setup` of now, or of when the server's clock says so."""
    moment = datetime.fromtimestamp((wall_ms or time.time_ns() // 1_000_000) / 1000, UTC)
    text = moment.isoformat()
    return {**fresh().setup(*key_ids), "now": text, "wall_now": text}


def fresh() -> Signer:
    """The shop, which signs now."""
    return replace(SHOP, now_ms=time.time_ns() // 1_000_000)


@pytest.mark.requirement("X-10", "X-11")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_kind_of_bad_code_is_named_without_network(page: Page, language: str) -> None:
    bad = fresh().bad()
    answer = Check(page, told(1), language=language).check(*bad.values(), "3017620422003", "Durand")
    codes = [one[0] for one in answer["found"]]
    assert codes == [*bad, "code_unknown", "code_unknown"]
    texts = json.loads((STATIC / f"till/{language}.json").read_text("utf-8"))
    for name, message in answer["found"]:
        said = texts[name].replace("{code}", "")
        assert message.split()[-3:] == said.split()[-3:], name


@pytest.mark.requirement("X-10", "X-11")
def test_good_codes_of_every_form_pass(page: Page) -> None:
    shop = fresh()
    first, second = shop.sealed(), shop.sealed(key_id=2)
    answer = Check(page, told(1, 2)).check(first, second.lower(), CODE, f"{CODE}-12345678")
    right = [(one["code"], one["seal"], one["checked"]) for one in answer["found"]]
    assert right == [
        (CODE, first[17:], True),
        (CODE, second[17:], True),
        (CODE, "", False),
        (CODE, "", False),
    ]
    assert answer["asked"] == 0


@pytest.mark.requirement("X-10")
def test_keys_that_were_rotated_since_are_asked_for_once(page: Page) -> None:
    new = fresh().sealed(key_id=2)
    (refused,) = Check(page, told(1)).check(new)["found"]
    assert refused[0] == "code_key_unknown"
    answer = Check(page, told(1), now=told(1, 2)).check(new, new)
    assert [one["checked"] for one in answer["found"]] == [True, True]
    assert answer["asked"] == 1
    # A key that was taken away ends its codes, at the till too.
    (ended,) = Check(page, told(2), now=told(2)).check(fresh().sealed())["found"]
    assert ended[0] == "code_key_unknown"


@pytest.mark.requirement("X-10")
def test_a_code_is_over_by_the_servers_time_and_not_by_this_computers(page: Page) -> None:
    text = fresh().sealed()
    in_three_days_ms = time.time_ns() // 1_000_000 + 3 * 86_400_000
    (over,) = Check(page, told(1, wall_ms=in_three_days_ms)).check(text)["found"]
    assert over[0] == "code_expired"
    # The clock of this computer was mended since: the server is asked, and says so.
    answer = Check(page, told(1, wall_ms=in_three_days_ms), now=told(1)).check(text)
    assert answer["found"][0]["checked"] is True


@pytest.mark.requirement("X-11")
def test_a_browser_without_ed25519_leaves_the_signature_to_the_server(page: Page) -> None:
    shop = fresh()
    answer = Check(page, told(1), knows_ed25519=False).check(shop.sealed(), shop.bad()["code_cut"])
    assert answer["able"] is False
    assert answer["found"][0] == {"code": CODE, "seal": shop.sealed()[17:], "checked": False}
    # What needs no signature to be seen is refused all the same.
    assert answer["found"][1][0] == "code_cut"
    assert Check(page, told(1)).check()["able"] is True


@pytest.mark.requirement("X-11")
def test_a_till_that_was_never_told_a_key_says_nothing_against_a_code(page: Page) -> None:
    (found,) = Check(page, None).check(fresh().sealed())["found"]
    assert found["checked"] is False
