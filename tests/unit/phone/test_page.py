"""The phone page serves both phones' cards, adds them by link and tells changes at once."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.apns_standin.sender import Sender
from tests.unit.phone.card_maker import CODE, SERIAL, Draft, fields
from tests.unit.phone.card_server import CardServer, Reply
from tests.unit.phone.test_android import OBJECT_ID, fill, save_token
from tools import testpki
from tools.apns_standin.server import ApnsStandin
from tools.google_standin.server import GoogleStandin
from tools.http_client import Response, send, send_json
from tools.phone.android import AndroidPhone
from tools.phone.iphone import IPhone, Settings
from tools.phone.page_server import PhonePage

QUICK = Settings(retry_waits_s=(), strict=False)


@pytest.fixture
def google(state_dir: Path) -> Iterator[GoogleStandin]:
    with GoogleStandin(state_dir) as standin:
        fill(standin)
        yield standin


@pytest.fixture
def apns(state_dir: Path) -> Iterator[ApnsStandin]:
    with ApnsStandin(state_dir) as standin:
        yield standin


@pytest.fixture
def server(draft: Draft) -> Iterator[CardServer]:
    with CardServer(draft) as running:
        yield running


@pytest.fixture
def page(
    server: CardServer,
    apns: ApnsStandin,
    google: GoogleStandin,
    paths: testpki.Paths,
    tmp_path: Path,
) -> Iterator[PhonePage]:
    iphone = IPhone(server.url, apns.control_url, paths.root, settings=QUICK)
    android = AndroidPhone(server.url, google.url)
    with PhonePage(iphone, android, tmp_path / "iphone.json") as running:
        yield running


def add(page: PhonePage, wallet: str, link: str) -> Response:
    return send_json("POST", f"{page.url}/cards", {"wallet": wallet, "link": link})


def state(page: PhonePage) -> Any:
    return send_json("GET", f"{page.url}/state").json()


def test_the_page_asks_no_foreign_host(page: PhonePage) -> None:
    for path in ("/", "/app.js", "/texts.js", "/style.css"):
        response = send("GET", page.url + path)
        assert response.status == 200
        assert response.headers["content-security-policy"].startswith("default-src 'self'")
        text = response.body.decode().replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text
        assert "https://" not in text


def test_a_card_is_added_by_its_link_and_drawn_in_both_languages(page: PhonePage) -> None:
    assert add(page, "apple", "/cards/whatever").status == 200
    (card,) = state(page)["apple"]
    assert card["id"] == SERIAL
    assert card["background"] == "#204060"
    assert card["texts"]["fr"]["groups"]["headerFields"][0]["label"] == "Points"
    assert (card["barcode"]["alt"], card["barcode"]["size"]) == (CODE, 21 + 2 * 4)
    image = send("GET", page.url + card["images"]["strip"])
    assert (image.status, image.headers["content-type"]) == (200, "image/png")


def test_an_android_pass_is_added_by_its_link(
    page: PhonePage, google: GoogleStandin, state_dir: Path
) -> None:
    assert add(page, "google", f"{google.url}/save/{save_token(state_dir)}").status == 200
    (card,) = state(page)["google"]
    assert card["id"] == OBJECT_ID
    assert {"key": "loyaltyPoints", "label": "Points", "text": "42"} in card["texts"]["en"]["lines"]


def test_a_refused_card_is_told_with_its_reason(page: PhonePage, server: CardServer) -> None:
    server.broken["download"] = [Reply(404)]
    response = add(page, "apple", "/cards/nobody")
    assert (response.status, response.json()["code"]) == (422, "download")


def test_an_open_page_is_told_of_a_change_at_once(
    page: PhonePage, server: CardServer, apns: ApnsStandin, paths: testpki.Paths
) -> None:
    add(page, "apple", "/cards/whatever")
    connection = http.client.HTTPConnection(page.url.removeprefix("http://"), timeout=30)
    connection.request("GET", "/events")
    with connection.getresponse() as stream:
        assert points(next_state(stream)) == "42"
        server.change(storeCard=fields(points=84))
        with Sender(apns.url, paths.tls_root, paths.pass_certificate, paths.pass_key) as sender:
            for token in server.registrations.values():
                sender.push(token)
        while points(next_state(stream)) != "84":
            continue
    connection.close()


def next_state(stream: http.client.HTTPResponse) -> Any:
    while not (line := stream.readline()).startswith(b"data: "):
        assert line
    return json.loads(line.removeprefix(b"data: "))


def points(shown: Any) -> str:
    text: str = shown["apple"][0]["texts"]["en"]["groups"]["headerFields"][0]["text"]
    return text


def test_a_card_is_removed_from_the_page(page: PhonePage, server: CardServer) -> None:
    add(page, "apple", "/cards/whatever")
    body = {"wallet": "apple", "id": SERIAL}
    assert send_json("POST", f"{page.url}/cards/remove", body).status == 200
    assert state(page)["apple"] == []
    assert server.registrations == {}
    assert send_json("POST", f"{page.url}/cards/remove", body).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json", "Host": "evil.example:80"},
    ],
)
def test_another_sites_page_may_not_add_cards(page: PhonePage, headers: dict[str, str]) -> None:
    body = json.dumps({"wallet": "apple", "link": "/cards/whatever"}).encode()
    assert send("POST", f"{page.url}/cards", headers=headers, body=body).status == 403


def test_images_of_other_machines_are_not_fetched(page: PhonePage) -> None:
    response = send("GET", f"{page.url}/remote?url=https%3A%2F%2Fcards.example%2Flogo.png")
    assert response.status == 404
