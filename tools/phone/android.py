"""The Android twin: opens a save link as Google Wallet does, and shows the object behind it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from tools import http_client
from tools.http_client import Response
from tools.phone.card import Barcode, display_number
from tools.phone.refusal import Refused
from tools.phone.timeline import Timeline

BROWSER: Final = (
    "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
)
REDIRECTS_MAX: Final = 5
_POLL_S: Final = 20.0
_SAVE_LINK: Final = re.compile(r"""href=["']([^"']*/save/[^"']+)["']""")


@dataclass(frozen=True, slots=True)
class Line:
    """One text on the pass: where it comes from, its label and what it says."""

    key: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class GoogleCard:
    """A loyalty object with its class."""

    object: Mapping[str, Any]
    parent: Mapping[str, Any]
    version: int

    @property
    def object_id(self) -> str:
        """The object's id, `issuer.suffix`."""
        return str(self.object["id"])

    def lines(self, language: str = "en") -> tuple[Line, ...]:
        """Everything the pass says, top to bottom."""
        found = [
            Line("programName", "", self._text(self.parent, "programName", language)),
            Line("accountName", "", str(self.object.get("accountName", ""))),
            *(self._points(name, language) for name in ("loyaltyPoints", "secondaryLoyaltyPoints")),
            Line(
                "rewardsTier",
                self._text(self.parent, "rewardsTierLabel", language),
                self._text(self.parent, "rewardsTier", language),
            ),
        ]
        for source in (self.object, self.parent):
            for name, kind in (("textModulesData", "textModule"), ("messages", "message")):
                found.extend(self._block(item, kind, language) for item in source.get(name, []))
        if self.object.get("state") != "ACTIVE":
            found.append(Line("state", "", str(self.object.get("state"))))
        return tuple(line for line in found if line.text)

    def line(self, key: str, language: str = "en") -> Line:
        """The line with this key. Raises KeyError when the pass has none."""
        for found in self.lines(language):
            if found.key == key:
                return found
        raise KeyError(key)

    def barcode(self) -> Barcode | None:
        """What a scanner sees, or None."""
        code = self.object.get("barcode")
        if code is None:
            return None
        return Barcode(code["type"], code["value"], "utf-8", code.get("alternateText"))

    @staticmethod
    def _text(source: Mapping[str, Any], name: str, language: str) -> str:
        localised = source.get(f"localized{name[0].upper()}{name[1:]}")
        if isinstance(localised, dict):
            for value in localised.get("translatedValues", []):
                if value.get("language", "").partition("-")[0] == language:
                    return str(value.get("value", ""))
            default = localised.get("defaultValue", {}).get("value")
            if default:
                return str(default)
        return str(source.get(name, ""))

    def _block(self, block: Mapping[str, Any], kind: str, language: str) -> Line:
        return Line(
            f"{kind}:{block.get('id', '')}",
            self._text(block, "header", language),
            self._text(block, "body", language),
        )

    def _points(self, name: str, language: str) -> Line:
        points = self.object.get(name, {})
        balance = points.get("balance", {})
        text = ""
        for kind in ("string", "int", "double"):
            if kind in balance:
                text = str(balance[kind])
        if "money" in balance:
            money = balance["money"]
            amount = Decimal(money["micros"]) / 1_000_000
            text = display_number(amount, money["currencyCode"], language)
        return Line(name, self._text(points, "label", language), text)


@dataclass(frozen=True, slots=True)
class GoogleChange:
    """A pass that reads differently; `keys` are the lines that differ."""

    card: GoogleCard
    keys: tuple[str, ...]
    monotonic_ms: float


