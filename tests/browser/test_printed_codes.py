"""What we print is read as a till's camera reads it: every sheet, as PDF and as SVG."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from tessera.domain.codes import ALPHABET, is_card_code
from tools import tessera as package
from tools.tessera.__main__ import main
from tools.vendor.files import ensure

ROOT = Path(package.__file__).parents[2]
STATIC = ROOT / "functions/web/static"
JOIN = (
    "https://abcd1234.execute-api.eu-west-3.amazonaws.com/join/"
    "WyJjYWZlLXRlc3NlcmEiLCJhbmdlcnMtMSIsInBvc3RlciJd.1.abcdefghijklmnopqrstuvwx"
)
CODE = "7Q4K9M2XRT7Q4K9P"
READ = """async (picture) => {
  const { prepareZXingModule, readBarcodes } = await import('/vendor/zxing/reader/index.js');
  prepareZXingModule({ overrides: { locateFile: () => '/vendor/zxing/zxing_reader.wasm' } });
  const blob = await (await fetch(picture)).blob();
  const found = await readBarcodes(blob, { formats: ['QRCode'], maxNumberOfSymbols: 2 });
  return found.filter((one) => one.isValid).map((one) => one.text);
}"""


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {".js": "text/javascript", ".wasm": "application/wasm"}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
        """Nothing: a test's log is its own."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page beside the till's own reader."""
    ensure()
    handler = partial(_Quiet, directory=str(STATIC))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        found = browser.new_page(viewport={"width": 900, "height": 1300})
        found.goto(f"http://127.0.0.1:{server.server_port}/till/manifest.webmanifest")
        yield found
        found.close()
        server.shutdown()


def picture(path: Path, page: Page) -> str:
    """The sheet as a camera of today sees it, as a data address."""
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        assert len(document) == 1
        scale = 900 / max(document[0].get_size())
        file = io.BytesIO()
        document[0].render(scale=scale).to_pil().save(file, "PNG")
        content = file.getvalue()
    else:
        browser = page.context.browser
        assert browser
        viewer = browser.new_page(viewport={"width": 900, "height": 1200})
        viewer.set_content(path.read_text("utf-8"))
        content = viewer.screenshot(full_page=True)
        viewer.close()
    return "data:image/png;base64," + base64.b64encode(content).decode()


@pytest.mark.requirement("Z-20", "Z-09", "B-55")
@pytest.mark.parametrize("paper", ["pdf", "svg"])
@pytest.mark.parametrize("kind", ["poster", "counter", "staff"])
def test_a_printed_code_leads_to_the_form(
    page: Page, tmp_path: Path, kind: str, paper: str
) -> None:
    out = tmp_path / f"{kind}.{paper}"
    programme = str(ROOT / "programmes/demo.yaml")
    assert main(["print", kind, programme, "--url", JOIN, "--out", str(out)]) == 0
    assert page.evaluate(READ, picture(out, page)) == [JOIN]


@pytest.mark.requirement("Z-04", "Z-09")
@pytest.mark.parametrize("paper", ["pdf", "svg"])
def test_a_plastic_card_is_read_at_the_till(page: Page, tmp_path: Path, paper: str) -> None:
    code = next(CODE[:15] + last for last in ALPHABET if is_card_code(CODE[:15] + last))
    out = tmp_path / f"card.{paper}"
    programme = str(ROOT / "programmes/demo.yaml")
    assert main(["print", "plastic", programme, "--code", code, "--out", str(out)]) == 0
    assert page.evaluate(READ, picture(out, page)) == [code]


def test_the_command_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    programme = str(ROOT / "programmes/demo.yaml")
    out = str(tmp_path / "x.pdf")
    assert main(["print", "poster", programme, "--out", out]) == 1
    assert "--url" in capsys.readouterr().err
    assert main(["print", "plastic", programme, "--code", "7Q4K", "--out", out]) == 1
    assert "no card code" in capsys.readouterr().err
    assert main(["print", "poster", programme, "--url", JOIN, "--out", out + ".jpg"]) == 1
    assert ".pdf or .svg" in capsys.readouterr().err
