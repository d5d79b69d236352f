"""The figures of a report as a person reads them: tables, cards, objectives, a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tessera.application.backtest_result import Comparison, Flow, Outcome
from tessera.domain.programme.model import Balance
from tessera.domain.programme.objectives import Aim, Objective, decimals_of
from tessera.domain.texts import money_text, name_in, number_text, value_text
from tools.backtest.words import WORDS

FLOWS = ("given", "used", "expired", "corrected", "left")


@dataclass(frozen=True)
class Card:
    """A figure worth a look: the draft's, the one of the version in force, and the difference."""

    name: str
    value: str
    before: str = ""
    change: str = ""


def money(language: str, outcome: Outcome, amount: int | None, *, whole: bool = False) -> str:
    """An amount of the programme's currency, rounded to whole units where cents say nothing."""
    programme = outcome.programme
    if amount is None:
        return "–"
    unit = 10**programme.exponent
    if whole and abs(amount) >= 100 * unit:
        amount = (2 * amount + unit) // (2 * unit) * unit
    return money_text(language, amount, programme.currency, programme.exponent)


def percent(language: str, part: int, whole: int, *, signed: bool = False) -> str:
    """A share in percent with one decimal."""
    if not whole:
        return "–"
    tenths = (2000 * abs(part) + abs(whole)) // (2 * abs(whole))
    sign = "−" if (part < 0) != (whole < 0) and part else "+" if signed and part else ""
    space = "" if language == "en" else "\u00a0"
    return f"{sign}{number_text(language, tenths, 1)}{space}%"


def flow_of(outcome: Outcome, balance: Balance) -> Flow:
    """What went through a balance; nothing where this version has no such balance."""
    return outcome.flows.get(balance.id, Flow())


def value(outcome: Outcome, balance: Balance, amount: int, language: str) -> str:
    """An amount of a balance with its unit."""
    return value_text(language, outcome.programme.balance(balance.id) or balance, amount)


def totals(outcomes: Sequence[Outcome], language: str) -> list[list[str]]:
    """Every total, a row each: its name, then the figure of each version."""
    words = WORDS[language]

    def counts(name: str, count: Callable[[Outcome], int]) -> list[str]:
        return [words[name], *(number_text(language, count(item)) for item in outcomes)]

    def amounts(name: str, amount: Callable[[Outcome], int | None]) -> list[str]:
        return [words[name], *(money(language, item, amount(item)) for item in outcomes)]

    rows = [
        counts("members", lambda item: len(item.members)),
        counts("purchases", lambda item: item.purchases),
        counts("returns", lambda item: item.returns),
        counts("refused", lambda item: sum(item.refused.values())),
        amounts("revenue", lambda item: item.revenue),
        amounts("discounts", lambda item: item.discounts),
        amounts("cost", lambda item: item.programme_cost),
        amounts("margin", lambda item: item.margin),
    ]
    for balance in outcomes[0].programme.balances:
        name = name_in(balance.names, language, balance.id)
        for figure in FLOWS:
            shown = [
                value(item, balance, getattr(flow_of(item, balance), figure), language)
                for item in outcomes
            ]
            rows.append([f"{name}, {words[figure]}", *shown])
        worth = [money(language, item, _liability(item, balance)) for item in outcomes]
        rows.append([f"{name}, {words['liability']}", *worth])
    return rows


def _liability(outcome: Outcome, balance: Balance) -> int | None:
    found = outcome.programme.balance(balance.id)
    return outcome.liability(found) if found else None


def cards(outcomes: Sequence[Outcome], language: str) -> list[Card]:
    """What a marketer looks at first."""
    words = WORDS[language]

    def amounts(name: str, figures: Sequence[int | None]) -> Iterator[Card]:
        shown = [money(language, outcomes[-1], amount, whole=True) for amount in figures]
        yield from _card(name, figures, shown, language)

    found: list[Card] = []
    for balance in outcomes[-1].programme.balances:
        name = name_in(balance.names, language, balance.id)
        for figure in ("given", "used", "expired"):
            values = [int(getattr(flow_of(item, balance), figure)) for item in outcomes]
            shown = [
                value(item, balance, amount, language)
                for item, amount in zip(outcomes, values, strict=True)
            ]
            found += _card(f"{name}, {words[figure]}", values, shown, language)
        worth = [_liability(item, balance) for item in outcomes]
        found += amounts(f"{name}, {words['liability']}", worth)
    found += amounts(words["discounts"], [item.discounts for item in outcomes])
    found += amounts(words["cost"], [item.programme_cost for item in outcomes])
    found += amounts(words["margin"], [item.margin for item in outcomes])
    return found


def _card(
    name: str, figures: Sequence[int | None], shown: Sequence[str], language: str
) -> Iterator[Card]:
    """A card, unless there is nothing to show."""
    now, before = figures[-1], figures[0]
    if now is None or not any(figures):
        return
    if len(figures) == 1 or before is None:
        yield Card(name, shown[-1])
        return
    was = WORDS[language]["was"].format(value=shown[0])
    change = "=" if now == before else percent(language, now - before, before, signed=True)
    yield Card(name, shown[-1], was, change)


def sentence(outcomes: Sequence[Outcome], comparison: Comparison | None, language: str) -> str:
    """The whole report in a sentence or two."""
    words, draft = WORDS[language], outcomes[-1]
    cost = percent(language, draft.programme_cost, draft.revenue)
    text = words["sentence"].format(
        cost=money(language, draft, draft.programme_cost, whole=True), share=cost
    )
    if comparison is None:
        return text
    live = comparison.live
    more = draft.programme_cost - live.programme_cost
    text = words["sentence_beside"].format(
        cost=money(language, draft, draft.programme_cost, whole=True),
        share=cost,
        before=percent(language, live.programme_cost, live.revenue),
        more=money(language, draft, abs(more), whole=True),
        word=words["dearer"] if more > 0 else words["cheaper"],
    )
    if more == 0:
        text = words["sentence_same"].format(
            cost=money(language, draft, draft.programme_cost, whole=True), share=cost
        )
    if more > 0 and draft.margin and draft.margin > 0 and draft.costed_revenue:
        # What more must be sold, at the margin that is known, to pay for what more is given.
        sales = -(-more * draft.costed_revenue // draft.margin)
        text += " " + words["break_even"].format(
            sales=money(language, draft, sales, whole=True),
            share=percent(language, sales, draft.revenue, signed=True),
        )
    return text


def objective_rows(outcomes: Sequence[Outcome], language: str) -> list[tuple[str, list[str], str]]:
    """The draft's objectives: what is aimed at, each version's figure, and whether it is met."""
    words, draft = WORDS[language], outcomes[-1]
    found = []
    for objective in draft.programme.objectives:

        def shown(amount: int | None, objective: Objective = objective) -> str:
            if amount is None:
                return words["not_measured"]
            if objective.aim is Aim.BASKET:
                return money(language, draft, amount)
            decimals = decimals_of(objective.aim, draft.programme.exponent)
            text = number_text(language, amount, decimals, trim=True)
            if objective.aim is Aim.FREQUENCY:
                return text
            return f"{text}%" if language == "en" else f"{text}\u00a0%"

        targets = [
            words[word].format(value=shown(target))
            for word, target in (("at_least", objective.at_least), ("at_most", objective.at_most))
            if target is not None
        ]
        name = f"{words['aim_' + objective.aim.value]}, {', '.join(targets)}"
        measured = [item.measured(objective) for item in outcomes]
        last = measured[-1]
        state = "" if last is None else "met" if objective.met_by(last) else "missed"
        found.append((name, [shown(amount) for amount in measured], state))
    return found
