"""The phone's line to Apple's push service, or rather to its stand-in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tools.http_client import send_json

# One question to the service lasts at most this long; the phone asks again.
_POLL_S = 20.0


class PushLine:
    """Gets a push token and waits for pushes to it. Raises OSError when the service is away."""

    def __init__(self, control_url: str) -> None:
        self._url = control_url.rstrip("/")

    def _ask(self, method: str, path: str, body: object | None = None) -> Any:
        response = send_json(method, self._url + path, body, timeout_s=_POLL_S + 10)
        if response.status not in {200, 201}:
            raise OSError(
                f"the push service answered {response.status} to {path.partition('?')[0]}"
            )
        return response.json()

    def new_token(self) -> str:
        """A push token for this phone."""
        token: str = self._ask("POST", "/devices", {"count": 1})["tokens"][0]
        return token

    def drop_token(self, token: str) -> None:
        """The phone is no longer there: senders are told 410 from now on."""
        self._ask("DELETE", f"/devices/{token}")

    def wait(self, token: str, after: int, timeout_s: float) -> tuple[int, list[dict[str, Any]]]:
        """Wait for a push numbered above `after`: its number and what came, or nothing."""
        query = urlencode({"token": token, "after": after, "timeout_s": min(timeout_s, _POLL_S)})
        answer = self._ask("GET", f"/deliveries?{query}")
        return int(answer["seq"]), list(answer["pushes"])
