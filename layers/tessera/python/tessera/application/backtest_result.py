"""What a backtest counts, and two of them beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tessera.domain.account import Account
from tessera.domain.canonical import Json
from tessera.domain.commands import Purchase, ReturnedPart
from tessera.domain.decision import Decision, Scalar
from tessera.domain.money import allocate, cumulative_part
from tessera.domain.programme import Programme
from tessera.domain.programme.model import Balance, BalanceKind
from tessera.domain.programme.objectives import PERCENT_DECIMALS, Aim, Objective, decimals_of

MOST_CHANGED = 20
"""Members listed on either side of a comparison."""


@dataclass(slots=True)
class Flow:
    """What went into a balance and out of it, at the balance's scale.

    `corrected` is what returns took back (negative) or gave back; what is there at the end is
    given - used - expired + corrected.
    """

    given: int = 0
    used: int = 0
    expired: int = 0
    corrected: int = 0

    @property
    def left(self) -> int:
        return self.given - self.used - self.expired + self.corrected

    def add(self, other: Flow) -> None:
        self.given += other.given
        self.used += other.used
        self.expired += other.expired
        self.corrected += other.corrected

    def view(self) -> dict[str, Json]:
        return {
            "given": self.given,
            "used": self.used,
            "expired": self.expired,
            "corrected": self.corrected,
            "outstanding": self.left,
        }


@dataclass(slots=True)
class Standing:
    """One member at the end: given and left by balance, and his tiers."""

    given: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    tiers: dict[str, str] = field(default_factory=dict)


class Outcome:
    """What one programme did on all receipts."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.members: dict[str, Standing] = {}
        self.flows: dict[str, Flow] = {balance.id: Flow() for balance in programme.balances}
        self.months: dict[int, dict[str, Flow]] = {}
        self.tiers: dict[str, Counter[str]] = {
            group.id: Counter() for group in programme.tier_groups
        }
        self.moves: Counter[str] = Counter()
        self.rewards: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.purchases = 0
        self.returns = 0
        self.revenue = 0
        self.discounts = 0
        self.costed_revenue = 0
        self.cost = 0
        self.known: Counter[str] = Counter()
        self.first_ms = 0
        self.last_ms = 0

    def refuse(self, code: str) -> None:
        """A receipt that the programme did not take."""
        self.refused[code] += 1

    def count(self, member: str, month: int, decision: Decision) -> None:
        """Any decision: what it moved, which tiers it changed, which rewards it awarded."""
        standing = self.members.get(member)
        if standing is None:
            standing = self.members[member] = Standing()
        for balance, flow in _flows(decision).items():
            self.flows[balance].add(flow)
            self.months.setdefault(month, {}).setdefault(balance, Flow()).add(flow)
            standing.given[balance] = standing.given.get(balance, 0) + flow.given
        for happening in decision.happenings:
            if happening.name == "tier.changed":
                self.moves[f"{happening.data['group']}:{happening.data['direction']}"] += 1
            elif happening.name == "reward.awarded":
                self.rewards[str(happening.data["reward"])] += 1

    def sold(self, sale: Purchase, decision: Decision) -> None:
        """A sale that was taken, in money of the programme."""
        money = _money(sale, decision)
        self.purchases += 1
        self.first_ms = min(self.first_ms or sale.occurred_at_ms, sale.occurred_at_ms)
        self.last_ms = max(self.last_ms, sale.occurred_at_ms)
        self.discounts += sum(benefit.amount for benefit in decision.benefits)
        self.revenue += sum(money.paid)
        if money.costs is not None:
            self.costed_revenue += sum(money.paid)
            self.cost += sum(money.costs)

    def returned(self, sale: Purchase, decision: Decision, parts: Sequence[ReturnedPart]) -> None:
        """Goods that came back: what was paid for them, taken off them, and what they cost."""
        money = _money(sale, decision)
        paid = _come_back(money.paid, parts)
        self.returns += 1
        self.revenue -= paid
        self.discounts -= _come_back(money.discounts, parts)
        if money.costs is not None:
            self.costed_revenue -= paid
            self.cost -= _come_back(money.costs, parts)

    def close(self, member: str, account: Account, attributes: Mapping[str, Scalar]) -> None:
        """A member at the end: what he holds, and which attributes are known of him."""
        self.known.update(name for name, value in attributes.items() if value not in ("", None))
        standing = self.members[member]
        for balance in self.programme.balances:
            total = account.total(balance.id)
            standing.left[balance.id] = standing.left.get(balance.id, 0) + total
        for group in self.programme.tier_groups:
            state = account.tiers.get(group.id)
            tier = state.tier if state else "-"
            standing.tiers[group.id] = tier
            self.tiers[group.id][tier] += 1

    def liability(self, balance: Balance) -> int | None:
        """What the outstanding value would pay, in the currency's smallest unit.

        None where the balance pays nothing, or at rates that depend on how much is spent.
        """
        left = self.flows[balance.id].left
        if balance.kind is BalanceKind.CASH:
            return left
        if balance.spending is None or balance.spending.value is None:
            return None
        return left * balance.spending.value.gives // balance.spending.value.points

    @property
    def outstanding(self) -> int:
        """What all that members hold would pay, where the balance pays at a fixed rate."""
        return sum(self.liability(balance) or 0 for balance in self.programme.balances)

    @property
    def programme_cost(self) -> int:
        """What the programme costs: discounts given, and what is still to be honoured."""
        return self.discounts + self.outstanding

    @property
    def margin(self) -> int | None:
        """The margin of the lines whose cost is known; None where that is none."""
        return self.costed_revenue - self.cost if self.cost else None

    def measured(self, objective: Objective) -> int | None:
        """What an objective measures, at its scale; None where receipts do not say it."""
        share = 10 ** (PERCENT_DECIMALS + 2)
        members = len(self.members)
        match objective.aim:
            case Aim.FREQUENCY:
                span_ms = max(self.last_ms - self.first_ms, _YEAR_MS // 365)
                return _ratio(self.purchases * 100 * _YEAR_MS, members * span_ms)
            case Aim.BASKET:
                return _ratio(self.revenue, self.purchases)
            case Aim.COST:
                return _ratio(self.programme_cost * share, self.revenue)
            case Aim.MARGIN if self.cost:
                left = self.costed_revenue - self.cost - self.outstanding
                return _ratio(left * share, self.costed_revenue)
            case Aim.DATA if self.known:
                least = min(self.known[name] for name in objective.attributes)
                return _ratio(least * share, members)
            case _:
                return None

    def view(self) -> dict[str, Json]:
        """The totals as JSON; amounts are integers at the scale of their balance or currency."""
        return {
            "programme": self.programme.id,
            "name": self.programme.internal_name,
            "currency": self.programme.currency,
            "members": len(self.members),
            "purchases": self.purchases,
            "returns": self.returns,
            "refused": dict(self.refused),
            "revenue": self.revenue,
            "discounts": self.discounts,
            "margin": self.margin,
            "programme_cost": self.programme_cost,
            "balances": {
                balance.id: {
                    **self.flows[balance.id].view(),
                    "decimals": balance.decimals,
                    "liability": self.liability(balance),
                }
                for balance in self.programme.balances
            },
            "tiers": {
                group.id: {tier: self.tiers[group.id][tier] for tier in _ladder(self, group.id)}
                for group in self.programme.tier_groups
            },
            "tier_moves": dict(sorted(self.moves.items())),
            "objectives": [
                {
                    "aim": objective.aim.value,
                    "at_least": objective.at_least,
                    "at_most": objective.at_most,
                    "decimals": decimals_of(objective.aim, self.programme.exponent),
                    "measured": (found := self.measured(objective)),
                    "met": None if found is None else objective.met_by(found),
                }
                for objective in self.programme.objectives
            ],
            "rewards_awarded": dict(sorted(self.rewards.items())),
            "months": {
                f"{month // 12:04}-{month % 12 + 1:02}": {
                    balance: flow.view() for balance, flow in sorted(flows.items())
                }
                for month, flows in sorted(self.months.items())
            },
        }


@dataclass(frozen=True, slots=True)
class _Money:
    """A sale line by line: what was left to pay, what the programme took off, what it cost.

    `costs` is None where the cost of a line is not known.
    """

    paid: Sequence[int]
    discounts: Sequence[int]
    costs: Sequence[int] | None


def _money(sale: Purchase, decision: Decision) -> _Money:
    nets = [line.net for line in sale.lines]
    off = [share.discount for share in decision.lines] or [0] * len(nets)
    own = sum(item.amount for item in decision.benefits if item.kind != "free_delivery")
    costs = [line.cost for line in sale.lines if line.cost is not None]
    return _Money(
        [net - discount for net, discount in zip(nets, off, strict=True)],
        allocate(own, nets),
        costs if len(costs) == len(nets) else None,
    )


def _come_back(amounts: Sequence[int], parts: Sequence[ReturnedPart]) -> int:
    """The share of each line's amount that comes back now; all parts sum to the whole."""
    return sum(
        cumulative_part(amounts[part.line], part.after, part.whole)
        - cumulative_part(amounts[part.line], part.before, part.whole)
        for part in parts
    )


_YEAR_MS = 365 * 86_400_000


def _ratio(number: int, by: int) -> int | None:
    """The nearest whole number; None of nothing."""
    return (2 * number + by) // (2 * by) if by > 0 else None


def _ladder(outcome: Outcome, group_id: str) -> list[str]:
    """The tiers of a group, lowest first, members outside the ladder before them."""
    group = outcome.programme.tier_group(group_id)
    ids = [tier.id for tier in group.tiers] if group else []
    return (["-"] if outcome.tiers[group_id]["-"] else []) + ids


def _flows(decision: Decision) -> dict[str, Flow]:
    """What a decision did to each balance, by reason."""
    found: dict[str, Flow] = {}
    for lot in decision.changes.lots:
        found.setdefault(lot.balance, Flow()).corrected += lot.amount
    for key, amount in decision.changes.stats:
        if amount > 0 and key.startswith("earned:"):
            found.setdefault(key[7:], Flow()).given += amount
    for happening in decision.happenings:
        if happening.name in ("value.spent", "value.expired"):
            flow = found.setdefault(str(happening.data["balance"]), Flow())
            amount = int(happening.data["amount"] or 0)
            if happening.name == "value.spent":
                flow.used += amount
            else:
                flow.expired += amount
    for flow in found.values():
        # The lots say what moved in all; what no reason above explains is a correction.
        flow.corrected += flow.used + flow.expired - flow.given
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What a draft changes for one member, by balance: given and left, and his tiers."""

    member: str
    given: Mapping[str, int]
    left: Mapping[str, int]
    tiers: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A draft beside the version in force, over the same receipts.

    Members gain or lose by what they are given in the first balance that both have.
    """

    live: Outcome
    draft: Outcome
    balance: str
    changes: tuple[Change, ...]

    @property
    def gaining(self) -> list[Change]:
        """Who is given more, most first."""
        return [item for item in self.changes if item.given.get(self.balance, 0) > 0]

    @property
    def losing(self) -> list[Change]:
        """Who is given less, most first."""
        return [item for item in reversed(self.changes) if item.given.get(self.balance, 0) < 0]

    def tier_changes(self) -> dict[str, Counter[tuple[str, str]]]:
        """Members by tier group, and by their tier under the version in force and the draft."""
        found: dict[str, Counter[tuple[str, str]]] = {}
        for change in self.changes:
            for group, pair in change.tiers.items():
                found.setdefault(group, Counter())[pair] += 1
        return found

    def view(self) -> dict[str, Json]:
        """The comparison as JSON."""
        return {
            "balance": self.balance,
            "members_gaining": len(self.gaining),
            "members_losing": len(self.losing),
            "members_same": len(self.live.members) - len(self.gaining) - len(self.losing),
            "gain_most": [_change_view(item) for item in self.gaining[:MOST_CHANGED]],
            "lose_most": [_change_view(item) for item in self.losing[:MOST_CHANGED]],
            "tier_changes": {
                group: [
                    {"live": before, "draft": now, "members": members}
                    for (before, now), members in sorted(pairs.items())
                ]
                for group, pairs in self.tier_changes().items()
            },
        }


def compare(live: Outcome, draft: Outcome) -> Comparison:
    """The draft beside the version in force, most gained first; both saw the same receipts."""
    shared = [item.id for item in live.programme.balances if item.id in draft.flows]
    balance = shared[0] if shared else ""
    changes = []
    nobody = Standing()
    for member in {**live.members, **draft.members}:
        before, now = live.members.get(member, nobody), draft.members.get(member, nobody)
        change = Change(
            member,
            {name: now.given.get(name, 0) - before.given.get(name, 0) for name in shared},
            {name: now.left.get(name, 0) - before.left.get(name, 0) for name in shared},
            {
                group: (before.tiers[group], tier)
                for group, tier in now.tiers.items()
                if before.tiers.get(group, tier) != tier
            },
        )
        if any(change.given.values()) or any(change.left.values()) or change.tiers:
            changes.append(change)
    changes.sort(key=lambda item: (-item.given.get(balance, 0), item.member))
    return Comparison(live, draft, balance, tuple(changes))


def _change_view(change: Change) -> dict[str, Json]:
    return {
        "member": change.member,
        "given": dict(change.given),
        "left": dict(change.left),
        "tiers": {group: list(pair) for group, pair in change.tiers.items()},
    }
