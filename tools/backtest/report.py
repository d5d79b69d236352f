"""A backtest as a page that stands alone and as JSON, in French and in English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import accumulate

from tessera.application.backtest_result import Change, Comparison, Flow, Outcome
from tessera.domain.canonical import Json
from tessera.domain.programme.model import Balance
from tessera.domain.texts import money_text, name_in, number_text, value_text
from tools.backtest import charts
from tools.backtest.words import WORDS

LISTED = 20
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a202c}table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{padding:.3rem"
    " .6rem;border-bottom:1px solid #ddd;text-align:right}th:first-child,td:first-child{text-align"
    ":left}figure{margin:1.5rem 0}figcaption{font-weight:600}svg{width:100%;font-size:12px;"
    "fill:#4a5568}.note{color:#4a5568}"
)


def report_view(outcomes: Sequence[Outcome], comparison: Comparison | None) -> dict[str, Json]:
    """The whole report as JSON: the version in force first, then the draft."""
    found: dict[str, Json] = {"outcomes": [outcome.view() for outcome in outcomes]}
    if comparison is not None:
        found["comparison"] = comparison.view()
    return found


def report_page(
    outcomes: Sequence[Outcome], comparison: Comparison | None, language: str, source: str
) -> str:
    """The whole report as one page of HTML, with no script and no foreign host."""
    words = WORDS[language]
    columns = [words["live"], words["draft"]] if comparison else [words["programme"]]
    parts = [
        f"<h1>{escape(words['title'])}</h1>",
        f'<p class="note">{escape(words["from"].format(source=source))}</p>',
        _table(_totals(outcomes, language), ["", *columns]),
    ]
    parts += [
        _balance(outcomes, columns, balance, language) for balance in outcomes[0].programme.balances
    ]
    for group in outcomes[0].programme.tier_groups:
        names = [tier.id for tier in group.tiers]
        shown = {
            name: [outcome.tiers.get(group.id, Counter())[tier] for tier in names]
            for name, outcome in zip(columns, outcomes, strict=True)
        }
        labels = [name_in(tier.names, language, tier.id) for tier in group.tiers]
        parts.append(charts.bars(labels, shown, words["tiers"].format(group=group.id)))
    if comparison is not None:
        parts.append(_comparison(comparison, language))
    parts.append(f'<p class="note">{escape(words["assumptions"])}</p>')
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(words["title"])}'
        f"</title><style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def summary(outcomes: Sequence[Outcome], language: str) -> str:
    """The totals as lines for a terminal."""
    return "\n".join(f"{row[0]}: {' | '.join(row[1:])}" for row in _totals(outcomes, language))


def _totals(outcomes: Sequence[Outcome], language: str) -> list[list[str]]:
    words = WORDS[language]

    def row(name: str, values: Sequence[str]) -> list[str]:
        return [words[name], *values]

    def money(outcome: Outcome, amount: int | None) -> str:
        programme = outcome.programme
        if amount is None:
            return "–"
        return money_text(language, amount, programme.currency, programme.exponent)

    rows = [
        row("members", [number_text(language, len(item.members)) for item in outcomes]),
        row("purchases", [number_text(language, item.purchases) for item in outcomes]),
        row("returns", [number_text(language, item.returns) for item in outcomes]),
        row("refused", [number_text(language, sum(item.refused.values())) for item in outcomes]),
        row("revenue", [money(item, item.revenue) for item in outcomes]),
        row("discounts", [money(item, item.discounts) for item in outcomes]),
        row(
            "margin",
            [
                money(item, item.costed_revenue - item.cost if item.cost else None)
                for item in outcomes
            ],
        ),
    ]
    for balance in outcomes[0].programme.balances:
        name = name_in(balance.names, language, balance.id)
        rows += [
            [
                f"{name}, {words[figure]}",
                *(
                    _value(item, balance, getattr(_flow(item, balance), figure), language)
                    for item in outcomes
                ),
            ]
            for figure in ("given", "used", "expired", "corrected", "left")
        ]
        rows.append(
            [
                f"{name}, {words['liability']}",
                *(
                    money(item, item.liability(found))
                    if (found := item.programme.balance(balance.id))
                    else "–"
                    for item in outcomes
                ),
            ]
        )
    return rows


def _flow(outcome: Outcome, balance: Balance) -> Flow:
    return outcome.flows.get(balance.id, Flow())


def _value(outcome: Outcome, balance: Balance, amount: int, language: str) -> str:
    return value_text(language, outcome.programme.balance(balance.id) or balance, amount)


def _balance(
    outcomes: Sequence[Outcome], columns: Sequence[str], balance: Balance, language: str
) -> str:
    words = WORDS[language]
    name = name_in(balance.names, language, balance.id)
    months = sorted({month for item in outcomes for month in item.months})
    if not months:
        return ""
    months = list(range(months[0], months[-1] + 1))
    labels = [f"{month // 12:04}-{month % 12 + 1:02}" for month in months]
    given, left = {}, {}
    for column, outcome in zip(columns, outcomes, strict=True):
        flows = [outcome.months.get(month, {}).get(balance.id, Flow()) for month in months]
        given[column] = [flow.given // balance.unit for flow in flows]
        left[column] = [total // balance.unit for total in accumulate(flow.left for flow in flows)]
    return charts.lines(labels, given, words["given_by_month"].format(name=name)) + charts.lines(
        labels, left, words["left_by_month"].format(name=name)
    )


def _comparison(comparison: Comparison, language: str) -> str:
    words = WORDS[language]
    gaining, losing = comparison.gaining, comparison.losing
    same = len(comparison.live.members) - len(gaining) - len(losing)
    text = words["who"].format(
        gaining=number_text(language, len(gaining)),
        losing=number_text(language, len(losing)),
        same=number_text(language, same),
    )
    balance = comparison.live.programme.balance(comparison.balance)
    parts = [f"<h2>{escape(words['compared'])}</h2><p>{escape(text)}</p>"]
    for title, changes in (("gain_most", gaining), ("lose_most", losing)):
        if changes and balance is not None:
            rows = [_change_row(item, balance, language) for item in changes[:LISTED]]
            parts.append(f"<h3>{escape(words[title])}</h3>")
            parts.append(_table(rows, [words["member"], words["given"], words["tier"]]))
    for group, pairs in comparison.tier_changes().items():
        rows = [
            [f"{before} → {now}", number_text(language, members)]
            for (before, now), members in sorted(pairs.items())
        ]
        parts.append(_table(rows, [words["tiers"].format(group=group), words["members"]]))
    return "".join(parts)


def _change_row(change: Change, balance: Balance, language: str) -> list[str]:
    amount = change.given.get(balance.id, 0)
    sign = "+" if amount > 0 else ""
    tiers = ", ".join(f"{before} → {now}" for before, now in change.tiers.values())
    return [change.member, sign + value_text(language, balance, amount), tiers]


def _table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> str:
    cells = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"
