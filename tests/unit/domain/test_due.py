"""When an account must be looked at next, and in which order on one day (A-14)."""

from __future__ import annotations

from typing import Any

from tessera.domain.account import Account, LotKey, TierState
from tessera.domain.calendar import NEVER, day_of, to_date
from tessera.domain.commands import ExpireValue, FireOccasion, Line, OpenHold
from tessera.domain.decide import after, decide
from tessera.domain.decision import Ids
from tessera.domain.due import (
    Due,
    birthday_occasions,
    next_birthday_day,
    next_due,
    occasions_due,
)
from tessera.domain.programme import Programme
from tests.unit.domain.worlds import DAY_MS, FACTS, START_MS, joined, programme, sale

TODAY = day_of(START_MS, "Europe/Paris")


def account(lots: dict[LotKey, int], **more: Any) -> Account:
    return Account(member="m", programme="test", version=1, enrolled_on=TODAY, lots=lots, **more)


def points(**over: Any) -> Programme:
    return programme(balances=[{"id": "points", **over}])


def test_nothing_is_due_for_value_that_never_expires() -> None:
    assert next_due(points(), account({LotKey(NEVER, 0, "points"): 10}), TODAY) is None


def test_value_is_expired_on_the_day_after_its_last() -> None:
    due = next_due(points(), account({LotKey(TODAY + 3, 0, "points"): 10}), TODAY)

    assert due == Due(TODAY + 4, "expire", to_date(TODAY + 3).isoformat())


def test_value_that_was_expired_when_it_was_written_is_due_at_once() -> None:
    due = next_due(points(), account({LotKey(TODAY - 900, 0, "points"): 10}), TODAY)

    assert due is not None
    assert due.day == TODAY + 1


def test_one_day_keeps_its_order() -> None:
    rules = programme(
        balances=[
            {
                "id": "points",
                "expiry_warning": {"days_before": 10},
                "spending": {"value": {"points": 1, "gives": "1.00"}},
                "reminder": {"deadline_within": {"days": 10}, "every": {"months": 1}},
            }
        ],
        tier_groups=[{"id": "status", "tiers": [{"id": "a", "at_least": 0}]}],
    )
    day = TODAY + 5
    lots = {
        LotKey(day - 1, 0, "points"): 1,
        LotKey(day + 10, 0, "points"): 2,
        LotKey(NEVER, day, "points"): 3,
    }
    held = account(
        lots,
        tiers={"status": TierState("a", TODAY - 300, day)},
        facts={"reminded:points": day - 31},
    )

    kinds = [due.kind for due in occasions_due(rules, held, day) if due.day == day]

    assert kinds == [
        "activate",
        "tier_review:status",
        "expire",
        "warn:points:10",
        "remind:points",
    ]


def test_missed_days_are_found_on_their_own_day() -> None:
    rules = points(expiry_warning={"days_before": [5, 1]})
    held = account({LotKey(TODAY + 6, 0, "points"): 10})

    found = occasions_due(rules, held, TODAY + 8, since=TODAY + 1)

    assert [(due.day - TODAY, due.kind) for due in found] == [
        (1, "warn:points:5"),
        (5, "warn:points:1"),
        (7, "expire"),
    ]


def test_a_birthday_of_29_february_is_kept_on_the_28th_in_common_years() -> None:
    rules = programme(membership={"birthday": {"days_before": 7}})
    day = next_birthday_day(rules, (2, 29), TODAY)

    assert to_date(day).isoformat() == "2027-02-21"
    assert [due.period for due in birthday_occasions(rules, (2, 29), day)] == ["2027-7"]
    assert [due.period for due in birthday_occasions(rules, (2, 29), day + 7)] == ["2027-0"]


def test_held_value_does_not_expire_and_can_still_be_spent() -> None:
    rules = programme(
        balances=[{"id": "points", "expiry": {"after": {"days": 1}}}],
        rules=[{"id": "r", "when": "purchase.recorded", "then": [{"credit": {"amount": 30}}]}],
        rewards=[{"id": "gift", "kind": "perk", "price": {"amount": 20}}],
    )
    member = joined(rules)
    goods = (Line("a", 1000, 100),)
    member = after(member, decide(rules, member, FACTS, sale(START_MS, goods), Ids(b"1")))
    hold = OpenHold(START_MS, START_MS, reward="gift", ttl_s=500_000)
    member = after(member, decide(rules, member, FACTS, hold, Ids(b"2")))
    later = START_MS + 3 * 86_400_000

    member = after(member, decide(rules, member, FACTS, ExpireValue(later, later), Ids(b"3")))

    assert member.total("points") == 20
    from tessera.domain.commands import SettleHold

    settle = SettleHold(later, later, hold=next(iter(member.holds)), keep=True)
    decision = decide(rules, member, FACTS, settle, Ids(b"4"))
    assert decision.moved("points") == -20
    assert "reward.redeemed" in [event.name for event in decision.happenings]


def test_a_reviewed_tier_takes_its_grace_once_and_falls_one_level() -> None:
    rules = programme(
        tier_groups=[
            {
                "id": "status",
                "metric": "earned",
                "window": {"months": 6},
                "drop": "one_level",
                "grace": {"months": 1},
                "tiers": [
                    {"id": "a", "at_least": 0},
                    {"id": "b", "at_least": 50},
                    {"id": "c", "at_least": 90},
                ],
            }
        ]
    )
    member = account({}, tiers={"status": TierState("c", TODAY - 365, TODAY)})
    fire = FireOccasion(START_MS, START_MS, kind="tier_review:status", period="x", due_on=TODAY)

    member = after(member, decide(rules, member, FACTS, fire, Ids(b"")))
    state = member.tiers["status"]
    assert (state.tier, to_date(state.review_on).isoformat()) == ("c", "2026-12-23")

    later = START_MS + 30 * 86_400_000
    fire = FireOccasion(later, later, kind="tier_review:status", period="y", due_on=state.review_on)
    member = after(member, decide(rules, member, FACTS, fire, Ids(b"")))
    assert member.tiers["status"].tier == "b"
    assert "grace:status" not in member.facts


def test_whoever_bought_since_he_was_found_inactive_stays() -> None:
    rules = programme(membership={"leave_when_inactive_for": {"months": 12}})
    member = joined(rules)
    found_ms = START_MS + 365 * DAY_MS
    occasion = FireOccasion(
        found_ms, found_ms, kind="inactive", due_on=day_of(found_ms, rules.zone)
    )
    gone = decide(rules, member, FACTS, occasion, Ids(b""))
    bought = sale(found_ms - 1000, (Line("a", 1000, 500),))
    back = after(member, decide(rules, member, FACTS, bought, Ids(b"")))
    stays = decide(rules, back, FACTS, occasion, Ids(b""))

    assert gone.changes.status == "left"
    assert stays.changes.is_empty
    assert not stays.happenings
