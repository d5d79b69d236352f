"""What the demo programme owes each CDNOW customer, from the file alone.

It imports nothing of Tessera, and states the rules in its own words: 60 points for joining, one
point for each whole euro of a purchase, usable until the same day twelve months later. Prints the
points earned and those usable on a date: `python -m tools.oracle_cdnow FILE --on 1998-06-30`.
"""

import argparse
import calendar
from collections.abc import Iterator
from datetime import date
from pathlib import Path

WELCOME = 60


def a_year_later(day: date) -> date:
    """The same day of the next year; 28 February where it has no 29th."""
    last = calendar.monthrange(day.year + 1, day.month)[1]
    return date(day.year + 1, day.month, min(day.day, last))


def purchases(file: Path) -> Iterator[tuple[str, date, int]]:
    """Customer, day and cents of each row."""
    for text in file.read_text("ascii").splitlines()[1:]:
        customer, day, _, dollars = text.split()
        whole, _, fraction = dollars.partition(".")
        cents = int(whole) * 100 + int(fraction.ljust(2, "0")[:2])
        yield customer, date(int(day[:4]), int(day[4:6]), int(day[6:])), cents


def points(file: Path, on: date, customers: int | None = None) -> dict[str, tuple[int, int]]:
    """By customer: points earned until a day, and those of them that are usable on it."""
    lots: dict[str, list[tuple[date, int]]] = {}
    for customer, day, cents in purchases(file):
        if customer not in lots:
            if len(lots) == customers:
                break
            lots[customer] = []
        lots[customer].append((day, cents // 100))
    owed = {}
    for customer, found in lots.items():
        earned = [(min(day for day, _ in found), WELCOME), *found]
        until = [(day, amount) for day, amount in earned if day <= on]
        usable = sum(amount for day, amount in until if on <= a_year_later(day))
        owed[customer] = (sum(amount for _, amount in until), usable)
    return owed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--on", type=date.fromisoformat, default=date(1998, 6, 30))
    parser.add_argument("--customers", type=int)
    options = parser.parse_args()
    for customer, (earned, usable) in points(options.file, options.on, options.customers).items():
        print(customer, earned, usable)
