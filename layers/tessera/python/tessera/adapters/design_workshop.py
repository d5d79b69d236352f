"""Makes card designs of what a merchant sends, and lets no design through that a phone refuses.

A merchant rarely writes a whole pass. He sends what is his own (colours, texts, images), and it is
laid over a design that was shipped. The result is judged by `passbook`'s rules with sample cards in
every language, so that what is wrong is told to the one who can mend it and not to a phone.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from passbook import Finding, examine_design
from passbook.strings import write_strings
from tessera.adapters import design_images
from tessera.adapters.design_images import Source
from tessera.adapters.designs import DEFAULT_DESIGN, THEMES, Design, Designs, stored_name
from tessera.adapters.stamps import StampArt
from tessera.application.card_face import MadeDesign
from tessera.domain.errors import InvalidInput, NotFound

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
LAID_WHOLE = ("themes", "stamps", "google")
"""Parts of a design that are replaced as one; of the pass, key by key."""


@dataclass(frozen=True, slots=True)
class DesignWorkshop:
    """`card_face.DesignWorkshop` by `passbook` and Pillow."""

    designs: Designs

    def make(
        self,
        name: str,
        content: Mapping[str, Any],
        uploads: Mapping[str, bytes] = MappingProxyType({}),
    ) -> MadeDesign:
        """The design of a merchant's own parts, see `card_face.DesignWorkshop`."""
        base_name = str(content.get("base") or DEFAULT_DESIGN)
        base = self.designs.find(base_name)
        if base is None:
            raise NotFound("card_design_unknown", field="/base")
        document = _document(base, name, content.get("document") or {})
        files = {path: data for path, data in base.files.items() if path.endswith(".png")}
        sources = _sources(content.get("images") or {}, uploads)
        if document.get("stamps") or "strip" in sources:
            files = {path: data for path, data in files.items() if not path.startswith("strip")}
        files |= _drawn(sources)
        texts = {key: dict(one) for key, one in (content.get("texts") or {}).items()}
        if content.get("places"):
            document["apple"]["locations"] = _locations(content["places"], texts)
        files |= _texts(base, texts)
        files["design.json"] = json.dumps(document, ensure_ascii=False, indent=1).encode()
        made = Design(name, files)
        warnings = _judged(made)
        bundle = made.bundle
        return MadeDesign(
            id=stored_name(name, bundle),
            bundle=bundle,
            languages=made.assets.languages,
            files={path: len(data) for path, data in sorted(files.items())},
            warnings=tuple(_told(one) for one in warnings),
        )


def _document(base: Design, name: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """The base's design.json with the merchant's parts over it; None takes a key out."""
    document: dict[str, Any] = {**base.document, "design": name}
    unknown = own.keys() - {"apple", *LAID_WHOLE}
    if unknown:
        raise InvalidInput("design_part_unknown", field=f"/document/{min(unknown)}")
    if "apple" in own:
        laid = {**document["apple"], **own["apple"]}
        document["apple"] = {key: value for key, value in laid.items() if value is not None}
    for part in LAID_WHOLE:
        if part in own:
            document[part] = own[part]
    return document


def _locations(
    places: Sequence[Mapping[str, Any]], texts: dict[str, dict[str, str]]
) -> list[dict[str, object]]:
    """Where phones offer the card. What they say there joins the texts of each language."""
    found: list[dict[str, object]] = []
    for place in places:
        # Coordinates are the only fractions of a design, and no amounts.
        location: dict[str, object] = {
            name: float(place[name]) for name in ("latitude", "longitude")
        }
        said: Mapping[str, str] = place.get("texts") or {}
        if said:
            key = said.get("en") or next(iter(said.values()))
            location["relevantText"] = key
            for language, text in said.items():
                texts.setdefault(language, {})[key] = text
        found.append(location)
    return found


def _sources(images: Mapping[str, str], uploads: Mapping[str, bytes]) -> dict[str, Source]:
    """What was sent for each kind of image, by the request or before it."""
    twice = images.keys() & uploads.keys()
    if twice:
        raise InvalidInput("image_source_unclear", field=f"/uploads/{min(twice)}")
    opened = {kind: Source(data, f"/uploads/{kind}") for kind, data in uploads.items()}
    for kind, text in images.items():
        field = f"/images/{kind}"
        try:
            opened[kind] = Source(base64.b64decode(text, validate=True), field)
        except ValueError as error:
            raise InvalidInput("image_unreadable", field=field) from error
    for kind, source in opened.items():
        if not design_images.is_kind(kind):
            params = {"kinds": ", ".join((*design_images.KINDS, "strip_…"))}
            raise InvalidInput("image_kind_unknown", field=source.field, params=params)
    return opened


def _drawn(sources: Mapping[str, Source]) -> dict[str, bytes]:
    files: dict[str, bytes] = design_images.google_from(sources)
    for kind, source in sources.items():
        files |= design_images.drawn(kind, source)
    return files


def _texts(base: Design, own: Mapping[str, Mapping[str, str]]) -> dict[str, bytes]:
    """The pass.strings of each language, the merchant's texts over the base's."""
    files: dict[str, bytes] = {}
    for language in sorted({*base.assets.languages, *own}):
        texts = {**base.assets.strings.get(language, {}), **own.get(language, {})}
        for key, text in texts.items():
            if not _slots(text) <= _slots(key):
                raise InvalidInput(
                    "text_placeholder", field=f"/texts/{language}", params={"text": key}
                )
        files[f"{language}.lproj/pass.strings"] = write_strings(texts)
    return files


def _slots(text: str) -> set[str]:
    """The names that a text has filled in, and `%@`; a text that can't be filled has all."""
    try:
        found = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}
    return found | ({"%@"} if "%@" in text else set())


