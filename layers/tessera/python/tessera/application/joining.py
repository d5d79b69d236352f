"""Becoming a member: the account's first entry, the card, and the identifier (B-05 to B-09)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tessera.application.asking import Protocol_, draw_codes, read_joinable
from tessera.application.deciding import decide_on, pools_of
from tessera.application.finding import Found, facts_of
from tessera.application.posting import Posted, post_decision
from tessera.application.requests import Identity
from tessera.application.services import Services
from tessera.application.writes import (
    Card,
    Profile,
    PutAccount,
    PutCard,
    PutLookup,
    TakeCode,
    Write,
)
from tessera.domain.account import Account
from tessera.domain.calendar import day_of
from tessera.domain.canonical import Json
from tessera.domain.catalogue import joins, member_identifier
from tessera.domain.commands import Command, Enrol
from tessera.domain.decision import Ids
from tessera.domain.programme import Programme
from tessera.domain.programme.model import IdentifierMode


@dataclass(frozen=True, slots=True)
class Joined:
    """A membership that begins: its first entry, its card and what else must be written."""

    posted: Posted
    card: Card
    writes: tuple[Write, ...]

    def view(self, services: Services) -> dict[str, Json]:
        """What the new member, or the till that enrolled him, is told."""
        return {
            "id": self.card.id,
            "code": self.card.code,
            "membership_id": self.card.membership_id,
            "url": services.links.card_url(self.card.id),
        }


def join(
    identity: Identity,
    profile: Profile,
    programme: Programme,
    command: Enrol,
    seed: bytes,
    left: Account | None = None,
) -> Protocol_[Joined]:
    """Open the member's account in a programme, with its card and identifier.

    Whoever `left` comes back to his account as he left it: what he earned is his, what he has
    had once by a rule's limit he has had.

    The identifier is the card's own code, or by the programme's choice a pattern or a code of an
    imported pool; either of these is an alias by which the member is found too.
    """
    ids = Ids(seed + b"card" + programme.id.encode())
    partition = programme.partition_of(command.store)
    account = replace(
        left or Account(profile.member, programme.id, partition),
        enrolled_on=day_of(command.occurred_at_ms, programme.zone),
    )
    decision = yield from decide_on(profile, account, programme, command, seed)
    posted = post_decision(identity, profile, account, programme, command, decision)
    code = ids.card_code("code")
    source = programme.membership.identifier
    aliases: list[Write] = []
    membership_id = code
    if source.mode is not IdentifierMode.AUTOMATIC:
        pools = pools_of(programme)
        drawn = (yield from draw_codes(pools)) if pools else {}
        membership_id = member_identifier(programme, Ids(ids.seed, drawn), command.occurred_at_ms)
        aliases.append(PutLookup("external", membership_id, profile.member))
        if source.mode is IdentifierMode.POOL:
            aliases.append(TakeCode(source.pool, membership_id))
    card = Card(
        id="crd_" + ids.code("card id", 20).lower(),
        member=profile.member,
        programme=programme.id,
        partition=partition,
        code=code,
        membership_id=membership_id,
        created_at_ms=command.recorded_at_ms,
    )
    writes = (
        *posted.writes,
        PutCard(card),
        PutLookup("card", code, profile.member, card.id, programme.id),
        *aliases,
    )
    return Joined(posted, card, writes)


def joined_by(
    identity: Identity, found: Found, programme: Programme, command: Command, seed: bytes
) -> Protocol_[Joined | None]:
    """The membership that a sale or event brings by itself (B-09), or None where no gate opens."""
    account = Account(found.member, programme.id, programme.partition_of(command.store))
    if not joins(programme, account, facts_of(found.profile, command.store), command):
        return None
    enrol = Enrol(
        occurred_at_ms=command.occurred_at_ms,
        recorded_at_ms=command.recorded_at_ms,
        store=command.store,
        channel=command.channel,
        silent=command.silent,
        origin="gate",
    )
    return (yield from join(identity, found.profile, programme, enrol, seed))


def joinable(found: Found, command: Command, *, afresh: bool) -> Protocol_[list[Programme]]:
    """The programmes with gates that the member has not joined in this store's partition.

    `afresh` also sees a programme that was published within the last cache life.
    """
    programmes = yield from read_joinable(command.occurred_at_ms, afresh=afresh)
    return [
        programme
        for programme in programmes
        if (programme.id, programme.partition_of(command.store)) not in found.accounts
    ]


def follow(joined: Joined, second: Posted) -> tuple[Write, ...]:
    """The writes of a membership and of the first command on it, as one: the account once."""
    rest = [write for write in joined.writes if not isinstance(write, PutAccount)]
    moved = [
        replace(write, expected_version=0) if isinstance(write, PutAccount) else write
        for write in second.writes
    ]
    return (*rest, *moved)
