"""Who is meant: a member by id, by card code or by an external id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tessera.application.asking import Protocol_, read_lookup, read_member, read_programme
from tessera.application.effects import Located, MemberState
from tessera.application.requests import HOUSEHOLD_PREFIX
from tessera.application.writes import Profile, PutProfile
from tessera.domain.account import Account
from tessera.domain.canonical import Json
from tessera.domain.codes import is_card_code, normalise_card_code
from tessera.domain.decision import Facts
from tessera.domain.errors import InvalidInput, NotFound, Refused, Unavailable
from tessera.domain.programme import Programme


@dataclass(frozen=True, slots=True)
class Reference:
    """How a request names a member: exactly one of the three."""

    id: str | None = None
    card: str | None = None
    external_id: str | None = None


def reference_of(body: Json) -> Reference:
    """The reference in a request's `member` object; exactly one name is wanted.

    Raises InvalidInput for none or several, NotFound for a household, which is no member.
    """
    if not isinstance(body, Mapping):
        raise InvalidInput("member_reference_missing", field="/member")
    names = {key: value for key, value in body.items() if isinstance(value, str) and value}
    if len(names) != 1 or not names.keys() <= {"id", "card", "external_id"}:
        raise InvalidInput("member_reference_ambiguous", field="/member")
    if is_household(names.get("id", "")):
        raise NotFound("member_unknown", field="/member")
    return Reference(**names)


def is_household(owner: str) -> bool:
    """Whether an account's owner is a household: what nobody can buy for, merge or erase."""
    return owner.startswith(HOUSEHOLD_PREFIX)


@dataclass(frozen=True, slots=True)
class Found:
    """A member with his profile and accounts."""

    member: str
    profile: Profile
    accounts: Mapping[tuple[str, str], Account]
    resting: Mapping[tuple[str, str], Account] = field(default_factory=dict)
    """His own pooled accounts, where a household's stands in `accounts`."""


ALIASES_MAX = 20
"""How many merges in a row a reference is followed through."""


def find_member(reference: Reference) -> Protocol_[Found]:
    """The member that a request names; NotFound where there is none, Refused for a blocked card."""
    member = yield from find_membership(reference)
    for _ in range(ALIASES_MAX):
        state = yield from read_member(member)
        if state.profile is None or state.profile.status != "merged":
            found = found_of(member, state)
            return (yield from with_households(found))
        # A merged member's tombstone names who took his value over: old cards go on working.
        member = str(state.profile.attributes[MERGED_INTO])
    raise NotFound("member_unknown", field="/member")


READS_MAX = 4
"""How often somebody is read again who is being given something new at each reading."""


def find_whole(reference: Reference) -> Protocol_[Found]:
    """`find_member` with every account that he has, for whoever takes all of it away.

    What gives a member something new writes his profile (`renewed`), but a query sees the items
    of a transaction one by one: it may show the new profile without the new account. So his
    accounts are read after his profile, and as long as the profile is not the same again: whoever
    demands that profile of the table has seen all that came with it. Raises Unavailable where it
    never is.
    """
    found = yield from find_member(reference)
    for _ in range(READS_MAX):
        before, found = found.profile, (yield from find_member(reference))
        if (found.profile.member, found.profile.version) == (before.member, before.version):
            return found
    raise Unavailable


def find_membership(reference: Reference) -> Protocol_[str]:
    """The very membership that a request names, whoever took it over since."""
    member = reference.id
    if reference.card is not None:
        code = normalise_card_code(reference.card)
        if not is_card_code(code):
            raise InvalidInput("card_code_malformed", field="/member/card")
        member = (yield from find_card(code)).member
    elif reference.external_id is not None:
        external = reference.external_id
        member = (yield from _look_up("external", external, "external_id_unknown")).member
    if not member:
        raise NotFound("member_unknown", field="/member")
    return member


POOLED = "pooled"

CLOSED = frozenset({"merged", "erased"})
"""What an account becomes together with its member."""


def household_key(place: tuple[str, str]) -> str:
    """The attribute of a profile that names the household whose account serves a programme, or one
    of its partitions: stores that see nothing of each other have households of their own.
    """
    programme, partition = place
    return f"household.{programme}" if partition == "-" else f"household.{programme}.{partition}"


HOUSEHOLDS_LEFT = "households.left"
"""The attribute of a profile that names, apart by blanks, the households that the member left:
an erasure has to look there too."""


def households_left(attributes: Mapping[str, Json]) -> tuple[str, ...]:
    """The households that a member was in once."""
    return tuple(str(attributes.get(HOUSEHOLDS_LEFT) or "").split())


