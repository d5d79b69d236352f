"""The HTTP side of the Google stand-in: REST, token endpoint, save links, control and views."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tools import testpki
from tools.google_standin.api import ROUTES, Call, WalletApi
from tools.google_standin.callbacks import CallbackSender
from tools.google_standin.credentials import SCOPE, OAuthError, ServiceAccount
from tools.google_standin.errors import ApiError
from tools.google_standin.saving import Shelf
from tools.google_standin.store import PlannedFailure, Store, Stored

LOOPBACK: Final = "127.0.0.1"
API_PREFIX: Final = "/walletobjects/v1/"
BODY_BYTES_MAX: Final = 1_000_000
WAIT_S_MAX: Final = 60.0
DEFAULT_USER: Final = "android@example.test"
KINDS: Final = frozenset({"loyaltyClass", "loyaltyObject"})
_PAGE: Final = Path(__file__).with_name("objects.html")


class GoogleStandin:
    """The service in threads of this process: `with GoogleStandin(state_dir) as google`.

    `url` is the base of everything: `<url>/walletobjects/v1`, `<url>/token`, `<url>/save`.
    """

    def __init__(self, state_dir: Path, port: int = 0, *, keep: bool = False) -> None:
        paths = testpki.ensure(state_dir)
        directory = state_dir / "google"
        self.store = Store(directory / "objects.json" if keep else None)
        self.account = ServiceAccount.read(paths.service_account, testpki.GOOGLE_ISSUER_ID)
        self.callbacks = CallbackSender(self.account.issuer_id, directory)
        self.shelf = Shelf(self.store, self.account)
        self._server = _Server((LOOPBACK, port), _Handler)
        self._server.google = self
        real_port = self._server.server_address[1]
        self.url = f"http://{LOOPBACK}:{real_port}"
        self.token_uris = frozenset({f"{self.url}/token", f"http://localhost:{real_port}/token"})
        self.api = WalletApi(self.store, self.account, f"{self.url}/save")
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def start(self) -> None:
        """Serve in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and write the objects down."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.store.save()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    google: GoogleStandin


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write per answer: two of them would wait for each other's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    @property
    def _google(self) -> GoogleStandin:
        return self.server.google

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent: the service keeps a log of its own."""

    def _answer(self, status: int, content: object) -> None:
        self._send(status, "application/json; charset=UTF-8", json.dumps(content).encode("utf-8"))

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _read_body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            # What follows cannot be told from the next request.
            self.close_connection = True
            raise ApiError(400, "Request payload size exceeds the limit.")
        return self.rfile.read(int(length))

    def _read_json(self) -> dict[str, Any]:
        raw = self._read_body()
        try:
            content = json.loads(raw) if raw else {}
        except ValueError as error:
            raise ApiError(400, "Invalid JSON payload received.") from error
        if not isinstance(content, dict):
            raise ApiError(400, "Invalid JSON payload received. Expected an object.")
        return content

    def _handle(self) -> None:
        target = urlsplit(self.path)
        query = dict(parse_qsl(target.query))
        if target.path.startswith(API_PREFIX):
            self._call_api(target.path, query)
            return
        try:
            self._serve_plain(target.path, query)
        except ApiError as error:
            self._answer(error.status, error.body())
        except OAuthError as error:
            self._answer(400, {"error": error.error, "error_description": error.description})

    # The base class looks these names up.
    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815

    def _call_api(self, path: str, query: dict[str, str]) -> None:
        store = self._google.store
        call = Call({}, query)
        try:
            call.body = self._read_json()
            answer = self._dispatch(path, call)
        except ApiError as error:
            store.record(
                self.command, path, error.status, error.reason, error.message, call.warnings
            )
            self._answer(error.status, error.body())
            return
        store.record(self.command, path, 200, None, None, call.warnings)
        self._answer(200, answer)

    def _dispatch(self, path: str, call: Call) -> dict[str, Any]:
        google = self._google
        if not google.store.take_call():
            raise ApiError(
                429,
                "Quota exceeded for quota metric 'Requests' and limit "
                "'Requests per second' of service 'walletobjects.googleapis.com'.",
            )
        failure = google.store.take_failure(path)
        if failure is not None:
            raise ApiError(failure.status, failure.message)
        scopes = google.account.scopes_of(self.headers.get("Authorization"))
        if scopes is None:
            raise ApiError(
                401,
                "Request had invalid authentication credentials. "
                "Expected OAuth 2 access token, login cookie or other valid "
                "authentication credential.",
            )
        if SCOPE not in scopes:
            raise ApiError(403, "Request had insufficient authentication scopes.")
        kind, _, rest = path.removeprefix(API_PREFIX).partition("/")
        if (self.command, kind, rest) == ("POST", "jwt", ""):
            return google.api.insert_jwt(call)
        if (self.command, kind, rest) == ("POST", "jwt", "validate"):
            return google.api.validate_jwt(call)
        identifier, _, action = rest.partition("/")
        route = ROUTES.get((self.command, bool(identifier), action))
        if kind not in KINDS or route is None:
            raise ApiError(404, "Requested entity was not found.")
        if self.command in {"POST", "PATCH", "PUT"} and not self._is_json():
            raise ApiError(400, "Content-Type must be application/json.")
        return route(google.api, kind, unquote(identifier), call)

    def _is_json(self) -> bool:
        return self.headers.get("Content-Type", "").partition(";")[0] == "application/json"

    def _serve_plain(self, path: str, query: dict[str, str]) -> None:
        if path.startswith("/save/") and self.command == "GET":
            self._save(path.removeprefix("/save/"))
            return
        plain: dict[tuple[str, str], Callable[[dict[str, str]], None]] = {
            ("GET", "/health"): lambda _: self._answer(200, {"status": "ok"}),
            ("POST", "/token"): self._grant_token,
            ("GET", "/gp/m/issuer/keys"): lambda _: self._answer(
                200, self._google.callbacks.root_keys()
            ),
            ("GET", "/objects"): self._show_objects,
            ("GET", "/changes"): self._wait_for_changes,
            ("GET", "/log"): self._show_log,
            ("DELETE", "/log"): self._clear_log,
            ("GET", "/notifications"): self._show_notifications,
            ("GET", "/callbacks"): lambda _: self._answer(
                200, {"callbacks": self._google.callbacks.sent}
            ),
            ("POST", "/control"): self._control,
            ("POST", "/remove"): self._remove,
        }
        serve = plain.get((self.command, path))
        if serve is None:
            raise ApiError(404, "The requested URL was not found on this server.")
        serve(query)

    def _grant_token(self, _: dict[str, str]) -> None:
        form = dict(parse_qsl(self._read_body().decode("utf-8", "replace")))
        if self.headers.get_content_type() != "application/x-www-form-urlencoded":
            raise OAuthError("invalid_request", "The body must be a form.")
        self._answer(200, self._google.account.grant(form, self._google.token_uris))

    def _user(self) -> str:
        return self.headers.get("X-Wallet-User", DEFAULT_USER)

    def _save(self, token: str) -> None:
        saved, warnings = self._google.shelf.save(token, self._user())
        for stored in saved:
            self._call_back("save", stored)
        if "application/json" in self.headers.get("Accept", ""):
            views = [self._view(stored) for stored in saved]
            self._answer(200, {"objects": views, "warnings": warnings})
            return
        self._send(200, "text/html; charset=utf-8", _PAGE.read_bytes())

    def _remove(self, _: dict[str, str]) -> None:
        body = self._read_json()
        stored = self._google.shelf.remove(str(body.get("object_id")), self._user())
        self._call_back("del", stored)
        self._answer(200, {})

    def _call_back(self, event: str, stored: Stored) -> None:
        class_id = stored.resource["classId"]
        parent = self._google.store.classes[class_id].resource
        url = parent.get("callbackOptions", {}).get("url")
        if url:
            self._google.callbacks.send_later(url, event, class_id, stored.resource["id"])

    def _view(self, stored: Stored) -> dict[str, Any]:
        parent = self._google.store.classes.get(stored.resource["classId"])
        return {
            "object": stored.resource,
            "class": parent.resource if parent else None,
            "version": max(stored.version, parent.version if parent else 0),
            "users": stored.users,
        }

    def _show_objects(self, query: dict[str, str]) -> None:
        if "application/json" not in self.headers.get("Accept", ""):
            self._send(200, "text/html; charset=utf-8", _PAGE.read_bytes())
            return
        store = self._google.store
        with store.lock:
            views = [
                self._view(stored)
                for name, stored in store.objects.items()
                if query.get("id") in {None, name}
            ]
        self._answer(200, {"objects": views})

    def _wait_for_changes(self, query: dict[str, str]) -> None:
        try:
            after = int(query.get("after", "0"))
            timeout_s = min(float(query.get("timeout_s", "25")), WAIT_S_MAX)
        except ValueError as error:
            raise ApiError(400, "after and timeout_s must be numbers") from error
        seq, changed = self._google.store.wait_for_change(after, timeout_s)
        self._answer(200, {"seq": seq, "changed": changed})

    def _show_log(self, _: dict[str, str]) -> None:
        with self._google.store.lock:
            lines = [asdict(line) for line in self._google.store.log]
        self._answer(200, {"calls": lines})

    def _clear_log(self, _: dict[str, str]) -> None:
        self._google.store.log.clear()
        self._answer(200, {})

    def _show_notifications(self, _: dict[str, str]) -> None:
        with self._google.store.lock:
            lines = [asdict(line) for line in self._google.store.notifications]
        self._answer(200, {"notifications": lines})

    def _control(self, _: dict[str, str]) -> None:
        body = self._read_json()
        unknown = body.keys() - {"rate_per_second", "strict_lengths", "fail_next"}
        if unknown:
            raise ApiError(400, f"no such switch: {min(unknown)}")
        switches = self._google.store.switches
        if "rate_per_second" in body:
            switches.rate_per_second = body["rate_per_second"]
        if "strict_lengths" in body:
            switches.strict_lengths = bool(body["strict_lengths"])
        if "fail_next" in body:
            switches.failures = [PlannedFailure(**item) for item in body["fail_next"]]
        self._answer(200, asdict(switches))
