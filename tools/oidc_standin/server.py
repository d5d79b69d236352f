"""The provider over HTTP: its description and keys, a sign-in page, and tokens.

Signing in is the authorization code flow with PKCE (RFC 7636), as browsers do it. For commands
there is `POST /demo/token`, which no real provider has: it gives a token to whoever names a
person, and is why this program listens on loopback only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import secrets
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tools.oidc_standin.keys import TOKEN_LIFE_S, SigningKeys, claims_of
from tools.oidc_standin.people import AUDIENCE, PEOPLE, Person

HOST: Final = "127.0.0.1"
BODY_BYTES_MAX: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class _Code:
    """An authorization code that was given to a browser and not yet exchanged."""

    person: Person
    redirect_uri: str
    challenge: str
    nonce: str


class OidcStandin:
    """The provider, listening on loopback at `port` (0: any) for the time of a `with` block."""

    def __init__(self, state_dir: Path, port: int = 0) -> None:
        self.keys = SigningKeys(state_dir / "oidc")
        self._codes: dict[str, _Code] = {}
        self._lock = threading.Lock()
        standin = self

        class Handler(_Handler):
            provider = standin

        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def issuer(self) -> str:
        """The address of the provider, which is also its name in tokens."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def token(self, person: str) -> str:
        """A token for one of the demo staff."""
        return self.keys.sign(claims_of(PEOPLE[person], self.issuer))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def description(self) -> dict[str, Any]:
        """The discovery document (OpenID Connect Discovery 1.0)."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def code_for(self, person: Person, asked: dict[str, str]) -> str:
        """A code that can be exchanged once."""
        code = secrets.token_urlsafe(24)
        found = _Code(
            person,
            asked["redirect_uri"],
            asked.get("code_challenge", ""),
            asked.get("nonce", ""),
        )
        with self._lock:
            self._codes[code] = found
        return code

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code, where the verifier fits its challenge; None where not."""
        with self._lock:
            found = self._codes.pop(form.get("code", ""), None)
        if found is None or form.get("redirect_uri") != found.redirect_uri:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if not found.challenge or not hmac.compare_digest(challenge, found.challenge):
            return None
        claims = claims_of(found.person, self.issuer)
        return {
            "access_token": self.keys.sign(claims),
            "id_token": self.keys.sign({**claims, "nonce": found.nonce}),
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE_S,
        }


class _Handler(BaseHTTPRequestHandler):
    provider: OidcStandin
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Discovery, keys and the sign-in page."""
        parts = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        match parts.path:
            case "/.well-known/openid-configuration":
                self._json(200, self.provider.description())
            case "/jwks":
                self._json(200, self.provider.keys.published())
            case "/authorize":
                self._authorize(asked)
            case "/":
                self._page(_welcome())
            case _:
                self._json(404, {"error": "not_found"})

    def do_POST(self) -> None:
        """The choice of a person, the exchange of a code, and what demos and tests need."""
        form = self._form()
        match urlsplit(self.path).path:
            case "/authorize":
                self._authorize(form)
            case "/token":
                tokens = self.provider.exchange(form)
                self._json(200, tokens) if tokens else self._json(400, {"error": "invalid_grant"})
            case "/demo/token":
                person = form.get("person", "")
                if person not in PEOPLE:
                    self._json(404, {"error": "unknown_person", "people": sorted(PEOPLE)})
                    return
                self._json(200, {"access_token": self.provider.token(person)})
            case "/demo/rotate":
                self._json(200, {"kid": self.provider.keys.rotate(form.get("kind", "RSA"))})
            case _:
                self._json(404, {"error": "not_found"})

    def _authorize(self, asked: dict[str, str]) -> None:
        redirect = asked.get("redirect_uri", "")
        wrong = (
            asked.get("response_type") != "code"
            or asked.get("client_id") != AUDIENCE
            or asked.get("code_challenge_method") != "S256"
            or not redirect.startswith(("http://", "https://"))
        )
        if wrong:
            self._json(400, {"error": "invalid_request"})
            return
        person = PEOPLE.get(asked.get("person", ""))
        if person is None:
            self._page(_choice(asked))
            return
        code = self.provider.code_for(person, asked)
        answer = urlencode({"code": code, "state": asked.get("state", "")})
        self.send_response(302)
        self.send_header("Location", f"{redirect}{'&' if '?' in redirect else '?'}{answer}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _form(self) -> dict[str, str]:
        length = min(int(self.headers.get("Content-Length") or 0), BODY_BYTES_MAX)
        content = self.rfile.read(length).decode("utf-8", "replace")
        return {name: values[-1] for name, values in parse_qs(content).items()}

    def _json(self, status: int, content: Any) -> None:
        self._send(status, "application/json", json.dumps(content).encode())

    def _page(self, content: str) -> None:
        self._send(200, "text/html; charset=utf-8", content.encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        # The faces of the stack exchange their codes from another origin, as with any provider.
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Addresses carry codes: nothing is logged."""


_HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in (stand-in)</title>'
    '<meta name="viewport" content="width=device-width"><style>body{font:1.1rem system-ui;'
    "max-width:28rem;margin:3rem auto;padding:0 1rem}button{display:block;width:100%;"
    "min-height:44px;margin:.5rem 0;font:inherit}</style><h1>Demo staff / Équipe de démo</h1>"
)


def _welcome() -> str:
    rows = "".join(
        f"<li><code>{person.id}</code>: {html.escape(person.name)}, "
        f"{', '.join(person.roles) or 'no role'}</li>"
        for person in PEOPLE.values()
    )
    return f"{_HEAD}<p>A stand-in for the identity provider of the laptop stack.</p><ul>{rows}</ul>"


def _choice(asked: dict[str, str]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in asked.items()
        if name != "person"
    )
    buttons = "".join(
        f'<button name="person" value="{person.id}">{html.escape(person.name)} '
        f"({', '.join(person.roles) or 'no role'})</button>"
        for person in PEOPLE.values()
    )
    return f'{_HEAD}<form method="post" action="/authorize">{hidden}{buttons}</form>'
