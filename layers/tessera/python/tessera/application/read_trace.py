"""Why an entry is what it is: its stored trace in words, for cashiers and auditors (X-05)."""

from __future__ import annotations

from tessera.application.answers import step_view
from tessera.application.asking import read_entry
from tessera.application.details import unpack_detail
from tessera.application.locators import located
from tessera.application.read_member import entry_view
from tessera.application.requests import Caller
from tessera.application.services import Services
from tessera.domain.canonical import Json
from tessera.domain.errors import NotFound
from tessera.domain.explain import Reader, receipt_lines, sentences, step_text

SEQUENCE_DIGITS_MAX = 10


def read_trace(
    services: Services, caller: Caller, entry_id: str, reader: Reader = Reader.AUDITOR
) -> dict[str, Json]:
    """An entry with the reasons of its decision, in sentences for whoever reads them.

    An auditor also gets every step as data. A member who asks is a member, whatever he says he
    is. The trace is the one that was stored with the entry, put into words by the version of the
    programme that decided; nothing is computed again. `erased` says that the detail went with its
    member's data (X-14): the entry stays, its reasons don't. Sentences are in the caller's
    language. Raises NotFound for an id that names no entry.
    """
    caller.require("members:read")
    member, programme, partition, sequence = _located(entry_id)
    stored = services.driver.run(read_entry(member, programme, partition, sequence))
    if stored is None:
        raise NotFound("entry_unknown")
    entry = stored.entry
    caller.require_member(entry.contributor or entry.member)
    if caller.kind == "member":
        reader = Reader.MEMBER
    receipt: list[Json] = []
    reasons: list[Json] = []
    trace: list[Json] = []
    if stored.detail is not None:
        detail = unpack_detail(stored.detail)
        rules = services.programmes.version(programme, entry.programme_version)
        receipt += receipt_lines(rules, detail.receipt, caller.language)
        reasons += sentences(rules, detail.trace, caller.language, reader)
        if reader is Reader.AUDITOR:
            trace += [
                {**step_view(step), "text": step_text(rules, step, caller.language)}
                for step in detail.trace
            ]
    return {
        "member_id": entry.contributor or entry.member,
        "owner": entry.member,
        "programme": programme,
        "partition": partition,
        "entry": entry_view(entry),
        "erased": stored.detail is None,
        "reader": reader.value,
        "receipt": receipt,
        "reasons": reasons,
        "trace": trace,
    }


def _located(entry_id: str) -> tuple[str, str, str, int]:
    found = located(entry_id)
    if found is None:
        raise NotFound("entry_unknown")
    member, programme, partition, number = found
    if not (number.isascii() and number.isdecimal() and len(number) <= SEQUENCE_DIGITS_MAX):
        raise NotFound("entry_unknown")
    return member, programme, partition, int(number)
