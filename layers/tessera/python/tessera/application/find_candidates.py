"""A customer without his card: members who share his e-mail, telephone or name (K-10).

Families share all three, so nothing here decides who it is: the cashier asks, and picks.
"""

from __future__ import annotations

from collections.abc import Mapping

from tessera.application.check_code import keep_pace
from tessera.application.enrol_member import CANDIDATE_FIELDS, comparable
from tessera.application.finding import Reference, find_member
from tessera.application.read_member import greeting
from tessera.application.requests import Caller, is_training
from tessera.application.services import Services
from tessera.application.writes import Profile
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput, NotFound
from tessera.domain.programme.codes import TILL_SCANS

CANDIDATES_MAX = 10
SEARCHES = TILL_SCANS
"""What one credential looks for: no more customers than it scans cards."""


def find_candidates(services: Services, caller: Caller, kind: str, value: str) -> dict[str, Json]:
    """At most ten members by `email`, `phone` or `last_name`, each with a masked hint.

    Raises InvalidInput for another kind, TooSoon for who looks for more customers than a shop has.
    Nobody found is an empty list: a till that may search learns no more from it than from a
    refusal.
    """
    caller.require("members:read")
    if kind not in CANDIDATE_FIELDS:
        raise InvalidInput("search_ambiguous", field=f"/{kind}")
    # Names and telephones are easier to run through than codes, which have 75 random bits.
    keep_pace(services, f"search#{caller.credential}", SEARCHES, "till_too_soon", field=None)
    found: list[Json] = []
    for member in services.candidates.members(kind, comparable(kind, value), CANDIDATES_MAX):
        try:
            profile = services.driver.run(find_member(Reference(id=member))).profile
        except NotFound:
            # Merged or erased since: its look-up is on its way out.
            continue
        if caller.training is not None and caller.training is not is_training(member):
            continue
        found.append(
            {"member_id": member, "greeting": greeting(profile), "hint": hint(profile, kind)}
        )
    return {"candidates": found}


def hint(profile: Profile, searched: str) -> str:
    """What the cashier can ask for: the end of the telephone, the beginning of the address.

    What was searched for is left out: it tells candidates apart from nobody.
    """
    personal: Mapping[str, str] = profile.personal
    parts: list[str] = []
    phone, email = personal.get("phone", ""), personal.get("email", "")
    if phone and searched != "phone":
        parts.append("•• " + comparable("phone", phone)[-2:])
    if email and searched != "email":
        name, _, domain = email.partition("@")
        parts.append(f"{name[:1]}•••@{domain[:1]}•••")
    if profile.birthday:
        parts.append(f"{profile.birthday[2]:02d}/••")
    return " · ".join(parts)
