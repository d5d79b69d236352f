"""Two versions of one card: will the phone take the update, and will its owner notice?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from passbook.errors import Finding, InvalidArchiveError
from passbook.names import FIELD_GROUPS, STYLE_NAMES
from passbook.plain import join
from passbook.reading import read_pass

_IDENTITY = ("passTypeIdentifier", "serialNumber", "authenticationToken", "teamIdentifier")


def examine_update(before: bytes, after: bytes) -> list[Finding]:
    """What a phone that holds `before` makes of `after`, beyond whether `after` is sound.

    A banner needs one changed field whose changeMessage holds %@. Without one the card changes in
    silence; with several the phone says only that the card changed.
    """
    try:
        old, new = read_pass(before), read_pass(after)
    except InvalidArchiveError as error:
        return [Finding(error.rule, "archive", error.message, error.remedy)]
    out = [
        Finding(
            "update-identity",
            key,
            "It differs between the versions, so the phone sees another card, or none of its own.",
            "Keep it for the life of a card.",
        )
        for key in _IDENTITY
        if old.document.get(key) != new.document.get(key)
    ]
    changed = [
        (path, field) for path, field, same in _changes(old.document, new.document) if not same
    ]
    if old.document == new.document and old.assets == new.assets:
        message = "Nothing has changed: the push was for nothing."
        remedy = "Answer 304 and do not push."
        return [*out, Finding("update-empty", "pass.json", message, remedy, "warning")]
    return [*out, *_banner(changed)]


def _banner(changed: list[tuple[str, Mapping[str, object]]]) -> list[Finding]:
    announced = [(path, field) for path, field in changed if field.get("changeMessage")]
    if not announced:
        message = "No changed field has a changeMessage, so no banner appears."
        remedy = "Give the field that matters a changeMessage such as 'Now %@'."
        return [Finding("update-silent", "pass.json", message, remedy, "warning")]
    out: list[Finding] = []
    if len(announced) > 1:
        names = ", ".join(path for path, _ in announced)
        message = f"{len(announced)} fields with a changeMessage have changed ({names})."
        remedy = (
            "Change one of them per update, or announce one only: else the banner says nothing."
        )
        out.append(Finding("update-many", announced[1][0], message, remedy, "warning"))
    for path, field in announced:
        if "%@" not in str(field["changeMessage"]):
            message = "Its changeMessage lacks %@, so the banner does not say what changed."
            out.append(Finding("update-placeholder", path, message, "Put %@ into it.", "warning"))
    return out


def _changes(
    old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[tuple[str, Mapping[str, object], bool]]:
    """Each field of `new`: its path, itself, and whether its value is the one of before."""
    former = {str(field.get("key")): field for _, field in _fields(old)}
    for path, field in _fields(new):
        previous = former.get(str(field.get("key")))
        yield path, field, previous is not None and previous.get("value") == field.get("value")


def _fields(document: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for style in STYLE_NAMES:
        groups = document.get(style)
        if not isinstance(groups, dict):
            continue
        for group in FIELD_GROUPS:
            members = cast("dict[str, object]", groups).get(group)
            for index, field in enumerate(members if isinstance(members, list) else ()):
                if isinstance(field, dict):
                    yield join(join(style, group), index), field
