"""A programme made ready to decide with: closures, look-ups and prepared trace steps.

Compiled once per programme value and kept beside it; nothing in it depends on a member.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tessera.domain.calendar import Period, to_instant_ms, zone
from tessera.domain.decision import Step
from tessera.domain.engine.conditions import Predicate, clauses, compile_condition, describe
from tessera.domain.money import Rounding
from tessera.domain.programme.conditions import ALWAYS, Bought, Condition, bought_parts
from tessera.domain.programme.model import (
    Award,
    AwardTrigger,
    Balance,
    Cap,
    Club,
    Credit,
    CreditKind,
    Emit,
    Metric,
    Multiply,
    Operation,
    Programme,
    PutInTier,
    Reward,
    Rule,
    Segment,
    TierGroup,
    Trigger,
    WindowKind,
)
from tessera.domain.programme.reader import Ratio


@dataclass(frozen=True, slots=True)
class Clauses:
    """A condition split into what must hold, each with the step that says it did not."""

    parts: tuple[tuple[Predicate, Step], ...]


def compile_clauses(code: str, subject: str, condition: Condition) -> Clauses:
    """The clauses of a condition, with the trace step of each one's failure prepared."""
    if condition is ALWAYS:
        return Clauses(())
    return Clauses(
        tuple(
            (compile_condition(part), Step(code, subject, "skipped", describe(part)))
            for part in clauses(condition)
        )
    )


