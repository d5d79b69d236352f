"""Decisions in words: the receipt's lines and the trace, in French and in English (X-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from tessera.domain.decision import Decision, ReceiptLine, Step
from tessera.domain.programme.conditions import Kind, Scales, field_kind
from tessera.domain.programme.model import Metric, Programme, TierGroup
from tessera.domain.texts import (
    Scalar,
    catalogue,
    day_text,
    fill,
    money_text,
    name_in,
    number_text,
    plural_form,
    ratio_text,
    value_text,
)

_NAMED = {
    "rule": "rules",
    "multiplier": "rules",
    "operation": "operations",
    "budget": "operations",
    "segment": "segments",
    "tier": "tier_groups",
    "club": "clubs",
    "club_coefficient": "clubs",
    "reward": "rewards",
    "award": "rewards",
    "price": "rewards",
    "credit": "rewards",
    "voucher": "rewards",
    "voucher_terms": "rewards",
}
"""Where a step's subject is defined, and so has a name for people."""


class Reader(StrEnum):
    """Who reads a trace. An auditor is told everything; nobody else is told of whom he knows."""

    CASHIER = "cashier"
    """Needs to say at the till why, also of what did not apply."""

    MEMBER = "member"
    """Reads of himself: what applied, what he could do about the rest, nothing of how members are
    sorted or what the merchant set aside."""

    AUDITOR = "auditor"


_NOISE = frozenset({("segment", "skipped"), ("occasion", "skipped"), ("cascade", "refused")})
_INWARD = frozenset({"segment", "budget", "cascade", "occasion", "award", "membership"})
_OF_THE_SALE = frozenset(
    {"member.orders", "member.spent", "member.birthday_today", "member.birthday_month"}
)
"""What a member knows of himself, among the fields that begin with `member.`."""


def sentences(
    programme: Programme, trace: Sequence[Step], language: str, reader: Reader
) -> list[str]:
    """A decision's reasons for one reader: what applied, and why each other thing did not.

    An auditor also reads which rules were not concerned because they wait for other events.
    """
    found = [
        step_text(programme, _for(reader, step), language)
        for step in trace
        if _is_told(reader, step)
    ]
    return [*found, *waiting(programme, trace, language)] if reader is Reader.AUDITOR else found


def waiting(programme: Programme, trace: Sequence[Step], language: str) -> list[str]:
    """A sentence for each rule that the trace does not name: for which events it waits."""
    looked_at = {step.subject for step in trace if _NAMED.get(step.code) == "rules"}
    template = catalogue(language)["rule.waits"]
    return [
        fill(
            programme,
            language,
            template,
            {
                "name": name_in(rule.names, language, rule.id),
                "events": ", ".join(sorted(rule.events)),
            },
            "",
        )
        for rule in programme.rules
        if rule.id not in looked_at
    ]


def _is_told(reader: Reader, step: Step) -> bool:
    if reader is Reader.AUDITOR:
        return True
    if reader is Reader.MEMBER and step.code in _INWARD:
        return False
    return (step.code, step.outcome) not in _NOISE


def _for(reader: Reader, step: Step) -> Step:
    """The step, without a condition on what the merchant keeps about members."""
    field = step.values.get("field")
    private = isinstance(field, str) and field.startswith("member.") and field not in _OF_THE_SALE
    if reader is Reader.AUDITOR or not private:
        return step
    kept = {
        key: value
        for key, value in step.values.items()
        if key not in {"field", "operator", "operand"}
    }
    return Step(step.code, step.subject, step.outcome, {**kept, "reason": "conditions"})


def receipt_texts(programme: Programme, decision: Decision, language: str) -> list[str]:
    """The sentences that the receipt, the invoice or the credit note prints (O-25 to O-28)."""
    return receipt_lines(programme, decision.receipt, language)


def receipt_lines(programme: Programme, lines: Sequence[ReceiptLine], language: str) -> list[str]:
    """Receipt lines by catalogue code as sentences."""
    sentences = catalogue(language)
    found = []
    for line in lines:
        balance_id = str(line.values.get("balance", ""))
        balance = programme.balance(balance_id)
        name = name_in(balance.names, language, balance_id) if balance else balance_id
        values = {**line.values, "name": name}
        template = sentences[f"receipt.{line.code}"]
        found.append(fill(programme, language, template, values, balance_id))
    return found


def trace_texts(programme: Programme, trace: Sequence[Step], language: str) -> list[str]:
    """One sentence for each step: what was looked at, the arithmetic, and why not."""
    return [step_text(programme, step, language) for step in trace]


def step_text(programme: Programme, step: Step, language: str) -> str:
    """One step as a sentence."""
    sentences = catalogue(language)
    values = _values(programme, step, language)
    balance = _balance_of(programme, step)
    if step.code == "rule" and "kind" in step.values:
        return _rule_text(programme, step, values, balance, language)
    template = sentences.get(f"{step.code}.{step.outcome}", sentences["other"])
    if "{why}" in template:
        values["why"] = _why(programme, step, values, balance, language)
    return fill(programme, language, template, values, balance)


