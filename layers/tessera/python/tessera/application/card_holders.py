"""Whose cards show an account: mostly its owner's, and not only his.

What a household has shows on the cards of everybody in it. The cards of a merged membership show
what the member has who took it over.
"""

from __future__ import annotations

from collections.abc import Sequence

from tessera.application.asking import Protocol_, read_member
from tessera.application.finding import household_members, is_household, merged_members


def holders_of(owner: str) -> Protocol_[Sequence[str]]:
    """The members whose cards may show what the owner of an account has, each once."""
    profile = (yield from read_member(owner)).profile
    if profile is None:
        return (owner,)
    if not is_household(owner):
        return (owner, *merged_members(profile.attributes))
    found: dict[str, None] = {}
    for member in household_members(profile.attributes):
        found |= dict.fromkeys((yield from holders_of(member)))
    return tuple(found)
