"""Signed codes in the till's browser, by its own cryptography and without a server to ask."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tessera.adapters.code_keys import DerivedCodeKeys
from tessera.domain.codes import ALPHABET, is_card_code
from tessera.domain.signed_codes import SignedCode, programme_mark

STATIC = Path(__file__).parents[2] / "functions/web/static"
CODE = "7Q4K9M2XRT7Q4K9"
NOW_MS = 1_795_000_000_000
KEYS = DerivedCodeKeys(
    {"1": b"a secret for card codes in tests", "2": b"another one, for rotation"}
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


def sealed(**other: Any) -> str:
    code = next(CODE + last for last in ALPHABET if is_card_code(CODE + last))
    said: dict[str, Any] = {
        "code": code,
        "key_id": 1,
        "programme": programme_mark("demo"),
        "expires_h": NOW_MS // 3_600_000 + 48,
        "allowance": 2_000_000_000,
    }
    signed = SignedCode(**{**said, **other})
    return f"{signed.code}-{signed.seal(KEYS.sign(signed.key_id, signed.message))}"


def setup(*key_ids: int) -> dict[str, Any]:
    return {
        "code_keys": [
            {"id": one, "public_key": base64.urlsafe_b64encode(key).decode().rstrip("=")}
            for one, key in KEYS.public_keys().items()
            if one in key_ids
        ],
        "programmes": [{"programme": "demo", "codes": {"mark": programme_mark("demo").hex()}}],
    }


@pytest.mark.requirement("X-10", "X-11")
def test_the_till_checks_signed_codes_by_itself(page: Page) -> None:
    text = sealed()
    told = page.evaluate(VERIFY, [[text, text.lower(), sealed(key_id=2)], setup(1, 2), NOW_MS])
    assert [one["programme"] for one in told] == ["demo"] * 3
    assert told[0]["allowance"] == 2_000_000_000
    assert told[0]["expiresAtMs"] == (NOW_MS // 3_600_000 + 48) * 3_600_000


@pytest.mark.requirement("X-10")
def test_the_till_refuses_every_slip_cut_and_forgery(page: Page) -> None:
    """One character in each of 136 places is another one; then every length; then the rest."""
    text = sealed()
    slips = [
        text[:place] + ALPHABET[(ALPHABET.index(right) + shift) % 32] + text[place + 1 :]
        for place, right in enumerate(text)
        if right != "-"
        for shift in (1, 7, 16, 31)
    ]
    cut = [text[:length] for length in range(17, len(text))]
    told = page.evaluate(VERIFY, [[*slips, *cut], setup(1), NOW_MS])
    allowed = {"card_code_malformed", "code_signature_wrong", "code_key_unknown"}
    assert len(told) == len(slips) + len(cut)
    assert {one if isinstance(one, str) else "taken" for one in told} <= allowed
    other = "0000000000000006"
    cases = {
        "code_expired": sealed(expires_h=NOW_MS // 3_600_000),
        "code_foreign": sealed(programme=b"\0\0"),
        "code_key_unknown": sealed(key_id=2),
        "code_signature_wrong": text[:17] + sealed(allowance=1)[17:40] + text[40:],
        "card_code_malformed": other + text[16:],
    }
    told = page.evaluate(VERIFY, [list(cases.values()), setup(1), NOW_MS])
    assert told == list(cases)
