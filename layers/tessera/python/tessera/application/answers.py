"""What callers are told about accounts and entries: JSON without personal data."""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.ports import Links
from tessera.application.posting import Posted
from tessera.application.requests import Answer
from tessera.domain.account import Account, Hold
from tessera.domain.calendar import NEVER, day_of, to_date, to_datetime
from tessera.domain.canonical import Json, canonical
from tessera.domain.decision import Decision, Step
from tessera.domain.explain import receipt_texts
from tessera.domain.programme import Programme
from tessera.domain.programme.model import Balance, text_in


def answer(status: int, body: Mapping[str, Json]) -> Answer:
    """A body as the bytes that will be stored and replayed."""
    return Answer(status, canonical(body))


def date_text(day: int) -> str | None:
    """A day as an ISO date; None for never."""
    return None if day >= NEVER else to_date(day).isoformat()


def time_text(instant_ms: int) -> str:
    """An instant as RFC 3339 in UTC, to the millisecond."""
    moment = to_datetime(instant_ms).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def balance_view(
    account: Account, balance: Balance, today: int, now_ms: int, language: str
) -> dict[str, Json]:
    """One balance: what can be spent now, what is held, what is still to come and what lapses."""
    spendable = account.spendable(balance.id, today, now_ms)
    expiring = [(key, amount) for key, amount in spendable if key.expires_on < NEVER and amount > 0]
    held = sum(amount for key, amount in account.held(now_ms).items() if key.balance == balance.id)
    return {
        "balance": balance.id,
        "name": text_in(balance.names, language, balance.id),
        "kind": str(balance.kind),
        "decimals": balance.decimals,
        "currency": balance.currency or None,
        "pays": balance.spending is not None,
        "available": sum(amount for _, amount in spendable),
        "held": held,
        "pending": account.pending(balance.id, today),
        "next_expiry": (
            {"on": date_text(expiring[0][0].expires_on), "amount": expiring[0][1]}
            if expiring
            else None
        ),
    }


def balances_view(
    links: Links, account: Account, programme: Programme, now_ms: int, language: str
) -> list[Json]:
    """Every balance of the programme, with its logo's address (B-15)."""
    today = day_of(now_ms, programme.zone)
    return [
        {
            **balance_view(account, balance, today, now_ms, language),
            "logo": links.image_url(balance.logo),
        }
        for balance in programme.balances
    ]


def tiers_view(account: Account, programme: Programme, language: str) -> list[Json]:
    """Where the member stands in each tier group."""
    found: list[Json] = []
    for group in programme.tier_groups:
        state = account.tiers.get(group.id)
        tier = next((item for item in group.tiers if state and item.id == state.tier), None)
        found.append(
            {
                "group": group.id,
                "group_name": text_in(group.names, language, group.id),
                "tier": tier.id if tier else None,
                "name": text_in(tier.names, language, tier.id) if tier else None,
                "since": date_text(state.since_on) if state else None,
                "review_on": date_text(state.review_on) if state else None,
            }
        )
    return found


def earned_and_spent(posted: Posted, balance: str) -> tuple[int, int]:
    """What came in and what went out, without value that only changed its dates.

    Sliding expiry takes value out of one lot and puts it into another of the same balance; the
    statistic of what was earned tells it from an award. A return gives back and takes back, and
    changes no dates.
    """
    changes = posted.entry.changes
    amounts = [lot.amount for lot in changes.lots if lot.balance == balance]
    came = sum(amount for amount in amounts if amount > 0)
    net = sum(amounts)
    if posted.entry.kind == "return":
        return came, came - net
    awarded = min(came, dict(changes.stats).get(f"earned:{balance}", 0))
    earned = awarded if awarded > 0 else max(0, net)
    return earned, earned - net


def movement_view(posted: Posted, balance: Balance) -> dict[str, Json]:
    """What one entry did to one balance: before, earned, spent, after (O-23)."""
    earned, spent = earned_and_spent(posted, balance.id)
    now_ms = posted.entry.recorded_at_ms
    today = day_of(now_ms, posted.programme.zone)
    return {
        "balance": balance.id,
        "before": posted.before.available(balance.id, today, now_ms),
        "earned": earned,
        "spent": spent,
        "after": posted.account.available(balance.id, today, now_ms),
        "pending": posted.account.pending(balance.id, today),
    }


def posted_view(posted: Posted, language: str) -> dict[str, Json]:
    """What one entry did to one account, for the answer to the request that made it."""
    view = decision_view(posted.decision, posted.programme, language)
    view |= {
        "partition": posted.account.partition,
        "sequence": posted.entry.sequence,
        "entry_id": posted.entry.id,
        "balances": [movement_view(posted, balance) for balance in posted.programme.balances],
        "tiers": tiers_view(posted.account, posted.programme, language),
    }
    holds = [
        {
            "id": hold_id(posted, change.after or change.before),
            "state": "open" if change.after else "closed",
            "expires_at": time_text(change.after.expires_at_ms) if change.after else None,
        }
        for change in posted.entry.changes.holds
    ]
    if holds:
        view["holds"] = holds
    return view


def hold_id(posted: Posted, hold: Hold | None) -> str:
    """The public id of a hold: whose it is, where it lies, and its name there.

    In a household it is its member's, so that whoever settles it is known to act for him.
    """
    assert hold is not None
    account = posted.account
    member = posted.entry.contributor or account.member
    return f"{member}.{account.programme}.{account.partition}.{hold.id}"


def decision_view(decision: Decision, programme: Programme, language: str) -> dict[str, Json]:
    """What a decision grants, whether it is committed or not."""
    return {
        "programme": programme.id,
        "programme_version": decision.programme_version,
        "benefits": [
            {
                "kind": benefit.kind,
                "source": benefit.source,
                "amount": benefit.amount,
                "details": dict(benefit.details),
            }
            for benefit in decision.benefits
        ],
        "vouchers": [
            {
                "code": voucher.code,
                "reward": voucher.reward,
                "expires_on": date_text(voucher.expires_on),
            }
            for voucher in decision.vouchers
        ],
        "shortfalls": dict(decision.shortfalls),
        "receipt": list(receipt_texts(programme, decision, language)),
    }


def step_view(step: Step) -> dict[str, Json]:
    """One step as data."""
    return {
        "code": step.code,
        "subject": step.subject,
        "outcome": step.outcome,
        "values": dict(step.values),
    }
