"""One purchase, from the till to the card on the phone, with the phone's own times."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tools import testpki
from tools.api_client import Api
from tools.demo.loading import DemoError, buy, enrol, expect, publish
from tools.phone.card import Field
from tools.phone.iphone import Change, IPhone
from tools.phone.timeline import Event

CENTS: Final = 4250
POINTS: Final = 42
REWARD: Final = "free-coffee"
WAIT_S_MAX: Final = 30.0


@dataclass(slots=True)
class Show:
    """What is shown, and what the phone saw of it."""

    api: Api
    phone: IPhone
    say: Callable[[str], None]
    steps: list[tuple[str, float, float]] = field(default_factory=list)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """One request of the till; remembers when it was sent and when it was answered."""
        sent_ms = time.monotonic() * 1000
        yield
        self.steps.append((text, sent_ms, time.monotonic() * 1000))


def phone_for(api_url: str, apns_control_url: str, state_dir: Path) -> IPhone:
    """A new phone that trusts the stack's test certificates."""
    return IPhone(api_url, apns_control_url, testpki.ensure(state_dir).root)


def show(api: Api, phone: IPhone, say: Callable[[str], None] = print) -> Show:
    """Enrol, add the card, buy for 42.50 EUR, redeem; the card follows by itself.

    Raises DemoError where the engine or the phone shows something else than it must, and
    TimeoutError where the card did not change in time.
    """
    shown = Show(api, phone, say)
    say(publish(api, "demo"))
    number = secrets.token_hex(4)
    with shown.step("till: enrols Camille Dubois"):
        profile = {"first_name": "Camille", "last_name": "Dubois", "language": "en"}
        enrolled = enrol(api, {"programme": "demo", "profile": profile}, key=f"show {number}")
    member = enrolled.body["member_id"]
    with shown.step("phone: adds the card"):
        card = phone.add_card(enrolled.body["card"]["url"])
    say(f"the card {card.serial_number} is on the phone: {_faces(card.fields())}")
    with shown.step("till: a purchase of 42.50 EUR"):
        bought = buy(api, member, f"SHOW-{number}", CENTS)
    points = bought.body["results"][0]["balances"][0]
    _must(points["earned"] == POINTS, f"42.50 EUR earn {POINTS} points, not {points['earned']}")
    say(f"42.50 EUR: {points['before']} + {points['earned']} = {points['after']} points")
    _tell(shown, phone.wait_for_change(WAIT_S_MAX), points["after"])
    with shown.step("till: the reward is redeemed"):
        redeemed = expect(
            api.post(
                "/v1/redemptions",
                {"member": {"id": member}, "programme": "demo", "reward": REWARD},
                key=f"redeem {number}",
            )
        )
    left = redeemed.body["balances"][0]["after"]
    _must(left == points["after"] - 100, f"a free coffee costs 100 points, {left} are left")
    say(f"a free coffee for 100 points: {left} are left")
    _tell(shown, phone.wait_for_change(WAIT_S_MAX), left)
    return shown


def timeline(shown: Show) -> list[str]:
    """What happened, in order: the till's requests and the phone's log, in milliseconds.

    The phone's times are its own; those of a step count from the moment at which the till sent
    its request.
    """
    rows: list[tuple[float, str]] = []
    for place, (text, sent_ms, answered_ms) in enumerate(shown.steps):
        following = shown.steps[place + 1][1] if place + 1 < len(shown.steps) else float("inf")
        rows.append((sent_ms, text))
        if text.startswith("till"):
            rows.append((answered_ms, f"    answered after {answered_ms - sent_ms:.0f} ms"))
        for event in shown.phone.timeline.events():
            if sent_ms <= event.monotonic_ms < following:
                after_ms = event.monotonic_ms - sent_ms
                rows.append((event.monotonic_ms, f"    {after_ms:6.0f} ms  phone: {told(event)}"))
    start_ms = rows[0][0] if rows else 0.0
    return [f"{at_ms - start_ms:8.0f}  {text}" for at_ms, text in sorted(rows)]


def told(event: Event) -> str:
    """A line of the phone's log in words."""
    detail = event.detail
    match event.kind:
        case "request":
            return f"asks ({detail['call']})"
        case "answer":
            size = f", {detail['size_bytes']} bytes" if detail.get("size_bytes") else ""
            return f"is answered {detail['status']}{size}"
        case "push":
            return "a push arrives"
        case "card-added":
            return "the card is checked and kept"
        case "card-changed":
            return f"the card is another: {', '.join(detail['fields'])}"
        case _:
            return event.kind


def _tell(shown: Show, change: Change, points: int) -> None:
    fields = ", ".join(f"{one.key} {one.before} -> {one.after}" for one in change.fields)
    shown.say(f"the card changed by itself: {fields}; lock screen: {change.banner}")
    texts = " ".join(one.after or "" for one in change.fields)
    _must(str(points) in texts, f"the card shows {points} points")


def _faces(fields: Sequence[Field]) -> str:
    return ", ".join(f"{one.key} {one.text}" for one in fields[:4])


def _must(holds: bool, text: str) -> None:
    if not holds:
        raise DemoError(f"the demonstration does not hold: {text}")
