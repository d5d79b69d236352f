"""A day of a fleet on a stack: enrolled, installed, shopping, asleep again; with its threads."""

from __future__ import annotations

import http.client
import json
import queue
import random
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from tools import redrive
from tools.fleet.phones import Phone, Refused, Shop
from tools.fleet.report import Report, median_and_worst
from tools.fleet.weather import Weather
from tools.http_client import Response, connect_address, send, send_json
from tools.laptop import Stack, cloud

WORKERS: Final = 6
STILL_S: Final = 240.0
"""So long no card has changed: then nothing more will come. A message whose reader died comes
again after the three minutes that it may be in flight."""
GONE_SHARE: Final = 0.01
BURST: Final = 100
AT_REST: Final = 30
ATTEMPTS_MAX: Final = 6
PROGRESS_EVERY_S: Final = 10.0
BUSY: Final = frozenset({429, 502, 503, 504})


class Connections:
    """`Exchange` over HTTP: a connection for each thread, and patience with a busy stack."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Let go of every connection, once no thread uses them any more."""
        for connection in self._all:
            connection.close()

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        """One request. As phones do, it asks again where a function could not start in time."""
        pause = threading.Event()
        for attempt in range(ATTEMPTS_MAX):
            answer = self._once(method, url, headers, body)
            if answer.status not in BUSY:
                break
            pause.wait(2**attempt)
        return answer

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        target = urlsplit(url)
        assert target.hostname
        path = target.path + (f"?{target.query}" if target.query else "")
        for fresh in (False, True):
            connection: http.client.HTTPConnection | None
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = http.client.HTTPConnection(
                    connect_address(target.hostname), target.port or 80, timeout=60
                )
                self._local.connection = connection
                self._all.append(connection)
            try:
                connection.request(method, path, body, {"Host": target.netloc, **headers})
                answer = connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                # It connects anew by itself.
                connection.close()
                if fresh:
                    raise
                continue
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, found, content)
        raise AssertionError


