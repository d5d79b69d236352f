"""The operations whose units are published, each through its use case on the reference account."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import Any, cast

from tessera.adapters.dynamodb.articles import StoreArticles
from tessera.adapters.dynamodb.driver import StoreDriver
from tessera.adapters.dynamodb.entries import StoreCards, StoreEntries
from tessera.adapters.dynamodb.programmes import StoreProgrammes
from tessera.adapters.dynamodb.rates import StorePaces
from tessera.adapters.dynamodb.rows import Codec, account_of
from tessera.adapters.dynamodb.table import Store
from tessera.adapters.dynamodb.tills import StoreClerks, StoreTills
from tessera.application.admit_till import Signed, admit_till, with_clerk
from tessera.application.clerks import ACTIVE as AT_WORK
from tessera.application.clerks import Clerk
from tessera.application.enrol_member import enrol_member
from tessera.application.hold_value import open_hold, settle_hold
from tessera.application.read_member import balances, entries
from tessera.application.record_purchase import record_purchase
from tessera.application.record_return import record_return
from tessera.application.redeem_reward import redeem_reward
from tessera.application.requests import Answer, Caller, Identity, Writing
from tessera.application.scan_card import scan_card
from tessera.application.services import Services
from tessera.application.tills import ACTIVE, WINDOW_SIZE, ClerkSession, Till, Window
from tessera.application.writes import PutAccount, PutAnswer
from tessera.domain.account import Account, Counter, LotKey, TierState

NOW_MS = 1_800_000_000_000
TODAY = NOW_MS // 86_400_000
PROGRAMME = "units"
STORE = "angers-01"
TILL = "till_" + "7" * 20
CLERK = "clk_" + "7" * 20
SESSION = "ses_" + "7" * 24
FIRST_NUMBER = NOW_MS * 1000
"""A till numbers its requests from its clock on."""
CALLER = Caller(
    "reference",
    scopes=frozenset(
        {
            "members:read",
            "members:write",
            "purchases:write",
            "redemptions:write",
            "scans",
        }
    ),
)
DOCUMENT: dict[str, Any] = {
    "programme": PROGRAMME,
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "earning": {"base": "net", "tax": "included"},
    "balances": [
        {
            "id": name,
            "kind": "points",
            "expiry": {"after": {"months": 12}, "to": "month_end"},
            "caps": [{"credit": 1000, "per": "day"}, {"credit": 20000, "per": "year"}],
        }
        for name in ("points", "stamps", "miles")
    ],
    "rules": [
        {
            "id": "base",
            "when": "purchase.recorded",
            "then": [{"credit": {"balance": "points", "per_amount": {"every": "1.00", "give": 1}}}],
        }
    ],
    "rewards": [
        {
            "id": "coffee",
            "kind": "product",
            "products": ["coffee"],
            "price": {"balance": "points", "amount": 100},
        }
    ],
}


@dataclass(slots=True)
class _Dice:
    """Randomness that is the same in every run, so that sizes are."""

    drawn: int = 0

    def bytes(self, length: int) -> bytes:
        self.drawn += 1
        seed = sha256(str(self.drawn).encode()).digest()
        return (seed * (length // 32 + 1))[:length]


class _Clock:
    def now_ms(self) -> int:
        return NOW_MS


class _Links:
    def image_url(self, image: str) -> str | None:
        return image or None

    def card_url(self, card: str) -> str:
        return f"https://loyalty.example/cards/{card}.{'x' * 43}"

    def card_of(self, token: str) -> str:
        return token


class _Signatures:
    """Every signature holds: judging it asks the table nothing."""

    def is_key(self, public_key: bytes) -> bool:
        return bool(public_key)

    def holds(self, public_key: bytes, base: bytes, signature: bytes) -> bool:
        del public_key, base, signature
        return True


@dataclass(slots=True)
class Reference:
    """A member with the reference account of the design, on a store."""

    store: Store
    dice: _Dice = field(default_factory=_Dice)
    member: str = ""
    card: str = ""
    hold: str = ""
    services: Services = field(init=False)
    _number: int = 0

    def __post_init__(self) -> None:
        self.services = _services(self.store, self.dice)

    def prepare(self) -> None:
        """Publish the programme, enrol, and fill the account: 24 lots in 3 balances."""
        row = PutAnswer(Identity("units", "programme", b"\0"), "", Answer(201, b"{}"))
        self.services.programmes.publish(PROGRAMME, DOCUMENT, NOW_MS - 1, "units", lambda _: row)
        body = {"programme": PROGRAMME, "profile": {"first_name": "Ada", "birthday": "1990-04-12"}}
        told = json.loads(enrol_member(self.services, self.writing(body)).body)
        self.member, self.card = told["member_id"], told["card"]["code"]
        item = self.store.get(f"M#{self.member}", f"0#A#{PROGRAMME}#-")
        assert item is not None
        for operation in Codec(b"k" * 32).operations(PutAccount(_filled(account_of(item)), 1)):
            self.store.put(operation.item, operation.condition)
        # A warm function has read the programmes, and the account has its place in the index.
        record_purchase(self.services, self.writing(self.sale(1, "before")))
        self._enrol_till()

    def _enrol_till(self) -> None:
        """A till that has been at work for long: its row remembers all the requests it can."""
        window = Window(FIRST_NUMBER, tuple(FIRST_NUMBER + 1 + n for n in range(WINDOW_SIZE)))
        till = Till(
            TILL, "Angers, by the door", STORE, False, ACTIVE, NOW_MS, "staff", "c" * 64, NOW_MS,
            b"h" * 32, enrolled_at_ms=NOW_MS, public_key=b"k" * 65, window=window,
        )  # fmt: skip
        clerk = Clerk(CLERK, STORE, "Ada L.", AT_WORK, b"s" * 16, b"p" * 32, NOW_MS, b"h" * 32)
        session = ClerkSession(SESSION, TILL, CLERK, STORE, NOW_MS - 1, NOW_MS + 3_600_000)
        assert self.services.tills.invite(till)
        assert self.services.clerks.add(clerk)
        self.services.tills.put_session(session)

    def till(self) -> Caller:
        """The caller of the till's next signed request, let in with the clerk before it."""
        self._number += 1
        number = FIRST_NUMBER + WINDOW_SIZE + self._number
        signed = Signed(TILL, b"", b"", NOW_MS // 1000, number, SESSION)
        caller = admit_till(self.services, Caller(TILL), signed)
        return with_clerk(self.services, caller, SESSION, NOW_MS)

    def writing(self, body: Mapping[str, Any], caller: Caller = CALLER) -> Writing:
        """A request with a key of its own."""
        self._number += 1
        return Writing(caller, body, f"{self._number:032x}", NOW_MS, self.dice.bytes(32))

    def sale(self, lines: int, number: str, *, card: bool = False) -> dict[str, Any]:
        """The body of a purchase."""
        return {
            "member": {"card": self.card} if card else {"id": self.member},
            "document": {"store": STORE, "number": number},
            "currency": "EUR",
            "lines": [
                {
                    "article": f"3{line:011d}",
                    "quantity": 1 + line % 3,
                    "gross": 450 + 31 * line,
                    "tax": 41 + line,
                    "attributes": {"family": f"family-{line % 7}"},
                }
                for line in range(lines)
            ],
        }


def _services(store: Store, dice: _Dice) -> Services:
    """A function that has been warm for less than the programme cache lives."""
    programmes = StoreProgrammes(store, monotonic=lambda: 0.0)
    known: dict[str, Any] = {
        "driver": StoreDriver(store, Codec(b"k" * 32), programmes),
        "clock": _Clock(),
        "entropy": dice,
        "articles": StoreArticles(store),
        "entries": StoreEntries(store),
        "programmes": programmes,
        "cards": StoreCards(store),
        "links": _Links(),
        "paces": StorePaces(store, lambda: NOW_MS),
        "tills": StoreTills(store),
        "clerks": StoreClerks(store),
        "signatures": _Signatures(),
        "wall_clock": _Clock(),
    }
    # The other ports are not used by these operations.
    return Services(**{one.name: cast(Any, known.get(one.name)) for one in fields(Services)})


def _filled(account: Account) -> Account:
    lots = {
        LotKey(TODAY + 30 * (place % 8 + 1), 0, name): 100 + place
        for place, name in enumerate(["points", "stamps", "miles"] * 8)
    }
    counters = {
        f"+{name}/{period}": Counter(TODAY, 120, TODAY - 1, 80)
        for name in ("points", "stamps", "miles")
        for period in ("day", "year")
    }
    counters |= {"rule:welcome/ever": Counter(0, 1), "reward:coffee/month": Counter(24321, 2)}
    tiers = {name: TierState("silver", TODAY - 90, TODAY + 275) for name in ("status", "club")}
    stats = {"earned:points": 5120, "orders": 41, "spent": 512_000}
    return replace(
        account, lots=lots, counters=counters, tiers=tiers, stats=stats, last_day=TODAY,
        facts={"last_purchase": TODAY - 3}, last_ms=NOW_MS - 60_000,
    )  # fmt: skip


Operation = Callable[[Reference], object]


By = Callable[[Reference], Caller]
"""Who sends the request: a key, whose caller the gateway remembers, or an enrolled till."""


def _key(one: Reference) -> Caller:
    del one
    return CALLER


def _till(one: Reference) -> Caller:
    return one.till()


def _purchase(lines: int, *, card: bool = False, by: By = _key) -> Operation:
    number = f"2027-{lines}-{int(card)}{'' if by is _key else '-till'}"
    return lambda one: record_purchase(
        one.services, one.writing(one.sale(lines, number, card=card), by(one))
    )


def _hold(one: Reference) -> object:
    body = {
        "member": {"id": one.member}, "programme": PROGRAMME, "balance": "points", "amount": 50,
    }  # fmt: skip
    told = open_hold(one.services, one.writing(body))
    one.hold = json.loads(told.body)["holds"][0]["id"]
    return told


def _settle(one: Reference, *, keep: bool) -> object:
    return settle_hold(one.services, one.writing({}), one.hold, keep=keep)


def _redeem(by: By = _key) -> Operation:
    def redeem(one: Reference) -> object:
        body = {"member": {"id": one.member}, "programme": PROGRAMME, "reward": "coffee"}
        return redeem_reward(one.services, one.writing(body, by(one)))

    return redeem


def _return(line: int, by: By = _key) -> Operation:
    def give_back(one: Reference) -> object:
        body = {
            "document": {"store": STORE, "number": f"C-{line}"},
            "original": {"store": STORE, "number": "2027-5-0"},
            "lines": [{"line": line, "quantity": 1}],
        }
        return record_return(one.services, one.writing(body, by(one)))

    return give_back


def _return_goods(one: Reference) -> object:
    body = {
        "document": {"store": STORE, "number": "C-goods"},
        "member": {"id": one.member},
        "currency": "EUR",
        "goods": [{"article": "never bought", "gross": 100}],
    }
    return record_return(one.services, one.writing(body))


OPERATIONS: Sequence[tuple[str, Operation]] = (
    ("purchase, 1 line, by member id", _purchase(1)),
    ("purchase, 1 line, by card code", _purchase(1, card=True)),
    ("purchase, 5 lines", _purchase(5)),
    ("purchase, 20 lines", _purchase(20)),
    ("purchase, 100 lines", _purchase(100)),
    ("the same purchase again (replay)", _purchase(5)),
    ("return of one line", _return(1)),
    ("return without receipt", _return_goods),
    ("redemption", _redeem()),
    ("hold", _hold),
    ("commit of a hold", lambda one: _settle(one, keep=True)),
    ("second hold", _hold),
    ("cancel of a hold", lambda one: _settle(one, keep=False)),
    ("scan of a card", lambda one: scan_card(one.services, CALLER, one.card)),
    ("balances", lambda one: balances(one.services, CALLER, one.member)),
    ("page of 25 entries", lambda one: entries(one.services, CALLER, one.member, PROGRAMME)),
    ("till: scan of a card", lambda one: scan_card(one.services, one.till(), one.card)),
    ("till: purchase, 1 line, by card", _purchase(1, card=True, by=_till)),
    ("till: purchase, 5 lines", _purchase(5, by=_till)),
    ("till: return of one line", _return(2, by=_till)),
    ("till: redemption", _redeem(by=_till)),
)  # fmt: skip
"""Those of a till are made as an enrolled till makes them: signed, with a clerk before it."""
