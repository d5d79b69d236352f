"""The types that bodies are made of: amounts, times, texts, and the manners of every model."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

AMOUNT_MAX = 10**12
"""Ten billion in a currency with two decimals: above any sale, far below what JSON keeps exact."""

TTL_S_MAX = 7 * 24 * 3600
"""A week: a hold is the till's or the web order's, not a way to keep points from expiring."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_QUANTITY = re.compile(r"\d{1,7}(\.\d{1,3})?", re.ASCII)
_BIRTHDAY = re.compile(r"(\d{4}|-)-(\d\d)-(\d\d)", re.ASCII)
_LEAP_YEAR = 2000
_YEARS = (1971, 2098)
"""What the ledger can date, with room for the longest validity."""


def _time(value: str) -> str:
    found = _TIME.fullmatch(value)
    if found:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            found = None
    if not found:
        raise PydanticCustomError("time_malformed", "an RFC 3339 time with its offset")
    if not _YEARS[0] <= int(value[:4]) <= _YEARS[1]:
        raise PydanticCustomError("time_out_of_range", "a year that the ledger can hold")
    return value


def _quantity(value: str) -> str:
    if not _QUANTITY.fullmatch(value):
        raise PydanticCustomError("quantity_malformed", "a decimal number in text")
    if Decimal(value) <= 0:
        raise PydanticCustomError("quantity_not_positive", "more than zero")
    return value


def _birthday(value: str) -> str:
    """A birthday as `YYYY-MM-DD` or `--MM-DD`; anything else is refused."""
    found = _BIRTHDAY.fullmatch(value)
    if found:
        year = _LEAP_YEAR if found[1] == "-" else int(found[1])
        try:
            date(year, int(found[2]), int(found[3]))
        except ValueError:
            found = None
    if not found:
        raise PydanticCustomError("date_malformed", "YYYY-MM-DD or --MM-DD")
    return value


def _legible(value: str) -> str:
    """Refuse text that is blank, or that would be another text after trimming."""
    if value != value.strip():
        raise PydanticCustomError("text_not_trimmed", "blanks around the text")
    return value


TRIMMED = AfterValidator(_legible)
Text32 = Annotated[str, StringConstraints(min_length=1, max_length=32), TRIMMED]
Text64 = Annotated[str, StringConstraints(min_length=1, max_length=64), TRIMMED]
Text128 = Annotated[str, StringConstraints(min_length=1, max_length=128), TRIMMED]
Text254 = Annotated[str, StringConstraints(min_length=1, max_length=254), TRIMMED]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]
"""An identifier that a programme or the merchant chose: a programme, balance, reward, store."""

Amount = Annotated[int, Field(ge=0, le=AMOUNT_MAX, strict=True)]
"""An integer in the smallest unit of its currency or balance, never negative."""

PositiveAmount = Annotated[int, Field(gt=0, le=AMOUNT_MAX, strict=True)]
"""An amount of at least one."""

Time = Annotated[str, AfterValidator(_time)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Quantity = (
    Annotated[int, Field(gt=0, le=9_999_999, strict=True)]
    | Annotated[str, AfterValidator(_quantity)]
)
Attributes = Annotated[dict[Name, Text254], Field(max_length=50)]
ProfileAttributes = Annotated[
    dict[
        Name,
        Text254 | Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX, strict=True)] | bool,
    ],
    Field(max_length=50),
]


Birthday = Annotated[str, AfterValidator(_birthday)]


class Model(BaseModel):
    """The manners of every body. Models are built on first use, not when a function starts."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)
