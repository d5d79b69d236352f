"""One simulated merchant: a table, functions with clocks of their own, and what they were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from random import Random
from typing import Any

from tessera.adapters.dynamodb.articles import StoreArticles
from tessera.adapters.dynamodb.driver import StoreDriver
from tessera.adapters.dynamodb.entries import StoreCards, StoreEntries
from tessera.adapters.dynamodb.erasures import StoreErasures
from tessera.adapters.dynamodb.occasions import StoreCursors, StoreDueIndex
from tessera.adapters.dynamodb.programmes import StoreProgrammes
from tessera.adapters.dynamodb.rows import Codec, entry_of_item
from tessera.adapters.dynamodb.shared import StorePools
from tessera.application.changes import Event
from tessera.application.fire_occasions import fire_batch
from tessera.application.occasions import PAGERS, DueBatch
from tessera.application.page_due import Paging, page_due
from tessera.application.publish_changes import publish_changes
from tessera.application.publishing import LEAD_MS_MIN
from tessera.application.requests import Answer, Caller, Identity, Writing
from tessera.application.services import Services
from tessera.application.writes import PutAnswer
from tessera.domain.errors import Conflict, TesseraError, Unavailable
from tests.fakes.memory_table import Change, MemoryTable
from tests.simulation.kernel import Crash, Kernel
from tests.simulation.network import CALM, Network, Rates
from tests.simulation.programme import SIM, Scheme

LIFE_MS = 2_500
"""How long an invocation may take."""

LOOKUPS = b"k" * 32
"""The secret under which look-ups lie."""

DELIVERIES_MAX = 6
PAUSE_MS = 1_000
CALLER = Caller(
    "sim",
    scopes=frozenset(
        {
            "adjustments:write",
            "events:write",
            "members:erase",
            "members:merge",
            "members:read",
            "members:write",
            "purchases:move",
            "purchases:write",
            "redemptions:write",
            "transfers:write",
        }
    ),
)

UseCase = Callable[[Services, Writing], Answer]


@dataclass(eq=False, slots=True)
class Request:
    """Something that a client wants done once, and all that it was told.

    Acknowledgements carry the scheduler's time and the answer; refusals the time, the code and
    when the refused delivery began.
    """

    number: int
    kind: str
    scope: str
    id: str
    member: str
    body: Mapping[str, Any]
    key: str | None
    act: UseCase
    begun_at: float | None = None
    acks: list[tuple[float, bytes]] = field(default_factory=list)
    refusals: list[tuple[float, str, float]] = field(default_factory=list)
    unclear: int = 0

    @property
    def settled(self) -> bool:
        return bool(self.acks or self.refusals)


@dataclass(frozen=True, slots=True)
class Surprise:
    """Something that production code must never do: an exception that is not one of its own."""

    what: str
    request: int


@dataclass(slots=True)
class _Clock:
    """Business time as one function sees it."""

    world: World
    skew_ms: int

    def now_ms(self) -> int:
        return self.world.now_ms() + self.skew_ms


class _Links:
    def image_url(self, image: str) -> str | None:
        return image or None

    def card_url(self, card: str) -> str:
        return f"https://cards.example/{card}"

    def card_of(self, token: str) -> str:
        return token


@dataclass(slots=True)
class _Dice:
    random: Random

    def bytes(self, length: int) -> bytes:
        return self.random.randbytes(length)


@dataclass(eq=False, slots=True)
class Function:
    """A warm function: its clock's error, its caches, its services."""

    skew_ms: int
    services: Services
    driver: StoreDriver
    programmes: StoreProgrammes
    store: Network


