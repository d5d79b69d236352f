"""A card's view as a signed .pkpass."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from passbook import Signer, Template
from tessera.adapters.card_values import Wording
from tessera.adapters.designs import Design, Designs
from tessera.application.card_text import code_text
from tessera.application.card_view import CardView, Part
from tessera.domain.calendar import to_date

TEMPLATES_MAX = 200
"""Templates kept per container, each some 20 KB: ten stamps and three tiers are 33 of them."""


@dataclass(frozen=True, slots=True)
class AppleAccount:
    """What the secret says of Apple. `apns_ca_pem` is set where pushes go to a stand-in.

    Pushes are signed for by the pass type certificate; with `apns_key_p8` and `apns_key_id` (an
    APNs authentication key of the team) by a provider token instead, for which the key of the
    certificate may lie in a vault that signs cards and does no TLS.
    """

    pass_type_identifier: str
    team_identifier: str
    organization_name: str
    certificate_pem: str
    private_key_pem: str
    wwdr_pem: str
    apns_ca_pem: str = ""
    apns_key_p8: str = ""
    apns_key_id: str = ""

    @classmethod
    def of(cls, text: str) -> AppleAccount | None:
        """The account of the secret's JSON; None where none was filled in yet."""
        content = json.loads(text or "{}")
        if not content.get("certificate_pem"):
            return None
        return cls(**{name: content.get(name, "") for name in cls.__slots__})


@dataclass(frozen=True)
class SignedAppleCards:
    """`card_ports.AppleCards` by `passbook`. Keys, images and templates are read once."""

    load_account: Callable[[], AppleAccount | None]
    service_url: str
    designs: Designs
    _templates: dict[Hashable, Template] = field(default_factory=dict)

    @cached_property
    def account(self) -> AppleAccount | None:
        return self.load_account()

    @cached_property
    def _signer(self) -> Signer:
        assert self.account is not None
        return Signer.from_pem(
            self.account.certificate_pem.encode(),
            self.account.private_key_pem.encode(),
            self.account.wwdr_pem.encode(),
        )

    @property
    def available(self) -> bool:
        return self.account is not None

    @property
    def pass_type(self) -> str:
        return self.account.pass_type_identifier if self.account else ""

    def sign(self, view: CardView, token: str, announced: str) -> bytes:
        design = self.designs.of(view)
        assert self.account is not None
        values = values_of(Wording(design, view), announced)
        values |= {
            "token": token,
            "service_url": self.service_url,
            "organization_name": self.account.organization_name,
        }
        return self._template(design, view).render(values, language=view.language)

    def _template(self, design: Design, view: CardView) -> Template:
        """The design as this card needs it: its tier's colours, its stamps' strip."""
        stamps = view.stamps if design.stamp_art else None
        number = design.theme_number(view.tier)
        key = (design.id, number, stamps and (stamps.amount, stamps.stamps))
        found = self._templates.get(key)
        if found is None:
            if len(self._templates) >= TEMPLATES_MAX:
                self._templates.clear()
            assets = design.assets.with_files(design.strip_files(stamps, number))
            document = {**design.document["apple"], **design.theme(number)}
            found = Template(document, assets, self._signer)
            self._templates[key] = found
        return found


_ANNOUNCEMENTS: Mapping[str, tuple[str, str]] = {
    Part.TIER: ("tier_change", "Your status is now %@"),
    Part.BALANCE: ("balance_change", "Your new balance: %@"),
    Part.REWARDS: ("rewards_change", "Yours now: %@"),
    Part.NEWS: ("latest_change", "%@"),
}
"""What a phone says of a change. Of two at once it would say no more than "card changed"."""

_NO_CHANGES: Mapping[str, object] = dict.fromkeys(slot for slot, _ in _ANNOUNCEMENTS.values())


def values_of(wording: Wording, announced: str) -> dict[str, object]:
    """The values that a design's pass asks for, as `design.json` names them."""
    view = wording.view
    reward = wording.reward
    values: dict[str, object] = {
        **_NO_CHANGES,
        "serial": view.card,
        "code": view.qr,
        "code_text": code_text(view.code),
        "code_page": view.shown.page or None,
        "programme_name": view.name,
        "balance_label": view.balance.name,
        "balance": wording.balance(view.balance),
        "other_balances": [
            {"key": f"balance-{line.id}", "label": line.name, "value": wording.balance(line)}
            for line in view.balances[1:]
        ],
        "tier_label": view.tier.group if view.tier else None,
        "tier": view.tier.name if view.tier else None,
        "next_reward": reward,
        "reward_label": wording.reward_label,
        "expiry_date": _noon(view.expiry.last_day) if view.expiry else None,
        "expiry_alignment": "PKTextAlignmentRight" if reward and view.expiry else None,
        "expiry_amount": wording.expiry,
        "member_name": view.holder or None,
        "rewards": wording.rewards,
        "vouchers": wording.vouchers,
        "terms": view.terms or None,
        "latest": view.news or None,
        "locations": None,
        "voided": None if view.active else True,
    }
    if announced in _ANNOUNCEMENTS:
        slot, sentence = _ANNOUNCEMENTS[announced]
        values[slot] = wording.say(sentence)
    return values


@lru_cache(maxsize=4096)
def _noon(day: int) -> str:
    """An hour of the day; the design tells the phone to leave the zone out of it."""
    return f"{to_date(day).isoformat()}T12:00:00Z"
