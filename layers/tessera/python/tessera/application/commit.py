"""The commit protocol: how one decision becomes one transaction, exactly once.

It is sans-I/O: it yields reads and transactions and is sent their outcomes, so that the code
which runs in Lambda is the code that the simulator runs under faults.

The rules it follows (design §3):
- The idempotency row is written inside the transaction, so a request that was answered is a row
  that exists, and "in progress" does not exist.
- A cancelled transaction is classified write by write. The identity's row exists: replay. The
  account moved: read and decide again. Conflict or throttling: wait with full jitter, then the
  same. A voucher code or look-up was taken: decide again with other randomness.
- A time-out means *unknown*. The row is read strongly; if it is absent, the same transaction is
  sent again under the same conditions. It is never reported as failed or done.
- Before a refusal is given, the row is read: a request that was carried out, and whose effect is
  why it would now be refused, is a replay. A refusal is not given while an earlier sending of the
  same request may yet happen.
- One deadline rules all of it; beyond it the answer is 503.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from tessera.application.asking import (
    Protocol_,
    pause,
    read_answer,
    spend_budgets,
    time_left,
    transact,
)
from tessera.application.effects import StoredAnswer
from tessera.application.outcomes import Cancelled, Committed, Reason
from tessera.application.requests import Answer, Identity
from tessera.application.writes import PutAnswer, PutCard, PutLookup, PutVoucher, Write
from tessera.domain.errors import KeyReused, TesseraError, Unavailable

ATTEMPTS_MAX = 12
"""More than any real contention needs: 48 writers on one account take five on average."""

PAUSE_FIRST_MS = 10
PAUSE_MAX_MS = 400
RESERVE_MS = 250
"""Time kept back for the answer itself: no attempt is begun with less."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one attempt would write, and the answer that it would give."""

    writes: tuple[Write, ...]
    answer: Answer
    spends: tuple[tuple[str, Mapping[str, int]], ...] = ()
    """What it takes out of shared budgets, by programme, once it has or may have happened."""


Attempt = Callable[[int], Protocol_[Plan]]
"""Reads what it needs and decides; the number of the attempt varies the codes it draws."""


class _Verdict(Enum):
    """Why another attempt is needed."""

    MOVED = "moved"
    TAKEN = "taken"
    CONFLICT = "conflict"


def commit(identity: Identity, attempt: Attempt, token: str) -> Protocol_[Answer]:
    """Carry a request out once, whatever happens on the way.

    `attempt` is called with the number of codes that collided so far, reads the state and
    answers a plan, or raises a TesseraError. The plan's writes must contain the `PutAnswer` of
    this identity. `token` is random for each call, at most 30 characters: DynamoDB knows
    transactions by it for ten minutes. Raises KeyReused (same identity, other request),
    Unavailable (out of time or of attempts) and whatever the attempt refuses with.
    """
    collisions = 0
    in_doubt = False
    for number in range(ATTEMPTS_MAX):
        try:
            plan = yield from attempt(collisions)
        except TesseraError as refusal:
            stored = yield from read_answer(identity)
            if stored is not None:
                return replay(identity, stored)
            if in_doubt:
                raise Unavailable from refusal
            raise
        sent = yield from _send(identity, plan, f"{token}-{number}")
        if sent.answer is not None:
            return sent.answer
        collisions += sent.verdict is _Verdict.TAKEN
        # Once the account has moved, nothing sent before can happen any more: its condition on
        # the account's version can't come true again.
        in_doubt = (in_doubt or sent.in_doubt) and sent.verdict is not _Verdict.MOVED
        left_ms = yield from time_left()
        if left_ms < RESERVE_MS:
            break
        yield from pause(min(PAUSE_MAX_MS, PAUSE_FIRST_MS << number, left_ms - RESERVE_MS))
    raise Unavailable


@dataclass(frozen=True, slots=True)
class _Sent:
    """What became of one plan: its answer, or why another attempt is needed.

    `in_doubt` says that a sending of it got no answer, so that it may yet happen.
    """

    answer: Answer | None = None
    verdict: _Verdict = _Verdict.CONFLICT
    in_doubt: bool = False


def _send(identity: Identity, plan: Plan, token: str) -> Protocol_[_Sent]:
    """Send one plan until its outcome is known."""
    in_doubt = False
    while True:
        outcome = yield from transact(plan.writes, token)
        if not in_doubt and not isinstance(outcome, Cancelled):
            # What may have happened counts as spent: a lease that kept it would be spent twice.
            for programme, spent in plan.spends:
                yield from spend_budgets(programme, spent)
        if isinstance(outcome, Committed):
            return _Sent(plan.answer)
        if isinstance(outcome, Cancelled):
            found = yield from _classify(identity, plan.writes, outcome)
            if isinstance(found, Answer):
                return _Sent(found)
            return _Sent(verdict=found, in_doubt=in_doubt)
        in_doubt = True
        stored = yield from read_answer(identity)
        if stored is not None:
            return _Sent(replay(identity, stored))
        left_ms = yield from time_left()
        if left_ms < RESERVE_MS:
            raise Unavailable
        yield from pause(min(PAUSE_FIRST_MS, left_ms - RESERVE_MS))


def _classify(
    identity: Identity, writes: Sequence[Write], outcome: Cancelled
) -> Protocol_[Answer | _Verdict]:
    """What a cancelled transaction means, from the reason of each of its writes."""
    failed = [
        (write, reason)
        for write, reason in zip(writes, outcome.reasons, strict=True)
        if reason is not Reason.NONE
    ]
    unmet = [write for write, reason in failed if reason is Reason.CONDITION]
    if any(isinstance(write, PutAnswer) for write in unmet):
        stored = yield from read_answer(identity)
        if stored is None:
            # Rows of this kind are never deleted: an absent one is a fault of the store.
            raise Unavailable
        return replay(identity, stored)
    reasons = {reason for _, reason in failed}
    if not reasons or Reason.OTHER in reasons:
        raise Unavailable
    if reasons != {Reason.CONDITION}:
        return _Verdict.CONFLICT
    if any(isinstance(write, PutVoucher | PutCard | PutLookup) for write in unmet):
        return _Verdict.TAKEN
    return _Verdict.MOVED


def replay(identity: Identity, stored: StoredAnswer) -> Answer:
    """The stored answer, if the request is the same one."""
    if stored.request_hash != identity.request_hash:
        by_header = identity.scope.startswith("key:")
        raise KeyReused("request_differs", field="Idempotency-Key" if by_header else "/document")
    return replace(stored.answer, replayed=True)