def _values(programme: Programme, step: Step, language: str) -> dict[str, Scalar]:
    """The step's values with what sentences need besides: names, factors, metrics."""
    values: dict[str, Scalar] = {
        "code": step.code,
        "outcome": step.outcome,
        **step.values,
        "subject": step.subject,
        "name": _name(programme, step, language),
    }
    numerator, denominator = step.values.get("numerator"), step.values.get("denominator")
    if isinstance(numerator, int) and isinstance(denominator, int):
        values["factor"] = ratio_text(language, numerator, denominator)
    if step.code == "cap":
        period = step.subject.partition("/")[2].partition("/")[0]
        values["limit_name"] = catalogue(language).get(f"limit.{period}", period)
    if step.code == "tier":
        group = programme.tier_group(step.subject)
        for name in ("value", "threshold"):
            found = step.values.get(name)
            if group is not None and isinstance(found, int):
                values[name] = _metric_text(programme, group, found, language)
    return values


def _name(programme: Programme, step: Step, language: str) -> str:
    part = _NAMED.get(step.code)
    for item in getattr(programme, part) if part else ():
        if item.id == step.subject:
            return name_in(item.names, language, step.subject)
    return step.subject


def _balance_of(programme: Programme, step: Step) -> str:
    """The balance whose unit the step's amounts are in."""
    found = step.values.get("balance")
    if isinstance(found, str):
        return found
    if step.code == "cap":
        return step.subject.partition("/")[0].lstrip("+-#")
    if programme.balance(step.subject) is not None:
        return step.subject
    if step.code in {"reward", "award"}:
        reward = programme.reward(step.subject)
        price = (reward.price or reward.requires) if reward else None
        return price.balance if price else ""
    if step.code == "budget":
        for operation in programme.operations:
            if operation.id == step.subject:
                return operation.balance
    return programme.balances[0].id


def _metric_text(programme: Programme, group: TierGroup, value: int, language: str) -> str:
    if group.metric is Metric.SPENT:
        return money_text(language, value, programme.currency, programme.exponent)
    if group.metric is Metric.ORDERS:
        unit = catalogue(language)[f"orders.{plural_form(language, value)}"]
        return f"{number_text(language, value)}\u00a0{unit}"
    balance = programme.balance(group.balance)
    return value_text(language, balance, value) if balance else number_text(language, value)


def _rule_text(
    programme: Programme,
    step: Step,
    values: dict[str, Scalar],
    balance: str,
    language: str,
) -> str:
    """A credit with its arithmetic: what was given, on what, by which factor, and how much."""
    sentences = catalogue(language)
    parts = [sentences[f"rule.{step.values['kind']}"]]
    if values.get("carried"):
        parts.append(sentences["rule.carried"])
    if step.values.get("paid") != step.values.get("total"):
        parts.append(sentences["rule.paid"])
    numerator, denominator = step.values.get("numerator"), step.values.get("denominator")
    if numerator != denominator:
        parts.append(sentences["rule.factor"])
    parts.append(sentences["rule.amount"])
    if step.values.get("credited") != step.values.get("amount"):
        parts.append(sentences["rule.limited"])
    return fill(programme, language, "".join(parts), values, balance)


def _why(
    programme: Programme,
    step: Step,
    values: Mapping[str, Scalar],
    balance: str,
    language: str,
) -> str:
    """Why not: the reason by its code, or the condition that did not hold."""
    sentences = catalogue(language)
    reason = step.values.get("reason")
    if isinstance(reason, str):
        template = sentences.get(f"why.{reason}")
        if template is None:
            template = sentences["why.lacking"] if step.values.get("missing") else reason
        return fill(programme, language, template, values, balance)
    field, operator = step.values.get("field"), step.values.get("operator")
    if operator is None:
        return str(field or "")
    shown = {
        "field": sentences.get(f"field.{field}", str(field)),
        "operator": sentences.get(f"op.{operator}", str(operator)),
        "operand": _operand_text(programme, str(field), step.values.get("operand"), language),
    }
    return fill(programme, language, sentences["why.condition"], shown, balance)


def _operand_text(programme: Programme, field: str, operand: Scalar, language: str) -> str:
    """What a field was compared with, as people write it."""
    scales = Scales(programme.exponent, {item.id: item.decimals for item in programme.balances})
    kind, scale = field_kind(field, scales, "")
    parts = str(operand).split(", ") if isinstance(operand, str) else [operand]
    return ", ".join(_scalar_text(kind, scale, part, language) for part in parts)


def _scalar_text(kind: Kind, scale: int, value: Scalar, language: str) -> str:
    if isinstance(value, bool):
        return catalogue(language)["yes" if value else "no"]
    if not str(value).lstrip("-").isdigit():
        return str(value)
    number = int(str(value))
    if kind is Kind.WEEKDAY:
        return catalogue(language)[f"weekday.{number}"]
    if kind is Kind.HOUR:
        return f"{number // 60:02}:{number % 60:02}"
    if kind is Kind.DATE:
        return day_text(language, number)
    if kind is Kind.NUMBER:
        return number_text(language, number, scale, trim=True)
    return str(value)
