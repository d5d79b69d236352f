"""The commit protocol, driven by hand: what it asks, and what it makes of each outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from tessera.application.asking import Protocol_, read_lookup
from tessera.application.commit import (
    ATTEMPTS_MAX,
    PAUSE_MAX_MS,
    RESERVE_MS,
    Plan,
    commit,
)
from tessera.application.effects import (
    Effect,
    Outcome,
    Pause,
    ReadAnswer,
    ReadLookup,
    StoredAnswer,
    TimeLeft,
    Transact,
)
from tessera.application.outcomes import Cancelled, Committed, Reason, Unknown
from tessera.application.requests import Answer, Identity
from tessera.application.writes import Card as CardRow
from tessera.application.writes import PutAccount, PutAnswer, PutCard, PutVoucher, Write
from tessera.domain.account import Account
from tessera.domain.errors import KeyReused, Refused, TesseraError, Unavailable

IDENTITY = Identity("purchase:angers", "T-1", b"\x01" * 32)
STORED = StoredAnswer(IDENTITY.request_hash, "mem_1", Answer(201, b'{"first":true}'), ())
NONE, CONDITION, CONFLICT = Reason.NONE, Reason.CONDITION, Reason.CONFLICT
THROTTLED, OTHER = Reason.THROTTLED, Reason.OTHER


def plan_number(number: int) -> Plan:
    """A plan of four writes, in this order: account, card, voucher, answer."""
    account = Account("mem_1", "demo", version=number + 1)
    reply = Answer(201, b'{"plan":%d}' % number)
    writes: tuple[Write, ...] = (
        PutAccount(account, number),
        PutCard(CardRow("crd_1", "mem_1", "demo")),
        PutVoucher("CODE", "mem_1", "demo", "-", "coffee"),
        PutAnswer(IDENTITY, "mem_1", reply),
    )
    return Plan(writes, reply)


ACCOUNT_MOVED = Cancelled((CONDITION, NONE, NONE, NONE))
VOUCHER_TAKEN = Cancelled((NONE, NONE, CONDITION, NONE))
ANSWERED_BEFORE = Cancelled((NONE, NONE, NONE, CONDITION))
IN_CONFLICT = Cancelled((CONFLICT, NONE, NONE, NONE))


@dataclass
class World:
    """Answers the protocol from a script and writes down what it asked."""

    transactions: Sequence[Committed | Cancelled | Unknown] = (Committed(),)
    answers: Sequence[StoredAnswer | None] = ()
    time_left_ms: Callable[[], int] = lambda: 5_000
    refuse: dict[int, TesseraError] = field(default_factory=dict)
    asked: list[Effect] = field(default_factory=list)
    collisions: list[int] = field(default_factory=list)

    def attempt(self, collisions: int) -> Protocol_[Plan]:
        number = len(self.collisions)
        self.collisions.append(collisions)
        yield from read_lookup("card", "X")
        if number in self.refuse:
            raise self.refuse[number]
        return plan_number(number)

    def run(self) -> Answer:
        outcomes, answers = iter(self.transactions), iter(self.answers)
        protocol = commit(IDENTITY, self.attempt, "token")
        outcome: Outcome = None
        while True:
            try:
                effect = protocol.send(outcome)
            except StopIteration as stop:
                answer: Answer = stop.value
                return answer
            self.asked.append(effect)
            outcome = self._outcome(effect, outcomes, answers)

    def _outcome(
        self,
        effect: Effect,
        outcomes: Iterator[Committed | Cancelled | Unknown],
        answers: Iterator[StoredAnswer | None],
    ) -> Outcome:
        match effect:
            case Transact():
                return next(outcomes)
            case ReadAnswer(identity):
                assert identity == IDENTITY
                return next(answers)
            case TimeLeft():
                return self.time_left_ms()
            case Pause() | ReadLookup():
                return None
            case _:
                raise AssertionError(effect)

    @property
    def sent(self) -> list[Transact]:
        return [effect for effect in self.asked if isinstance(effect, Transact)]

    @property
    def pauses(self) -> list[int]:
        return [effect.ms_max for effect in self.asked if isinstance(effect, Pause)]


def test_a_request_that_commits_answers_its_plan_without_another_read() -> None:
    world = World()
    assert world.run() == Answer(201, b'{"plan":0}')
    assert [type(effect) for effect in world.asked] == [ReadLookup, Transact]


def test_an_existing_row_is_replayed_byte_for_byte() -> None:
    world = World([ANSWERED_BEFORE], [STORED])
    assert world.run() == Answer(201, STORED.answer.body, replayed=True)


def test_the_row_wins_over_every_other_reason_in_a_mixed_list() -> None:
    world = World([Cancelled((CONFLICT, CONDITION, OTHER, CONDITION))], [STORED])
    assert world.run().replayed


def test_another_request_under_the_same_identity_is_refused() -> None:
    other = StoredAnswer(b"\x02" * 32, "mem_1", STORED.answer, ())
    with pytest.raises(KeyReused):
        World([ANSWERED_BEFORE], [other]).run()


def test_a_row_that_exists_and_cannot_be_read_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        World([ANSWERED_BEFORE], [None]).run()


def test_an_account_that_moved_is_read_and_decided_again_under_a_new_token() -> None:
    world = World([ACCOUNT_MOVED, Committed()])
    assert world.run() == Answer(201, b'{"plan":1}')
    first, second = world.sent
    assert first.writes != second.writes
    assert first.token != second.token
    assert world.collisions == [0, 0]


def test_a_code_that_is_taken_is_drawn_again() -> None:
    world = World([VOUCHER_TAKEN, VOUCHER_TAKEN, Committed()])
    world.run()
    assert world.collisions == [0, 1, 2]


def test_a_taken_code_beside_a_conflict_is_no_collision_yet() -> None:
    world = World([Cancelled((CONFLICT, NONE, CONDITION, NONE)), Committed()])
    world.run()
    assert world.collisions == [0, 0]


@pytest.mark.parametrize(
    "reasons",
    [
        (CONFLICT, NONE, NONE, NONE),
        (NONE, NONE, NONE, THROTTLED),
        (CONFLICT, THROTTLED, NONE, NONE),
        (CONDITION, CONFLICT, NONE, NONE),
    ],
)
def test_conflicts_and_throttling_are_tried_again(reasons: tuple[Reason, ...]) -> None:
    world = World([Cancelled(reasons), Committed()])
    assert world.run().status == 201
    assert len(world.sent) == 2


@pytest.mark.parametrize("reasons", [(OTHER, NONE, NONE, NONE), (NONE,) * 4, (CONDITION, OTHER)])
def test_a_cancellation_that_is_not_understood_is_unavailable(reasons: tuple[Reason, ...]) -> None:
    padded = (*reasons, *(NONE,) * (4 - len(reasons)))
    with pytest.raises(Unavailable):
        World([Cancelled(padded)]).run()


def test_pauses_grow_to_their_limit_and_attempts_end() -> None:
    world = World([IN_CONFLICT] * ATTEMPTS_MAX)
    with pytest.raises(Unavailable):
        world.run()
    assert len(world.sent) == ATTEMPTS_MAX
    assert world.pauses[:4] == [10, 20, 40, 80]
    assert max(world.pauses) == PAUSE_MAX_MS
    assert len({sent.token for sent in world.sent}) == ATTEMPTS_MAX
    assert all(len(sent.token) <= 36 for sent in world.sent)


def test_no_attempt_is_begun_without_time_for_its_answer() -> None:
    world = World([IN_CONFLICT] * 5, time_left_ms=lambda: RESERVE_MS - 1)
    with pytest.raises(Unavailable):
        world.run()
    assert len(world.sent) == 1


def test_no_pause_eats_into_the_reserve() -> None:
    world = World([IN_CONFLICT] * 4 + [Committed()], time_left_ms=lambda: RESERVE_MS + 7)
    world.run()
    assert world.pauses == [7, 7, 7, 7]


def test_a_time_out_that_had_happened_is_a_replay() -> None:
    world = World([Unknown()], [STORED])
    assert world.run() == Answer(201, STORED.answer.body, replayed=True)


def test_a_time_out_that_had_not_happened_is_sent_again_as_it_was() -> None:
    world = World([Unknown(), Committed()], [None])
    assert world.run() == Answer(201, b'{"plan":0}')
    assert world.sent[0] == world.sent[1]


def test_a_time_out_that_happens_late_is_found_by_the_second_sending() -> None:
    """The transaction lands between the read of its row and its second sending."""
    world = World([Unknown(), ANSWERED_BEFORE], [None, STORED])
    assert world.run() == Answer(201, STORED.answer.body, replayed=True)


def test_a_time_out_without_time_left_is_neither_done_nor_failed() -> None:
    world = World([Unknown()], [None], time_left_ms=lambda: 100)
    with pytest.raises(Unavailable):
        world.run()


def test_after_a_time_out_a_moved_account_is_decided_again() -> None:
    world = World([Unknown(), ACCOUNT_MOVED, Committed()], [None])
    assert world.run() == Answer(201, b'{"plan":1}')


def test_a_refusal_passes_when_the_request_was_never_carried_out() -> None:
    world = World(answers=[None], refuse={0: Refused("balance_too_low", required=100, available=3)})
    with pytest.raises(Refused) as refusal:
        world.run()
    assert refusal.value.missing == 97


def test_a_refusal_because_the_request_was_carried_out_is_a_replay() -> None:
    world = World(answers=[STORED], refuse={0: Refused("balance_too_low")})
    assert world.run().replayed
    assert not world.sent


def test_a_refusal_after_the_account_moved_looks_for_the_row_too() -> None:
    world = World([ACCOUNT_MOVED], [STORED], refuse={1: Refused("balance_too_low")})
    assert world.run().replayed


def test_no_refusal_is_given_while_an_earlier_sending_may_yet_happen() -> None:
    world = World([Unknown(), IN_CONFLICT], [None, None], refuse={1: Refused("card_blocked")})
    with pytest.raises(Unavailable):
        world.run()


def test_a_refusal_stands_once_the_earlier_sending_can_no_longer_happen() -> None:
    world = World([Unknown(), ACCOUNT_MOVED], [None, None], refuse={1: Refused("balance_too_low")})
    with pytest.raises(Refused):
        world.run()
