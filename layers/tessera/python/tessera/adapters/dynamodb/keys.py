"""Every key of the table. The catalogue, with sizes and units, is docs/reference/table.md."""

from __future__ import annotations

import hashlib
import hmac

from tessera.domain.calendar import to_date

DUE_SHARDS = 16
"""Half the base may fall due on one date (31 December): 16 partitions carry 16,000 writes/s."""


def member(member_id: str) -> str:
    return f"M#{member_id}"


PROFILE = "0#P"
SUMMARY_PREFIX = "0#"


def account(programme: str, partition: str) -> str:
    return f"0#A#{programme}#{partition}"


def entry_prefix(programme: str, partition: str) -> str:
    return f"E#{programme}#{partition}#"


def entry(programme: str, partition: str, sequence: int) -> str:
    return f"{entry_prefix(programme, partition)}{sequence:010d}"


def detail_prefix(programme: str, partition: str) -> str:
    return f"D#{programme}#{partition}#"


def detail(programme: str, partition: str, sequence: int) -> str:
    return f"{detail_prefix(programme, partition)}{sequence:010d}"


def notice(notice_id: str) -> str:
    return f"O#{notice_id}"


def answer(scope: str, request_id: str) -> str:
    return f"I#{scope}#{request_id}"


def voucher(code: str) -> str:
    return f"V#{code}"


POOL_SHARDS = 16


def pool(pool_id: str, code: str) -> str:
    """The partition of a pool in which a code lies: the same one for ever."""
    return pool_shard(pool_id, hashlib.sha256(code.encode()).digest()[0] % POOL_SHARDS)


def pool_shard(pool_id: str, shard: int) -> str:
    return f"K#{pool_id}#{shard:02d}"


def budget(programme_id: str, name: str) -> str:
    return f"J#budget#{programme_id}#{name}"


CATALOGUE = "G#"
"""The row that says that the merchant keeps a catalogue of articles."""


def article(code: str) -> str:
    return f"G#{code}"


DETAIL_PREFIX = "D#"
ENTRY_PREFIX = "E#"


def detail_of(entry_key: str) -> str:
    """The sort key of an entry's detail."""
    return DETAIL_PREFIX + entry_key.removeprefix(ENTRY_PREFIX)


ERASURES = "J#erasures"
"""The partition that lists the erasures that are not swept yet."""


def erasure(member_id: str) -> str:
    return f"J#erasure#{member_id}"


def at_google(card_id: str) -> str:
    """The sort key under an erasure of a card that Google has not forgotten yet."""
    return f"G#{card_id}"


def card(card_id: str) -> str:
    return f"C#{card_id}"


CARD = "C"


def member_card(card_id: str) -> str:
    """The sort key under a member that points to one of his cards."""
    return f"C#{card_id}"


def registration(device_id: str) -> str:
    """The sort key under a card of a device that wants to know of it."""
    return f"R#{device_id}"


def device(device_id: str) -> str:
    return f"R#{device_id}"


def device_card(card_id: str) -> str:
    """The sort key under a device that points to one of the cards on it."""
    return f"C#{card_id}"


def card_of_pointer(sort_key: str) -> str:
    """The card to which a pointer's sort key points."""
    return sort_key.removeprefix("C#")


def issued_cards(programme_id: str, position: str) -> str:
    """The partition that lists the cards given out, by the first digit of their position."""
    return f"CP#{programme_id}#{position[0]}"


CARD_DESIGNS = "S#card-designs"
"""The partition that lists every card design that was uploaded."""


def programme(programme_id: str) -> str:
    return f"P#{programme_id}"


PROGRAMMES = "P#"
"""The partition that lists every programme."""

PROGRAMME_HEAD = "H"
PROGRAMME_FACE = "F"
"""What the cards of a programme share, and the push that changes it."""


def programme_version(version: int) -> str:
    return f"V#{version:010d}"


PROGRAMME_SETTINGS = "S"

PROGRAMME_VERSION_PREFIX = "V#"

PROGRAMME_REQUEST_PREFIX = "Q#"


def programme_request(request_id: str) -> str:
    return f"{PROGRAMME_REQUEST_PREFIX}{request_id}"


PROGRAMME_DRAFTS = "PD#"
"""The partition that holds every draft, by the programme's id."""


TALLY_SHARDS = 16


def tally(programme_id: str, shard: int) -> str:
    """The counts of a programme that one shard of its members keeps."""
    return f"J#tally#{programme_id}#{shard:02d}"


def api_key(key_hash: str) -> str:
    return f"S#key#{key_hash}"


API_KEYS = "S#keys"
"""The partition that lists every API key."""


TILLS = "S#tills"
"""The partition that lists every till."""


def till(till_id: str) -> str:
    """The partition of a till: its own row, and the sessions of clerks at it."""
    return f"S#till#{till_id}"


def clerk_session(session_id: str) -> str:
    return f"C#{session_id}"


def enrolment(code_hash: str) -> str:
    """Where the code of a till's enrolment leads to the till."""
    return f"S#enrol#{code_hash}"


def clerks(store: str) -> str:
    """The partition that lists the clerks of a store."""
    return f"S#clerks#{store}"


def journal(store: str, day: int) -> str:
    """The partition of a store's business day."""
    return f"T#{store}#{to_date(day).isoformat()}"


def journal_row(recorded_at_ms: int, cause: str) -> str:
    return f"{recorded_at_ms:013d}#{cause[:16]}"


CLOCK = "S#clock"


def rate(name: str) -> str:
    """The row by which every container keeps to one rate of calls."""
    return f"S#rate#{name}"


def card_steps(programme_id: str, day: int) -> str:
    """The cards' steps of one day (UTC): a row for each, and counters of updates."""
    return f"F#{programme_id}#{to_date(day).isoformat()}"


FORGET_AT = "x"
"""The attribute by which the table drops a row: seconds since the epoch."""


def scan(scan_id: str) -> str:
    """A value of a rotating code that was scanned."""
    return f"S#scan#{scan_id}"


def pace(what: str) -> str:
    """How often something happened of late."""
    return f"S#pace#{what}"


def cursor(kind: str, zone: str, shard: int) -> str:
    return f"J#cursor#{kind}#{zone}#{shard:02d}"


def lookup(secret: bytes, kind: str, value: str) -> str:
    """A look-up by HMAC, so that the table shows no card code, e-mail or telephone number."""
    digest = hmac.new(secret, f"{kind}\x00{value}".encode(), hashlib.sha256).hexdigest()
    return f"L#{kind}#{digest[:40]}"


def shard_of(member_id: str) -> int:
    """The same shard for the same member, for ever."""
    return hashlib.sha256(member_id.encode()).digest()[0] % DUE_SHARDS


def due(day: int, shard: int) -> str:
    """The due index's partition of a date."""
    return f"X#{to_date(day).isoformat()}#{shard:02d}"


NOTHING_DUE = "-"
"""The kind of an account for which nothing is to come; no pager asks for it."""

VERIFICATION = "J#verification"
"""How far the night's verification has come."""


def due_sort(kind: str, member_id: str) -> str:
    """The due index's sort key: the kind first, so that one kind can be paged alone."""
    return f"{kind}#{member_id}"


def birthday(month: int, day_of_month: int) -> str:
    """The due index's partition of a birthday: 366 natural keys need no shards."""
    return f"B#{month:02d}-{day_of_month:02d}#00"
