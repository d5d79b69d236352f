"""The deployed handlers behind a plain HTTP server, one process that can be killed.

Routes, authorizer and functions are the deployed ones; the table is whatever
`AWS_ENDPOINT_URL_DYNAMODB` names. The stack's keys come from the environment here, because a
table alone has no Secrets Manager beside it.
"""

from __future__ import annotations

import argparse
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from functions.admin_api import app as admin_api
from functions.authorizer import app as authorizer
from functions.till_api import app as till_api
from tessera import bootstrap
from tests.fakes.gateway import Gateway, event

KEYS = {
    "lookup": "1a" * 32,
    "card_token": {"1": "2b" * 32},
    "card_link": {"1": "3c" * 32},
    "cursor": "4d" * 32,
}


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    vars(bootstrap)["read_secret"] = lambda _: json.dumps(KEYS)
    gateway = Gateway(
        {"till_api": till_api.handler, "admin_api": admin_api.handler}, authorizer.handler
    )
    # A Lambda process answers one request at a time, and so do its handlers.
    turn = threading.Lock()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length).decode() if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            with turn:
                answer: dict[str, Any] = gateway.answer(
                    event(self.command, self.path, text, headers)
                )
            body = str(answer.get("body") or "").encode()
            self.send_response(answer["statusCode"])
            for name, value in (answer.get("headers") or {}).items():
                self.send_header(name, str(value))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing: the kills are the story."""

    ThreadingHTTPServer(("127.0.0.1", options.port), Door).serve_forever()


if __name__ == "__main__":
    main()