@dataclass(frozen=True, slots=True)
class CompiledCredit:
    """A credit with its balance, its kind and the kind's name at hand.

    `plain` marks the usual kind, for which there is a short way.
    """

    terms: Credit
    balance: Balance
    kind: CreditKind
    label: str
    plain: bool
    balance_id: str
    give: int
    every: int
    unit: int


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its closures; `lines` is None where every line counts.

    `simple` is the rule's only credit where that is of the usual kind and covers every line.
    """

    rule: Rule
    clauses: Clauses
    lines: Predicate | None
    credits: tuple[CompiledCredit, ...]
    multipliers: tuple[Multiply, ...]
    others: tuple[Award | PutInTier | Emit, ...]
    limit_keys: tuple[tuple[str, Period, int], ...]
    matched: Step
    no_line: Step
    simple: CompiledCredit | None


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """An operation with its closures and its time bounds in local text form."""

    operation: Operation
    clauses: Clauses
    lines: Predicate | None
    applied: Step
    out_of_time: Step
    no_line: Step


@dataclass(frozen=True, slots=True)
class CompiledCap:
    """A cap with the key of its counter."""

    cap: Cap
    key: str


@dataclass(frozen=True, slots=True)
class CompiledReward:
    """A reward with its closures."""

    reward: Reward
    condition: Clauses
    use: Clauses


@dataclass(frozen=True, slots=True)
class CompiledSegment:
    segment: Segment
    clauses: Clauses


@dataclass(frozen=True, slots=True)
class CompiledClub:
    club: Club
    fee: Predicate | None


@dataclass(frozen=True, slots=True)
class CompiledTrigger:
    """One way in which a reward is awarded, with the reward it awards."""

    reward: Reward
    trigger: AwardTrigger
    clauses: Clauses


class Compiled:
    """The programme and everything that deciding needs of it."""

    __slots__ = (
        "awaited", "awarding", "balances", "bought", "clubs", "credit_caps", "debit_caps",
        "earning_clauses",
        "earning_lines", "expiry_days", "groups", "join_gates", "leave_gates",
        "membership_clauses", "operations", "programme", "rewards", "rules", "segments",
        "sliding", "triggers", "watched", "windows",
    )  # fmt: skip

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.balances: dict[str, Balance] = {item.id: item for item in programme.balances}
        self.groups: dict[str, TierGroup] = {item.id: item for item in programme.tier_groups}
        self.rules = _compile_rules(programme)
        self.operations = _compile_operations(programme)
        self.credit_caps = {item.id: _caps(item, debit=False) for item in programme.balances}
        self.debit_caps = {item.id: _caps(item, debit=True) for item in programme.balances}
        self.earning_clauses = compile_clauses("earning", "", programme.earning.condition)
        self.earning_lines = _line_predicate(programme.earning.lines)
        self.membership_clauses = compile_clauses("membership", "", programme.membership.conditions)
        self.join_gates = [
            (gate.event, compile_condition(gate.condition)) for gate in programme.membership.join
        ]
        self.leave_gates = [
            (gate.event, compile_condition(gate.condition)) for gate in programme.membership.leave
        ]
        self.rewards = {
            item.id: CompiledReward(
                item,
                compile_clauses("reward", item.id, item.condition),
                compile_clauses("voucher_terms", item.id, item.use.condition),
            )
            for item in programme.rewards
        }
        self.segments = [
            CompiledSegment(item, compile_clauses("segment", item.id, item.condition))
            for item in programme.segments
        ]
        self.clubs = [
            CompiledClub(
                item, None if item.fee_lines is None else compile_condition(item.fee_lines)
            )
            for item in programme.clubs
        ]
        self.triggers: dict[Trigger, list[CompiledTrigger]] = {kind: [] for kind in Trigger}
        for reward in programme.rewards:
            for trigger in reward.awards:
                self.triggers[trigger.trigger].append(
                    CompiledTrigger(
                        reward, trigger, compile_clauses("award", reward.id, trigger.condition)
                    )
                )
        self.windows = _windows(programme)
        self.bought = [
            (part.key, compile_condition(part.part)) for part in _bought(programme).values()
        ]
        self.sliding = [item for item in programme.balances if item.expiry.mode == "sliding"]
        self.watched = frozenset(item.trigger.balance for item in self.triggers[Trigger.BALANCE])
        self.awarding = _awarding(self)
        self.awaited = _awaited(self)
        self.expiry_days: dict[tuple[int, int], int] = {}


_KEPT = "_compiled"


def compiled(programme: Programme) -> Compiled:
    """The compiled form of a programme, made on first use and kept in the programme itself.

    The programme stays what it was for everybody else: the form is beside its fields, as a
    cached property would put it, and goes when the programme goes.
    """
    found: Compiled | None = programme.__dict__.get(_KEPT)
    if found is None:
        found = programme.__dict__[_KEPT] = Compiled(programme)
    return found


def _awarding(whole: Compiled) -> frozenset[str]:
    """The events that award a reward by themselves, or take one back."""
    found = {item.trigger.event for item in whole.triggers[Trigger.EVENT]}
    if whole.triggers[Trigger.TIER]:
        found.add("tier.changed")
    if whole.triggers[Trigger.JOIN]:
        found.add("member.enrolled")
    return frozenset(found)


def _awaited(whole: Compiled) -> frozenset[str]:
    """The events that something in the programme waits for."""
    found = set(whole.rules) | whole.awarding
    for balance in whole.sliding:
        found |= balance.sliding_events
    if whole.groups:
        found.add("member.enrolled")
    return frozenset(found)


@lru_cache(maxsize=4096)
def local_bound_ms(text: str, zone_name: str, *, end: bool) -> int:
    """A local time of the document as an instant; a date alone covers its whole day."""
    if "T" in text:
        moment = datetime.fromisoformat(text).replace(tzinfo=zone(zone_name))
        return to_instant_ms(moment)
    day = datetime.fromisoformat(text)
    if end:
        # The second time of an hour that comes twice; and the last day of all has none after it.
        last = day.replace(hour=23, minute=59, second=59, microsecond=999_000, fold=1)
        return to_instant_ms(last.replace(tzinfo=zone(zone_name)))
    return to_instant_ms(day.replace(tzinfo=zone(zone_name)))


def _line_predicate(condition: Condition) -> Predicate | None:
    return None if condition is ALWAYS else compile_condition(condition)


def _compile_rules(programme: Programme) -> dict[str, tuple[CompiledRule, ...]]:
    """Rules by event, in canonical order: precedence, highest first, then name.

    The order in the document plays no part, so that shuffling it changes no decision.
    """
    balances = {item.id: item for item in programme.balances}
    found: dict[str, list[CompiledRule]] = {}
    for rule in sorted(programme.rules, key=lambda item: (-item.precedence, item.id)):
        own = tuple(
            _compile_credit(item, balances[item.balance])
            for item in rule.actions
            if isinstance(item, Credit)
        )
        lines = _line_predicate(rule.lines)
        one = CompiledRule(
            rule,
            compile_clauses("rule", rule.id, rule.condition),
            lines,
            own,
            tuple(item for item in rule.actions if isinstance(item, Multiply)),
            tuple(item for item in rule.actions if isinstance(item, Award | PutInTier | Emit)),
            tuple((f"rule:{rule.id}", limit.period, limit.count) for limit in rule.limits),
            Step("rule", rule.id, "applied"),
            Step("rule", rule.id, "skipped", {"reason": "no_line"}),
            own[0] if len(own) == 1 and own[0].plain and lines is None else None,
        )
        for event in rule.events:
            found.setdefault(event, []).append(one)
    return {event: tuple(rules) for event, rules in found.items()}


def _compile_credit(terms: Credit, balance: Balance) -> CompiledCredit:
    plain = (
        terms.kind is CreditKind.PER_AMOUNT
        and terms.multiplied
        and not terms.by_tier
        and not terms.metadata
        and balance.credit_rounding is Rounding.DOWN
    )
    return CompiledCredit(
        terms,
        balance,
        terms.kind,
        terms.kind.value,
        plain,
        balance.id,
        terms.give,
        terms.every,
        balance.rounding_unit,
    )


def _compile_operations(programme: Programme) -> list[CompiledOperation]:
    return [
        CompiledOperation(
            operation,
            compile_clauses("operation", operation.id, operation.condition),
            _line_predicate(operation.lines),
            Step("operation", operation.id, "applied", ratio_values(operation.coefficient)),
            Step("operation", operation.id, "skipped", {"reason": "not_now"}),
            Step("operation", operation.id, "skipped", {"reason": "no_line"}),
        )
        for operation in sorted(programme.operations, key=lambda item: item.id)
    ]


def ratio_values(factor: Ratio) -> dict[str, str | int | bool | None]:
    """A factor as the trace shows it: its numerator and denominator."""
    return {"numerator": factor.numerator, "denominator": factor.denominator}


def _caps(balance: Balance, *, debit: bool) -> tuple[CompiledCap, ...]:
    """The caps of one direction, each with a key that says what is counted.

    Keys name the sense of the counter and not the cap, so that it survives a new version.
    """
    found = []
    for cap in balance.caps:
        if cap.debit is debit:
            sign = "-" if debit else "+"
            counted = "#" if cap.count is not None else ""
            period = cap.period.value if cap.period else "operation"
            suffix = f"/{cap.activity}" if cap.activity else ""
            found.append(CompiledCap(cap, f"{sign}{counted}{balance.id}/{period}{suffix}"))
    return tuple(found)


def window_key(group: TierGroup) -> str:
    """The name under which a metric is summed by month, or for ever as a statistic."""
    return f"earned:{group.balance}" if group.metric is Metric.EARNED else group.metric.value


def _windows(programme: Programme) -> frozenset[str]:
    """The metrics that some tier group asks for by month."""
    return frozenset(
        window_key(group)
        for group in programme.tier_groups
        if group.metric is not Metric.BALANCE and group.window is not WindowKind.EVER
    )


def _bought(programme: Programme) -> dict[str, Bought]:
    """Every "has ever bought" of the programme, by the key of its counter."""
    conditions = [rule.condition for rule in programme.rules]
    conditions += [operation.condition for operation in programme.operations]
    conditions += [segment.condition for segment in programme.segments]
    conditions += [reward.condition for reward in programme.rewards]
    conditions += [reward.use.condition for reward in programme.rewards]
    conditions += [item.condition for reward in programme.rewards for item in reward.awards]
    conditions += [programme.earning.condition, programme.membership.conditions]
    conditions += [gate.condition for gate in programme.membership.join]
    conditions += [gate.condition for gate in programme.membership.leave]
    conditions += [rule.lines for rule in programme.rules]
    conditions += [operation.lines for operation in programme.operations]
    conditions += [club.fee_lines for club in programme.clubs if club.fee_lines is not None]
    conditions.append(programme.earning.lines)
    return {part.key: part for condition in conditions for part in bought_parts(condition)}
