"""Serves the till's own files, the other scanners and canned answers of the API, on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tessera.entrypoints.web_files import PAGE_POLICY, Site
from tools.vendor.files import ROOT, packages

STATIC: Final = ROOT / "functions" / "web" / "static"
HERE: Final = Path(__file__).parent
PEERS: Final = {
    "/peer/html5-qrcode.js": "html5-qrcode/html5-qrcode.min.js",
    "/peer/qr-scanner.js": "qr-scanner/qr-scanner.min.js",
    "/peer/qr-scanner-worker.min.js": "qr-scanner/qr-scanner-worker.min.js",
}
# The other scanners need more than the till allows its own page.
PEER_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data: blob:"
)
_TILL: Final = {"id": "till_0123456789ab", "name": "T", "store": "paris", "training": False}
_SETUP: Final = {
    "now": "2026-11-28T09:00:00Z",
    "till": {"id": "till_0123456789ab", "name": "T", "training": False},
    "live": False,
    "scopes": ["scans"],
    "stores": ["paris"],
    "programmes": [{"programme": "p", "name": "P", "currency": "EUR", "zone": "Europe/Paris"}],
    "code_keys": [],
}
_CLERKS: Final = {"clerks": [{"id": "clk_1", "name": "Zoé", "status": "active"}]}
_SHIFT: Final = {
    "session": "ses_1",
    "clerk": "clk_1",
    "name": "Zoé",
    "opened_at": "2026-11-28T09:00:00Z",
    "ends_at": "2098-01-01T00:00:00Z",
}
_SCAN: Final[dict[str, object]] = {
    "member_id": "mem_1",
    "greeting": "Camille D.",
    "language": "en",
    "birthday": None,
    "accounts": [],
}


class _Handler(BaseHTTPRequestHandler):
    site = Site(STATIC)
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing: the figures are what is to be read."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        parts = path.strip("/").split("/")
        if path == "/v1/setup":
            self._json(_SETUP)
        elif path == "/v1/stores/paris/clerks":
            self._json(_CLERKS)
        elif parts[0] == "assets":
            self._file(self.site.asset(parts[1], "/".join(parts[2:])))
        elif path == "/till":
            self._file(self.site.page("till"))
        elif path in PEERS:
            self._send((packages() / PEERS[path]).read_bytes(), "text/javascript", {})
        elif len(parts) == 2 and parts[0] == "bench":
            policy = PAGE_POLICY if parts[1].startswith("tessera") else PEER_POLICY
            text = (HERE / "pages" / parts[1]).read_text(encoding="utf-8")
            text = text.replace("{{assets}}", f"/assets/{self.site.release}")
            kind = "text/javascript" if parts[1].endswith(".js") else "text/html; charset=utf-8"
            self._send(text.encode(), kind, {"Content-Security-Policy": policy})
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {"/v1/tills/enrol": _TILL, "/v1/clerk-sessions": _SHIFT}
        self._json(told.get(self.path, _SCAN))

    def _json(self, body: object) -> None:
        self._send(json.dumps(body).encode(), "application/json", {})

    def _file(self, file: Any) -> None:
        if file is None:
            self.send_error(404)
            return
        headers = dict(file.headers)
        body = file.body
        taken = self.headers.get("Accept-Encoding", "")
        for encoding in ("br", "gzip"):
            if encoding in file.compressed and encoding in taken:
                headers["Content-Encoding"], body = encoding, file.compressed[encoding]
                break
        self._send(body, file.media_type, headers)

    def _send(self, body: bytes, media_type: str, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {**headers, "Content-Type": media_type}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving() -> Iterator[str]:
    """The address of the server, while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
