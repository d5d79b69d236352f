"""The demo staff: one person for each role, and one with none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AUDIENCE: Final = "tessera-staff"
ROLES_CLAIM: Final = "roles"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in. `id` is what the sign-in page and the token command call him."""

    id: str
    name: str
    roles: tuple[str, ...]


PEOPLE: Final = {
    person.id: person
    for person in (
        Person("maud", "Maud Lemaire", ("marketer",)),
        Person("paul", "Paul Girard", ("marketer",)),
        Person("antoine", "Antoine Roux", ("approver",)),
        Person("alice", "Alice Martin", ("administrator",)),
        Person("nadia", "Nadia Petit", ()),
    )
}
