"""Members who come and go: joining, merging, pooling, mistakes put right, erasure."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from tessera.application.correct_purchase import move_purchase, undo_purchase
from tessera.application.enrol_member import enrol_member
from tessera.application.erase_member import erase_member
from tessera.application.household import join_household, leave_household, open_household
from tessera.application.pair_command import merge_members
from tests.simulation.programme import Scheme
from tests.simulation.world import Request, UseCase, World

HOUSEHOLDS = 3
"""Households in a world; members come and go between them."""

Keyed = Callable[[str, str, dict[str, Any], UseCase], Request]


class People:
    """Who the clients believe to be a member, and in which household.

    What clients believe may be wrong: a member may have been merged or erased, or have left a
    household, by a request whose answer was lost. Production code has to bear it.
    """

    def __init__(self, world: World, keyed: Keyed, schemes: Sequence[Scheme]) -> None:
        self.world = world
        self.random = world.random
        self.keyed = keyed
        self.schemes = schemes
        self.members: list[str] = []
        self.households: list[str] = []
        self._coming: list[Request] = []
        self._opened: list[Request] = []
        self._joined: list[tuple[Request, str]] = []
        self._gone: list[tuple[Request, str]] = []

    def learn(self) -> None:
        """Take in what was answered since: who joined, which households there are, who is gone."""
        self.members += [_told(one, "member_id") for one in self._coming if one.acks]
        self._coming = [one for one in self._coming if not one.settled]
        self.households += [_told(one, "household") for one in self._opened if one.acks]
        self._opened = [one for one in self._opened if not one.settled]
        for request, member in self._gone:
            # A few cards of members that are gone go on being shown at the till.
            if request.acks and member in self.members and self.random.random() < 0.7:
                self.members.remove(member)
        self._gone = [pair for pair in self._gone if not pair[0].settled]

    def member(self) -> str:
        """Any member."""
        return self.random.choice(self.members)

    def scheme(self) -> Scheme:
        """Any programme of the merchant's; nothing is drawn where there is one."""
        return self.random.choice(self.schemes) if len(self.schemes) > 1 else self.schemes[0]

    def comes(self) -> Request:
        """Somebody joins a programme."""
        body = {"programme": self.scheme().id, "profile": {"first_name": "A"}}
        request = self.keyed("enrol", "", body, enrol_member)
        self._coming.append(request)
        return request

    def enlists(self) -> Request:
        """A member joins a further programme, or one that he is in already."""
        body = {"programme": self.scheme().id, "member_id": self.member()}
        return self.keyed("enlist", "", body, enrol_member)

    def household(self) -> Request:
        """A household is opened, or somebody joins one, or leaves."""
        if len(self.households) + len(self._opened) < HOUSEHOLDS or not self.households:
            body = {"programme": self.scheme().id}
            request = self.keyed("household", "", body, open_household)
            self._opened.append(request)
            return request
        told = [(request, home) for request, home in self._joined if request.acks]
        if told and self.random.random() < 0.5:
            request, home = self.random.choice(told[-12:])
            return self._pooled("leave", request.member, home, leave_household)
        home = self.random.choice(self.households)
        request = self._pooled("join", self.member(), home, join_household)
        self._joined.append((request, home))
        return request

    def _pooled(self, kind: str, member: str, home: str, act: Callable[..., Any]) -> Request:
        return self.keyed(
            kind, member, {}, lambda services, writing: act(services, writing, home)
        )  # fmt: skip

    def merge(self) -> Request:
        """Two memberships turn out to be one person's; somebody new comes in exchange."""
        if len(self.members) < 3:
            return self.comes()
        source, target = self.random.sample(self.members, 2)
        self.world.send(self.comes())
        request = self.keyed("merge", source, {"into": {"id": target}}, merge_members)
        self._gone.append((request, source))
        return request

    def erase(self) -> Request:
        """A member wants to be forgotten."""
        if len(self.members) < 3:
            return self.comes()
        member = self.member()
        self.world.send(self.comes())
        request = self.keyed("erase", member, {}, erase_member)
        self._gone.append((request, member))
        return request

    def move(self, sale: Request) -> Request:
        """A sale was rung up for the wrong customer."""
        body = {"document": sale.body["document"], "to": {"id": self.member()}}
        return self.keyed("move", "", body, move_purchase)


def undone(sale: Request) -> tuple[str, str, dict[str, Any], UseCase]:
    """What undoing a sale is known as: its scope, its id, its body and its use case."""
    document = sale.body["document"]
    scope, identity = f"return:{document['store']}", f"undo:{document['number']}"
    return scope, identity, {"document": document}, undo_purchase


def _told(request: Request, name: str) -> str:
    found: str = json.loads(request.acks[0][1])[name]
    return found
