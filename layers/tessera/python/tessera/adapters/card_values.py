"""A card's view in words: the values that the designs of both wallets ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tessera.adapters.designs import Design
from tessera.application.card_text import amount_text, date_text
from tessera.application.card_view import BalanceLine, CardView, VoucherLine
from tessera.domain.calendar import NEVER


@dataclass(frozen=True, slots=True)
class Wording:
    """What a card says, in the words of its design and its member's language."""

    design: Design
    view: CardView

    def balance(self, line: BalanceLine) -> str:
        """An amount as its card shows it; stamps as so many of so many."""
        if line.stamps:
            return f"{line.amount} / {line.stamps}"
        return self.amount(line, line.amount)

    def amount(self, line: BalanceLine, amount: int) -> str:
        """An amount of a balance, with its currency if it has one."""
        return amount_text(amount, line.decimals, line.currency, self.view.language)

    def named_amount(self, line: BalanceLine, amount: int) -> str:
        """An amount that says what it is of."""
        text = self.amount(line, amount)
        return text if line.currency else f"{text} {line.name}"

    @property
    def reward(self) -> str | None:
        """The reward to have now, or the nearest one."""
        lines = (*self.view.rewards, self.view.next_reward)
        return lines[0].name if lines[0] else None

    @property
    def reward_label(self) -> str:
        """That the reward can be had, or what it still takes."""
        line = self.view.next_reward
        if self.view.rewards or line is None or line.balance is None:
            return self.say("YOURS NOW")
        return self.say("{missing} TO GO", missing=self.amount(line.balance, line.missing))

    @property
    def next_reward(self) -> str | None:
        """The nearest reward out of reach, and what it still takes."""
        line = self.view.next_reward
        if line is None or line.balance is None:
            return None
        missing = self.amount(line.balance, line.missing)
        return self.say("{name}: {missing} to go", name=line.name, missing=missing)

    @property
    def rewards(self) -> str | None:
        """The rewards within reach, one to a line."""
        return _lines([line.name for line in self.view.rewards])

    @property
    def expiry(self) -> str | None:
        """How much lapses next, and the last day on which it can be used."""
        line = self.view.expiry
        if line is None:
            return None
        return self.say(
            "{amount} until {day}",
            amount=self.named_amount(line.balance, line.amount),
            day=date_text(line.last_day, self.view.language),
        )

    @property
    def vouchers(self) -> str | None:
        """The vouchers in hand, one to a line."""
        return _lines([self._voucher(line) for line in self.view.vouchers])

    def _voucher(self, line: VoucherLine) -> str:
        if line.last_day >= NEVER:
            return self.say("{name}: {code}", name=line.name, code=line.code)
        day = date_text(line.last_day, self.view.language)
        return self.say("{name}: {code}, until {day}", name=line.name, code=line.code, day=day)

    def say(self, text: str, **values: str) -> str:
        """A sentence of the design in the member's language."""
        return self.design.say(self.view.language, text, **values)


def _lines(texts: Sequence[str]) -> str | None:
    return "\n".join(texts) or None
