"""What a shop prints: posters, counter signs, plastic cards, a sheet for the staff (Z-04, Z-20).

Where a thing is printed from is a signed link, like the one that its code leads to: whoever may
see the poster may fetch it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tessera.application.card_funnel import channel_of
from tessera.application.card_ports import CardServices
from tessera.application.card_text import amount_text
from tessera.application.ports import JoinPlace
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound
from tessera.domain.programme import Programme
from tessera.domain.programme.model import BalanceKind, text_in


class PrintKind(StrEnum):
    """What can be printed."""

    POSTER = "poster"
    COUNTER = "counter"
    STAFF = "staff"
    PLASTIC = "plastic"


class Paper(StrEnum):
    """As what: a page for a printer, or a drawing to go on with."""

    PDF = "pdf"
    SVG = "svg"


LANGUAGES = ("fr", "en")
REWARDS_MAX = 6
_FILE = re.compile(r"(poster|counter|staff|plastic)-(fr|en)\.(pdf|svg)")
_JOINING = frozenset(PrintKind) - {PrintKind.PLASTIC}
"""What leads people to the programme; each is a channel of its own unless another is named."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The two colours of a card design."""

    background: str
    foreground: str


@dataclass(frozen=True, slots=True)
class Printable:
    """Everything that is on a printed thing. `content` is what its QR says: a join link, or the
    code of a plastic card. `rewards` are names and prices; `form` how cards show their codes."""

    kind: PrintKind
    language: str
    name: str
    content: str
    colours: Colours
    form: str = "static"
    rewards: tuple[tuple[str, str], ...] = ()


class Printer(Protocol):
    """Lays things out and writes them."""

    def colours(self, design: str) -> Colours:
        """The colours of a card design, or of the one that stands in for it."""
        ...

    def printed(self, printable: Printable, paper: Paper) -> bytes:
        """The file."""
        ...


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A file and its name."""

    name: str
    paper: Paper
    content: bytes


def print_link(
    services: Services, caller: Caller, programme: str, kind: str, query: Mapping[str, str]
) -> dict[str, Json]:
    """Where a poster, counter sign or staff sheet of a programme is fetched from.

    Raises NotFound for an unknown programme or kind, InvalidInput for a language or format that
    we do not print in.
    """
    caller.require("members:write")
    if kind not in _JOINING:
        raise NotFound("printable_unknown", field="kind")
    place = JoinPlace(programme, query.get("store", ""), channel_of(query.get("channel", kind)))
    if place.store:
        caller.require_store(place.store)
    if services.programmes.at(programme, services.clock.now_ms()) is None:
        raise NotFound("programme_unknown", field="programme")
    token = services.links.join_url(place).rpartition("/")[2]
    return _links(services, token, kind, query)


def card_print_link(
    services: Services, caller: Caller, card: str, query: Mapping[str, str]
) -> dict[str, Json]:
    """Where a member's card is fetched as a plastic one. NotFound for an unknown card."""
    caller.require("cards:write")
    found = services.cards.find(card)
    if found is None:
        raise NotFound("card_unknown", field="card")
    token = services.links.card_url(card).rpartition("/")[2]
    return _links(services, token, PrintKind.PLASTIC, query)


def _links(services: Services, token: str, kind: str, query: Mapping[str, str]) -> dict[str, Json]:
    language, paper = query.get("language", LANGUAGES[0]), query.get("format", Paper.PDF)
    if language not in LANGUAGES:
        raise InvalidInput("parameter_malformed", field="language", params={"name": "language"})
    if paper not in set(Paper):
        raise InvalidInput("parameter_malformed", field="format", params={"name": "format"})
    return {"url": services.links.print_url(token, f"{kind}-{language}.{paper}")}


def printed_file(services: CardServices, printer: Printer, token: str, file: str) -> PrintedFile:
    """The file behind such a link. Raises NotFound for a link that we did not sign."""
    asked = _FILE.fullmatch(file)
    if asked is None:
        raise NotFound("path_unknown")
    kind, language, paper = PrintKind(asked[1]), asked[2], Paper(asked[3])
    core = services.core
    if kind is PrintKind.PLASTIC:
        card = core.cards.find(core.links.card_of(token))
        if card is None or card.status != "active":
            raise NotFound("card_unknown")
        programme, content = card.programme, card.code
    else:
        place = core.links.join_of(token)
        programme, content = place.programme, core.links.join_url(place)
    found = core.programmes.at(programme, core.clock.now_ms())
    if found is None:
        raise NotFound("programme_unknown")
    printable = printable_of(found, printer, kind, language, content)
    return PrintedFile(file, paper, printer.printed(printable, paper))


def printable_of(
    programme: Programme, printer: Printer, kind: PrintKind, language: str, content: str
) -> Printable:
    """What a printed thing of a programme holds."""
    return Printable(
        kind=kind,
        language=language,
        name=programme.name_in(language),
        content=content,
        colours=printer.colours(programme.card_design),
        form=str(programme.codes.form),
        rewards=_rewards(programme, language),
    )


def _rewards(programme: Programme, language: str) -> tuple[tuple[str, str], ...]:
    found = []
    for reward in programme.rewards:
        balance = programme.balance(reward.price.balance) if reward.price else None
        if not reward.listed or reward.price is None or balance is None:
            continue
        currency = balance.currency if balance.kind is BalanceKind.CASH else ""
        price = amount_text(reward.price.amount, balance.decimals, currency, language)
        unit = "" if currency else " " + text_in(balance.names, language, balance.id)
        found.append((text_in(reward.names, language, reward.id), price + unit))
    return tuple(found[:REWARDS_MAX])
