"""The shape that most commands share: one member, one account, one decision, one entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tessera.application.answers import answer, posted_view
from tessera.application.asking import Protocol_
from tessera.application.commit import Plan, commit
from tessera.application.deciding import decide_on
from tessera.application.finding import (
    Reference,
    find_member,
    programme_in_force,
    reference_of,
    renewed,
)
from tessera.application.joining import Joined, follow, joined_by
from tessera.application.journal import REDEMPTION, Happened, journal_of
from tessera.application.posting import entries_of, owners_of, plan_of, post_for
from tessera.application.prove_spending import prove_spending
from tessera.application.requests import Answer, Identity, Writing, identity_by_key
from tessera.application.services import Services
from tessera.application.writes import PutAnswer, PutJournal
from tessera.domain.commands import Command, RecordEvent, RedeemReward, UseVoucher
from tessera.domain.errors import Conflict, NotFound

MakeCommand = Callable[[], Command]
"""Makes the command within the attempt: what comes again after a week is too late to be carried
out, and is answered as it was the first time (X-01)."""


def carry_out(
    services: Services, writing: Writing, operation: str, programme: str, command: MakeCommand
) -> Answer:
    """Decide the command on the account of the member that the body names, and commit it.

    The identity is the `Idempotency-Key` header. Answers 201 with what the entry did.
    """
    identity = identity_by_key(writing.caller, writing.key, operation, writing.body)
    reference = reference_of(writing.body.get("member"))
    return carry_out_as(services, writing, identity, Target(reference, programme), command)


@dataclass(frozen=True, slots=True)
class Target:
    """The account that a command is meant for; without a partition the store decides it."""

    reference: Reference
    programme: str
    partition: str | None = None


def carry_out_as(
    services: Services, writing: Writing, identity: Identity, target: Target, command: MakeCommand
) -> Answer:
    """`carry_out` under an identity of the use case's own."""
    return services.driver.run(
        commit(
            identity,
            lambda collisions: _attempt(services, writing, identity, target, command, collisions),
            writing.seed.hex()[:30],
        )
    )


def _attempt(
    services: Services,
    writing: Writing,
    identity: Identity,
    target: Target,
    make: MakeCommand,
    collisions: int,
) -> Protocol_[Plan]:
    command = make()
    if command.store:
        writing.caller.require_store(command.store)
    found = yield from find_member(target.reference)
    name = target.programme
    writing.caller.require_member(found.member)
    known = next((item for key, item in found.accounts.items() if key[0] == name), None)
    programme = yield from programme_in_force(name, command.occurred_at_ms, known)
    partition = target.partition or programme.partition_of(command.store)
    account = found.accounts.get((name, partition))
    seed = writing.seed + bytes([collisions])
    joined: Joined | None = None
    if account is None and isinstance(command, RecordEvent):
        joined = yield from joined_by(identity, found, programme, command, seed)
        account = joined.posted.account if joined else None
    if account is None or account.status != "active":
        raise NotFound("not_enrolled", field="/programme")
    decision = yield from decide_on(found.profile, account, programme, command, seed)
    decision = yield from prove_spending(
        services, writing, found, account, programme, command, decision
    )
    if decision.changes.status == "left" and account.member != found.member:
        # What closes is the account, and it is not his alone.
        raise Conflict("leave_household_first", field="/member")
    posted = post_for(identity, found, account, programme, command, decision)
    view = posted_view(posted, writing.caller.language)
    if joined:
        view["joined"] = joined.view(services)
    reply = answer(201, {"member_id": found.member, **view})
    done = PutAnswer(
        identity, found.member, reply, entries_of([posted]), owners_of([posted], found.member)
    )
    writes = posted.writes
    if joined:
        writes = (*follow(joined, posted), renewed(found.profile))
    noted: list[PutJournal] = []
    if isinstance(command, RedeemReward | UseVoucher):
        noted = journal_of(writing.caller, identity, command, [posted], Happened(REDEMPTION))
    return plan_of([posted], (*writes, done, *noted), reply)
