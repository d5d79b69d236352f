"""The phone page: both phones on one screen, changing live, without any foreign host."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tools import http_client
from tools.phone.android import AndroidPhone
from tools.phone.iphone import IPhone
from tools.phone.refusal import Refused
from tools.phone.views import apple_view, google_view, latest_events

LOOPBACK: Final = "127.0.0.1"
BODY_BYTES_MAX: Final = 100_000
HEARTBEAT_S: Final = 15.0
EVENTS_SHOWN: Final = 40
_WAIT_S: Final = 20.0
_RETRY_S: Final = 2.0
_PAGE: Final = Path(__file__).with_name("page")
_FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/app.js": ("app.js", "text/javascript; charset=utf-8"),
    "/texts.js": ("texts.js", "text/javascript; charset=utf-8"),
    "/style.css": ("style.css", "text/css; charset=utf-8"),
}
_POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


class PhonePage:
    """Serves the page and keeps both phones awake: `with PhonePage(...) as page`."""

    def __init__(
        self, iphone: IPhone, android: AndroidPhone, state_file: Path | None, port: int = 0
    ) -> None:
        self.iphone = iphone
        self.android = android
        self._state_file = state_file
        self._version = 0
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._card_added = threading.Event()
        self._server = _Server((LOOPBACK, port), _Handler)
        self._server.page = self
        self.url = f"http://{LOOPBACK}:{self._server.server_address[1]}"
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._serve, self._follow_apple, self._follow_google)
        ]

    def __enter__(self) -> Self:
        if self._state_file is not None and self._state_file.exists():
            self.iphone.load(self._state_file)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._card_added.set()
        self._server.shutdown()
        self._server.server_close()
        self.save()

    def save(self) -> None:
        """Write the iPhone down; Google keeps the Android passes itself."""
        if self._state_file is not None:
            self.iphone.save(self._state_file)

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.1)

    def announce(self) -> None:
        """Tell every open page that something is new."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def wait_for_news(self, after: int, timeout_s: float) -> int:
        """The number of the newest state, waiting for one above `after`."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > after, timeout_s)
            return self._version

    def state(self) -> dict[str, Any]:
        """Everything the page draws."""
        return {
            "apple": [apple_view(card) for card in self.iphone.cards],
            "google": [google_view(card) for card in self.android.cards],
            "events": latest_events(self.iphone.timeline, self.android.timeline, EVENTS_SHOWN),
        }

    def add(self, wallet: str, link: str) -> None:
        """Add a card by its link. Raises Refused, or OSError when a stand-in is away."""
        try:
            if wallet == "apple":
                self.iphone.add_card(link)
                self.save()
            else:
                self.android.add_card(link)
        finally:
            self._card_added.set()
            self.announce()

    def remove(self, wallet: str, identifier: str) -> None:
        """Delete a card from its phone."""
        try:
            if wallet == "apple":
                self.iphone.remove_card(identifier)
                self.save()
            else:
                self.android.remove_card(identifier)
        finally:
            self.announce()

    def _pause(self) -> None:
        self._stopping.wait(_RETRY_S)

    def _follow_apple(self) -> None:
        try:
            # A push may have come while the phone was off.
            self.iphone.refresh()
        except (Refused, OSError):
            self._pause()
        while not self._stopping.is_set():
            if self.iphone.push_token is None:
                self._card_added.wait()
                self._card_added.clear()
                continue
            self._follow(self.iphone.wait_for_change, self.save)

    def _follow_google(self) -> None:
        restored = False
        while not self._stopping.is_set():
            if not restored:
                try:
                    self.android.restore()
                except (OSError, ValueError):
                    self._pause()
                    continue
                restored = True
                self.announce()
            self._follow(self.android.wait_for_change, lambda: None)

    def _follow(self, wait: Callable[[float], object], then: Callable[[], None]) -> None:
        """Wait for one change and show it. A server that breaks a rule is shown, too."""
        try:
            wait(_WAIT_S)
        except TimeoutError:
            return
        except (Refused, OSError, ValueError):
            self._pause()
        then()
        self.announce()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    page: PhonePage

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no trouble; anything else is told as always."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent: the page shows the phone's own log."""

    def _send(self, status: int, content_type: str, body: bytes, caching: str = "no-store") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("Cache-Control", caching)
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, status: int, content: object) -> None:
        self._send(status, "application/json", json.dumps(content, default=str).encode("utf-8"))

    def _is_ours(self) -> bool:
        """A page elsewhere must not reach this server through a name it made point here."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        return host in {"127.0.0.1", "localhost"}

    def do_GET(self) -> None:
        """Files, state, events, images."""
        target = urlsplit(self.path)
        page = self.server.page
        if not self._is_ours():
            self._answer(403, {"error": "only for this machine"})
        elif target.path in _FILES:
            name, content_type = _FILES[target.path]
            self._send(200, content_type, (_PAGE / name).read_bytes())
        elif target.path == "/health":
            self._answer(200, {"status": "ok"})
        elif target.path == "/state":
            self._answer(200, page.state())
        elif target.path == "/events":
            self._stream(page)
        elif target.path.startswith("/images/"):
            self._send_image(page, target.path)
        elif target.path == "/remote":
            self._send_remote(dict(parse_qsl(target.query)).get("url", ""))
        else:
            self._answer(404, {"error": "no such page"})

    def _send_image(self, page: PhonePage, path: str) -> None:
        serial, _, name = unquote(path.removeprefix("/images/")).rpartition("/")
        for card in page.iphone.cards:
            data = card.image(name) if card.serial_number == serial else None
            if data is not None:
                # Its address changes with its content, so the browser may keep it.
                self._send(200, "image/png", data, "private, max-age=3600")
                return
        self._answer(404, {"error": "no such image"})

    def _send_remote(self, url: str) -> None:
        """An image of a Google pass, fetched here so that the page asks no other host."""
        host = urlsplit(url).hostname or ""
        if http_client.connect_address(host) != LOOPBACK:
            self._answer(404, {"error": "images of other machines are not fetched"})
            return
        try:
            response = http_client.send("GET", url, timeout_s=10)
        except (OSError, ValueError):
            self._answer(404, {"error": "the image cannot be fetched"})
            return
        content_type = response.headers.get("content-type", "")
        if response.status != 200 or not content_type.startswith("image/"):
            self._answer(404, {"error": "that is no image"})
            return
        self._send(200, content_type, response.body)

    def _stream(self, page: PhonePage) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        seen = -1
        try:
            while True:
                newest = page.wait_for_news(seen, HEARTBEAT_S)
                if newest == seen:
                    self.wfile.write(b": still here\n\n")
                else:
                    state = json.dumps(page.state(), default=str)
                    self.wfile.write(f"data: {state}\n\n".encode())
                    seen = newest
                self.wfile.flush()
        except OSError:
            return  # The browser closed the page.

    def do_POST(self) -> None:
        """Add or remove a card: `{"wallet": "apple" | "google", "link" | "id": …}`."""
        length = self.headers.get("Content-Length", "0")
        # JSON alone: a form of another site cannot send it without asking first.
        if (
            not self._is_ours()
            or self.headers.get_content_type() != "application/json"
            or not length.isdecimal()
            or int(length) > BODY_BYTES_MAX
        ):
            self.close_connection = True
            self._answer(403, {"error": "only for this page"})
            return
        try:
            body = json.loads(self.rfile.read(int(length)))
            wallet, path = body["wallet"], urlsplit(self.path).path
            if wallet not in {"apple", "google"} or path not in {"/cards", "/cards/remove"}:
                raise KeyError(wallet)
            if path == "/cards":
                self.server.page.add(wallet, str(body["link"]))
            else:
                self.server.page.remove(wallet, str(body["id"]))
        except (ValueError, KeyError, TypeError):
            self._answer(400, {"error": "not understood"})
        except Refused as refusal:
            self._answer(422, {"error": refusal.detail, "code": refusal.code})
        except LookupError as error:
            self._answer(404, {"error": str(error)})
        except OSError as error:
            self._answer(502, {"error": str(error)})
        else:
            self._answer(200, {})