class AndroidPhone:
    """One Google account on one phone. `google_url` is the Google Wallet stand-in."""

    def __init__(self, base_url: str, google_url: str, user: str = "android@example.test") -> None:
        self._base_url = base_url
        self._google_url = google_url.rstrip("/")
        self._user = user
        self._lock = threading.RLock()
        self._cards: dict[str, GoogleCard] = {}
        self._seq = 0
        self._pending: list[GoogleChange] = []
        self.timeline = Timeline()

    @property
    def cards(self) -> list[GoogleCard]:
        """Every pass, oldest first."""
        with self._lock:
            return list(self._cards.values())

    @property
    def card(self) -> GoogleCard:
        """The pass that was added last. Raises LookupError without any."""
        cards = self.cards
        if not cards:
            raise LookupError("the wallet is empty")
        return cards[-1]

    def _get(self, url: str, headers: Mapping[str, str]) -> Response:
        try:
            return http_client.send("GET", url, headers=headers)
        except (OSError, ValueError) as error:
            raise Refused("download", str(error)) from error

    def find_save_link(self, url: str) -> str:
        """Follow a link as the browser does until it reaches Google's save address."""
        target = urljoin(self._base_url, url)
        for _ in range(REDIRECTS_MAX):
            if "/save/" in urlsplit(target).path:
                return target
            self.timeline.add("request", call="open-link")
            response = self._get(target, {"User-Agent": BROWSER, "Accept": "text/html,*/*;q=0.8"})
            self.timeline.add("answer", call="open-link", status=response.status)
            if response.status in {301, 302, 303, 307, 308}:
                target = urljoin(target, response.headers.get("location", ""))
                continue
            if response.status != 200:
                raise Refused("download", f"the link answered {response.status}")
            # A page with a button: the person presses it.
            found = _SAVE_LINK.search(response.body.decode("utf-8", "replace"))
            if found is None:
                raise Refused("save-link-missing", "the page offers no link to Google Wallet")
            target = urljoin(target, found.group(1).replace("&amp;", "&"))
        raise Refused("save-link-missing", "too many redirections")

    def add_card(self, url: str) -> GoogleCard:
        """Save the pass behind a link. Raises Refused when Google would not."""
        link = self.find_save_link(url)
        if not link.startswith(f"{self._google_url}/"):
            raise Refused("save-link-elsewhere", "the link leads to another Google")
        self.timeline.add("request", call="save")
        response = self._get(link, {"Accept": "application/json", "X-Wallet-User": self._user})
        self.timeline.add("answer", call="save", status=response.status)
        if response.status != 200:
            message = response.json().get("error", {}).get("message", "")
            raise Refused("save", f"Google answered {response.status}: {message}")
        with self._lock:
            for view in response.json()["objects"]:
                card = GoogleCard(view["object"], view["class"] or {}, view["version"])
                self._cards[card.object_id] = card
                self._seq = max(self._seq, card.version)
                self.timeline.add("card-added", object=card.object_id)
        return card

    def restore(self) -> None:
        """Fetch every pass that Google keeps for this account, as a new phone does."""
        for view in http_client.send_json("GET", f"{self._google_url}/objects").json()["objects"]:
            if self._user in view["users"]:
                card = GoogleCard(view["object"], view["class"] or {}, view["version"])
                with self._lock:
                    self._cards[card.object_id] = card
                    self._seq = max(self._seq, card.version)

    def wait_for_change(self, timeout_s: float) -> GoogleChange:
        """Wait until a pass of this phone reads differently. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while True:
            with self._lock:
                if self._pending:
                    return self._pending.pop(0)
                after = self._seq
            remaining_s = deadline - time.monotonic()
            if remaining_s <= 0:
                raise TimeoutError(f"no pass changed within {timeout_s} s")
            wait_s = min(remaining_s, _POLL_S)
            answer = http_client.send_json(
                "GET",
                f"{self._google_url}/changes?after={after}&timeout_s={wait_s}",
                timeout_s=wait_s + 10,
            ).json()
            with self._lock:
                self._seq = max(self._seq, answer["seq"])
            for name in answer["changed"]:
                self._look_at(name)

    def _look_at(self, name: str) -> None:
        with self._lock:
            before = self._cards.get(name)
        if before is None:
            return
        answer = http_client.send_json(
            "GET", f"{self._google_url}/objects?id={quote(name, safe='')}"
        ).json()
        for view in answer["objects"]:
            card = GoogleCard(view["object"], view["class"] or {}, view["version"])
            keys = compare(before, card)
            with self._lock:
                self._cards[name] = card
                if keys:
                    event = self.timeline.add("card-changed", object=name, fields=list(keys))
                    self._pending.append(GoogleChange(card, keys, event.monotonic_ms))

    def remove_card(self, object_id: str) -> None:
        """Delete a pass from the phone; Google tells the issuer."""
        response = http_client.send(
            "POST",
            f"{self._google_url}/remove",
            headers={"Content-Type": "application/json", "X-Wallet-User": self._user},
            body=json.dumps({"object_id": object_id}).encode("utf-8"),
        )
        if response.status != 200:
            raise Refused("remove", f"Google answered {response.status}")
        with self._lock:
            self._cards.pop(object_id, None)
        self.timeline.add("card-removed", object=object_id)


def compare(before: GoogleCard, after: GoogleCard) -> tuple[str, ...]:
    """The keys of what looks different: texts, images, colours, barcode."""
    old = {line.key: line for line in before.lines()}
    new = {line.key: line for line in after.lines()}
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    keys.extend(
        name
        for name in ("heroImage", "barcode", "rotatingBarcode", "state", "validTimeInterval")
        if before.object.get(name) != after.object.get(name)
    )
    keys.extend(
        f"class.{name}"
        for name in ("hexBackgroundColor", "programLogo", "heroImage")
        if before.parent.get(name) != after.parent.get(name)
    )
    return tuple(dict.fromkeys(keys))
