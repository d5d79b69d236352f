"""What a programme says of its cards' codes: what they show, and what it takes to spend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tessera.domain.codes import CodeForm
from tessera.domain.programme.reader import Node, fail

VALID_DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class Pace:
    """How often something may happen: so many at once, then so many a minute; 0 is no limit."""

    at_once: int
    per_minute: int

    @property
    def interval_ms(self) -> int:
        """Milliseconds from one to the next, once `at_once` are used up."""
        return 60_000 // self.per_minute


CARD_SCANS = Pace(10, 6)
"""A cashier who tries again and again, and no machine that tries all day."""

TILL_SCANS = Pace(300, 600)
"""What one credential scans: a chain's tills behind one key, and no harvester of codes."""


@dataclass(frozen=True, slots=True)
class OfflineCap:
    """How much of which balance may be spent against one signed code without a network."""

    balance: str
    amount: int


@dataclass(frozen=True, slots=True)
class Codes:
    """What cards show, and what it takes to spend (design §5).

    `step_up` names, by balance, the amount above which a till must cite a fresh scan.
    """

    form: CodeForm = CodeForm.STATIC
    step_up: Mapping[str, int] = field(default_factory=dict)
    offline: OfflineCap | None = None
    valid_days: int = 30
    card_scans: Pace = CARD_SCANS
    till_scans: Pace = TILL_SCANS

    @property
    def fresh(self) -> bool:
        """Whether a member may be asked for a value that changes every thirty seconds."""
        return self.form is CodeForm.ROTATING or bool(self.step_up)


def read_codes(node: Node, decimals: Mapping[str, int]) -> Codes:
    """The section `codes`; `decimals` are the balances', by name.

    Where codes rotate and nothing is said of a step up, spending anything takes a fresh scan.
    """
    form = node.choice("form", CodeForm, CodeForm.STATIC)
    step_up = dict(node.each("step_up", lambda item: _read_above(item, decimals)))
    if form is CodeForm.ROTATING and not node.has("step_up"):
        step_up = dict.fromkeys(decimals, 0)
    offline = node.inside("offline", lambda item: _read_offline(item, decimals))
    if offline and form is not CodeForm.SIGNED:
        raise fail("offline_unsigned", node.at("offline"))
    scans = node.node("scans") or Node({}, node.at("scans"))
    found = Codes(
        form,
        step_up,
        offline,
        node.integer("valid_days", 30, 1, VALID_DAYS_MAX),
        scans.inside("per_card", _read_pace) or CARD_SCANS,
        scans.inside("per_till", _read_pace) or TILL_SCANS,
    )
    scans.end()
    return found


def _read_above(node: Node, decimals: Mapping[str, int]) -> tuple[str, int]:
    balance = _read_balance(node, decimals)
    return balance, node.amount("above", decimals[balance])


def _read_offline(node: Node, decimals: Mapping[str, int]) -> OfflineCap:
    balance = _read_balance(node, decimals)
    return OfflineCap(balance, node.amount("amount", decimals[balance], low=1))


def _read_balance(node: Node, decimals: Mapping[str, int]) -> str:
    """The balance that is meant; it may be left out where there is only one."""
    if not node.has("balance") and len(decimals) > 1:
        raise fail("balance_not_named", node.at("balance"))
    balance = node.identifier("balance", next(iter(decimals)))
    if balance not in decimals:
        raise fail("balance_unknown", node.at("balance"), balance=balance)
    return balance


def _read_pace(node: Node) -> Pace:
    at_once = node.integer("at_once", low=1, high=100_000)
    return Pace(at_once, node.integer("per_minute", low=0, high=60_000))
