"""Amounts and dates as a member reads them on a card, in French and English."""

from __future__ import annotations

from tessera.domain.calendar import to_date

_NARROW_SPACE = "\u202f"
_NO_BREAK_SPACE = "\u00a0"
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
_MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}


def amount_text(amount: int, decimals: int, currency: str, language: str) -> str:
    """An amount at its balance's scale, grouped and with its currency: `1 234,50 €`, `€1,234.50`.

    Points drop decimals that are all zero; money keeps them.
    """
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**decimals)
    french = language == "fr"
    number = f"{whole:,}".replace(",", _NARROW_SPACE if french else ",")
    if decimals and (currency or part):
        number += ("," if french else ".") + f"{part:0{decimals}d}"
    if not currency:
        return sign + number
    symbol = _SYMBOLS.get(currency, currency)
    if french:
        return f"{sign}{number}{_NO_BREAK_SPACE}{symbol}"
    return f"{sign}{symbol}{number}" if symbol != currency else f"{sign}{number} {symbol}"


def date_text(day: int, language: str) -> str:
    """A day in words: `1er mars 2027`, `1 March 2027`."""
    moment = to_date(day)
    number = "1er" if language == "fr" and moment.day == 1 else str(moment.day)
    month = _MONTHS["fr" if language == "fr" else "en"][moment.month - 1]
    return f"{number}{_NO_BREAK_SPACE}{month} {moment.year}"


def short_date_text(day: int, language: str) -> str:
    """A day in figures, for the narrow fields of a card's front: `01/03/2027`, `1 Mar 2027`."""
    moment = to_date(day)
    if language == "fr":
        return f"{moment.day:02d}/{moment.month:02d}/{moment.year}"
    return f"{moment.day} {_MONTHS['en'][moment.month - 1][:3]} {moment.year}"


def code_text(code: str) -> str:
    """A card code in groups of four, as people read it out."""
    if len(code) == 16:
        return f"{code[:4]} {code[4:8]} {code[8:12]} {code[12:]}"
    return " ".join([code[start : start + 4] for start in range(0, len(code), 4)])