class Day:
    """Phones, their members, and the stack that serves them."""

    def __init__(
        self,
        stack: Stack,
        phones: int,
        chance: random.Random,
        report: Report,
        workers: int = WORKERS,
    ) -> None:
        """So many `workers` make requests at once: the laptop's cloud starts as many functions."""
        self._stack = stack
        self._apns = stack.places.apns_control_url
        self._connections = Connections()
        self._shop = Shop(stack.api_url, stack.admin_key, self._connections.exchange)
        self._chance = chance
        self.weather = Weather(self._apns, random.Random(chance.random()))  # noqa: S311
        self.report = report
        self.phones: list[Phone] = []
        self._count = phones
        self._workers = workers
        self._by_token: dict[str, Phone] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._bought_s: dict[str, float] = {}
        self._changed_s: dict[str, float] = {}
        self._looks: queue.SimpleQueue[tuple[Phone, int] | None] = queue.SimpleQueue()
        self._deaf: str = ""
        self._dead_before = self._dead_letters()

    def timed(self, name: str, part: Callable[[], None]) -> None:
        """Carry out a part of the day, and keep how long it took."""
        started_s = time.monotonic()
        part()
        self.report.ended(name, time.monotonic() - started_s)
        load = self.report.load[name]
        _say(f"{name:<8} done in {self.report.seconds[name]:.1f} s, load {load}")

    def morning(self) -> Mapping[str, Callable[[], None]]:
        """What comes before anybody buys, in order."""
        return {"enrol": self.enrol, "install": self.install}

    def enrol(self) -> None:
        """Members with their cards, and a push token for each."""
        send("DELETE", f"{self._apns}/log")
        made = send_json("POST", f"{self._apns}/devices", {"count": self._count})
        tokens: list[str] = made.json()["tokens"]
        run = secrets.token_hex(4)

        def one(number: int) -> None:
            phone = self._shop.enrol(f"fleet-{run}-{number}", tokens[number])
            self.phones.append(phone)

        self._all("enrol", one, range(self._count))
        self._by_token = {phone.push_token: phone for phone in self.phones}
        self._locks = {phone.push_token: threading.Lock() for phone in self.phones}

    def install(self) -> None:
        """Download every card and register its phone; then some are switched off for ever."""
        self._all("install", self._shop.install, self.phones)
        gone = self._chance.sample(self.phones, max(1, round(self._count * GONE_SHARE)))
        for phone in gone:
            phone.gone = True
            send("DELETE", f"{self._apns}/devices/{phone.push_token}")
        self.report.gone = len(gone)

    def _all(self, name: str, work: Callable[[Any], None], items: Sequence[Any] | range) -> None:
        """Do the work for every item, several at a time, and say now and then how far it is."""
        started_s = said_s = time.monotonic()
        with ThreadPoolExecutor(self._workers) as pool:
            for done, _ in enumerate(pool.map(work, items), 1):
                now_s = time.monotonic()
                if now_s - said_s > PROGRESS_EVERY_S:
                    said_s = now_s
                    rate = done / (now_s - started_s)
                    left_s = (len(items) - done) / rate
                    _say(f"{name:<8} {done:,} of {len(items):,}, {rate:.1f}/s, {left_s:.0f} s left")

    def shop(self) -> None:
        """Every member buys once."""
        order = self._chance.sample(self.phones, len(self.phones))
        self._all("shop", lambda phone: self._buy(phone, "1"), order)

    def _buy(self, phone: Phone, number: str) -> None:
        self._bought_s.setdefault(phone.push_token, time.monotonic())
        self._shop.buy(phone, number)

    def measure(self) -> None:
        """How long it took from each purchase to its card."""
        took_ms = [
            (changed_s - self._bought_s[token]) * 1000
            for token, changed_s in self._changed_s.items()
        ]
        self.report.change_ms_median, self.report.change_ms_worst = median_and_worst(took_ms)

    def settle(self) -> None:
        """Wait until every phone shows what it should, or nothing moves any more."""
        pause, clock = threading.Event(), time.monotonic
        before, moved_s, said_s = -1, clock(), clock()
        while clock() - moved_s < STILL_S and not self._deaf:
            waiting = sum(phone.missed for phone in self.phones)
            if not waiting:
                return
            if waiting != before:
                before, moved_s = waiting, clock()
            if clock() - said_s > PROGRESS_EVERY_S:
                said_s = clock()
                _say(f"settle   {waiting:,} phones wait for their change")
            pause.wait(0.2)

    def burst(self) -> None:
        """One card changes a hundred times in a row."""
        phone = next(phone for phone in self.phones if not phone.gone)
        pushes, fetches, wasted = phone.pushes, phone.fetches, phone.wasted
        self._all("burst", lambda number: self._shop.buy(phone, f"b{number}"), range(BURST))
        self.settle()
        self.report.burst_changes = BURST
        self.report.burst_pushes = phone.pushes - pushes
        self.report.burst_fetches = phone.fetches - fetches
        self.report.burst_wasted = phone.wasted - wasted

    def rest(self) -> None:
        """Some members buy once more, each after the phone of the one before him has changed."""
        alive = [phone for phone in self.phones if not phone.gone]
        took_ms: list[float] = []
        for phone in alive[-AT_REST:]:
            started_s = time.monotonic()
            self._shop.buy(phone, "r")
            self.settle()
            if not phone.missed:
                took_ms.append((self._changed_s[phone.push_token] - started_s) * 1000)
        self.report.rest_changes = len(took_ms)
        self.report.rest_ms_median, self.report.rest_ms_worst = median_and_worst(took_ms)

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Phones hear their pushes and look what changed."""
        target = urlsplit(self._apns)
        connection = http.client.HTTPConnection(str(target.hostname), target.port or 80)
        connection.connect()
        wire = connection.sock
        connection.request("GET", "/deliveries/stream")
        stream = connection.getresponse()
        asleep = threading.Event()
        lookers = [
            threading.Thread(target=self._look_on, daemon=True) for _ in range(self._workers)
        ]
        listener = threading.Thread(target=self._listen, args=(stream, asleep), daemon=True)
        for thread in (*lookers, listener):
            thread.start()
        try:
            yield
        finally:
            asleep.set()
            for _ in lookers:
                self._looks.put(None)
            for thread in lookers:
                thread.join()
            wire.shutdown(socket.SHUT_RDWR)
            listener.join()
            stream.close()
            connection.close()

    def _listen(self, stream: http.client.HTTPResponse, asleep: threading.Event) -> None:
        try:
            while line := stream.readline():
                phone = self._by_token.get(json.loads(line)["token"])
                if phone is not None:
                    self._looks.put((phone, 0))
            self._deaf = "the stream of pushes ended"
        except (OSError, http.client.HTTPException) as error:
            self._deaf = f"the stream of pushes broke: {error}"
        if not asleep.is_set():
            _say(self._deaf)

    def _look_on(self) -> None:
        while (found := self._looks.get()) is not None:
            phone, attempt = found
            with self._locks[phone.push_token]:
                phone.pushes += attempt == 0
                try:
                    if self._shop.look(phone):
                        self._changed_s[phone.push_token] = time.monotonic()
                except (Refused, OSError, http.client.HTTPException) as error:
                    self.report.looks_put_off += 1
                    if attempt < ATTEMPTS_MAX:
                        self._looks.put((phone, attempt + 1))
                    else:
                        _say(f"a phone gave up: {error}")

    def conclude(self) -> Report:
        """Add everything up."""
        report = self.report
        report.count(self.phones)
        report.goaways = self.weather.goaways
        report.still_registered_though_gone = sum(
            self._shop.is_registered(phone) for phone in self.phones if phone.gone
        )
        log = send_json("GET", f"{self._apns}/log").json()["requests"]
        paths = {f"/3/device/{phone.push_token}" for phone in self.phones}
        answers = Counter(str(line["status"]) for line in log if line["path"] in paths)
        report.apns_answers = dict(sorted(answers.items()))
        report.dead_letters = self._dead_letters() - self._dead_before
        self._connections.close()
        return report

    def _dead_letters(self) -> int:
        client = cloud.client(self._stack.places, "sqs")
        queues = redrive.Queues(client, redrive.LAPTOP_STACK)
        found = sum(dead.count for dead in queues.dead(["cards", "events"]))
        client.close()
        return found


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
