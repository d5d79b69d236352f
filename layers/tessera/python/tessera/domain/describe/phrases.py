"""What all parts of a description share: names, amounts, times and conditions in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tessera.domain.calendar import to_day
from tessera.domain.programme.conditions import (
    ALWAYS,
    AllOf,
    AnyLine,
    AnyOf,
    Condition,
    EveryLine,
    Operator,
    Test,
)
from tessera.domain.programme.model import (
    Bounds,
    Expiry,
    ExpiryMode,
    Grant,
    Limit,
    Price,
    Programme,
    Span,
    Texts,
)
from tessera.domain.texts import (
    Scalar,
    catalogue,
    date_text,
    fill,
    money_text,
    name_in,
    number_text,
    plural_form,
    ratio_text,
    value_text,
)

_LINES = "articles"
_FURTHER = "further"
_KINDS = {
    "member.birthday_today": "birthday_today",
    "member.birthday_month": "birthday_month",
    "purchase.first": "first_purchase",
    "purchase.store": "stores",
    "store.id": "stores",
    "purchase.channel": "channels",
    "event.channel": "channels",
    "purchase.promo_code": "promo_code",
}
"""Fields that every customer may be told of, by the phrase that tells them."""

_SOME = frozenset({"stores", "channels"})
_EXCLUDING = frozenset({Operator.IS_NOT, Operator.NOT_IN})
_UNTOLD = frozenset({"event.days_before"})
"""How many days before a birthday something comes is the shop's business: that it comes is told."""


