"""A request as the bindings see it: identified, allowed, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tessera.application.requests import Answer, Caller, Writing
from tessera.application.services import Services
from tessera.domain.canonical import Json

# Only the administrators' function works on programmes.
if TYPE_CHECKING:
    from tessera.application.programme_desk import ProgrammeServices

SEED_BYTES = 32


class Container(Protocol):
    """What an entrypoint needs of the composition root."""

    @property
    def services(self) -> Services:
        """The ports, wired."""
        ...

    @property
    def programme_services(self) -> ProgrammeServices:
        """The ports of those who work on programmes."""
        ...

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        """An invocation begins: `remaining_ms` says how long it may still last."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `body` is the JSON as it came, which the route's model found sound."""

    container: Container
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Json]
    key: str | None

    @property
    def services(self) -> Services:
        """The ports, which are first made when a binding asks: a ping needs none."""
        return self.container.services

    def writing(self) -> Writing:
        """The request as a use case that writes takes it, with time and randomness of its own."""
        return Writing(
            caller=self.caller,
            body=self.body,
            key=self.key,
            now_ms=self.services.clock.now_ms(),
            seed=self.services.entropy.bytes(SEED_BYTES),
        )


Binding = Callable[[Call], Answer | Mapping[str, Json]]
"""From a call to its use case, and back to an answer: 200 and a JSON object, or an `Answer`."""