HOUSEHOLD_MEMBERS = "household.members"
"""The attribute of a household's profile that names, apart by blanks, who is in it now: what it
has shows on the cards of them all."""


def household_members(attributes: Mapping[str, Json]) -> tuple[str, ...]:
    """Everybody who is in a household, by its profile's attributes."""
    return tuple(str(attributes.get(HOUSEHOLD_MEMBERS) or "").split())


MERGED_INTO = "merged_into"
"""The attribute of a merged member's profile that names who took his value over."""

MERGED_MEMBERS = "merged.members"
"""The attribute of a profile that names, apart by blanks, everybody who was merged into the member,
and whoever had been merged into them: they are one person, and an erasure erases them all."""


def merged_members(attributes: Mapping[str, Json]) -> tuple[str, ...]:
    """Everybody who was merged into a member, however many merges ago."""
    return tuple(str(attributes.get(MERGED_MEMBERS) or "").split())


def merged_profiles(source: Profile, target: Profile) -> tuple[Profile, Profile]:
    """What a merge leaves of the source's profile, and the target's, which names the source.

    The tombstone keeps what is personal, and the households that an erasure has to look into:
    all of it goes when the target is erased.
    """
    attributes: dict[str, str | int | bool] = {MERGED_INTO: target.member}
    if source.attributes.get(HOUSEHOLDS_LEFT):
        attributes[HOUSEHOLDS_LEFT] = source.attributes[HOUSEHOLDS_LEFT]
    tombstone = replace(source, status="merged", version=source.version + 1, attributes=attributes)
    everybody = {
        *merged_members(target.attributes), *merged_members(source.attributes), source.member
    }  # fmt: skip
    survivor = replace(
        target,
        version=target.version + 1,
        attributes={**target.attributes, MERGED_MEMBERS: " ".join(sorted(everybody))},
    )
    return tombstone, survivor


def renewed(profile: Profile) -> PutProfile:
    """The profile at its next version, for whatever gives its member something new.

    Merging and erasing read what a member has and write his profile: of two transactions that
    write it one is decided anew, so that no account and no card comes in unseen between.
    """
    return PutProfile(replace(profile, version=profile.version + 1), profile.version)


def with_households(found: Found) -> Protocol_[Found]:
    """The member with the accounts of his households in the place of his own pooled ones.

    Everything that is decided on them is then decided on what the household has, and the entry
    names the member as its contributor (X-12). Whoever posts it demands that the member's own
    account still rests: he may leave after it was read (decision 0024).
    """
    pooled = [place for place, account in found.accounts.items() if account.status == POOLED]
    if not pooled:
        return found
    accounts = dict(found.accounts)
    resting = {place: accounts[place] for place in pooled}
    for place in pooled:
        household = found.profile.attributes.get(household_key(place))
        if household is None:
            # Half of a transaction, as in `found_of`: the profile will name the household.
            raise Unavailable
        state = yield from read_member(str(household))
        if place in state.accounts:
            accounts[place] = state.accounts[place]
    return Found(found.member, found.profile, accounts, resting)


def found_of(member: str, state: MemberState) -> Found:
    """The member of a state that was read; NotFound where he does not exist.

    A query sees the items of a transaction one by one. An active member with a closed account is
    half of a merge or of an erasure: Unavailable, for a moment later the whole of it is seen.
    """
    if state.profile is None or state.profile.status != "active":
        raise NotFound("member_unknown", field="/member")
    if any(account.status in CLOSED for account in state.accounts.values()):
        raise Unavailable
    return Found(member, state.profile, state.accounts)


def find_card(code: str) -> Protocol_[Located]:
    """The card that a code names; NotFound where there is none, Refused for a blocked one."""
    return (yield from _look_up("card", code, "card_unknown"))


def _look_up(kind: str, value: str, code: str) -> Protocol_[Located]:
    located = yield from read_lookup(kind, value)
    if located is None:
        raise NotFound(code, field="/member")
    if located.status != "active":
        raise Refused("card_blocked", field="/member")
    return located


def programme_in_force(programme: str, at_ms: int, account: Account | None) -> Protocol_[Programme]:
    """The version in force at an instant, never older than what the account remembers knowing."""
    known = account.programme_version if account else 0
    found = yield from read_programme(programme, at_ms, known)
    if found is None:
        raise NotFound("programme_unknown", field="/programme")
    return found


def facts_of(profile: Profile, store: str, budgets: Mapping[str, int] | None = None) -> Facts:
    """What rules may ask about the member and the store, and what shared budgets have left."""
    birthday = profile.birthday[1:] if profile.birthday else None
    return Facts(
        birthday=birthday,
        attributes=profile.attributes,
        store={"id": store},
        budgets=budgets or {},
    )
