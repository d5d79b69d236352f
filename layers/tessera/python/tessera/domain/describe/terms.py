"""Who may join and how one leaves; how the programme may change or end (Z-23, A-12)."""

from __future__ import annotations

from collections.abc import Iterator

from tessera.domain.calendar import to_date
from tessera.domain.describe.phrases import Teller, sentence
from tessera.domain.programme.conditions import ALWAYS
from tessera.domain.texts import date_text


def joining(teller: Teller) -> Iterator[str]:
    """What the programme is, who may join it, and how one leaves."""
    programme = teller.programme
    name = teller.name(programme.names, programme.id)
    balances = teller.listed(
        [
            teller.say(f"balance.{balance.kind.value}", name=teller.name(balance.names, balance.id))
            for balance in programme.balances
        ]
    )
    yield teller.say("what", name=name, balances=balances)
    membership = programme.membership
    if membership.conditions == ALWAYS:
        yield teller.say("join.everybody")
    else:
        yield teller.say("join.some")
    if membership.join:
        events = [teller.event(gate.event) for gate in membership.join]
        yield teller.say("join.by_itself", events=teller.listed(list(dict.fromkeys(events))))
    yield teller.say("leave")
    if membership.inactive_after is not None:
        yield teller.say("leave.inactive", span=teller.span(membership.inactive_after))


def own_terms(teller: Teller) -> Iterator[str]:
    """The terms that the merchant wrote himself."""
    yield from _own_words(teller, "terms")


def _own_words(teller: Teller, text: str) -> Iterator[str]:
    found = teller.name(teller.programme.texts.get(text, {}), "")
    if found:
        yield sentence(found, "", [])


def ending(teller: Teller) -> Iterator[str]:
    """An announced end or change, and what is promised in any case."""
    programme = teller.programme
    if programme.closing is not None:
        days = (programme.closing.earning_until, programme.closing.spending_until)
        earning, spending = (date_text(teller.language, to_date(day)) for day in days)
        yield teller.say("closing", earning=earning, spending=spending)
    yield from _own_words(teller, "notice")
    yield teller.say("change")
    yield teller.say("change.earned_stays")
    yield teller.say("change.end")
