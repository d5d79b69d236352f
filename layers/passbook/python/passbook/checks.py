"""The vocabulary of rules: small immutable checks that name the broken rule, its place and remedy.

A check is given a plain value (see `passbook.plain`), the path of its parent and its own key, so
that a path is only spelt out when there is something to report: a pass that breaks no rule pays
for none of the text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol, cast
from urllib.parse import urlsplit

from passbook.errors import Finding
from passbook.plain import join

Report = list[Finding]


Fits = Callable[[str], object]
"""Whether a text is right, told without a report: truthy for one that its rule accepts."""


class Check(Protocol):
    """Reports to `out` what is wrong with `value`, which stands at `key` below `parent`.

    A check may have `any_text` (true where every text is right) or `fits` (see `Fits`): with
    either, a template writes texts without a call of `check`.
    """

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None: ...


Cross = Callable[[Mapping[str, object], str, Report], None]
"""A rule over several keys of one object: the object, its path, where to report."""


@dataclass(frozen=True, slots=True)
class Where:
    """A rule across keys that looks at `keys` only.

    It has nothing to say unless one of them is there, but for rules that apply `always`.
    """

    keys: frozenset[str]
    rule: Cross
    always: bool = False
    fits: Callable[[Mapping[str, object], str], Fits | None] | None = None
    """Given an object's constant members and the key of its varying one: what text the rule
    accepts there, or None where that takes the whole object."""

    def __call__(self, value: Mapping[str, object], path: str, out: Report) -> None:
        if self.always or not self.keys.isdisjoint(value):
            self.rule(value, path, out)


def short(value: object) -> str:
    """`value` as a finding may quote it: no pass.json value is repeated at length."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def add(out: Report, rule: str, path: str, message: str, remedy: str) -> None:
    out.append(Finding(rule, path, message, remedy))


@dataclass(frozen=True, slots=True)
class Text:
    """Text, of at least `length_min` characters, that UTF-8 can carry."""

    length_min: int = 0

    @property
    def any_text(self) -> bool:
        """Whether any text that can be encoded passes."""
        return self.length_min == 0

    @property
    def fits(self) -> Fits | None:
        """Whether a text is long enough; that it can be encoded shows when it is."""
        return bool if self.length_min == 1 else None

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if not isinstance(value, str):
            message = f"{short(value)} is not text."
            add(out, "value-type", join(parent, key), message, "Give a string.")
        elif len(value) < self.length_min:
            message = "The text is empty." if not value else f"{len(value)} characters are too few."
            remedy = f"Give at least {self.length_min} character(s)."
            add(out, "text-length", join(parent, key), message, remedy)
        elif not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                message = "The text holds half of a surrogate pair."
                add(out, "text-unicode", join(parent, key), message, "Decode it as UTF-16 first.")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text that matches `pattern` whole."""

    pattern: re.Pattern[str]
    rule: str
    remedy: str

    @property
    def fits(self) -> Fits:
        """The pattern itself."""
        return self.pattern.fullmatch

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if not isinstance(value, str) or self.pattern.fullmatch(value) is None:
            message = f"{short(value)} does not have the right shape."
            add(out, self.rule, join(parent, key), message, self.remedy)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the names that Apple defines."""

    names: frozenset[str]
    rule: str = "value-choice"

    @property
    def fits(self) -> Fits:
        """Whether a text is one of them."""
        return self.names.__contains__

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if not isinstance(value, str) or value not in self.names:
            remedy = "Use one of " + ", ".join(sorted(self.names)) + "."
            message = f"{short(value)} is not a value Wallet knows here."
            add(out, self.rule, join(parent, key), message, remedy)


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if not isinstance(value, bool):
            message = f"{short(value)} is neither true nor false."
            add(out, "value-type", join(parent, key), message, "Give a boolean, not text or 0/1.")


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number within bounds, whole if `whole`."""

    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            kind = "whole number" if self.whole else "number"
            message = f"{short(value)} is not a {kind}."
            add(out, "value-type", join(parent, key), message, f"Give a {kind}, not text.")
            return
        number = cast("int | float", value)
        if not math.isfinite(number):
            message = f"{number} is not a number JSON can hold."
            add(out, "number-finite", join(parent, key), message, "Give a finite number.")
        elif (self.minimum is not None and number < self.minimum) or (
            self.maximum is not None and number > self.maximum
        ):
            low = "" if self.minimum is None else f" at least {self.minimum:g}"
            high = "" if self.maximum is None else f" at most {self.maximum:g}"
            remedy = f"Give a number of{low}{' and' if low and high else ''}{high}."
            add(out, "number-range", join(parent, key), f"{number} is out of range.", remedy)


_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_DATE_REMEDY = "Write it as 2026-11-22T10:00+01:00 or 2026-11-22T09:00:00Z."


def date_problem(value: object) -> str | None:
    """Why Wallet would not read `value` as a date, or None when it would.

    The causes told apart are the ones issuers report: milliseconds, an offset without its colon,
    no offset at all, a doubled Z, a date without a time.
    """
    if not isinstance(value, str):
        return f"{short(value)} is not a date in text."
    return _date_text_problem(value)


@lru_cache(maxsize=1024)
def _date_text_problem(value: str) -> str | None:
    # Remembered: many passes share the last day of a month.
    found = _DATE.fullmatch(value)
    if found is not None:
        try:
            datetime.fromisoformat(value[: -len(found.group(7))])
        except ValueError:
            return f"{short(value)} is no day or hour of the calendar."
        return None
    if re.search(r"T\d\d:\d\d:\d\d[.,]\d", value):
        return f"{short(value)} has fractions of a second, which Wallet rejects."
    if re.search(r"[+-]\d{4}$", value) and "T" in value:
        return f"{short(value)} has an offset without its colon, which Wallet rejects."
    if re.fullmatch(r"[\d-]{10}T[\d:]{5,8}", value):
        return f"{short(value)} has no time zone, so its hour is anybody's guess."
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return f"{short(value)} has no time of day."
    return f"{short(value)} is not a W3C date and time."


def is_date(value: str) -> bool:
    """Whether Wallet would read a text as a date."""
    return _date_text_problem(value) is None


@dataclass(frozen=True, slots=True)
class Date:
    """A complete W3C date: minutes or seconds, and `Z` or an offset with a colon."""

    @property
    def fits(self) -> Fits:
        """Whether it is one."""
        return is_date

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        problem = date_problem(value)
        if problem is not None:
            add(out, "date-format", join(parent, key), problem, _DATE_REMEDY)


_COLOUR = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Colour:
    """`rgb(r, g, b)`, each from 0 to 255."""

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        found = _COLOUR.fullmatch(value) if isinstance(value, str) else None
        if found is None or max(map(int, found.groups())) > 255:
            message = f"{short(value)} is not a colour Wallet reads."
            add(out, "colour-format", join(parent, key), message, _colour_remedy(value))


def _colour_remedy(value: object) -> str:
    digits = value.lstrip("#") if isinstance(value, str) and value.startswith("#") else ""
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if re.fullmatch(r"[0-9A-Fa-f]{6}", digits):
        red, green, blue = (int(digits[start : start + 2], 16) for start in (0, 2, 4))
        return f"Write rgb({red}, {green}, {blue})."
    return "Write rgb(r, g, b) with three whole numbers from 0 to 255."


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute address with one of `schemes` (any when empty)."""

    schemes: frozenset[str] = frozenset({"https", "http"})

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if not isinstance(value, str):
            message = f"{short(value)} is not an address."
            add(out, "value-type", join(parent, key), message, "Give a string.")
            return
        problem = url_problem(value, self.schemes)
        if problem is not None:
            rule, message, remedy = problem
            add(out, rule, join(parent, key), message, remedy)


