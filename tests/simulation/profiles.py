"""What a world is like: how many members, how often what is asked, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.simulation.network import Rates
from tests.simulation.programme import CLUB, SEASON, SHOP, SIM, TAB, ZONE, Scheme

MIX: Mapping[str, float] = {
    "purchase": 40,
    "pay": 8,
    "redeem": 6,
    "hold": 8,
    "settle": 9,
    "event": 7,
    "adjust": 3,
    "transfer": 3,
    "return": 5,
    "claim": 3,
    "again": 6,
    "read": 2,
    "household": 2,
    "move": 1,
    "undo": 1,
    "merge": 0.3,
    "erase": 0.2,
    "award": 2,
    "use": 2,
}


def local_ms(text: str) -> int:
    """A local time of the programme's zone, in milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of world.

    An episode is a burst of requests within `burst_ms`; between episodes time jumps by
    `jump_ms` on average. `edge` (a share of the episodes) puts a burst astride a change of day,
    within 150 seconds. `ttl_s` is how long holds live. `lag_episodes` holds the stream back.
    `events_at_merge` events of a member arrive within the 30 ms in which he is merged. `schemes`
    are the programmes that the merchant runs. `by_amount` says that lines come back by amount too.
    `price` is what everything costs, in cents; where it is 0 no two prices are the same.
    """

    name: str
    members: int = 24
    burst: int = 64
    burst_ms: int = 2_000
    jump_ms: int = 4 * 3_600_000
    edge: float = 0.05
    skew_ms_max: int = 120_000
    start: str = "2026-02-10T09:00:00"
    ttl_s: tuple[int, int] = (10, 1_200)
    lag_episodes: int = 0
    sweep: float = 0.3
    events_at_merge: int = 0
    schemes: tuple[Scheme, ...] = (SIM,)
    by_amount: bool = False
    price: int = 0
    mix: Mapping[str, float] = field(default_factory=lambda: dict(MIX))
    rates: Rates = field(default_factory=Rates)


def mixed(**shares: float) -> dict[str, float]:
    """The usual mix with some shares changed."""
    return {**MIX, **shares}


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("uniform"),
        Profile("midnight", members=12, edge=0.9, jump_ms=20 * 3_600_000),
        Profile(
            "month_end", members=12, edge=0.9, jump_ms=20 * 3_600_000, start="2026-02-26T20:00:00"
        ),
        Profile(
            "daylight_saving", members=12, edge=0.7, jump_ms=7 * 3_600_000,
            start="2026-03-28T12:00:00",
        ),
        Profile("hot_account", members=1, burst=48, burst_ms=60, jump_ms=2 * 3_600_000),
        Profile("claims", members=16, mix=mixed(claim=40, again=20), burst_ms=600),
        Profile(
            "hold_expiry", members=6, ttl_s=(10, 40), burst_ms=14_000, jump_ms=3_600_000,
            mix=mixed(hold=35, settle=45, redeem=14),
        ),
        Profile("sweep_and_till", members=10, sweep=1.0, edge=0.5, jump_ms=22 * 3_600_000),
        Profile("late_stream", lag_episodes=12),
        Profile(
            "lapsing", members=24, burst=48, sweep=0.05, jump_ms=30 * 3_600_000,
            mix=mixed(purchase=16, redeem=24, pay=16, adjust=12, event=24),
        ),
        Profile(
            "households", members=10, burst=48, burst_ms=400, jump_ms=8 * 3_600_000,
            mix=mixed(household=30, redeem=14, purchase=24, adjust=8, merge=1),
        ),
        Profile(
            "corrections", members=14, burst=48, burst_ms=900, jump_ms=2 * 3_600_000,
            mix=mixed(move=14, undo=14, merge=6, erase=4, household=8, again=12, **{"return": 12}),
        ),
        Profile(
            "half_merged", members=6, burst=48, burst_ms=900, jump_ms=3_600_000, events_at_merge=8,
            mix={"purchase": 120, "read": 2, "merge": 10},
        ),
        Profile(
            "returns", members=2, burst=64, burst_ms=90, mix=mixed(**{"return": 60}),
        ),
        Profile(
            "two_programmes", members=12, burst=48, burst_ms=900, jump_ms=3 * 3_600_000,
            events_at_merge=8, schemes=(SIM, CLUB), by_amount=True,
            mix=mixed(enlist=8, move=6, undo=6, merge=6, erase=2, household=6, **{"return": 14}),
        ),
        Profile(
            "shared_stock", members=80, burst=64, burst_ms=300, jump_ms=300_000, schemes=(SHOP,),
            ttl_s=(1_200, 14_400),
            # A function that dies takes what it leased with it, and less could be overspent.
            rates=Rates(crash_before=0.0, crash_after=0.0, read_failed=0.0, read_crash=0.0),
            mix=mixed(award=8, use=4, redeem=20, hold=40, settle=40, merge=1),
        ),
        Profile(
            "lost_receipts", members=10, burst=48, burst_ms=400, jump_ms=3 * 3_600_000,
            schemes=(SIM, CLUB), by_amount=True, price=300,
            mix=mixed(lost=12, enlist=4, move=3, undo=3, merge=1, household=6, **{"return": 14}),
        ),
        Profile(
            "kept_alive", members=10, burst=48, burst_ms=900, jump_ms=9 * 3_600_000, schemes=(TAB,),
            by_amount=True,
            mix=mixed(pay=14, redeem=14, household=10, undo=4, move=3, **{"return": 24}),
        ),
        Profile(
            "new_version", members=12, burst=48, burst_ms=2_000, skew_ms_max=10_000,
            schemes=(SEASON,), mix=mixed(move=3, undo=3, merge=1),
        ),
    )
}  # fmt: skip
