"""Loads the example programmes and a few members; loading again adds nothing."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tools.api_client import Api, Reply

PROGRAMMES: Final = Path(__file__).resolve().parents[2] / "programmes"
LOADED: Final = ("demo", "bakery")
STORE: Final = "rivoli"


class DemoError(RuntimeError):
    """The demonstration cannot go on; the message says what the API answered."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to enrol, with what he buys: amounts in cents, one purchase each."""

    first_name: str
    last_name: str
    language: str
    birthday: str
    cents: tuple[int, ...]
    programmes: tuple[str, ...] = ("demo",)


PEOPLE: Final = (
    Person("Camille", "Lefèvre", "fr", "1988-04-12", (1250, 420, 3890)),
    Person("Oliver", "Hughes", "en", "1979-11-30", (890, 2310)),
    Person("Inès", "Benali", "fr", "1996-02-29", (15900, 18250, 1020), ("demo", "bakery")),
    Person("Amelia", "Clarke", "en", "2001-07-03", (450,)),
    Person("Théo", "Moreau", "fr", "1965-12-24", (25000, 27500, 1975)),
    Person("Grace", "O'Connor", "en", "--05-17", (3300, 640, 720), ("demo", "bakery")),
)


CLERKS: Final = (("Zoé", "4711"), ("Yanis", "8290"))
"""Who stands at the demonstration's tills, with their PINs."""


def load(api: Api) -> list[str]:
    """Publish the programmes and enrol the people; gives a line on each. Raises DemoError."""
    lines = [publish(api, name) for name in LOADED]
    lines += [_person(api, number, person) for number, person in enumerate(PEOPLE, start=1)]
    lines += [_clerk(api, name, pin) for name, pin in CLERKS]
    return lines


def link_of_a_till(api: Api) -> str:
    """The address that makes the browser which opens it first a till of the store, for a day."""
    body = {"name": "Demo", "store": STORE, "minutes": 1440}
    invited = expect(api.post("/v1/tills", body, key=secrets.token_hex(16)))
    return str(invited.body["enrolment"]["url"])


def _clerk(api: Api, name: str, pin: str) -> str:
    body = {"name": name, "pin": pin}
    added = expect(api.post(f"/v1/stores/{STORE}/clerks", body, key=_key("clerk", body)))
    verb = "was there" if added.replayed else "added"
    return f"clerk {name}, PIN {pin}, store {STORE}: {verb}"


def publish(api: Api, name: str) -> str:
    """Publish an example programme, unless this very document was published before."""
    document = yaml.safe_load((PROGRAMMES / f"{name}.yaml").read_text("utf-8"))
    answer = expect(
        api.post(
            f"/v1/programmes/{name}/publish",
            {"document": document},
            key=_key("publish", document),
        )
    )
    verb = "was there" if answer.replayed else "published"
    return f"programme {name}, version {answer.body['version']}: {verb}"


def enrol(api: Api, body: Mapping[str, Any], key: str | None = None) -> Reply:
    """Enrol somebody in a programme."""
    return expect(api.post("/v1/members", body, key=key or _key("enrol", body)))


def buy(api: Api, member: str, number: str, cents: int) -> Reply:
    """Record a sale of coffee."""
    return expect(
        api.post(
            "/v1/purchases",
            {
                "member": {"id": member},
                "document": {"store": STORE, "number": number},
                "currency": "EUR",
                "lines": [{"article": "coffee", "gross": cents}],
            },
        )
    )


def _person(api: Api, number: int, person: Person) -> str:
    profile = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "language": person.language,
        "birthday": person.birthday,
    }
    first, *others = person.programmes
    enrolled = enrol(api, {"programme": first, "profile": profile, "store": STORE})
    member = enrolled.body["member_id"]
    for programme in others:
        enrol(api, {"programme": programme, "member_id": member, "store": STORE})
    for index, cents in enumerate(person.cents, start=1):
        buy(api, member, f"DEMO-{number}-{index}", cents)
    verb = "was there" if enrolled.replayed else "enrolled"
    # People who are made up: the only names that a tool may print.
    return f"{person.first_name} {person.last_name} ({member}): {verb}"


def _key(what: str, body: Mapping[str, Any]) -> str:
    """A key that changes with the body: a demonstration that was edited is a new request."""
    text = json.dumps(body, sort_keys=True, default=str)
    return f"demo {what} {hashlib.sha256(text.encode()).hexdigest()[:32]}"


def expect(reply: Reply) -> Reply:
    """The reply, which must be a good one. Raises DemoError."""
    if not reply.ok:
        raise DemoError(f"the API answered {reply.status}: {reply.reason}")
    return reply
