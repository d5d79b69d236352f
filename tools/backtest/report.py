"""A backtest as a page that stands alone and as JSON, in French and in English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import accumulate
from pathlib import Path

from tessera.application.backtest_result import Change, Comparison, Outcome
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
from tessera.domain.programme.model import Balance, TierGroup
from tessera.domain.texts import day_text, name_in, number_text, value_text
from tools.backtest import charts
from tools.backtest.figures import Card, cards, objective_rows, sentence, totals
from tools.backtest.words import WORDS

LISTED = 10
NO_BREAK = "\u00a0"
"""A wide figure may break before its unit."""
STYLE = Path(__file__).with_name("style.css")


def report_view(outcomes: Sequence[Outcome], comparison: Comparison | None) -> dict[str, Json]:
    """The whole report as JSON: the version in force first, then the draft."""
    found: dict[str, Json] = {"outcomes": [outcome.view() for outcome in outcomes]}
    if comparison is not None:
        found["comparison"] = comparison.view()
    return found


def summary(outcomes: Sequence[Outcome], language: str) -> str:
    """The totals as lines for a terminal."""
    return "\n".join(f"{row[0]}: {' | '.join(row[1:])}" for row in totals(outcomes, language))


def report_page(
    outcomes: Sequence[Outcome], comparison: Comparison | None, language: str, source: str
) -> str:
    """The whole report as one page of HTML, with no script and no foreign host."""
    words, draft = WORDS[language], outcomes[-1]
    name = draft.programme.name_in(language)
    title = words["title"].format(name=name)
    versions = ["live", "draft"] if comparison else ["draft"]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="note">{escape(_origin(draft, source, language))}</p>',
        f'<p class="lead">{escape(sentence(outcomes, comparison, language))}</p>',
        _objectives(outcomes, versions, language),
        f"<h2>{escape(words['first_look'])}</h2>",
        f'<div class="grid">{"".join(map(_card, cards(outcomes, language)))}</div>',
        *_who(comparison, language),
        f"<h2>{escape(words['over_time'])}</h2>",
        f'<div class="grid wide">{"".join(_charts(outcomes, versions, language))}</div>',
        f"<details><summary>{escape(words['all_figures'])}</summary>",
        _table(totals(outcomes, language), [words["figure"], *(words[item] for item in versions)]),
        *_refusals(outcomes, versions, language),
        "</details>",
        f'<p class="note">{escape(words["assumptions"])}</p>',
    ]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE.read_text('utf-8')}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _origin(outcome: Outcome, source: str, language: str) -> str:
    zone = outcome.programme.zone
    return WORDS[language]["from"].format(
        purchases=number_text(language, outcome.purchases),
        members=number_text(language, len(outcome.members)),
        first=day_text(language, day_of(outcome.first_ms, zone)),
        last=day_text(language, day_of(outcome.last_ms, zone)),
        source=source,
    )


def _card(card: Card) -> str:
    change = f' <span class="more">{escape(card.change)}</span>' if card.change else ""
    was = f'<div class="was">{escape(card.before)}{change}</div>' if card.before else ""
    return (
        f'<div class="card"><div class="name">{escape(card.name)}</div>'
        f'<div class="big">{escape(card.value).replace(NO_BREAK, " ")}</div>{was}</div>'
    )


def _objectives(outcomes: Sequence[Outcome], versions: Sequence[str], language: str) -> str:
    words = WORDS[language]
    found = objective_rows(outcomes, language)
    if not found:
        return ""
    rows = []
    for name, measured, state in found:
        mark = {"met": "✓ ", "missed": "✗ "}.get(state, "")
        judged = f'<td class="{state}">{mark}{escape(words[state]) if state else "–"}</td>'
        cells = "".join(f"<td>{escape(text)}</td>" for text in measured)
        rows.append(f"<tr><td>{escape(name)}</td>{cells}{judged}</tr>")
    head = [words["target"], *(words[item] for item in versions), words["result"]]
    cells = "".join(f"<th>{escape(text)}</th>" for text in head)
    return (
        f'<h2>{escape(words["objectives"])}</h2><div class="card scroll"><table><thead><tr>{cells}'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _charts(outcomes: Sequence[Outcome], versions: Sequence[str], language: str) -> Iterator[str]:
    words = WORDS[language]
    key = "".join(f'<span><i class="{item}"></i>{escape(words[item])}</span>' for item in versions)
    for balance in outcomes[-1].programme.balances:
        name = name_in(balance.names, language, balance.id)
        labels, given, left = _by_month(outcomes, versions, balance)
        if labels:
            show = _short(language, balance)
            for word, series in (("given_by_month", given), ("left_by_month", left)):
                yield _figure(
                    words[word].format(name=name), key, charts.lines(labels, series, show)
                )
    for group in outcomes[-1].programme.tier_groups:
        yield _figure(
            words["tiers"].format(group=name_in(group.names, language, group.id)),
            key,
            _ladder(outcomes, versions, group, language),
        )


def _figure(title: str, key: str, drawing: str) -> str:
    return f'<div class="card"><h3>{escape(title)}</h3><p class="key">{key}</p>{drawing}</div>'


def _by_month(
    outcomes: Sequence[Outcome], versions: Sequence[str], balance: Balance
) -> tuple[list[str], dict[str, list[int]], dict[str, list[int]]]:
    """Months, what was given in each, and what was left at the end of each, by version."""
    known = sorted({month for item in outcomes for month in item.months})
    if not known:
        return [], {}, {}
    months = list(range(known[0], known[-1] + 1))
    labels = [f"{month % 12 + 1:02}/{month // 12 % 100:02}" for month in months]
    given, left = {}, {}
    for version, outcome in zip(versions, outcomes, strict=True):
        flows = [outcome.months.get(month, {}).get(balance.id) for month in months]
        given[version] = [flow.given if flow else 0 for flow in flows]
        left[version] = list(accumulate(flow.left if flow else 0 for flow in flows))
    return labels, given, left


def _short(language: str, balance: Balance) -> charts.Show:
    """Amounts as an axis shows them: thousands and millions in one word."""

    def show(amount: int) -> str:
        units = amount // balance.unit
        for size, sign in ((10**6, "M"), (10**3, "k")):
            if units >= size:
                tenths = (20 * units + size) // (2 * size)
                return f"{number_text(language, tenths, 1, trim=True)} {sign}"
        return number_text(language, units)

    return show


def _ladder(
    outcomes: Sequence[Outcome], versions: Sequence[str], group: TierGroup, language: str
) -> str:
    shown = {
        version: [outcome.tiers.get(group.id, Counter())[tier.id] for tier in group.tiers]
        for version, outcome in zip(versions, outcomes, strict=True)
    }
    labels = [name_in(tier.names, language, tier.id) for tier in group.tiers]
    return charts.bars(labels, shown, lambda members: number_text(language, members))


def _who(comparison: Comparison | None, language: str) -> Iterator[str]:
    """Who gains and who loses: how many, the most, and between which tiers."""
    if comparison is None:
        return
    words = WORDS[language]
    gaining, losing = comparison.gaining, comparison.losing
    same = len(comparison.live.members) - len(gaining) - len(losing)
    yield f"<h2>{escape(words['compared'])}</h2>"
    if not gaining and not losing:
        yield f"<p>{escape(words['nobody'])}</p>"
        return
    counts = (
        ("gain", "gaining", len(gaining)),
        ("same", "same", same),
        ("lose", "losing", len(losing)),
    )
    yield charts.split(
        [
            (name, size, words[word].format(count=number_text(language, size)))
            for name, word, size in counts
        ]
    )
    balance = comparison.live.programme.balance(comparison.balance)
    yield '<div class="grid wide">'
    for title, changes in (("gain_most", gaining), ("lose_most", losing)):
        if changes and balance is not None:
            tiers = _tier_names(comparison, language)
            listed = changes[:LISTED]
            rows = [_change_row(item, balance, language, tiers) for item in listed]
            head = [words["member"], words["given_each"], words["tier"]]
            if not any(item.tiers for item in listed):
                rows, head = [row[:-1] for row in rows], head[:-1]
            yield f'<div class="card"><h3>{escape(words[title])}</h3>{_table(rows, head)}</div>'
    for pairs in comparison.tier_changes().values():
        tiers = _tier_names(comparison, language)
        rows = [
            [f"{tiers.get(before, before)} → {tiers.get(now, now)}", number_text(language, members)]
            for (before, now), members in sorted(pairs.items())
        ]
        head = [words["tier"], words["members"]]
        yield f'<div class="card"><h3>{escape(words["tier_moves"])}</h3>{_table(rows, head)}</div>'
    yield "</div>"


def _tier_names(comparison: Comparison, language: str) -> Mapping[str, str]:
    return {
        tier.id: name_in(tier.names, language, tier.id)
        for outcome in (comparison.live, comparison.draft)
        for group in outcome.programme.tier_groups
        for tier in group.tiers
    }


def _change_row(
    change: Change, balance: Balance, language: str, tiers: Mapping[str, str]
) -> list[str]:
    amount = change.given.get(balance.id, 0)
    sign = "+" if amount > 0 else ""
    moves = ", ".join(
        f"{tiers.get(before, before)} → {tiers.get(now, now)}"
        for before, now in change.tiers.values()
    )
    return [change.member, sign + value_text(language, balance, amount), moves]


def _refusals(outcomes: Sequence[Outcome], versions: Sequence[str], language: str) -> Iterator[str]:
    words = WORDS[language]
    codes = sorted({code for outcome in outcomes for code in outcome.refused})
    if codes:
        rows = [
            [code, *(number_text(language, outcome.refused[code]) for outcome in outcomes)]
            for code in codes
        ]
        yield f"<h3>{escape(words['refusals'])}</h3>"
        yield _table(rows, ["", *(words[item] for item in versions)])


def _table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> str:
    cells = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    inside = f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table>{inside}</table></div>'
