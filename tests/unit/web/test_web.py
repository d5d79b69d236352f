"""The pages and their files, as the function of the web serves them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tessera.entrypoints.web import Web
from tests.fakes.gateway import Context
from tools.vendor import files as vendor

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "functions" / "web" / "static"


@cache
def web() -> Web:
    vendor.ensure()
    return Web(STATIC)


def get(path: str, **headers: str) -> dict[str, Any]:
    event = {"rawPath": path, "headers": headers}
    lambda_context: Any = Context()
    reply = web().handler(event, lambda_context)
    if reply.get("isBase64Encoded"):
        reply = {**reply, "body": base64.b64decode(reply["body"])}
    return reply


def assets() -> str:
    page = get("/till")["body"].decode()
    found = re.search(r'name="assets" content="([^"]+)"', page)
    assert found
    return found[1]


def test_no_page_may_run_what_it_was_not_sent() -> None:
    policy = get("/till")["headers"]["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'self';", policy)


def test_only_the_scanners_worker_may_compile_wasm() -> None:
    allowed = [
        path.relative_to(STATIC).as_posix()
        for path in STATIC.rglob("*")
        if path.is_file()
        and path.suffix != ".br"
        and "wasm-unsafe-eval"
        in get(f"{assets()}/{path.relative_to(STATIC)}")["headers"].get(
            "Content-Security-Policy", ""
        )
    ]

    assert allowed == ["till/scan-worker.js"]


def test_a_file_is_kept_for_ever_by_its_address_and_a_page_is_asked_again() -> None:
    file, page = get(f"{assets()}/till/main.js"), get("/till")

    assert file["headers"]["Cache-Control"] == "public, max-age=31536000, immutable"
    assert page["headers"]["Cache-Control"] == "no-cache"
    assert get("/till", **{"If-None-Match": page["headers"]["ETag"]})["statusCode"] == 304


def test_a_file_of_another_release_is_not_here() -> None:
    reply = get("/assets/0000000000000000/till/main.js")

    assert reply["statusCode"] == 404
    assert reply["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/till/index.html", "/till/app.js", "/till/../sw.js", "/ui", "/vendor/preact.js"]
)
def test_what_is_no_page_is_not_served_without_its_hash(path: str) -> None:
    assert get(path)["statusCode"] == 404


@pytest.mark.parametrize(
    "path", ["/../app.py", "/till/../../app.py", "/%2e%2e/app.py", "//etc/passwd"]
)
def test_nothing_outside_is_served(path: str) -> None:
    assert get(assets() + path)["statusCode"] == 404


def test_text_is_compressed_for_who_takes_it() -> None:
    plain = get(f"{assets()}/till/app.js")
    small = get(f"{assets()}/till/app.js", **{"Accept-Encoding": "gzip, deflate, br"})
    refused = get(f"{assets()}/till/app.js", **{"Accept-Encoding": "gzip;q=0"})

    assert small["headers"]["Content-Encoding"] == "gzip"
    assert gzip.decompress(small["body"]) == plain["body"]
    assert small["headers"]["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in refused["headers"]
    wasm = get(f"{assets()}/vendor/zxing/zxing_reader.wasm", **{"Accept-Encoding": "br"})
    assert wasm["headers"]["Content-Encoding"] == "br"


def test_the_page_without_the_scanner_is_at_most_60_kb() -> None:
    """Design §10: all that a face loads before it can be used, compressed, in one language."""
    names = {name for name in loaded_at_start("till/main.js") if "zxing" not in name}
    names |= {"vendor/pico.css", "ui/ui.css", "till/till.css", "till/fr.json"}
    assert {"till/app.js", "ui/db.js", "vendor/preact.js"} <= names
    total = len(get("/till", **{"Accept-Encoding": "gzip"})["body"])
    for name in names:
        reply = get(f"{assets()}/{name}", **{"Accept-Encoding": "br, gzip"})
        total += len(reply["body"])

    assert total <= 60_000


def test_the_page_asks_for_all_its_modules_at_once() -> None:
    """One import after the other would cost a round trip each."""
    page = get("/till")["body"].decode()
    named = set(re.findall(r'rel="modulepreload" href="/assets/[0-9a-f]+/([^"]+)"', page))
    assert named | {"till/main.js", "till/decoder.js"} == loaded_at_start("till/main.js")


def loaded_at_start(module: str) -> set[str]:
    """The module and all that it imports before it runs; what `import()` fetches comes later."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        text = (STATIC / name).read_text(encoding="utf-8")
        for address in re.findall(
            r"^(?:import|export)\b[^;]*?from '(\.[^']+)'", text, re.MULTILINE
        ):
            path = (STATIC / name).parent.joinpath(address).resolve()
            waiting.append(path.relative_to(STATIC.resolve()).as_posix())
    return found


def test_the_worker_keeps_all_that_the_page_needs_to_start_without_network() -> None:
    text = get("/till/sw.js")["body"].decode()
    release = json.loads(text.split("const RELEASE = ", 1)[1].split(";\n", 1)[0])

    assert release["page"] == "/till"
    for name in (
        "till/main.js",
        "till/fr.json",
        "vendor/preact.js",
        "vendor/zxing/zxing_reader.wasm",
    ):
        assert f"{assets()}/{name}" in release["files"]
    for file in release["files"]:
        assert get(file)["statusCode"] == 200
    assert get("/till/sw.js")["headers"]["Service-Worker-Allowed"] == "/till"


def test_vendored_files_are_the_reviewed_ones() -> None:
    hashes = json.loads((ROOT / "requirements" / "web" / "hashes.json").read_text("utf-8"))

    assert set(hashes) == set(vendor.FILES)
    for name, expected in hashes.items():
        found = get(f"{assets()}/vendor/{name}")["body"]
        assert hashlib.sha256(found).hexdigest() == expected


def test_the_wasm_is_the_one_that_its_library_names() -> None:
    library = (STATIC / "vendor" / "zxing" / "reader" / "index.js").read_text("utf-8")
    library += (STATIC / "vendor" / "zxing" / "share.js").read_text("utf-8")
    wasm = (STATIC / "vendor" / "zxing" / "zxing_reader.wasm").read_bytes()

    assert hashlib.sha256(wasm).hexdigest() in library
