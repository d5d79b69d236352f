"""Apple's web service as the phone speaks it: five calls, and what answers it believes.

Nothing here holds state or checks a signature, so a fleet of thousands can share it.
Source: Apple, "Adding a Web Service to Update Passes".
"""

from __future__ import annotations

import email.utils
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from tools import http_client
from tools.http_client import Response
from tools.phone.card import PASS_MEDIA_TYPE
from tools.phone.refusal import Refused
from tools.phone.timeline import Timeline

USER_AGENT: Final = "passd/1.0 CFNetwork/3826.500.131 Darwin/24.5.0"
RETRY_WAITS_S: Final = (0.2, 1.0, 5.0)

Send = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Changes:
    """The serial numbers that changed, and the tag to ask after next."""

    serial_numbers: tuple[str, ...]
    tag: str


@dataclass(frozen=True, slots=True)
class Registration:
    """A card on a device: what every call about it needs."""

    device: str
    pass_type_identifier: str
    serial_number: str
    authentication_token: str


class WebService:
    """The calls to one web service. Every request and answer goes to the timeline."""

    def __init__(
        self,
        url: str,
        timeline: Timeline,
        *,
        ca: Path | None = None,
        retry_waits_s: tuple[float, ...] = RETRY_WAITS_S,
        send: Send = http_client.send,
    ) -> None:
        self._base = url.rstrip("/") + "/v1"
        self._timeline = timeline
        self._ca = ca
        self._retry_waits_s = retry_waits_s
        self._send = send
        self._pause = threading.Event()

    def _call(
        self,
        name: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object | None = None,
    ) -> Response:
        """One call; a server that is down or busy is asked again with growing waits."""
        sent = {"User-Agent": USER_AGENT, "Accept": "*/*", **(headers or {})}
        raw = None if body is None else json.dumps(body).encode("utf-8")
        if raw is not None:
            sent["Content-Type"] = "application/json"
        for wait_s in (*self._retry_waits_s, None):
            response = self._attempt(name, method, path, sent, raw)
            if response is not None and response.status != 429 and response.status < 500:
                return response
            if wait_s is None:
                break
            self._pause.wait(wait_s)
        status = "no answer" if response is None else str(response.status)
        raise Refused("web-service-down", f"{name}: {status}")

    def _attempt(
        self, name: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response | None:
        self._timeline.add("request", call=name, method=method, path=path)
        try:
            response = self._send(
                method, self._base + path, headers=headers, body=body, ca=self._ca
            )
        except (OSError, ValueError) as error:
            self._timeline.add("no-answer", call=name, reason=str(error))
            return None
        self._timeline.add(
            "answer", call=name, status=response.status, size_bytes=len(response.body)
        )
        return response

    @staticmethod
    def _device_path(device: str, pass_type: str) -> str:
        return f"/devices/{quote(device, safe='')}/registrations/{quote(pass_type, safe='')}"

    def register(self, registration: Registration, push_token: str) -> bool:
        """Ask to be told of changes. True when it is new, False when it was known already."""
        path = self._device_path(registration.device, registration.pass_type_identifier)
        response = self._call(
            "register",
            "POST",
            f"{path}/{quote(registration.serial_number, safe='')}",
            headers=_authorization(registration.authentication_token),
            body={"pushToken": push_token},
        )
        if response.status not in {200, 201}:
            raise Refused("registration", f"the server answered {response.status}")
        return response.status == 201

    def unregister(self, registration: Registration) -> None:
        """The card was removed from the phone."""
        path = self._device_path(registration.device, registration.pass_type_identifier)
        response = self._call(
            "unregister",
            "DELETE",
            f"{path}/{quote(registration.serial_number, safe='')}",
            headers=_authorization(registration.authentication_token),
        )
        if response.status != 200:
            raise Refused("unregistration", f"the server answered {response.status}")

    def changes(self, device: str, pass_type: str, tag: str | None) -> Changes | None:
        """Which cards changed since `tag` (None: the first time). None when none did."""
        query = "" if tag is None else "?" + urlencode({"passesUpdatedSince": tag})
        response = self._call("changes", "GET", self._device_path(device, pass_type) + query)
        if response.status == 204:
            return None
        if response.status != 200:
            raise Refused("changes", f"the server answered {response.status}")
        try:
            content = response.json()
        except ValueError as error:
            raise Refused("changes-unreadable", "the answer is not JSON") from error
        return _read_changes(content)

    def fetch(self, registration: Registration, since: str | None) -> Response:
        """Get the newest card. Status 200 with a card, or 304; anything else is refused.

        `since` is the Last-Modified that came with the card the phone has, as it was written.
        """
        headers = _authorization(registration.authentication_token)
        if since is not None:
            headers["If-Modified-Since"] = since
        response = self._call(
            "fetch",
            "GET",
            f"/passes/{quote(registration.pass_type_identifier, safe='')}"
            f"/{quote(registration.serial_number, safe='')}",
            headers=headers,
        )
        if response.status == 304 and since is not None:
            return response
        if response.status != 200:
            raise Refused("fetch", f"the server answered {response.status}")
        check_media_type(response)
        if "last-modified" not in response.headers:
            raise Refused("last-modified-missing", "a card comes with its Last-Modified")
        return response

    def log(self, messages: list[str]) -> None:
        """Tell the server what went wrong on the phone."""
        response = self._call("log", "POST", "/log", body={"logs": messages})
        if response.status != 200:
            raise Refused("log", f"the server answered {response.status}")


def _authorization(token: str) -> dict[str, str]:
    return {"Authorization": f"ApplePass {token}"}


def _read_changes(content: Any) -> Changes:
    serials = content.get("serialNumbers") if isinstance(content, dict) else None
    if not isinstance(serials, list) or not all(isinstance(item, str) for item in serials):
        raise Refused("changes-unreadable", "serialNumbers must be a list of texts")
    tag = content.get("lastUpdated")
    if not isinstance(tag, str) or not tag:
        raise Refused("changes-tag", "lastUpdated must be a text")
    return Changes(tuple(serials), tag)


def check_media_type(response: Response) -> None:
    """A card must be called a card, or the browser shows it as a file."""
    found = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != PASS_MEDIA_TYPE:
        raise Refused("media-type", f"Content-Type is {found!r}, not {PASS_MEDIA_TYPE}")


def parse_http_date(text: str) -> datetime:
    """An HTTP date with its time zone. Raises Refused when it is none."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError as error:
        raise Refused("last-modified", f"{text!r} is no HTTP date") from error
    if moment.tzinfo is None or not text.endswith("GMT"):
        raise Refused("last-modified", f"{text!r} is not in GMT")
    return moment
