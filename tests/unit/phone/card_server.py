"""A small web service for one card, right in every point unless a test breaks one."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.unit.phone.card_maker import SERIAL, TOKEN, Draft, document
from tools import testpki

MEDIA_TYPE = "application/vnd.apple.pkpass"


@dataclass(slots=True)
class Reply:
    """An answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(status: int, content: object) -> Reply:
    return Reply(status, json.dumps(content).encode(), {"Content-Type": "application/json"})


class CardServer:
    """Serves a card and its changes. `broken` maps a call's name to replies given instead."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.document_changes: dict[str, Any] = {}
        self.version = 1
        self.registrations: dict[tuple[str, str], str] = {}
        self.logs: list[str] = []
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.broken: dict[str, list[Reply]] = {}
        handler = type("Handler", (_Handler,), {"card_server": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def change(self, **changes: Any) -> None:
        """Give the card another content and a later version."""
        self.document_changes.update(changes)
        self.version += 1

    def card(self, **changes: Any) -> Reply:
        """The card as it stands, with everything a phone wants."""
        content = document(
            **{"webServiceURL": f"{self.url}/apple", **self.document_changes, **changes}
        )
        headers = {"Content-Type": MEDIA_TYPE, "Last-Modified": self.last_modified()}
        return Reply(200, self.draft.changed(document=content).build(), headers)

    def last_modified(self, version: int | None = None) -> str:
        # One second apart, because HTTP dates know no finer step.
        return formatdate(1_800_000_000 + (version or self.version), usegmt=True)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        name = self._name(method, path)
        self.asked.append((name, path, headers))
        if self.broken.get(name):
            return self.broken[name].pop(0)
        return self._right_answer(name, path, headers, body)

    @staticmethod
    def _name(method: str, path: str) -> str:
        parts = urlsplit(path).path.split("/")
        if parts[1] == "cards":
            return "download"
        if parts[-1] == "log":
            return "log"
        if parts[3] == "passes":
            return "fetch"
        return {"POST": "register", "DELETE": "unregister", "GET": "changes"}[method]

    def _right_answer(self, name: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if name == "download":
            return self.card()
        if name == "log":
            self.logs.extend(json.loads(body)["logs"])
            return Reply(200)
        needs_token = name != "changes"
        if needs_token and headers.get("authorization") != f"ApplePass {TOKEN}":
            return Reply(401)
        parts = urlsplit(path).path.split("/")
        if name == "register":
            assert parts[-2:] == [testpki.PASS_TYPE_IDENTIFIER, SERIAL]
            key = (parts[4], parts[-1])
            status = 200 if key in self.registrations else 201
            self.registrations[key] = json.loads(body)["pushToken"]
            return Reply(status)
        if name == "unregister":
            del self.registrations[(parts[4], parts[-1])]
            return Reply(200)
        return self._card_answer(name, path, headers)

    def _card_answer(self, name: str, path: str, headers: dict[str, str]) -> Reply:
        if name == "changes":
            since = int(parse_qs(urlsplit(path).query).get("passesUpdatedSince", ["0"])[0])
            if since >= self.version:
                return Reply(204)
            return json_reply(200, {"serialNumbers": [SERIAL], "lastUpdated": str(self.version)})
        if headers.get("if-modified-since") == self.last_modified():
            return Reply(304)
        return self.card()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    card_server: CardServer

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.card_server.answer(self.command, self.path, headers, body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_DELETE = _handle  # noqa: N815
