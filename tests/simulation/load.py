"""What the clients of a simulated merchant ask for."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tessera.application.adjust_balance import adjust_balance
from tessera.application.award_reward import award_reward
from tessera.application.hold_value import open_hold, settle_hold
from tessera.application.pair_command import transfer_value
from tessera.application.read_member import balances
from tessera.application.record_event import record_event
from tessera.application.record_purchase import record_purchase
from tessera.application.record_return import record_return
from tessera.application.redeem_reward import redeem_reward
from tessera.application.use_voucher import use_voucher
from tessera.domain.calendar import day_of, start_of_day_ms
from tessera.domain.errors import TesseraError, Unavailable
from tests.simulation.kernel import Crash
from tests.simulation.network import CALM
from tests.simulation.people import People, undone
from tests.simulation.profiles import Profile, local_ms
from tests.simulation.programme import SCHEMES, ZONE
from tests.simulation.world import CALLER, Function, Request, Surprise, UseCase, World

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EDGE_MS = 150_000
STORES = ("angers", "bordeaux", "web")


class Load:
    """Fills a world with requests by its profile, episode by episode."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self.profile = profile
        start_ms = local_ms(profile.start)
        self.world = World(
            seed, profile.rates, start_ms, profile.skew_ms_max, schemes=profile.schemes
        )
        self.random = self.world.random
        self.people = People(self.world, self._keyed, profile.schemes)
        self.sales: deque[Request] = deque(maxlen=200)
        self.holds: deque[str] = deque(maxlen=40)
        self.known_holds: set[int] = set()
        self.opened: deque[Request] = deque(maxlen=80)
        self.awards: deque[Request] = deque(maxlen=60)
        self.set_aside: deque[str] = deque(maxlen=4)
        self.negative_reads = 0
        self._numbers = 0
        self._version = 1
        self._kinds = list(profile.mix)
        self._weights = [profile.mix[kind] for kind in self._kinds]
        self._makers: dict[str, Callable[[], Request]] = {
            "purchase": self._purchase,
            "pay": lambda: self._purchase(pay=True),
            "redeem": self._redeem,
            "hold": self._hold,
            "event": self._event,
            "adjust": self._adjust,
            "transfer": self._transfer,
            "return": self._return,
            "lost": self._lost,
            "claim": self._claim,
            "household": self._household,
            "merge": self._merge,
            "erase": self.people.erase,
            "enlist": self.people.enlists,
            "move": self._move,
            "undo": self._undo,
            "award": self._award,
            "use": self._use,
        }

    def run(self, operations: int) -> None:
        """Enrol everybody, let so many requests happen, then let the world come to rest."""
        self._enrol()
        episode = 0
        while self._numbers < operations:
            self._republish(operations)
            self._import_again()
            self._episode(min(self.profile.burst, operations - self._numbers))
            episode += 1
            if not self.profile.lag_episodes or episode % self.profile.lag_episodes == 0:
                self.world.pump()
        self._rest()

    # Time

    def _episode(self, size: int) -> None:
        world, random = self.world, self.random
        self.people.learn()
        self._jump()
        # The index is some writes behind while a burst lasts, not for the hours after it.
        world.table.catch_up()
        for request in world.unsettled[:]:
            # A till that had given up comes back later with the same key.
            if random.random() < 0.3:
                world.unsettled.remove(request)
                world.send(request, random.random() * self.profile.burst_ms)
        self._near_edge(size)
        if random.random() < self.profile.sweep:
            world.kernel.spawn(world.sweep, random.random() * self.profile.burst_ms)
        for _ in range(size):
            # Each is made up when it is sent, by what is known then.
            world.kernel.spawn(self._one, random.random() * self.profile.burst_ms)
        world.kernel.run()

    def _jump(self) -> None:
        world, random = self.world, self.random
        soon_ms = world.effective_ms - world.now_ms()
        if soon_ms > 0:
            # The burst lies astride the instant at which a version takes effect.
            world.jump_ms += max(0, soon_ms - round(random.random() * self.profile.burst_ms))
            return
        world.jump_ms += round(random.expovariate(1 / self.profile.jump_ms))
        if random.random() < self.profile.edge:
            now_ms = world.now_ms()
            midnight_ms = start_of_day_ms(day_of(now_ms, ZONE) + 1, ZONE)
            target_ms = midnight_ms + round(random.uniform(-EDGE_MS, EDGE_MS))
            world.jump_ms += max(0, target_ms - now_ms)

    def _republish(self, operations: int) -> None:
        """The versions of a programme follow each other in the course of a world, each published
        while people buy.
        """
        for scheme in self.profile.schemes:
            number = 1 + self._numbers * (len(scheme.later) + 1) // operations
            if number > self._version:
                self._version = number
                late_ms = self.random.random() * self.profile.burst_ms
                self.world.kernel.spawn(partial(self.world.republish, scheme, number), late_ms)

    def _import_again(self) -> None:
        """The merchant brings the same file of codes again, while some of them are given out."""
        for scheme in self.profile.schemes:
            if scheme.codes and self.random.random() < 0.2:
                late_ms = self.random.random() * self.profile.burst_ms
                self.world.kernel.spawn(partial(self.world.import_codes, scheme), late_ms)

    def _near_edge(self, size: int) -> None:
        now_ms = self.world.now_ms()
        day = day_of(now_ms, ZONE)
        edges = (start_of_day_ms(day, ZONE), start_of_day_ms(day + 1, ZONE))
        if min(abs(now_ms - edge) for edge in edges) <= 120_000:
            self.world.done["near_midnight"] += size

    def _rest(self) -> None:
        """No more faults: everything unclear is asked until it is told, everything due fires."""
        world = self.world
        for _ in range(6):
            if not world.unsettled:
                break
            waiting, world.unsettled = world.unsettled, []
            calm(world)
            for request in waiting:
                world.send(request)
            world.kernel.run()
        calm(world)
        # At noon, where clocks that differ agree on the day.
        noon_ms = start_of_day_ms(day_of(world.now_ms(), ZONE) + 3, ZONE) + 12 * 3_600_000
        world.jump_ms += noon_ms - world.now_ms()
        for _ in range(4):
            world.table.catch_up()
            world.sweep()
            world.kernel.run()
        world.table.catch_up()
        world.pump(everything=True)

    # Requests

    def _enrol(self) -> None:
        for _ in range(self.profile.members):
            self.world.send(self.people.comes(), self.random.random() * 500)
        self.world.kernel.run()
        calm_rates = self.world.network.rates
        while self.world.unsettled:
            waiting, self.world.unsettled = self.world.unsettled, []
            calm(self.world)
            for request in waiting:
                self.world.send(request)
            self.world.kernel.run()
        self.world.network.rates = calm_rates
        self.people.learn()

    def _one(self) -> None:
        kind = self.random.choices(self._kinds, self._weights)[0]
        if kind == "read":
            self._numbers += 1
            self._read()
            return
        if kind == "again" and self.world.requests:
            self._again()
            return
        if kind == "settle":
            self._settle()
            return
        request = self._makers.get(kind, self._purchase)()
        self.world.send(request)
        if self.random.random() < 0.03:
            # The network brings the same request twice.
            self.world.done["twice"] += 1
            self.world.send(request, self.random.random() * 400)

    def _again(self) -> None:
        """A request of before comes again: a till that lost power, or a second till."""
        self._numbers += 1
        recent = self.world.requests[-400:]
        self.world.done["again"] += 1
        self.world.send(self.random.choice(recent))

    def _add(
        self, kind: str, scope: str, identity: str, member: str, body: dict[str, Any],
        key: str | None, act: UseCase,
    ) -> Request:  # fmt: skip
        self._numbers += 1
        request = Request(len(self.world.requests), kind, scope, identity, member, body, key, act)
        self.world.requests.append(request)
        return request

    def _keyed(self, kind: str, member: str, body: dict[str, Any], act: UseCase) -> Request:
        key = f"{kind}-{self._numbers}"
        whole = {"programme": self.profile.schemes[0].id, **body}
        if member:
            whole["member"] = {"id": member}
        return self._add(kind, f"key:{CALLER.credential}", key, member, whole, key, act)

    def _member(self) -> str:
        return self.people.member()

    def _purchase(self, *, pay: bool = False, member: str = "") -> Request:
        random = self.random
        store, number = random.choice(STORES), f"T-{self._numbers}"
        body: dict[str, Any] = {
            "document": {"store": store, "number": number},
            "currency": "EUR",
            "lines": [
                {
                    "article": f"a{random.randrange(9)}",
                    "quantity": random.randint(1, 3),
                    "gross": random.randrange(100, 6_000),
                }
                for _ in range(random.choice((1, 1, 2, 3)))
            ],
        }
        if self.profile.price:
            for line in body["lines"]:
                line["gross"] = self.profile.price * line["quantity"]
        if pay:
            balance = self.people.scheme().balance
            body["payments"] = [{"balance": balance, "amount": 10 * random.randint(1, 8)}]
            code = self._code()
            if code and random.random() < 0.2:
                body["vouchers"] = [code]
        if random.random() < 0.1:
            late_ms = round(random.expovariate(1 / (6 * 3_600_000)))
            body["occurred_at"] = self._time_text(self.world.now_ms() - late_ms - 200_000)
        request = self._sale(member or self._member(), store, number, body)
        self.sales.append(request)
        return request

    def _sale(self, member: str, store: str, number: str, body: dict[str, Any]) -> Request:
        whole = {"member": {"id": member}, **body}
        scope = f"purchase:{store}"
        return self._add("purchase", scope, number, member, whole, None, record_purchase)

    def _claim(self) -> Request:
        """Another member claims a receipt that was handed in before, or at this very moment."""
        if not self.sales:
            return self._purchase()
        self.world.done["claims"] += 1
        original = self.sales[self.random.randrange(-min(12, len(self.sales)), 0)]
        body = {key: value for key, value in original.body.items() if key != "member"}
        document = body["document"]
        return self._sale(self._member(), document["store"], document["number"], body)

    def _redeem(self) -> Request:
        scheme = self.people.scheme()
        body = {"programme": scheme.id, "reward": scheme.meal}
        return self._keyed("redeem", self._member(), body, redeem_reward)

    def _award(self) -> Request:
        """A clerk gives somebody a voucher."""
        scheme = self.people.scheme()
        body = {"programme": scheme.id, "reward": scheme.given}
        request = self._keyed("award", self._member(), body, award_reward)
        self.awards.append(request)
        return request

    def _code(self) -> str:
        """A voucher that was given, used or on hold by now or not; empty where there is none."""
        if self.set_aside and self.random.random() < 0.3:
            return self.random.choice(self.set_aside)
        told = [request for request in self.awards if request.acks]
        return _code_of(self.random.choice(told)) if told else ""

    def _use(self) -> Request:
        """Whoever has the code uses it, or somebody has before."""
        code = self._code()
        return self._keyed("use", "", {}, _using(code)) if code else self._award()

    def _event(self, member: str = "") -> Request:
        scheme = self.people.scheme()
        body = {"programme": scheme.id, "name": scheme.event}
        return self._keyed("event", member or self._member(), body, record_event)

    def _adjust(self) -> Request:
        amount = self.random.choice((-30, -10, 5, 20))
        scheme = self.people.scheme()
        body = {
            "programme": scheme.id, "balance": scheme.balance,
            "amount": amount, "reason": "goodwill",
        }  # fmt: skip
        return self._keyed("adjust", self._member(), body, adjust_balance)

    def _transfer(self) -> Request:
        if len(self.people.members) < 2:
            return self._redeem()
        giver, taker = self.random.sample(self.people.members, 2)
        scheme = self.people.scheme()
        body = {
            "programme": scheme.id, "balance": scheme.balance,
            "amount": self.random.randint(1, 25), "to": {"id": taker},
        }  # fmt: skip
        return self._keyed("transfer", giver, body, transfer_value)

    def _hold(self) -> Request:
        low, high = self.profile.ttl_s
        scheme = self.people.scheme()
        body: dict[str, Any] = {
            "programme": scheme.id, "ttl_s": self.random.randint(low, high)
        }  # fmt: skip
        member = self._member()
        given = [request for request in self.awards if request.acks]
        if self.random.random() < (0.8 if scheme.meals_max else 0.3):
            body["reward"] = scheme.meal
        elif given and self.random.random() < 0.3:
            award = self.random.choice(given[-8:])
            member, body["voucher"] = award.member, _code_of(award)
            body["programme"] = award.body["programme"]
            self.set_aside.append(_code_of(award))
        else:
            body |= {"balance": scheme.balance, "amount": self.random.randint(5, 60)}
        request = self._keyed("hold", member, body, open_hold)
        self.opened.append(request)
        return request

    def _settle(self) -> None:
        """Commit or cancel a hold; sometimes both at once."""
        told = [request for request in self.opened if request.acks]
        if not told:
            self.world.send(self._hold())
            return
        opened = self.random.choice(told[-6:] if self.random.random() < 0.8 else told)
        hold = json.loads(opened.acks[0][1])["holds"][0]["id"]
        ways = [self.random.random() < 0.7]
        if self.random.random() < 0.2:
            ways.append(not ways[0])
            self.world.done["settled_both_ways"] += 1
        for keep in ways:
            request = self._add(
                "settle", "settle", hold, opened.member, {"keep": keep}, None, _settling(hold, keep)
            )
            self.world.send(request, self.random.random() * 20)

    def _return(self) -> Request:
        sales = [sale for sale in self.sales if sale.acks]
        if not sales:
            return self._purchase()
        return self._return_of(self.random.choice(sales))

    def _return_of(self, sale: Request) -> Request:
        store, number = self.random.choice(STORES), f"C-{self._numbers}"
        body: dict[str, Any] = {
            "document": {"store": store, "number": number},
            "original": sale.body["document"],
        }
        if self.random.random() < 0.6:
            line = self.random.randrange(len(sale.body["lines"]))
            body["lines"] = [{"line": line, **self._part(sale, line)}]
        return self._add(
            "return", f"return:{store}", number, sale.member, body, None, record_return
        )

    def _lost(self) -> Request:
        """Goods without their receipt: of a sale of his, or of nobody's."""
        sales = [sale for sale in self.sales if sale.acks]
        if not sales:
            return self._purchase()
        sale = self.random.choice(sales[-12:] if self.random.random() < 0.7 else sales)
        goods = [self._goods(line) for line in sale.body["lines"]]
        store, number = self.random.choice(STORES), f"C-{self._numbers}"
        body: dict[str, Any] = {
            "document": {"store": store, "number": number},
            "member": {"id": sale.member},
            "currency": "EUR",
            "goods": goods[: self.random.randint(1, len(goods))],
        }
        return self._add("lost", f"return:{store}", number, sale.member, body, None, record_return)

    def _goods(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Some of a line at the price of one, rounded down; sometimes of an article unknown."""
        quantity = self.random.randint(1, line["quantity"])
        article = line["article"] if self.random.random() < 0.9 else "never"
        gross = line["gross"] * quantity // line["quantity"]
        return {"article": article, "quantity": quantity, "gross": gross}

    def _part(self, sale: Request, line: int) -> dict[str, int]:
        """So much of a line: by quantity or by amount, always the same but for a mistake."""
        if not self.profile.by_amount:
            return {"quantity": 1}
        by_amount = (sale.number + line) % 2 == 0
        if self.random.random() < 0.1:
            by_amount = not by_amount
        gross = sale.body["lines"][line]["gross"]
        return {"amount": self.random.randint(1, gross)} if by_amount else {"quantity": 1}

    def _household(self) -> Request:
        """Somebody leaves, or joins, while he is being served."""
        request = self.people.household()
        if request.kind in {"join", "leave"}:
            for _ in range(2):
                sale = self._purchase(member=request.member)
                self.world.send(sale, self.random.random() * 30)
        return request

    def _merge(self) -> Request:
        """Two memberships become one while goods that the one bought are brought back."""
        request = self.people.merge()
        if request.kind == "merge":
            for _ in range(self.profile.events_at_merge):
                self.world.send(self._event(request.member), self.random.random() * 30)
        own = [sale for sale in self.sales if sale.acks and sale.member == request.member]
        for sale in own[-8:]:
            self.world.send(self._return_of(sale), self.random.random() * 30)
        return request

    def _move(self) -> Request:
        sales = [sale for sale in self.sales if sale.acks]
        return self.people.move(self.random.choice(sales[-24:])) if sales else self._purchase()

    def _undo(self) -> Request:
        """A cashier takes the last sale back, soon or too late."""
        sales = [sale for sale in self.sales if sale.acks]
        if not sales:
            return self._purchase()
        sale = self.random.choice(sales[-6:])
        scope, identity, body, act = undone(sale)
        return self._add("undo", scope, identity, sale.member, body, None, act)

    def _read(self) -> None:
        """A till reads a balance: what it shows must be possible at any moment."""
        member, world = self._member(), self.world

        def act(function: Function) -> None:
            try:
                shown: Any = balances(function.services, CALLER, member)
            except TesseraError:
                return
            for account in shown["accounts"]:
                self.negative_reads += not SCHEMES[account["programme"]].debts and any(
                    balance["available"] < 0 for balance in account["balances"]
                )

        try:
            world.invoke(act)
        except (Crash, Unavailable):
            return
        except Exception as error:  # noqa: BLE001 - what must never come is what is looked for
            world.surprises.append(Surprise(f"read: {error!r}"[:300], -1))

    def _time_text(self, instant_ms: int) -> str:
        return (EPOCH + timedelta(milliseconds=instant_ms)).isoformat()


def _settling(hold: str, keep: bool) -> UseCase:
    return lambda services, writing: settle_hold(services, writing, hold, keep=keep)


def _code_of(award: Request) -> str:
    found: str = json.loads(award.acks[0][1])["vouchers"][0]["code"]
    return found


def _using(code: str) -> UseCase:
    return lambda services, writing: use_voucher(services, writing, code)


def calm(world: World) -> None:
    """No fault strikes any more."""
    world.network.rates = CALM
