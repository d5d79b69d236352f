"""An iPhone's Wallet: adds a card, registers, waits for pushes, fetches what changed.

>>> phone = IPhone("http://127.0.0.1:4566", "http://127.0.0.1:4574", Path("apple-root.pem"))
>>> card = phone.add_card("/cards/abc")          # doctest: +SKIP
>>> change = phone.wait_for_change(timeout_s=10) # doctest: +SKIP
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urljoin

from tools import http_client
from tools.http_client import Response
from tools.phone.card import STYLE_TITLES, Card, Field, read_card
from tools.phone.push import PushLine
from tools.phone.refusal import Refused
from tools.phone.timeline import Timeline
from tools.phone.web_service import (
    RETRY_WAITS_S,
    Registration,
    WebService,
    check_media_type,
    parse_http_date,
)

BROWSER: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
REDIRECTS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that reads differently; `before` is None for a new one, `after` for a lost one."""

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A card that changed. `banner` is what the lock screen shows, None when it stays silent."""

    card: Card
    fields: tuple[FieldChange, ...]
    banner: str | None
    monotonic_ms: float

    def field(self, key: str) -> FieldChange:
        """The change of one field. Raises KeyError when that field did not change."""
        for change in self.fields:
            if change.key == key:
                return change
        raise KeyError(key)


@dataclass(slots=True)
class _Held:
    """A card in the wallet, with what is needed to keep it fresh."""

    card: Card
    data: bytes
    last_modified: str | None
    is_registered: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """How strict the phone is; see `read_card`. `check_signature` off makes a light phone."""

    developer_mode: bool = True
    strict: bool = True
    check_signature: bool = True
    language: str = "en"
    retry_waits_s: tuple[float, ...] = RETRY_WAITS_S
    tls_ca: Path | None = None


class IPhone:
    """One device with any number of cards.

    `base_url` completes links that are only a path; `apns_control_url` is the plain port of the
    push service's stand-in; `ca_root` is the root that card signatures must lead to. Methods
    raise Refused when a card or a server breaks a rule; the phone then also tells the server's
    log, as an iPhone does. Safe to use from several threads.
    """

    def __init__(
        self,
        base_url: str,
        apns_control_url: str,
        ca_root: Path | str,
        developer_mode: bool = True,
        settings: Settings | None = None,
    ) -> None:
        self._base_url = base_url
        self._ca_root = Path(ca_root)
        self._settings = settings or Settings(developer_mode=developer_mode)
        self._push = PushLine(apns_control_url)
        self._lock = threading.RLock()
        self._held: dict[tuple[str, str], _Held] = {}
        self._tags: dict[str, str] = {}
        self._pending: list[Change] = []
        self._push_seq = 0
        self.device = secrets.token_hex(16)
        self.push_token: str | None = None
        self.timeline = Timeline()

    @property
    def card(self) -> Card:
        """The card that was added last. Raises LookupError when the wallet is empty."""
        cards = self.cards
        if not cards:
            raise LookupError("the wallet is empty")
        return cards[-1]

    @property
    def cards(self) -> list[Card]:
        """Every card, oldest first."""
        with self._lock:
            return [held.card for held in self._held.values()]

    def open_link(self, url: str) -> Response:
        """Follow a link as the browser does; returns the card's download. Raises Refused."""
        target = urljoin(self._base_url, url)
        headers = {"User-Agent": BROWSER, "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        for _ in range(REDIRECTS_MAX):
            self.timeline.add("request", call="download", method="GET")
            try:
                response = http_client.send(
                    "GET", target, headers=headers, ca=self._settings.tls_ca
                )
            except (OSError, ValueError) as error:
                raise Refused("download", str(error)) from error
            self.timeline.add(
                "answer",
                call="download",
                status=response.status,
                size_bytes=len(response.body),
            )
            if response.status not in {301, 302, 303, 307, 308}:
                break
            target = urljoin(target, response.headers.get("location", ""))
        if response.status != 200:
            raise Refused("download", f"the link answered {response.status}")
        check_media_type(response)
        return response

    def add_card(self, url: str) -> Card:
        """Download the card behind a link, check it, keep it and register for its changes."""
        response = self.open_link(url)
        return self.add_file(response.body, response.headers.get("last-modified"))

    def add_file(self, data: bytes, last_modified: str | None = None) -> Card:
        """Add a card from its bytes."""
        card = self._read(data)
        key = (card.pass_type_identifier, card.serial_number)
        with self._lock:
            held = _Held(card, data, last_modified, is_registered=False)
            known = self._held.pop(key, None)
            self._held[key] = held
            self.timeline.add("card-added", serial=card.serial_number, is_new=known is None)
            self._register(held)
        return card

    def _read(self, data: bytes) -> Card:
        try:
            return read_card(
                data,
                root=self._ca_root if self._settings.check_signature else None,
                developer_mode=self._settings.developer_mode,
                strict=self._settings.strict,
                language=self._settings.language,
            )
        except Refused as refusal:
            self.timeline.add("card-refused", code=refusal.code, reason=refusal.detail)
            raise

    def _service(self, card: Card) -> WebService:
        if card.web_service_url is None:
            raise Refused("web-service-missing", "the card names no web service")
        return WebService(
            card.web_service_url,
            self.timeline,
            ca=self._settings.tls_ca,
            retry_waits_s=self._settings.retry_waits_s,
        )

    def _registration(self, card: Card) -> Registration:
        return Registration(
            self.device,
            card.pass_type_identifier,
            card.serial_number,
            card.authentication_token or "",
        )

    def _register(self, held: _Held) -> None:
        if held.card.web_service_url is None:
            return
        if self.push_token is None:
            self.push_token = self._push.new_token()
        is_new = self._service(held.card).register(self._registration(held.card), self.push_token)
        held.is_registered = True
        self.timeline.add("registered", serial=held.card.serial_number, is_new=is_new)

    def renew_push_token(self) -> None:
        """Apple gave the phone another token: register every card again with it."""
        with self._lock:
            self.push_token = self._push.new_token()
            self._push_seq = 0
            for held in self._held.values():
                self._register(held)

    def wait_for_push(self, timeout_s: float) -> bool:
        """Wait until a push arrives; True if one did."""
        deadline = time.monotonic() + timeout_s
        with self._lock:
            token, after = self.push_token, self._push_seq
        if token is None:
            raise LookupError("no card of this phone is registered for pushes")
        while (remaining_s := deadline - time.monotonic()) > 0:
            seq, pushes = self._push.wait(token, after, remaining_s)
            if pushes:
                with self._lock:
                    self._push_seq = seq
                self.timeline.add("push", topic=pushes[-1]["topic"], seq=seq)
                return True
        return False

    def wait_for_change(self, timeout_s: float) -> Change:
        """Wait until a card reads differently, because a push came and the phone looked.

        Returns at once when a change was already fetched and not yet handed out. Raises
        TimeoutError when nothing changed in time.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            with self._lock:
                if self._pending:
                    return self._pending.pop(0)
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0 or not self.wait_for_push(remaining_s):
                raise TimeoutError(f"no card changed within {timeout_s} s")
            self._look()

    def refresh(self) -> list[Change]:
        """Ask every web service what changed and fetch it, as after a push or a pull down."""
        self._look()
        with self._lock:
            changes, self._pending = self._pending, []
        return changes

    def _look(self) -> None:
        with self._lock:
            services: dict[tuple[str, str | None], Card] = {}
            for (pass_type, _), held in self._held.items():
                if held.is_registered:
                    services[(pass_type, held.card.web_service_url)] = held.card
            for card in services.values():
                try:
                    self._look_at(card)
                except Refused as refusal:
                    self._complain(card, refusal)
                    raise

    def _look_at(self, card: Card) -> None:
        service, pass_type = self._service(card), card.pass_type_identifier
        found = service.changes(self.device, pass_type, self._tags.get(pass_type))
        if found is None:
            self.timeline.add("nothing-changed")
            return
        for serial in found.serial_numbers:
            held = self._held.get((pass_type, serial))
            if held is None:
                raise Refused("changes-unknown-serial", f"{serial} is not on this phone")
            self._fetch(service, held)
        # Kept only now: after a failed fetch the same changes must be asked for again.
        self._tags[pass_type] = found.tag

    def _fetch(self, service: WebService, held: _Held) -> None:
        response = service.fetch(self._registration(held.card), held.last_modified)
        if response.status == 304:
            self.timeline.add("not-modified", serial=held.card.serial_number)
            return
        last_modified = response.headers["last-modified"]
        moment = parse_http_date(last_modified)
        if held.last_modified is not None and moment < parse_http_date(held.last_modified):
            raise Refused("last-modified-back", f"{last_modified} comes after {held.last_modified}")
        card = self._read(response.body)
        for name in ("passTypeIdentifier", "serialNumber", "authenticationToken"):
            if card.document.get(name) != held.card.document.get(name):
                raise Refused("identity-changed", f"{name} differs from the card on the phone")
        before, held.card, held.data = held.card, card, response.body
        held.last_modified = last_modified
        self._note_change(before, card)

    def _note_change(self, before: Card, card: Card) -> None:
        if _visible(before) == _visible(card):
            self.timeline.add("card-same", serial=card.serial_number)
            return
        changes = compare(before, card)
        banner = banner_for(card, changes)
        event = self.timeline.add(
            "card-changed",
            serial=card.serial_number,
            fields=[change.key for change in changes],
            banner=banner,
            banners={
                language: banner_for(
                    replace(card, language=language),
                    compare(replace(before, language=language), replace(card, language=language)),
                )
                for language in ("en", "fr")
            },
        )
        self._pending.append(Change(card, changes, banner, event.monotonic_ms))

    def _complain(self, card: Card, refusal: Refused) -> None:
        self.timeline.add("refused", code=refusal.code, reason=refusal.detail)
        try:
            self.send_log([f"{refusal.code}: {refusal.detail}"], card)
        except Refused:
            self.timeline.add("log-refused")

    def send_log(self, messages: list[str], card: Card | None = None) -> None:
        """Tell the web service's log."""
        self._service(card or self.card).log(messages)

    def remove_card(self, serial_number: str | None = None) -> None:
        """Delete a card (the last one by default) and tell the web service."""
        with self._lock:
            wanted = serial_number or self.card.serial_number
            key = next((found for found in self._held if found[1] == wanted), None)
            if key is None:
                raise LookupError(f"no card {wanted} on this phone")
            held = self._held.pop(key)
            self.timeline.add("card-removed", serial=wanted)
            if held.is_registered:
                self._service(held.card).unregister(self._registration(held.card))

    def save(self, path: Path) -> None:
        """Write the phone down, so that it can be taken up again after a restart."""
        with self._lock:
            content: dict[str, Any] = {
                "device": self.device,
                "push_token": self.push_token,
                "tags": self._tags,
                "cards": [
                    {
                        "data": base64.b64encode(held.data).decode("ascii"),
                        "last_modified": held.last_modified,
                        "is_registered": held.is_registered,
                    }
                    for held in self._held.values()
                ],
            }
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}")
        beside.write_text(json.dumps(content), "utf-8")
        beside.replace(path)

    def load(self, path: Path) -> Self:
        """Take a phone up again that `save` wrote down. Cards are read anew, so checked anew."""
        content = json.loads(path.read_text("utf-8"))
        with self._lock:
            self.device, self.push_token = content["device"], content["push_token"]
            self._tags = content["tags"]
            for item in content["cards"]:
                data = base64.b64decode(item["data"])
                card = self._read(data)
                self._held[(card.pass_type_identifier, card.serial_number)] = _Held(
                    card, data, item["last_modified"], item["is_registered"]
                )
        return self


