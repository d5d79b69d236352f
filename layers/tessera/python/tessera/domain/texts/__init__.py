"""Sentences in French and English for receipts and traces, and how numbers are written.

Plural forms follow CLDR: in French 0, 1 and 1.5 are singular; in English only 1 is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from tessera.domain.calendar import to_date
from tessera.domain.programme.model import Balance, BalanceKind, Programme, Texts
from tessera.domain.texts import en, fr
from tessera.domain.texts.spacing import all_spaced

Scalar = str | int | bool | None

LANGUAGES = ("fr", "en")
_PLACE = re.compile(r"\{(\w+)(?:\|(\w+))?\}")
_FRENCH = all_spaced(fr.SENTENCES)
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}


def catalogue(language: str) -> Mapping[str, str]:
    """The sentences of a language; French where there is no catalogue for it."""
    return en.SENTENCES if language.startswith("en") else _FRENCH


def plural_form(language: str, amount: int, decimals: int = 0) -> str:
    """`one` or `other` for an amount at a scale, as CLDR says."""
    whole, rest = divmod(abs(amount), 10**decimals)
    if language.startswith("en"):
        return "one" if whole == 1 and not rest and not decimals else "other"
    return "one" if whole in (0, 1) else "other"


def number_text(language: str, amount: int, decimals: int = 0, *, trim: bool = False) -> str:
    """An integer at a scale as a person writes it in that language.

    `trim` leaves out decimals that are all zero.
    """
    whole, rest = divmod(abs(amount), 10**decimals)
    english = language.startswith("en")
    digits = f"{whole:,}" if english else f"{whole:,}".replace(",", "\u202f")
    if decimals and not (trim and not rest):
        digits += ("." if english else ",") + str(rest).rjust(decimals, "0")
    return f"-{digits}" if amount < 0 else digits


def money_text(language: str, amount: int, currency: str, exponent: int) -> str:
    """An amount of money: "12,50 €" in French, "€12.50" in English; whole amounts without cents."""
    digits = number_text(language, amount, exponent, trim=True)
    symbol = _SYMBOLS.get(currency, currency)
    if not language.startswith("en"):
        return f"{digits}\u00a0{symbol}"
    if len(symbol) > 1:
        return f"{symbol}\u00a0{digits}"
    return f"-{symbol}{digits[1:]}" if digits.startswith("-") else f"{symbol}{digits}"


def value_text(language: str, balance: Balance, amount: int) -> str:
    """An amount of a balance with its unit: points, stamps or money."""
    if balance.kind is BalanceKind.CASH:
        return money_text(language, amount, balance.currency, balance.decimals)
    trimmed = amount % balance.unit == 0
    decimals = 0 if trimmed else balance.decimals
    shown = amount // balance.unit if trimmed else amount
    form = plural_form(language, shown, decimals)
    unit = catalogue(language)[f"unit.{balance.kind.value}.{form}"]
    return f"{number_text(language, shown, decimals)}\u00a0{unit}"


def day_text(language: str, day: int) -> str:
    """A date as receipts print it: 23/11/2027 in French, 23 Nov 2027 in English."""
    return date_text(language, to_date(day))


def date_text(language: str, moment: date) -> str:
    """A date as receipts print it."""
    if language.startswith("en"):
        return f"{moment.day} {en.MONTHS[moment.month - 1]} {moment.year}"
    return f"{moment.day:02}/{moment.month:02}/{moment.year}"


def ratio_text(language: str, numerator: int, denominator: int) -> str:
    """A coefficient: "×3", "×1,5"; kept as a fraction where decimals would not be exact."""
    scaled, rest = divmod(numerator * 1000, denominator)
    if rest:
        return f"×{numerator}/{denominator}"
    decimals = 3
    while decimals and scaled % 10 == 0:
        scaled, decimals = scaled // 10, decimals - 1
    return "×" + number_text(language, scaled, decimals)


def name_in(texts: Texts, language: str, fallback: str) -> str:
    """A text of the programme in a language, the one that serves every language, or any."""
    if language in texts:
        return texts[language]
    return texts.get("") or next(iter(texts.values()), fallback)


def fill(
    programme: Programme, language: str, template: str, values: Mapping[str, Scalar], balance: str
) -> str:
    """A sentence with its places filled; `{amount|value}` writes in the unit of the balance."""

    def replace(match: re.Match[str]) -> str:
        name, form = match.group(1), match.group(2)
        return _shown(programme, language, values.get(name), form, balance)

    return _PLACE.sub(replace, template)


def _shown(
    programme: Programme, language: str, value: Scalar, form: str | None, balance_id: str
) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) and not isinstance(value, bool):
        if form == "money":
            return money_text(language, value, programme.currency, programme.exponent)
        if form == "day":
            return day_text(language, value)
        if form == "value":
            balance = programme.balance(balance_id)
            if balance is not None:
                return value_text(language, balance, value)
        return number_text(language, value)
    if form == "day" and isinstance(value, str):
        return date_text(language, date.fromisoformat(value))
    return str(value)
