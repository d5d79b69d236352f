"""What a card shows: one pure value, from which every wallet's card is made.

The view is taken from the account as of an instant; its digest tells whether anything that the
member can see has changed since a wallet was last told.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tessera.application.card_face import ProgrammeFace
from tessera.application.finding import facts_of
from tessera.application.read_member import greeting
from tessera.application.writes import Card, Profile
from tessera.domain.account import Account
from tessera.domain.calendar import NEVER, day_of
from tessera.domain.canonical import Json, canonical
from tessera.domain.catalogue import reward_offers
from tessera.domain.codes import CodeForm, joined_code
from tessera.domain.programme import Programme
from tessera.domain.programme.model import Balance, BalanceKind, text_in

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One balance: what can be spent now, at its scale. `stamps` is the size of a stamp card."""

    id: str
    name: str
    amount: int
    decimals: int
    currency: str
    stamps: int = 0


@dataclass(frozen=True, slots=True)
class TierLine:
    """Where the member stands in the first ladder of the programme; `rank` 0 is the lowest."""

    group: str
    name: str
    colour: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class ExpiryLine:
    """What lapses next: so much of a balance, on the last day on which it can be used."""

    balance: BalanceLine
    amount: int
    last_day: int


@dataclass(frozen=True, slots=True)
class RewardLine:
    """A reward within reach (`missing` 0), or the next one and what it still takes."""

    name: str
    missing: int = 0
    balance: BalanceLine | None = None


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """A voucher in the member's hand; `last_day` is NEVER where it does not lapse."""

    code: str
    name: str
    last_day: int


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What the QR says behind the code (`shown_code`); nothing, unless the programme wants it.

    `epoch` tells when the card should be told anew though nothing else changed: it names the
    keys, and the stretch of days after which a signature is renewed.
    """

    form: CodeForm = CodeForm.STATIC
    seal: str = ""
    rotation_secret: bytes = field(default=b"", repr=False)
    epoch: str = ""
    page: str = ""
    """Where a member without a wallet that can do it sees a changing code; empty where no till
    asks for one."""


@dataclass(frozen=True, slots=True)
class CardView:
    """Everything that a member may see on his card, in his language.

    `design` is what the card wears, `shared_design` what stands for all cards of the programme
    where one thing does (Google's class); they differ while a new design is being pushed.
    """

    card: str
    code: str
    active: bool
    programme: str
    design: str
    language: str
    name: str
    holder: str
    terms: str
    balances: tuple[BalanceLine, ...]
    tier: TierLine | None
    expiry: ExpiryLine | None
    rewards: tuple[RewardLine, ...]
    next_reward: RewardLine | None
    vouchers: tuple[VoucherLine, ...]
    shown: ShownCode = ShownCode()
    shared_design: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    """The programme's name by language, for what all its cards share."""

    news: str = ""
    news_id: str = ""
    news_notifies: bool = False

    @property
    def qr(self) -> str:
        """What the card's QR says, but for a value that its wallet makes by itself."""
        return joined_code(self.code, self.shown.seal)

    @property
    def balance(self) -> BalanceLine:
        """The balance that the card leads with: the first one of the programme."""
        return self.balances[0]

    @property
    def stamps(self) -> BalanceLine | None:
        """The balance that the card shows as stamps, if it has one."""
        return next((line for line in self.balances if line.stamps), None)


class Part(StrEnum):
    """Parts of a card that change apart, the one most worth telling first."""

    TIER = "tier"
    BALANCE = "balance"
    REWARDS = "rewards"
    NEWS = "news"
    EXPIRY = "expiry"
    FACE = "face"


def view_of(
    card: Card,
    account: Account,
    programme: Programme,
    profile: Profile,
    now_ms: int,
    faces: ProgrammeFace,
) -> CardView:
    """The card as it stands at an instant; pure."""
    face = faces.of(card.id)
    language = profile.language if profile.language in LANGUAGES else DEFAULT_LANGUAGE
    today = day_of(now_ms, programme.zone)
    lines = {
        balance.id: _balance_line(account, balance, today, now_ms, language)
        for balance in programme.balances
    }
    within, following = _rewards(account, programme, profile, now_ms, lines)
    return CardView(
        card=card.id,
        code=card.code,
        active=card.status == "active" and account.status == "active",
        programme=programme.id,
        design=face.design or programme.card_design,
        shared_design=faces.shared.design or programme.card_design,
        language=language,
        name=programme.name_in(language),
        names=programme.names,
        holder=greeting(profile),
        terms=text_in(programme.texts.get("terms", {}), language),
        balances=tuple(lines.values()),
        tier=_tier_line(account, programme, language),
        expiry=_expiry_line(account, lines, today, now_ms),
        rewards=within,
        next_reward=following,
        vouchers=_vouchers(account, programme, today, language),
        news=text_in(face.news.texts, language) if face.news else "",
        news_id=face.news.id if face.news else "",
        news_notifies=face.news.notify if face.news else False,
    )


def _balance_line(
    account: Account, balance: Balance, today: int, now_ms: int, language: str
) -> BalanceLine:
    return BalanceLine(
        id=balance.id,
        name=text_in(balance.names, language, balance.id),
        amount=account.available(balance.id, today, now_ms),
        decimals=balance.decimals,
        currency=balance.currency if balance.kind is BalanceKind.CASH else "",
        stamps=balance.stamps_per_card if balance.kind is BalanceKind.STAMPS else 0,
    )


def _tier_line(account: Account, programme: Programme, language: str) -> TierLine | None:
    for group in programme.tier_groups:
        state = account.tiers.get(group.id)
        for tier in group.tiers:
            if state and tier.id == state.tier:
                return TierLine(
                    group=text_in(group.names, language, group.id),
                    name=text_in(tier.names, language, tier.id),
                    colour=tier.colour,
                    rank=group.rank(tier.id),
                )
    return None


def _expiry_line(
    account: Account, lines: Mapping[str, BalanceLine], today: int, now_ms: int
) -> ExpiryLine | None:
    """The earliest last day of anything that can be spent, with all that lapses on it."""
    found: dict[tuple[int, str], int] = {}
    for name in lines:
        for key, amount in account.spendable(name, today, now_ms):
            if key.expires_on < NEVER and amount > 0:
                place = (key.expires_on, name)
                found[place] = found.get(place, 0) + amount
    if not found:
        return None
    last_day = min(day for day, _ in found)
    name = next(name for name in lines if (last_day, name) in found)
    return ExpiryLine(lines[name], found[last_day, name], last_day)


def _rewards(
    account: Account,
    programme: Programme,
    profile: Profile,
    now_ms: int,
    lines: Mapping[str, BalanceLine],
) -> tuple[tuple[RewardLine, ...], RewardLine | None]:
    """The rewards within reach, and the one that lacks least."""
    language = profile.language
    within: list[RewardLine] = []
    lacking: list[RewardLine] = []
    for offer in reward_offers(programme, account, facts_of(profile, ""), now_ms):
        name = text_in(offer.reward.names, language, offer.reward.id)
        if offer.reason is None:
            within.append(RewardLine(name))
        elif offer.missing and offer.reward.price:
            lacking.append(RewardLine(name, offer.missing, lines[offer.reward.price.balance]))
    return tuple(within), min(lacking, key=lambda line: line.missing, default=None)


def _vouchers(
    account: Account, programme: Programme, today: int, language: str
) -> tuple[VoucherLine, ...]:
    found = []
    for voucher in sorted(account.vouchers.values(), key=lambda one: (one.expires_on, one.code)):
        if voucher.state.startswith("open") and voucher.expires_on >= today:
            reward = programme.reward(voucher.reward)
            name = text_in(reward.names, language, voucher.reward) if reward else voucher.reward
            found.append(VoucherLine(voucher.code, name, voucher.expires_on))
    return tuple(found)


def digest_of(view: CardView) -> str:
    """One short hash for each part of the card, in the order of `Part`, joined by dots."""
    parts = _parts(view)
    return ".".join(_hash(parts[part]) for part in Part)


def changed_part(before: str, after: str) -> Part | None:
    """The part most worth telling of those in which two digests differ; None where none does."""
    old, new = before.split("."), after.split(".")
    if len(old) != len(new):
        return Part.FACE
    return next((part for part, a, b in zip(Part, old, new, strict=True) if a != b), None)


def _parts(view: CardView) -> Mapping[Part, Json]:
    shown = view.shown
    behind: list[Json] = []
    if shown.epoch or shown.page:
        behind = [str(shown.form), shown.epoch, bool(shown.page)]
    return {
        Part.TIER: [view.tier.name, view.tier.colour, view.tier.rank] if view.tier else None,
        Part.BALANCE: [[line.id, line.amount] for line in view.balances],
        Part.REWARDS: [
            [line.name for line in view.rewards],
            [view.next_reward.name, view.next_reward.missing] if view.next_reward else None,
            [[voucher.code, voucher.last_day] for voucher in view.vouchers],
        ],
        Part.NEWS: [view.news_id, view.news] if view.news_id else None,
        Part.EXPIRY: (
            [view.expiry.balance.id, view.expiry.amount, view.expiry.last_day]
            if view.expiry
            else None
        ),
        Part.FACE: [
            view.code,
            view.active,
            view.design,
            view.language,
            view.name,
            view.holder,
            view.terms,
            [[line.name, line.decimals, line.currency, line.stamps] for line in view.balances],
            *behind,
        ],
    }


def _hash(content: Json) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(canonical(content)).digest()[:9]).decode()