def _judged(design: Design) -> list[Finding]:
    """The warnings about a design. Raises InvalidInput for the first thing that is wrong."""
    document = design.document
    findings = list(_form(design))
    if not findings:
        samples = _samples(document["values"])
        for number in range(-1, len(document.get("themes", ()))):
            themed = {**document["apple"], **design.theme(number)}
            assets = design.assets.with_files(design.strip_files(None, number))
            findings += examine_design(themed, assets, samples)
    for found in findings:
        if found.severity == "error":
            raise _refused(found)
    return list(dict.fromkeys(findings))


def _form(design: Design) -> Iterator[Finding]:
    """What is wrong with the parts of a design that are ours and not Apple's."""
    document = design.document

    def wrong(place: str, message: str) -> Finding:
        remedy = "Compare it with wallet_assets/tessera/design.json."
        return Finding("design-form", place, message, remedy)

    for number, theme in enumerate(document.get("themes", ())):
        if not isinstance(theme, Mapping):
            yield wrong(f"themes[{number}]", "A theme is an object of colours.")
            return
        strip = theme.get("strip")
        if strip and f"{THEMES}/{strip}/strip.png" not in design.files:
            sent = f"Send its picture as `strip_{strip}`, in lower case and digits."
            yield wrong(f"themes[{number}].strip", f"{strip} is no strip of this design. {sent}")
        if strip and document.get("stamps"):
            yield wrong(f"themes[{number}].strip", "A stamp card's strip shows its stamps.")
    stamps = document.get("stamps")
    if stamps:
        try:
            colours = dataclasses.astuple(StampArt.of(stamps))
        except (KeyError, TypeError):
            yield wrong("stamps", "The stamps lack one of ground, empty, full, heart and goal.")
            return
        flat = [colours[0], *(one for part in colours[1:] for one in part)]
        if not all(_HEX.fullmatch(one) for one in flat) or not all(colours):
            yield wrong("stamps", "The colours of stamps are written #rrggbb.")
    google = document.get("google")
    if not isinstance(google, Mapping) or not _HEX.fullmatch(str(google.get("background"))):
        yield wrong("google.background", "The background for Google is written #rrggbb.")
        return
    for part in ("logo", "hero"):
        image = google.get(part)
        if (image or part == "logo") and f"google/{image}" not in design.files:
            yield wrong(f"google.{part}", f"{image} is no image of this design.")


def _refused(found: Finding) -> InvalidInput:
    return InvalidInput("card_design_refused", field="/document", params=dict(_told(found)))


def _told(found: Finding) -> Mapping[str, str]:
    return {
        "rule": found.rule,
        "place": found.path,
        "message": found.message,
        "remedy": found.remedy,
    }


def _samples(names: Iterable[str]) -> Sequence[Mapping[str, object]]:
    """The values of two cards: one that has just been given out, one that has everything.

    `names` are the values that cards give, as the base's design.json lists them.
    """
    bare: dict[str, object] = {
        **dict.fromkeys(names),
        "serial": "crd_5tn7spb123hy7fndkpya",
        "token": "1." + "a" * 32,
        "service_url": "https://cards.example.com/apple",
        "code": "17EEMRER93B4ETWY",
        "code_text": "17EE MRER 93B4 ETWY",
        "code_page": "https://cards.example/cards/x?show=code",
        "organization_name": "Tessera",
        "programme_name": "Tessera",
        "balance_label": "Points",
        "balance": "0",
        "other_balances": [],
    }
    texts = {name: f"{name}: %@" for name, value in bare.items() if value is None}
    whole: dict[str, object] = {
        **bare,
        **texts,
        "balance": "12,480",
        "other_balances": [{"key": "balance-cash", "label": "Cash", "value": "12.30"}],
        "expiry_alignment": "PKTextAlignmentRight",
        "expiry_date": "2027-11-30T12:00:00Z",
        "locations": [{"latitude": 48.85, "longitude": 2.35, "relevantText": "Tessera"}],
        "voided": True,
    }
    return (bare, whole)