@dataclass(frozen=True, slots=True)
class Teller:
    """One programme told in one language, on one day (None: whatever the day)."""

    programme: Programme
    language: str
    today: int | None = None

    def say(self, code: str, **values: Scalar) -> str:
        """The sentence of the catalogue with its places filled."""
        template = catalogue(self.language)[f"about.{code}"]
        return fill(self.programme, self.language, template, values, "")

    def knows(self, code: str) -> bool:
        """Whether the catalogue has that sentence."""
        return f"about.{code}" in catalogue(self.language)

    def name(self, texts: Texts, fallback: str) -> str:
        """A name of the programme in the language."""
        return name_in(texts, self.language, fallback)

    def money(self, amount: int) -> str:
        """An amount of the programme's currency."""
        return money_text(self.language, amount, self.programme.currency, self.programme.exponent)

    def value(self, balance_id: str, amount: int) -> str:
        """An amount of a balance; its name goes with it where there are several."""
        balance = self.programme.balance(balance_id)
        if balance is None:
            return number_text(self.language, amount)
        text = value_text(self.language, balance, amount)
        if len(self.programme.balances) == 1:
            return text
        return self.say("value.named", value=text, name=self.name(balance.names, balance.id))

    def price(self, price: Price) -> str:
        """What a reward costs."""
        return self.value(price.balance, price.amount)

    def counted(self, unit: str, count: int) -> str:
        """ "12 months", "1 order"."""
        form = plural_form(self.language, count)
        return f"{number_text(self.language, count)}\u00a0{self.say(f'{unit}.{form}')}"

    def span(self, span: Span) -> str:
        """A length of time: whole years where it is, else months, and days."""
        parts = []
        if span.months and span.months % 12 == 0:
            parts.append(self.counted("years", span.months // 12))
        elif span.months:
            parts.append(self.counted("months", span.months))
        if span.days or not parts:
            parts.append(self.counted("days", span.days))
        return self.listed(parts)

    def listed(self, parts: Sequence[str]) -> str:
        """ "a, b and c"."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.say('and')} {parts[-1]}"

    def expiry(self, expiry: Expiry, manner: str = "expiry") -> str:
        """How long something lasts; `manner` "use.expiry" asks to use it by then."""
        if expiry.mode is ExpiryMode.YEARLY:
            # A leap year, so that 29 February is a day like the others.
            shown = date_text(self.language, date(2000, expiry.month, expiry.day))
            return self.say(f"{manner}.yearly", day=shown[:-5])
        text = self.say(f"{manner}.{expiry.mode.value}", span=self.span(expiry.span))
        if expiry.mode is ExpiryMode.NEVER:
            return text
        return text + self.say(f"expiry.to.{expiry.end.value}")

    def grant(self, grant: Grant) -> str:
        """What a benefit gives: an amount or a share off, free delivery, or both."""
        parts = []
        if grant.amount:
            parts.append(self.say("grant.amount", amount=self.money(grant.amount)))
        if grant.percent is not None:
            share = ratio_text(self.language, grant.percent.numerator, grant.percent.denominator)
            parts.append(self.say("grant.percent", percent=share.removeprefix("×")))
        if grant.free_delivery is not None:
            modes = ", ".join(grant.free_delivery)
            parts.append(
                self.say("grant.delivery_some" if modes else "grant.delivery", modes=modes)
            )
        return self.listed(parts)

    def bounds(self, low: str | None, high: str | None, bounds: Bounds) -> str:
        """An interval whose ends say whether they are included; empty where it is open."""
        parts = []
        if low is not None:
            parts.append(self.say("from" if bounds.low_included else "above", amount=low))
        if high is not None:
            parts.append(self.say("through" if bounds.high_included else "below", amount=high))
        return ", ".join(parts)

    def period(self, starts_at: str | None, ends_at: str | None) -> str:
        """Between which local times something holds; empty where it always does."""
        start, end = (self._moment(found) for found in (starts_at, ends_at))
        if start and end:
            return self.say("period.both", start=start, end=end)
        if start:
            return self.say("period.start", start=start)
        return self.say("period.end", end=end) if end else ""

    def _moment(self, local: str | None) -> str:
        if local is None:
            return ""
        day, _, hour = local.partition("T")
        shown = date_text(self.language, date.fromisoformat(day))
        return f"{shown} {hour[:5]}" if hour else shown

    def is_over(self, ends_at: str | None) -> bool:
        """Whether the last day has gone by."""
        if self.today is None or ends_at is None:
            return False
        return to_day(date.fromisoformat(ends_at[:10])) < self.today

    def limits(self, limits: Sequence[Limit]) -> list[str]:
        """ "once a week at most", for each limit."""
        return [
            self.say(
                "limit.times",
                times=self.counted("times", limit.count),
                period=self.per(limit.period.value),
            )
            for limit in limits
        ]

    def per(self, period: str) -> str:
        """ "per month", "in all"."""
        return catalogue(self.language)[f"limit.{period}"]

    def event(self, event: str) -> str:
        """What happens, in words; the event's own name where the catalogue has none for it."""
        code = f"event.{event}"
        return self.say(code) if self.knows(code) else self.say("event.other", event=event)

    def tiers(self, group_id: str, tiers: Sequence[str]) -> str:
        """The names of tiers."""
        group = self.programme.tier_group(group_id)
        names = {tier.id: tier.names for tier in group.tiers} if group is not None else {}
        return self.listed([self.name(names.get(tier, {}), tier) for tier in tiers])

    def conditions(self, *conditions: Condition) -> list[str]:
        """Each condition in words, once; what a merchant keeps about members is only hinted at."""
        found: dict[str, None] = {}
        for condition in conditions:
            found.update(dict.fromkeys(self._phrases(condition)))
        return list(found)

    def _phrases(self, condition: Condition) -> Iterator[str]:
        if condition == ALWAYS or (isinstance(condition, Test) and condition.field in _UNTOLD):
            return
        match condition:
            case Test():
                yield self._test(condition)
            case AllOf(parts):
                hours = self._hours(condition)
                if hours:
                    yield hours
                    return
                for part in parts:
                    yield from self._phrases(part)
            case AnyOf(parts) if self._hours(condition):
                yield self._hours(condition)
            case AnyOf(parts):
                yield self._either(parts)
            case AnyLine() | EveryLine():
                yield self.say(f"if.{_LINES}")
            case _:
                yield self.say(f"if.{_FURTHER}")

    def _either(self, parts: Sequence[Condition]) -> str:
        """One of several: told where each alternative is told by one phrase."""
        found = [self.conditions(part) for part in parts]
        further = self.say(f"if.{_FURTHER}")
        if any(len(phrases) != 1 or phrases[0] == further for phrases in found):
            return further
        return f" {self.say('or')} ".join(dict.fromkeys(phrases[0] for phrases in found))

    def _test(self, test: Test) -> str:
        field, operator, operand = test.field, test.operator, test.operand
        if field == "time.weekday" and operator in {Operator.IN, Operator.IS}:
            days = operand if isinstance(operand, tuple) else (operand,)
            sentences = catalogue(self.language)
            return self.say(
                "if.weekdays", days=self.listed([sentences[f"weekday.{day}"] for day in days])
            )
        if field == "purchase.total" and isinstance(operand, int):
            if operator in {Operator.AT_LEAST, Operator.MORE_THAN}:
                manner = "total_from" if operator is Operator.AT_LEAST else "total_above"
                return self.say(f"if.{manner}", amount=self.money(operand))
        elif field.startswith("line."):
            return self.say(f"if.{_LINES}")
        kind = _KINDS.get(field, _FURTHER)
        if operand is False or (kind not in _SOME and operator in _EXCLUDING):
            # "on your birthday" would say the contrary; "in some stores" stays true.
            kind = _FURTHER
        return self.say(f"if.{kind}")

    def _hours(self, condition: AllOf | AnyOf) -> str:
        """Hours of the day, as an operation writes them: one interval, or any of several."""
        match condition.parts:
            case (
                Test("time.hour", Operator.AT_LEAST, int(start)),
                Test("time.hour", Operator.LESS_THAN, int(end)),
            ):
                return self.say("if.hours", start=_clock(start), end=_clock(end))
        if isinstance(condition, AllOf) or not condition.parts:
            return ""
        found = [
            self._hours(part) if isinstance(part, AllOf | AnyOf) else "" for part in condition.parts
        ]
        return f" {self.say('or')} ".join(found) if all(found) else ""


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def sentence(lead: str, colon: str, parts: Sequence[str]) -> str:
    """ "Lead: part, part." with a capital at its beginning."""
    text = f"{lead}{colon}{', '.join(part for part in parts if part)}"
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
