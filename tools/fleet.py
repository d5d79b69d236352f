"""A fleet of simulated phones on a running laptop stack: none misses a change or asks for nothing.

Each phone holds one member's card. It registers, its member buys once, it waits for its push, asks
what changed and fetches the card, while Apple's stand-in answers 410, 429, 503 and GOAWAY at
random. In the end one card changes a hundred times in a row.

    python -m tools.fleet [--phones 10000] [--report docs/reports/fleet.json]     (make fleet)
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import queue
import random
import re
import secrets
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.http_client import Response, connect_address, send, send_json
from tools.laptop import Stack
from tools.laptop.places import Places
from tools.phone.iphone import BROWSER

WORKERS = 6
SPENT_CENTS = 1_000
EARNED = 10
STILL_S = 240.0
"""So long no card has changed: then nothing more will come. A message whose reader died comes
again after the three minutes that it may be in flight."""
GONE_SHARE = 0.01
TROUBLE_EVERY_S = 0.5
BURST = 100
ATTEMPTS_MAX = 6


@dataclass(slots=True)
class Phone:
    """One phone and the card on it."""

    member: str
    url: str
    push_token: str
    device: str = field(default_factory=lambda: secrets.token_hex(16))
    pass_type: str = ""
    serial: str = ""
    token: str = ""
    modified: str = ""
    tag: str | None = None
    balance: int = 0
    expected: int = 0
    gone: bool = False
    pushes: int = 0
    fetches: int = 0
    wasted: int = 0
    """Fetches that brought the same card again."""
    unmodified: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class Report:
    """What the fleet saw."""

    phones: int = 0
    gone: int = 0
    missed: int = 0
    wasted_fetches: int = 0
    unmodified_answers: int = 0
    pushes: int = 0
    fetches: int = 0
    asked_for_nothing: int = 0
    still_registered_though_gone: int = 0
    burst_changes: int = 0
    burst_pushes: int = 0
    burst_fetches: int = 0
    burst_wasted: int = 0
    """Fetches of the burst that brought the same card again: two changes fell into one fetch."""
    apns_answers: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    push_ms_median: float = 0.0
    push_ms_worst: float = 0.0


class Fleet:
    """Phones, their members, and the stack that serves them."""

    def __init__(self, stack: Stack, count: int) -> None:
        self._stack = stack
        self._apns = stack.places.apns_control_url
        self.report = Report(phones=count)
        self.phones: list[Phone] = []
        self._by_token: dict[str, Phone] = {}
        self._bought_at: dict[str, float] = {}
        self._latencies: list[float] = []
        self._run = secrets.token_hex(4)
        self._looks: queue.SimpleQueue[Phone | None] = queue.SimpleQueue()
        self._local = threading.local()

    def call(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """One call of the API; its answer must be a success."""
        headers = {
            "Authorization": f"Bearer {self._stack.admin_key}",
            "Content-Type": "application/json",
        }
        if key:
            headers["Idempotency-Key"] = key
        raw = None if body is None else json.dumps(body).encode()
        answer = self._exchange(method, self._stack.api_url + path, headers, raw)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body[:300]!r}")
        return json.loads(answer.body)

    def _exchange(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None = None
    ) -> Response:
        """As `http_client.send`, on a connection that each worker keeps; as phones do, it asks
        again where a function could not be started in time."""
        pause = threading.Event()
        for attempt in range(ATTEMPTS_MAX):
            answer = self._exchange_once(method, url, headers, body)
            if answer.status not in {502, 503, 504}:
                break
            pause.wait(2**attempt)
        return answer

    def _exchange_once(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> Response:
        target = urlsplit(url)
        assert target.hostname
        for fresh in (False, True):
            connection = getattr(self._local, "connection", None)
            if connection is None or fresh:
                connection = http.client.HTTPConnection(
                    connect_address(target.hostname), target.port or 80, timeout=60
                )
                self._local.connection = connection
            path = target.path + (f"?{target.query}" if target.query else "")
            try:
                connection.request(method, path, body, {"Host": target.netloc, **headers})
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                if fresh:
                    raise
                continue
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, found, content)
        raise AssertionError

    def enrol(self) -> None:
        """Members with their cards, and a push token for each."""
        count = self.report.phones
        tokens = send_json("POST", f"{self._apns}/devices", {"count": count}).json()["tokens"]

        def one(number: int) -> Phone:
            body = {"programme": "demo", "external_id": f"fleet-{self._run}-{number}"}
            made = self.call("POST", "/v1/members", body, f"fleet-{self._run}-{number}")
            return Phone(made["member_id"], made["card"]["url"], tokens[number])

        self.phones = list(_in_parallel(one, range(count)))
        self._by_token = {phone.push_token: phone for phone in self.phones}

    def install(self) -> None:
        """Download every card and register its phone."""
        list(_in_parallel(self._install, self.phones))

    def _install(self, phone: Phone) -> None:
        answer = self._exchange("GET", phone.url, {"User-Agent": BROWSER})
        if answer.status != 200:
            raise RuntimeError(f"the card's link answered {answer.status}")
        document = _read(answer.body)
        phone.pass_type = document["passTypeIdentifier"]
        phone.serial, phone.token = document["serialNumber"], document["authenticationToken"]
        phone.modified, phone.balance = answer.headers["last-modified"], _balance(document)
        phone.expected = phone.balance
        path = f"/devices/{phone.device}/registrations/{phone.pass_type}/{phone.serial}"
        body = json.dumps({"pushToken": phone.push_token}).encode()
        status = self._apple("POST", phone, path, body=body).status
        if status != 201:
            raise RuntimeError(f"the registration answered {status}")

    def _apple(
        self, method: str, phone: Phone, path: str, body: bytes | None = None, **headers: str
    ) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"ApplePass {phone.token}"
        return self._exchange(method, f"{self._stack.api_url}/apple/v1{path}", named, body)

    def lose_some(self) -> None:
        """Some phones are switched off for ever: pushes to them are answered 410."""
        gone = random.sample(self.phones, max(1, round(len(self.phones) * GONE_SHARE)))
        for phone in gone:
            phone.gone = True
            send("DELETE", f"{self._apns}/devices/{phone.push_token}")
        self.report.gone = len(gone)

    def shop(self) -> None:
        """Every member buys once."""

        def buy(phone: Phone) -> None:
            phone.expected += EARNED
            self._bought_at[phone.push_token] = time.monotonic()
            self.buy(phone, "1")

        list(_in_parallel(buy, random.sample(self.phones, len(self.phones))))

    def buy(self, phone: Phone, number: str) -> None:
        """One purchase of ten euros."""
        body = {
            "member": {"id": phone.member},
            "document": {"store": "fleet", "number": f"{phone.member}-{number}"},
            "currency": "EUR",
            "total": SPENT_CENTS,
        }
        self.call("POST", "/v1/purchases", body)

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Phones hear their pushes and look what changed."""
        over = threading.Event()
        lookers = [threading.Thread(target=self._look_on, daemon=True) for _ in range(WORKERS)]
        listener = threading.Thread(target=self._listen, args=(over,), daemon=True)
        for thread in (*lookers, listener):
            thread.start()
        try:
            yield
        finally:
            over.set()
            for _ in lookers:
                self._looks.put(None)
            for thread in lookers:
                thread.join()

    def _listen(self, over: threading.Event) -> None:
        target = urlsplit(self._apns)
        connection = http.client.HTTPConnection(str(target.hostname), target.port or 80)
        connection.request("GET", "/deliveries/stream")
        stream = connection.getresponse()
        while not over.is_set():
            line = stream.readline()
            if not line:
                break
            phone = self._by_token.get(json.loads(line)["token"])
            if phone is not None:
                self._looks.put(phone)
        connection.close()

    def _look_on(self) -> None:
        while (phone := self._looks.get()) is not None:
            with phone.lock:
                phone.pushes += 1
                self.look(phone)

    def look(self, phone: Phone) -> None:
        """Ask what changed, and fetch it."""
        path = f"/devices/{phone.device}/registrations/{phone.pass_type}"
        query = "" if phone.tag is None else f"?passesUpdatedSince={phone.tag}"
        answer = self._apple("GET", phone, path + query)
        if answer.status == 204:
            self.report.asked_for_nothing += 1
            return
        content = json.loads(answer.body)
        if content["serialNumbers"] != [phone.serial]:
            raise RuntimeError("the list names another card")
        fetched = self._apple(
            "GET",
            phone,
            f"/passes/{phone.pass_type}/{phone.serial}",
            If_Modified_Since=phone.modified,
        )
        if fetched.status == 304:
            phone.unmodified += 1
        else:
            balance = _balance(_read(fetched.body))
            phone.fetches += 1
            phone.wasted += balance == phone.balance
            phone.modified, phone.balance = fetched.headers["last-modified"], balance
            bought_at = self._bought_at.get(phone.push_token)
            if bought_at is not None and phone.fetches == 1:
                self._latencies.append((time.monotonic() - bought_at) * 1000)
        phone.tag = content["lastUpdated"]

    def settle(self) -> None:
        """Wait until every phone shows what it should, or nothing moves any more."""
        pause = threading.Event()
        fetches, moved_s = -1, time.monotonic()
        while time.monotonic() - moved_s < STILL_S:
            if all(phone.balance == phone.expected for phone in self.phones if not phone.gone):
                return
            now = sum(phone.fetches for phone in self.phones)
            if now != fetches:
                fetches, moved_s = now, time.monotonic()
            pause.wait(0.5)

    def burst(self) -> None:
        """One card changes a hundred times in a row."""
        phone = next(phone for phone in self.phones if not phone.gone)
        pushes, fetches, wasted = phone.pushes, phone.fetches, phone.wasted
        phone.expected += BURST * EARNED
        list(_in_parallel(lambda number: self.buy(phone, f"b{number}"), range(BURST)))
        self.settle()
        self.report.burst_changes = BURST
        self.report.burst_pushes = phone.pushes - pushes
        self.report.burst_fetches = phone.fetches - fetches
        self.report.burst_wasted = phone.wasted - wasted

    def conclude(self) -> Report:
        """The report."""
        alive = [phone for phone in self.phones if not phone.gone]
        report = self.report
        report.missed = sum(phone.balance != phone.expected for phone in alive)
        report.wasted_fetches = sum(phone.wasted for phone in self.phones) - report.burst_wasted
        report.unmodified_answers = sum(phone.unmodified for phone in self.phones)
        report.pushes = sum(phone.pushes for phone in self.phones)
        report.fetches = sum(phone.fetches for phone in self.phones)
        report.still_registered_though_gone = sum(
            self._registered(phone) for phone in self.phones if phone.gone
        )
        log = send_json("GET", f"{self._apns}/log").json()["requests"]
        paths = {f"/3/device/{phone.push_token}" for phone in self.phones}
        ours = Counter(str(line["status"]) for line in log if line["path"] in paths)
        report.apns_answers = dict(sorted(ours.items()))
        if self._latencies:
            ordered = sorted(self._latencies)
            report.push_ms_median = round(ordered[len(ordered) // 2], 1)
            report.push_ms_worst = round(ordered[-1], 1)
        return report

    def _registered(self, phone: Phone) -> bool:
        path = f"/devices/{phone.device}/registrations/{phone.pass_type}"
        return self._apple("GET", phone, path).status != 204


@contextmanager
def trouble(apns: str) -> Iterator[None]:
    """Apple's service has a bad day: it puts pushes off, breaks down, and sends senders away."""
    over = threading.Event()

    def make() -> None:
        while not over.wait(TROUBLE_EVERY_S):
            for status, reason in ((429, "TooManyRequests"), (503, "ServiceUnavailable")):
                send_json(
                    "POST",
                    f"{apns}/faults",
                    {"token": "*", "status": status, "reason": reason, "times": 1},
                )
            refuse = random.choice((True, False))  # noqa: S311 - weather, not a secret
            send_json("POST", f"{apns}/goaway", {"refuse_open_streams": refuse})

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        send("DELETE", f"{apns}/faults")


def _in_parallel(work: Callable[[Any], Any], items: Sequence[Any] | range) -> Iterator[Any]:
    with ThreadPoolExecutor(WORKERS) as pool:
        yield from pool.map(work, items)


def _read(archive: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        document: dict[str, Any] = json.loads(found.read("pass.json"))
    return document


def _balance(document: dict[str, Any]) -> int:
    card = document["storeCard"]
    fields = [*card.get("primaryFields", []), *card.get("headerFields", [])]
    value = next(one["value"] for one in fields if one["key"] == "balance")
    return int(re.sub(r"[^\d-]", "", str(value)))


def run(stack: Stack, count: int) -> Report:
    """Let a fleet of `count` phones live for a day; gives what it saw."""
    fleet = Fleet(stack, count)
    send("DELETE", f"{stack.places.apns_control_url}/log")
    for name, work in (("enrol", fleet.enrol), ("install", fleet.install)):
        _timed(fleet.report, name, work)
    fleet.lose_some()
    with fleet.awake():
        with trouble(stack.places.apns_control_url):
            _timed(fleet.report, "shop", fleet.shop)
            _timed(fleet.report, "settle", fleet.settle)
        _timed(fleet.report, "burst", fleet.burst)
    return fleet.conclude()


def _timed(report: Report, name: str, work: Callable[[], None]) -> None:
    started_s = time.monotonic()
    work()
    report.seconds[name] = round(time.monotonic() - started_s, 1)
    print(f"{name:<8} {report.seconds[name]:8.1f} s", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; 1 where a phone missed a change or fetched for nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=10_000)
    parser.add_argument("--report", type=Path, help="write the report to this file too")
    options = parser.parse_args(arguments)
    stack = Stack(Places.from_environment())
    if not stack.is_up():
        print("the laptop stack is not running: make run", file=sys.stderr)
        return 1
    report = run(stack, options.phones)
    text = json.dumps(asdict(report), indent=2)
    print(text)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        options.report.write_text(text + "\n", encoding="utf-8")
    return 1 if report.missed or report.wasted_fetches else 0


if __name__ == "__main__":
    sys.exit(main())
