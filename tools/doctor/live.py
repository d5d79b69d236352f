"""Twenty questions to a running stack, asked as phones and Google ask them.

All that is needed is the link of a card that may be looked at: it is fetched, registered for a
device that does not exist, and unregistered again. Nothing else of the stack changes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from passbook import read_pass
from passbook.doctor import KNOWN_FAILURES, examine_google_link, examine_pass
from passbook.doctor.google import SAVE_URL
from passbook.errors import Finding, InvalidArchiveError
from tools import http_client
from tools.doctor.google import GoogleProbe, image_addresses
from tools.doctor.words import REMEDIES, TOLD, say
from tools.http_client import Response

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile"
IN_THE_CARD = (1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 17)
"""What can be seen in the card itself, by the doctor of files."""

Send = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and what to do."""

    severity: str
    text: str


@dataclass(slots=True)
class Check:
    """One of the twenty: what was found, or why nobody looked."""

    number: int
    troubles: list[Trouble] = field(default_factory=list)
    unseen: str = ""

    @property
    def failed(self) -> bool:
        """Whether phones or Google refuse something."""
        return any(one.severity == "error" for one in self.troubles)


@dataclass
class LiveDoctor:
    """Looks at one stack through the link of one card."""

    link: str
    language: str = "en"
    root: bytes | None = None
    google: GoogleProbe | None = None
    send: Send = http_client.send
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    checks: dict[int, Check] = field(init=False)

    def __post_init__(self) -> None:
        self.checks = {one.number: Check(one.number) for one in KNOWN_FAILURES}

    def look(self) -> list[Check]:
        """Ask everything; gives the twenty checks in order."""
        self._skip("offline", 4)
        self._skip("build", 6)
        card = self._fetch_card()
        if card is None:
            self._skip("no_card", *(one for one in IN_THE_CARD if one != 1), 13, 14, 15, 16)
        else:
            self._examine(card)
            self._service(card)
        self._save_link()
        self._google()
        return [self.checks[number] for number in sorted(self.checks)]

    # Apple

    def _fetch_card(self) -> Response | None:
        address = urljoin(self.link, f"{urlsplit(self.link).path}?wallet=apple")
        found = self._ask(1, "GET", address, headers={"User-Agent": IPHONE})
        if found is None or found.status != 200 or not found.body.startswith(b"PK"):
            if found is not None:
                self._trouble(1, "link", status=found.status)
            return None
        return found

    def _examine(self, card: Response) -> None:
        rules = {rule: one.number for one in KNOWN_FAILURES for rule in one.rules}
        for finding in examine_pass(card.body, self.now, root=self.root):
            number = rules.get(finding.rule, 1)
            self.checks[number].troubles.append(_told(finding))

    def _service(self, card: Response) -> None:
        """Apple's five calls, with the card's token, another one and none."""
        try:
            document = read_pass(card.body).document
        except InvalidArchiveError:
            self._skip("no_card", 13, 14, 15, 16)
            return
        base = str(document.get("webServiceURL", "")).rstrip("/")
        if not base:
            self._skip("no_card", 13, 14, 15, 16)
            return
        for path in ("/v1/log", "//v1/log"):
            answer = self._ask(13, "POST", base + path, body=b'{"logs":[]}')
            if answer is not None and answer.status != 200:
                self._trouble(13, "slash", path=path, status=answer.status)
        device = f"doctor{secrets.token_hex(8)}"
        kind, serial = str(document["passTypeIdentifier"]), str(document["serialNumber"])
        devices = f"{base}/v1/devices/{device}/registrations/{kind}"
        passes = f"{base}/v1/passes/{kind}/{serial}"
        token = str(document.get("authenticationToken", ""))
        self._closed(f"{devices}/{serial}", passes, token)
        try:
            self._registered(f"{devices}/{serial}", devices, serial, token)
        finally:
            self._call(14, "DELETE", f"{devices}/{serial}", token, 200)
        self._fetched(passes, token)

    def _closed(self, registration: str, passes: str, token: str) -> None:
        """Nobody without the card's token may do what phones do."""
        wrong = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
        for headers in ({}, {"Authorization": f"ApplePass {wrong}"}):
            for what, method, address in (
                ("POST registration", "POST", registration),
                ("GET pass", "GET", passes),
            ):
                body = _push_token() if method == "POST" else None
                answer = self._ask(14, method, address, headers=headers, body=body)
                if answer is not None and answer.status != 401:
                    self._trouble(14, "open", what=what, status=answer.status)

    def _registered(self, registration: str, devices: str, serial: str, token: str) -> None:
        first = self._ask(14, "POST", registration, headers=_auth(token), body=_push_token())
        if first is not None and first.status != 201:
            self._trouble(14, "register", status=first.status)
            return
        again = self._ask(16, "POST", registration, headers=_auth(token), body=_push_token())
        if again is not None and again.status != 200:
            self._trouble(16, "again", status=again.status)
        known = self._ask(15, "GET", devices)
        listed = known.json().get("serialNumbers", []) if known and known.status == 200 else []
        if serial not in listed:
            self._trouble(15, "list")

    def _fetched(self, passes: str, token: str) -> None:
        """The card again, as a phone asks after a push. Whether its change shows a banner takes
        two versions of it: that is `doctor new.pkpass --before old.pkpass`."""
        answer = self._call(15, "GET", passes, token, 200)
        if answer is None or answer.status != 200:
            return
        since = answer.headers.get("last-modified")
        if since is None:
            self._trouble(15, "modified")
        else:
            headers = {**_auth(token), "If-Modified-Since": since}
            same = self._ask(15, "GET", passes, headers=headers)
            if same is not None and same.status != 304:
                self._trouble(15, "unmodified", status=same.status)

    # Google

    def _save_link(self) -> None:
        address = urljoin(self.link, f"{urlsplit(self.link).path}?wallet=google")
        found = self._ask(19, "GET", address, headers={"User-Agent": ANDROID})
        if found is None:
            return
        if found.status == 404:
            self._skip("no_google", 18, 19, 20)
            return
        target = found.headers.get("location", "")
        if found.status != 302 or not target:
            self._trouble(19, "google_link", status=found.status)
            return
        # A stand-in has another host; what Google judges is what follows it.
        jwt = target.rpartition("/")[2]
        self.checks[19].troubles += [_told(one) for one in examine_google_link(SAVE_URL + jwt)]

    def _google(self) -> None:
        if self.checks[18].unseen:
            return
        if self.google is None:
            self._skip("no_account", 18, 20)
            return
        try:
            faults, found = self.google.look(self.send)
        except OSError as error:
            self._trouble(18, "unreachable", what="Google", reason=str(error))
            return
        for number, code, severity, values in faults:
            self._trouble(number, code, severity, **values)
        for url in image_addresses(found):
            answer = self._ask(20, "GET", url)
            if answer is not None and answer.status != 200:
                self._trouble(20, "google_image", url=url, status=answer.status)

    # Asking

    def _call(
        self, number: int, method: str, address: str, token: str, wanted: int
    ) -> Response | None:
        answer = self._ask(number, method, address, headers=_auth(token))
        if answer is not None and answer.status != wanted:
            what = f"{method} {urlsplit(address).path.split('/v1/')[-1].split('/')[0]}"
            self._trouble(number, "call", what=what, status=answer.status, wanted=wanted)
        return answer

    def _ask(self, number: int, method: str, address: str, **more: Any) -> Response | None:
        try:
            return self.send(method, address, **more)
        except (OSError, ValueError) as error:
            what = urlsplit(address).netloc or address
            self._trouble(number, "unreachable", what=what, reason=str(error))
            return None

    def _trouble(self, number: int, code: str, severity: str = "error", **values: object) -> None:
        text = say(REMEDIES, code, self.language, **values)
        self.checks[number].troubles.append(Trouble(severity, text))

    def _skip(self, why: str, *numbers: int) -> None:
        for number in numbers:
            self.checks[number].unseen = say(TOLD, why, self.language)


def _told(finding: Finding) -> Trouble:
    text = f"{finding.rule} ({finding.path}): {finding.message} {finding.remedy}"
    return Trouble(finding.severity, text)


def _auth(token: str) -> dict[str, str]:
    return {"Authorization": f"ApplePass {token}"}


def _push_token() -> bytes:
    # 64 hexadecimal digits, as Apple's are; no device has it, and APNs will say so.
    return json.dumps({"pushToken": secrets.token_hex(32)}).encode()
