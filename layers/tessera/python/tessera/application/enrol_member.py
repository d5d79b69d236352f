"""A customer joins a programme: profile, account, card and welcome in one transaction."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tessera.application.answers import answer, posted_view
from tessera.application.asking import Protocol_, read_lookup, read_member
from tessera.application.commit import Plan, commit
from tessera.application.finding import is_household, programme_in_force, renewed
from tessera.application.joining import join
from tessera.application.journal import ENROLMENT, Happened, journal_of
from tessera.application.moments import is_import, occurred_at_ms
from tessera.application.posting import plan_of
from tessera.application.requests import (
    TRAINING_PREFIX,
    Answer,
    Identity,
    Writing,
    identity_by_key,
)
from tessera.application.services import Services
from tessera.application.writes import (
    Profile,
    PutAnswer,
    PutCandidate,
    PutLookup,
    PutProfile,
    Write,
)
from tessera.domain.account import Account
from tessera.domain.commands import Enrol
from tessera.domain.decision import Ids
from tessera.domain.errors import Conflict, InvalidInput, NotFound

LEFT = "left"
"""The status of an account whose member has left, and to which he may come back (B-10)."""

CANDIDATE_FIELDS = ("email", "phone", "last_name")


def enrol_member(services: Services, writing: Writing) -> Answer:
    """Enrol a new member, or an existing one in a further programme (B-05, B-40, Q-06).

    The body names the programme and either an existing `member_id` or a `profile`. Answers 201
    with the member id, the card's code and the link that adds it to a phone. Who had left comes
    back to the account that he left. Raises NotFound for
    an unknown programme or member, Conflict for an external id that is taken or a membership
    that exists, InvalidInput for an impossible birthday.
    """
    writing.caller.require("members:write")
    identity = identity_by_key(writing.caller, writing.key, "members", writing.body)
    return services.driver.run(
        commit(
            identity,
            lambda collisions: _attempt(services, writing, identity, collisions),
            writing.seed.hex()[:30],
        )
    )


@dataclass(frozen=True, slots=True)
class _Joining:
    """The member who joins: known already, or new with the writes that make him known.

    `left` is the account that he left, where he comes back.
    """

    profile: Profile
    writes: tuple[Write, ...]
    left: Account | None = None


def _attempt(
    services: Services, writing: Writing, identity: Identity, collisions: int
) -> Protocol_[Plan]:
    body: Mapping[str, Any] = writing.body
    ids = Ids(writing.seed + bytes([collisions]))
    command = Enrol(
        occurred_at_ms=occurred_at_ms(body.get("occurred_at"), writing.now_ms, writing.caller),
        recorded_at_ms=writing.now_ms,
        store=body.get("store") or "",
        channel=body.get("channel") or "store",
        silent=is_import(writing.body, writing.caller),
        by=writing.caller.by,
        origin=body.get("origin") or "",
    )
    if command.store:
        writing.caller.require_store(command.store)
    if not body.get("programme"):
        return (yield from _customer(writing, ids, identity))
    programme = yield from programme_in_force(body["programme"], command.occurred_at_ms, None)
    partition = programme.partition_of(command.store)
    if body.get("member_id"):
        writing.caller.require_member(body["member_id"])
        joining = yield from _existing(body["member_id"], programme.id, partition)
    else:
        joining = yield from _new(writing, ids)
    joined = yield from join(identity, joining.profile, programme, command, ids.seed, joining.left)
    member = joining.profile.member
    reply = answer(
        201,
        {
            "member_id": member,
            "card": joined.view(services),
            **posted_view(joined.posted, writing.caller.language),
        },
    )
    entries = ((programme.id, partition, joined.posted.entry.sequence),)
    done = PutAnswer(identity, member, reply, entries)
    noted = journal_of(writing.caller, identity, command, [joined.posted], Happened(ENROLMENT))
    return plan_of([joined.posted], (*joining.writes, *joined.writes, done, *noted), reply)


def _customer(writing: Writing, ids: Ids, identity: Identity) -> Protocol_[Plan]:
    """Somebody who is known and in no programme yet: a sale or an event may enrol him (B-09)."""
    if writing.body.get("member_id"):
        raise InvalidInput("programme_missing", field="/programme")
    joining = yield from _new(writing, ids)
    reply = answer(201, {"member_id": joining.profile.member})
    done = PutAnswer(identity, joining.profile.member, reply)
    return Plan((*joining.writes, done), reply)


def _existing(member: str, programme: str, partition: str) -> Protocol_[_Joining]:
    state = yield from read_member(member)
    if is_household(member) or state.profile is None or state.profile.status != "active":
        raise NotFound("member_unknown", field="/member_id")
    account = state.accounts.get((programme, partition))
    if account is not None and account.status != LEFT:
        raise Conflict("already_enrolled", field="/member_id")
    return _Joining(state.profile, (renewed(state.profile),), account)


def _new(writing: Writing, ids: Ids) -> Protocol_[_Joining]:
    body: Mapping[str, Any] = writing.body
    external_id = body.get("external_id")
    if external_id:
        located = yield from read_lookup("external", external_id)
        if located is not None:
            raise Conflict("external_id_taken", field="/external_id")
    given: Mapping[str, Any] = body.get("profile") or {}
    personal = {
        key: value
        for key, value in given.items()
        if key not in ("birthday", "language") and isinstance(value, str) and value
    }
    if external_id:
        personal["external_id"] = external_id
    prefix = TRAINING_PREFIX if writing.caller.training else "mem_"
    profile = Profile(
        member=prefix + ids.code("member", 20).lower(),
        salt=ids.random("salt", 32),
        version=1,
        language=given.get("language") or "fr",
        birthday=birthday_of(given.get("birthday"), "/profile/birthday"),
        personal=personal,
        attributes=body.get("attributes") or {},
        consents=body.get("consents") or {},
        created_at_ms=writing.now_ms,
    )
    writes: list[Write] = [PutProfile(profile, 0)]
    if external_id:
        writes.append(PutLookup("external", external_id, profile.member))
    writes += [
        PutCandidate(name, comparable(name, personal[name]), profile.member)
        for name in CANDIDATE_FIELDS
        if name in personal
    ]
    return _Joining(profile, tuple(writes))


def comparable(kind: str, value: str) -> str:
    """A value as look-ups compare it: case, blanks and punctuation of telephones left out.

    Whether an é is one character or an e and its accent depends on the keyboard (Unicode, UAX 15).
    """
    value = unicodedata.normalize("NFKC", value)
    if kind == "phone":
        return "".join(character for character in value if character.isdigit() or character == "+")
    return " ".join(value.casefold().split())


def birthday_of(value: str | None, field: str) -> tuple[int, int, int] | None:
    """A birthday from `YYYY-MM-DD`, or `--MM-DD` where the year is not told (year 0)."""
    if not value:
        return None
    year_known = not value.startswith("--")
    try:
        # A leap year stands in for the unknown one, so that 29 February is accepted.
        day = date.fromisoformat(value if year_known else "2000-" + value[2:])
    except ValueError as error:
        raise InvalidInput("date_malformed", field=field) from error
    return (day.year if year_known else 0, day.month, day.day)