class World:
    """The table, the functions, the requests and the events of one run."""

    def __init__(
        self, seed: int, rates: Rates, start_ms: int, skew_ms_max: int,
        schemes: Sequence[Scheme] = (SIM,),
    ) -> None:  # fmt: skip
        self.random = Random(seed)
        self.kernel = Kernel(self.random)
        self.done: Counter[str] = Counter()
        self.jump_ms = start_ms
        self.skew_ms_max = skew_ms_max
        self.table = MemoryTable(
            lambda: int(self.kernel.now_ms), index_lag=5, keep_stream=True, page_rows=7
        )
        self.network = Network(self.kernel, self.table, rates, self.done)
        self.requests: list[Request] = []
        self.unsettled: list[Request] = []
        self.surprises: list[Surprise] = []
        self.published: Counter[str] = Counter()
        self.projected: dict[str, int] = {}
        self.lagging: list[Change] = []
        self.effective_ms = 0
        """From when the version that was published last is in force."""
        self._free: list[Function] = []
        self.is_republished = any(scheme.later for scheme in schemes)
        for scheme in schemes:
            self._publish(scheme)

    # Time

    def now_ms(self) -> int:
        """True business time."""
        return self.jump_ms + int(self.kernel.now_ms)

    # Functions

    def _publish(self, scheme: Scheme) -> None:
        function = self._function()
        rates, self.network.rates = self.network.rates, CALM
        row = PutAnswer(Identity(scheme.id, "programme", b"\0"), "", Answer(201, b"{}"))
        # In force for whoever's clock is behind, too.
        now_ms = self.now_ms() - (self.skew_ms_max if scheme.later else 0)
        function.programmes.publish(scheme.id, scheme.document, now_ms, "sim", lambda _: row)
        StorePools(function.store, LOOKUPS).add(scheme.pool, scheme.codes)
        self.network.rates = rates

    def import_codes(self, scheme: Scheme) -> None:
        """Bring the codes of a pool, until it is told that they are there."""

        def act(function: Function) -> object:
            StorePools(function.store, LOOKUPS).add(scheme.pool, scheme.codes)
            return None

        for _ in range(DELIVERIES_MAX):
            try:
                self.invoke(act)
                self.done["imported"] += 1
                return
            except (Crash, Unavailable):
                self.kernel.sleep(PAUSE_MS)

    def republish(self, scheme: Scheme, number: int) -> None:
        """Publish a further version, as early as it may take effect, until it is published."""
        row = PutAnswer(Identity(scheme.id, f"version {number}", b"\0"), "", Answer(201, b"{}"))
        document = scheme.version(number).document

        def act(function: Function) -> object:
            programmes = function.programmes
            effective_ms = self.now_ms() + function.skew_ms + LEAD_MS_MIN
            if len(programmes.timetable(scheme.id)) < number:
                programmes.publish(scheme.id, document, effective_ms, "sim", lambda _: row)
                self.effective_ms = effective_ms
            return None

        for _ in range(DELIVERIES_MAX):
            try:
                self.invoke(act)
                self.done["republished"] += 1
                return
            except (Crash, Conflict, Unavailable):
                self.kernel.sleep(PAUSE_MS)

    def _function(self) -> Function:
        """A function that starts cold."""
        kernel = self.kernel
        store = self.network
        skew_ms = round(self.random.uniform(-self.skew_ms_max, self.skew_ms_max))
        clock = _Clock(self, skew_ms)
        programmes = StoreProgrammes(store, monotonic=lambda: kernel.now_ms / 1000)
        if self.is_republished:
            # Hours pass between bursts, of which a container's own time knows nothing.
            programmes.now_ms = clock.now_ms
        driver = StoreDriver(
            store,
            Codec(LOOKUPS),
            programmes,
            sleep=lambda seconds: kernel.sleep(seconds * 1000),
            monotonic=lambda: kernel.now_ms / 1000,
            draw=self.random.randrange,
        )
        ports: dict[str, Any] = {
            "clock": clock,
            "driver": driver,
            "entropy": _Dice(self.random),
            "articles": StoreArticles(store),
            "entries": StoreEntries(store),
            "programmes": programmes,
            "cards": StoreCards(store),
            "links": _Links(),
            "erasures": StoreErasures(store, LOOKUPS),
        }
        services = Services(**{one.name: ports.get(one.name) for one in fields(Services)})  # type: ignore[arg-type]
        return Function(skew_ms, services, driver, programmes, store)

    def invoke(self, act: Callable[[Function], object]) -> object:
        """Run something in a free function; a crash takes the function with it."""
        if self._free:
            function = self._free.pop(self.random.randrange(len(self._free)))
        else:
            function = self._function()
        ends_ms = self.kernel.now_ms + LIFE_MS
        function.driver.remaining_ms = lambda: int(ends_ms - self.kernel.now_ms)
        result = act(function)
        self._free.append(function)
        return result

    # Clients

    def send(self, request: Request, after_ms: float = 0.0) -> None:
        """A client sends a request, again and again until it is told something."""
        self.kernel.spawn(lambda: self._till(request), after_ms)

    def _till(self, request: Request) -> None:
        for _ in range(DELIVERIES_MAX):
            if self._deliver(request):
                return
            self.kernel.sleep(PAUSE_MS * (1 + self.random.random()))
        if request not in self.unsettled:
            self.unsettled.append(request)

    def _deliver(self, request: Request) -> bool:
        """One delivery of a request; True once the client was told something for certain."""
        self.done["deliveries"] += 1
        begun = self.kernel.now_ms
        if request.begun_at is None:
            request.begun_at = self.kernel.now_ms
        seed = self.random.randbytes(32)

        def act(function: Function) -> object:
            now_ms = self.now_ms() + function.skew_ms
            writing = Writing(CALLER, request.body, request.key, now_ms, seed)
            try:
                return request.act(function.services, writing)
            except Unavailable:
                return None
            except TesseraError as refusal:
                return refusal
            except Crash:
                raise
            except Exception as error:  # noqa: BLE001 - what must never come is what is looked for
                self.surprises.append(Surprise(repr(error)[:300], request.number))
                return None

        try:
            told = self.invoke(act)
        except Crash:
            told = None
        if isinstance(told, Answer):
            if self.random.random() < self.network.rates.lost_after / 2:
                # The answer is lost on its way to the till, which sends again.
                self.done["fault_answer_lost"] += 1
                request.unclear += 1
                return False
            request.acks.append((self.kernel.now_ms, told.body))
            self.done["replays" if told.replayed else "acks"] += 1
            return True
        if isinstance(told, TesseraError):
            request.refusals.append((self.kernel.now_ms, told.code, begun))
            self.done[f"refused_{told.code}"] += 1
            return True
        request.unclear += 1
        return False

    # Schedules

    def sweep(self) -> None:
        """One run of every pager, each followed by its workers; messages come twice at times."""
        for name in PAGERS:
            if name == "fire_birthday_events":
                continue
            queue: list[DueBatch] = []
            self._page(name, queue)
            for batch in queue:
                copies = 2 if self.random.random() < 0.1 else 1
                for _ in range(copies):
                    self.kernel.spawn(partial(self._work, batch), self.random.random() * 50)

    def _page(self, name: str, queue: list[DueBatch]) -> None:
        class Queue:
            def send(self, batches: Sequence[DueBatch]) -> None:
                queue.extend(batches)

        def act(function: Function) -> object:
            paging = Paging(
                StoreDueIndex(function.store),
                StoreCursors(function.store),
                Queue(),
                function.programmes,
                lambda: 900_000,
            )
            return page_due(paging, name, self.now_ms() + function.skew_ms)

        for _ in range(DELIVERIES_MAX):
            try:
                self.invoke(act)
                return
            except Crash:
                continue
            except Unavailable:
                continue

    def _work(self, batch: DueBatch) -> None:
        """A worker takes a message, which comes again until it was worked off."""

        def act(function: Function) -> object:
            return fire_batch(function.services, batch, self.now_ms() + function.skew_ms)

        for _ in range(DELIVERIES_MAX):
            try:
                fired = self.invoke(act)
            except (Crash, Unavailable):
                self.kernel.sleep(PAUSE_MS)
            except TesseraError as error:
                self.surprises.append(Surprise(f"worker: {error!r}", -1))
                return
            except Exception as error:  # noqa: BLE001 - what must never come is what is looked for
                self.surprises.append(Surprise(f"worker: {error!r}"[:300], -1))
                return
            else:
                assert isinstance(fired, Sequence)
                self.done["fired"] += len(fired)
                return

    # The stream

    def pump(self, *, everything: bool = False) -> None:
        """Hand the stream to the outbox: in shards, late, twice, one shard before another."""
        changes = [*self.lagging, *self.table.changes]
        self.table.changes.clear()
        self.lagging = []
        shards: dict[int, list[Change]] = {}
        for change in changes:
            shards.setdefault(len(change.key[0]) % 4 + ord(change.key[0][-1]) % 4, []).append(
                change
            )
        order = list(shards)
        self.random.shuffle(order)
        for shard in order:
            records = shards[shard]
            if not everything and self.random.random() < 0.3:
                # A shard that lags: its records come later, in their order.
                self.lagging += records
                continue
            self._consume(records)
            if self.random.random() < 0.2:
                self._consume(records[self.random.randrange(len(records)) :])

    def _consume(self, records: list[Change]) -> None:
        entries = []
        for change in records:
            if change.after is not None and change.before is None and change.after["t"] == "E":
                entry = entry_of_item(change.after)
                entries.append(entry)
                account = f"{entry.member}.{entry.programme}.{entry.partition}"
                self.projected[account] = max(self.projected.get(account, 0), entry.sequence)
        world = self

        class Bus:
            def publish(self, events: Sequence[Event]) -> int:
                count = len(events)
                if world.random.random() < 0.05:
                    count = world.random.randrange(count + 1)
                for event in events[:count]:
                    world.published[event.id] += 1
                return count

        left = entries
        while left:
            left = left[publish_changes(Bus(), left) :]
