"""Drafts, requests and stories of programmes as items of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tessera.adapters.dynamodb import keys, typed
from tessera.adapters.dynamodb.programmes import packed, unpacked
from tessera.adapters.dynamodb.table import Equals, Item, Operation, Value
from tessera.application.programme_desk import PENDING, By, Draft, Request, Settings, Story, Version

LAYOUT = 1


def draft_item(draft: Draft) -> Item:
    """A draft as an item."""
    return {
        "pk": keys.PROGRAMME_DRAFTS,
        "sk": draft.programme,
        "t": "PD",
        "sv": LAYOUT,
        "v": draft.revision,
        "b": draft.base,
        "z": packed(draft.document),
        "s": _by_item(draft.saved),
    }


def draft_of(item: Item) -> Draft:
    """The draft in an item."""
    return Draft(
        programme=str(item["sk"]),
        revision=typed.number(item["v"]),
        document=unpacked(item["z"]),
        saved=_by(item["s"]),
        base=typed.number(item["b"]),
    )


def story_item(story: Story) -> Item:
    """What a version's item tells of its story."""
    return {
        "k": story.kind,
        "pb": _by_item(story.published),
        "y": story.why,
        "og": story.origin,
        "ap": _by_item(story.approved) if story.approved else None,
    }


def version_of(item: Item) -> Version:
    """The version in an item; one that was stored before stories were kept has its author."""
    at_ms = typed.number(item["at"])
    published = _by(item["pb"]) if "pb" in item else By(str(item["by"]), at_ms)
    origin, approved = item.get("og"), item.get("ap")
    return Version(
        programme=str(item["pk"])[2:],
        number=int(str(item["sk"])[2:]),
        effective_at_ms=at_ms,
        document=unpacked(item["z"]),
        story=Story(
            kind=str(item.get("k", "publish")),
            published=published,
            why=str(item.get("y", "")),
            origin=typed.number(origin) if origin is not None else None,
            approved=_by(approved) if approved is not None else None,
        ),
    )


def request_item(request: Request) -> Item:
    """A request as an item."""
    return {
        "pk": keys.programme(request.programme),
        "sk": keys.programme_request(request.id),
        "t": "PQ",
        "sv": LAYOUT,
        "st": request.status,
        "z": packed(request.document),
        "a": _by_item(request.asked),
        "b": request.base,
        "ps": list(request.persons),
        "ea": request.effective_at_ms,
        "y": request.why,
        "dr": request.revision,
        "d": _by_item(request.decided) if request.decided else None,
        "r": request.reason,
        "vn": request.version,
    }


def request_of(item: Item) -> Request:
    """The request in an item."""
    persons, decided = item["ps"], item["d"]
    assert isinstance(persons, list)
    return Request(
        programme=str(item["pk"])[2:],
        id=str(item["sk"])[len(keys.PROGRAMME_REQUEST_PREFIX) :],
        document=unpacked(item["z"]),
        asked=_by(item["a"]),
        base=typed.number(item["b"]),
        persons=tuple(str(person) for person in persons),
        effective_at_ms=_optional(item["ea"]),
        why=str(item["y"]),
        revision=_optional(item["dr"]),
        status=str(item["st"]),
        decided=_by(decided) if decided is not None else None,
        reason=str(item["r"]),
        version=_optional(item["vn"]),
    )


def settings_item(programme: str, settings: Settings) -> Item:
    """The settings of a programme as an item."""
    return {
        "pk": keys.programme(programme),
        "sk": keys.PROGRAMME_SETTINGS,
        "t": "PS",
        "sv": LAYOUT,
        "sa": settings.second_approver,
        "c": _by_item(settings.changed) if settings.changed else None,
    }


def settings_of(item: Item) -> Settings:
    """The settings in an item."""
    changed = item["c"]
    return Settings(item["sa"] is True, _by(changed) if changed is not None else None)


def approved_item(request: Request, version: int) -> Operation:
    """The write of a request that became a version: it must be pending."""
    decided = request_item(replace(request, version=version))
    return Operation("put", decided, Equals("st", PENDING))


def _by_item(by: By) -> Item:
    return {"c": by.credential, "at": by.at_ms, "n": by.name}


def _by(value: Value) -> By:
    assert isinstance(value, Mapping)
    return By(str(value["c"]), typed.number(value["at"]), str(value["n"]))


def _optional(value: Value) -> int | None:
    return None if value is None else typed.number(value)