@lru_cache(maxsize=256)
def url_problem(value: str, schemes: frozenset[str]) -> tuple[str, str, str] | None:
    """Rule, message and remedy; remembered, since passes of one issuer repeat few addresses."""
    try:
        parts = urlsplit(value)
        broken = not parts.scheme or not (parts.netloc or parts.path) or " " in value
        broken = broken or (parts.scheme in {"http", "https"} and not parts.hostname)
    except ValueError:
        broken, parts = True, urlsplit("")
    if broken:
        message = f"{short(value)} is not an absolute address."
        return "url-format", message, "Write it whole: https://host/path."
    if schemes and parts.scheme not in schemes:
        message = f"The scheme {parts.scheme} is not accepted here."
        return "url-scheme", message, f"Use {' or '.join(sorted(schemes))}."
    return None


@dataclass(frozen=True, slots=True)
class Anything:
    """Any JSON value."""

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        """Nothing to say: `passbook.plain` has already refused what JSON cannot hold."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of at most `items_max` members, each passing `item`."""

    item: Check
    items_max: int | None = None
    rule: str = "list-length"
    remedy: str = "Leave some out."

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        if not isinstance(value, list):
            message = f"{short(value)} is not a list."
            add(out, "value-type", join(parent, key), message, "Put it in [ ].")
            return
        path = join(parent, key)
        self.check_count(len(value), path, out)
        for index, member in enumerate(value):
            self.item.check(member, path, index, out)

    def check_count(self, count: int, path: str, out: Report) -> None:
        """Reports a list that is too long."""
        if self.items_max is not None and count > self.items_max:
            message = f"{count} entries, Wallet takes {self.items_max}."
            add(out, self.rule, path, message, self.remedy)


@dataclass(frozen=True, slots=True)
class Keys:
    """An object: what each known key must pass, which are required, and rules across keys.

    Unknown keys pass: Apple adds some every year. `passbook.advice` warns of them.
    """

    known: Mapping[str, Check]
    required: tuple[str, ...] = ()
    cross: tuple[Cross, ...] = ()
    divisible: bool = False
    """Whether the rules across its keys look at presence only, so that a template may check
    each of its members alone, once per pass, and these rules once for all."""

    def check(self, value: object, parent: str, key: str | int, out: Report) -> None:
        path = join(parent, key)
        if not isinstance(value, dict):
            message = f"{short(value)} is not an object."
            add(out, "value-type", path, message, "Give a mapping of keys to values.")
            return
        self.check_members(value, path, out)

    def check_members(self, value: Mapping[str, object], path: str, out: Report) -> None:
        """As `check`, for an object already known to be one, standing at `path`."""
        before = len(out)
        self.check_required(value, path, out)
        known = self.known
        for name, member in value.items():
            check = known.get(name)
            if check is not None:
                check.check(member, path, name, out)
        # Rules across keys assume that each key alone is sound, but for those on presence.
        if self.divisible or len(out) == before:
            for rule in self.cross:
                rule(value, path, out)

    def check_required(self, value: Mapping[str, object], path: str, out: Report) -> None:
        """Reports the required keys that are not there."""
        for name in self.required:
            if name not in value:
                message = f"The key {name} is missing."
                add(out, "key-required", join(path, name), message, f"Add {name}.")

    def check_across(self, value: Mapping[str, object], path: str, out: Report) -> None:
        """Which keys are there and what goes with what, each key having been checked."""
        self.check_required(value, path, out)
        for rule in self.cross:
            rule(value, path, out)
