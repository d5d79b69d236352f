"""What the fashion example gives on CDNOW's receipts, from the file alone.

It imports nothing of Tessera and states the rules in its own words. With `--thursdays`, the draft
in which Thursdays count three times: `python -m tools.oracle_backtest FILE [--thursdays]`.
"""

import argparse
import calendar
import json
from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

Standing = tuple[int, date]
LADDER = (("silhouette", 0, 4), ("allure", 30000, 5), ("muse", 90000, 6))


def later(day: date, months: int) -> date:
    """The same day so many months on; the month's last where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def deserved(spent: Counter[int], day: date) -> int:
    """The place in the ladder by what was spent in this month and the twelve before."""
    month = day.year * 12 + day.month
    window = sum(spent[at] for at in range(month - 12, month + 1))
    return max(place for place, step in enumerate(LADDER) if window >= step[1])


def reviewed(tier: int, since: date, spent: Counter[int], seen: date, until: date) -> Standing:
    """The tier after every anniversary between two days, falling one step at a time."""
    years = 1
    while (day := later(since, 12 * years)) <= until:
        years += 1
        if day > seen and deserved(spent, day) < tier:
            tier, since, years = tier - 1, day, 1
    return tier, since


def totals(file: Path, until: date, thursdays: bool) -> dict[str, object]:
    """Points given and expired, discounts, and members by tier on a day."""
    bought: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for text in file.read_text("ascii").splitlines():
        customer, written, _, dollars = text.split()
        if customer.isdigit():
            at = date(int(written[:4]), int(written[4:6]), int(written[6:]))
            bought[customer].append((at, int(Fraction(dollars) * 100)))
    given = expired = discounts = 0
    tiers: Counter[str] = Counter()
    for sales in bought.values():
        sales.sort(key=lambda sale: sale[0])
        spent, months = Counter[int](), Counter[int]()
        tier, since, seen = 0, sales[0][0], sales[0][0]
        for place, (day, cents) in enumerate(sales):
            tier, since = reviewed(tier, since, spent, seen, day)
            seen = day
            off = (cents * 10 + 50) // 100 if place == 0 and cents > 15000 else 0
            best = 3 if thursdays and day.weekday() == 3 else 2 if place == 0 else 1
            month = day.year * 12 + day.month
            points = min((cents - off) * LADDER[tier][2] * best // 400, 2000 - months[month])
            months[month] += points
            spent[month] += cents - off
            given, discounts = given + points, discounts + off
            expired += points if later(day, 18) < until else 0
            if (reached := deserved(spent, day)) > tier:
                tier, since = reached, day
        tiers[LADDER[reviewed(tier, since, spent, seen, until)[0]][0]] += 1
    return {"given": given, "expired": expired, "discounts": discounts, "tiers": dict(tiers)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--until", type=date.fromisoformat, default=date(1998, 6, 30))
    parser.add_argument("--thursdays", action="store_true")
    options = parser.parse_args()
    print(json.dumps(totals(options.file, options.until, options.thursdays)))