def _visible(card: Card) -> dict[str, bytes]:
    """All that makes up the card but its seal, which differs each time it is signed."""
    return {
        name: data
        for name, data in card.members.items()
        if name not in {"manifest.json", "signature"}
    }


def compare(before: Card, after: Card) -> tuple[FieldChange, ...]:
    """The fields that read differently, in the order of the new card."""
    old = {field.key: field for field in before.fields()}
    new = {field.key: field for field in after.fields()}
    keys = [*new, *(key for key in old if key not in new)]

    def text(fields: dict[str, Field], key: str) -> str | None:
        return fields[key].text if key in fields else None

    return tuple(
        FieldChange(key, text(old, key), text(new, key))
        for key in keys
        if text(old, key) != text(new, key)
    )


def banner_for(card: Card, changes: tuple[FieldChange, ...]) -> str | None:
    """What the lock screen shows.

    One changed field with a message tells it; several, or a message without %@, give a text that
    only says that the card changed; changes without messages are silent.
    """
    after = {field.key: field for field in card.fields()}
    speaking = [
        after[change.key]
        for change in changes
        if change.key in after and after[change.key].change_message
    ]
    if not speaking:
        return None
    message = speaking[0].change_message or ""
    if len(speaking) > 1 or "%@" not in message:
        french = card.language == "fr"
        titles = STYLE_TITLES["fr" if french else "en"]
        title = titles.get(card.style, titles["generic"])
        return f"{title} modifiée" if french else f"{title} changed"
    return message.replace("%@", speaking[0].text)
