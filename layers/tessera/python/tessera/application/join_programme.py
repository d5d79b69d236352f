"""Somebody scans a poster, fills in a form, and has his card (B-55, Z-20)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tessera.application.card_ports import CardServices
from tessera.application.enrol_member import enrol_member
from tessera.application.requests import Caller, Writing
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound, Unavailable
from tessera.domain.programme import Programme
from tessera.domain.programme.model import text_in

CREDENTIAL = "join"
SEED_BYTES = 32
RETRY_AFTER_S = 30


@dataclass(frozen=True, slots=True)
class JoinForm:
    """What the form of a join link shows. `once` makes a form that is sent twice join once."""

    programme: str
    name: str
    terms: str
    once: str


def join_form(services: CardServices, link: str, language: str) -> JoinForm:
    """The form behind a join link. Raises NotFound for a link that we did not sign."""
    programme = _programme(services, link)
    return JoinForm(
        programme.id,
        programme.name_in(language),
        text_in(programme.texts.get("terms", {}), language),
        services.core.entropy.bytes(16).hex(),
    )


def join_programme(
    services: CardServices, link: str, profile: Mapping[str, Json], once: str, *, marketing: bool
) -> str:
    """Enrol whoever filled in the form; gives the link that adds the card to his phone.

    The form's reader has agreed to the terms. Raises NotFound for a link that we did not sign,
    Unavailable where more people come than a shop has: somebody else's programme is filling it
    in.
    """
    place = services.core.links.join_of(link)
    programme = _programme(services, link)
    if not once.isalnum() or not once.isascii() or len(once) > 64:
        raise InvalidInput("value_malformed", field="/once")
    # By what the link means and not by how it is written: each poster has one door.
    if not services.admission.admit(f"join#{place.programme}#{place.store}#{place.channel}"):
        raise Unavailable("too_many_at_once", retry_after_s=RETRY_AFTER_S)
    # When he agreed is when the profile was made: a form that is sent twice says the same twice.
    agreed: Mapping[str, Json] = {
        "source": f"join:{place.channel}",
        "text": f"{programme.id}:{programme.version}",
    }
    body: dict[str, Json] = {
        "programme": programme.id,
        "profile": profile,
        "channel": place.channel,
        "origin": f"join:{place.channel}",
        "consents": {
            "terms": {"granted": True, **agreed},
            "marketing": {"granted": marketing, **agreed},
        },
    }
    if place.store:
        body["store"] = place.store
    writing = Writing(
        Caller(CREDENTIAL, kind="system", scopes=frozenset({"members:write"})),
        body,
        f"join-{once}",
        services.core.clock.now_ms(),
        services.core.entropy.bytes(SEED_BYTES),
    )
    answer = enrol_member(services.core, writing)
    content: dict[str, Any] = json.loads(answer.body)
    return f"{content['card']['url']}?via={place.channel}"


def _programme(services: CardServices, link: str) -> Programme:
    place = services.core.links.join_of(link)
    found = services.core.programmes.at(place.programme, services.core.clock.now_ms())
    if found is None:
        raise NotFound("programme_unknown")
    return found
