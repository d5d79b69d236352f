"""A card that the phone has accepted, as people see it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from tools.phone import archive, images, rules, signature
from tools.phone.refusal import Blemish, Refused
from tools.phone.strings_file import parse_strings

PASS_MEDIA_TYPE: Final = "application/vnd.apple.pkpass"  # noqa: S105 - a media type
STYLE_TITLES: Final = {
    "en": {"storeCard": "Store card", "coupon": "Coupon", "generic": "Pass"},
    "fr": {"storeCard": "Carte de fidélité", "coupon": "Coupon", "generic": "Carte"},
}
_MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_SHORT_MONTHS: Final = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
}
_SYMBOLS: Final = {"EUR": "€", "GBP": "£", "USD": "$"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the card. `label` and `text` are localised and formatted."""

    key: str
    group: str
    label: str
    text: str
    change_message: str | None
    value: str | int | Decimal
    alignment: str | None = None


@dataclass(frozen=True, slots=True)
class Barcode:
    """What a scanner sees."""

    format: str
    message: str
    encoding: str
    alt_text: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A whole card: identity, look, fields, and the raw document it was read from."""

    document: Mapping[str, Any]
    members: Mapping[str, bytes] = field(repr=False)
    strings: Mapping[str, Mapping[str, str]]
    blemishes: tuple[Blemish, ...]
    language: str

    @property
    def serial_number(self) -> str:
        """The card's serial number, unique within its pass type."""
        return str(self.document["serialNumber"])

    @property
    def pass_type_identifier(self) -> str:
        """The pass type, which is also the topic of its pushes."""
        return str(self.document["passTypeIdentifier"])

    @property
    def authentication_token(self) -> str | None:
        """What the phone shows the web service, or None for a card without one."""
        token: str | None = self.document.get("authenticationToken")
        return token

    @property
    def web_service_url(self) -> str | None:
        """Where the phone asks for changes, or None for a card that never changes."""
        url: str | None = self.document.get("webServiceURL")
        return url

    @property
    def style(self) -> str:
        """`storeCard` or another of Apple's styles."""
        return next(name for name in rules.STYLES if name in self.document)

    @property
    def is_voided(self) -> bool:
        """Whether the card is greyed out and its barcode hidden."""
        return bool(self.document.get("voided", False))

    def has_expired(self, now: dt.datetime) -> bool:
        """Whether the card lies among the expired ones at `now` (aware)."""
        text = self.document.get("expirationDate")
        return text is not None and rules.parse_date(text, "expirationDate") <= now

    def localise(self, text: str) -> str:
        """A text in the phone's language when the card translates it, else as it stands."""
        return self.strings.get(self.language, {}).get(text, text)

    def fields(self, group: str | None = None) -> tuple[Field, ...]:
        """The fields of a group such as `headerFields`, or all of them, in order."""
        content = self.document[self.style]
        return tuple(
            self._field(item, name)
            for name in rules.GROUPS
            if group in {None, name}
            for item in content.get(name, [])
        )

    def field(self, key: str) -> Field:
        """The field with this key. Raises KeyError when the card has none."""
        for found in self.fields():
            if found.key == key:
                return found
        raise KeyError(key)

    def _field(self, item: Mapping[str, Any], group: str) -> Field:
        message = item.get("changeMessage")
        return Field(
            key=item["key"],
            group=group,
            label=self.localise(item.get("label", "")),
            text=self._display(item),
            change_message=self.localise(message) if message else None,
            value=item["value"],
            alignment=item.get("textAlignment"),
        )

    def _display(self, item: Mapping[str, Any]) -> str:
        value = item.get("attributedValue", item["value"])
        if "dateStyle" in item or "timeStyle" in item:
            return display_date(rules.parse_date(value, item["key"]), item, self.language)
        if isinstance(value, str):
            return self.localise(value)
        return display_number(value, item.get("currencyCode"), self.language)

    def barcodes(self) -> tuple[Barcode, ...]:
        """The barcodes in the order in which a phone tries them."""
        codes = list(self.document.get("barcodes", []))
        if not codes and "barcode" in self.document:
            codes = [self.document["barcode"]]
        return tuple(
            Barcode(c["format"], c["message"], c["messageEncoding"], c.get("altText"))
            for c in codes
        )

    def image(self, name: str) -> bytes | None:
        """The sharpest version of an image, localised if there is one; None without any."""
        for folder in (f"{self.language}.lproj/", ""):
            for scale in ("@3x", "@2x", ""):
                found = self.members.get(f"{folder}{name}{scale}.png")
                if found is not None:
                    return found
        return None


def display_number(value: int | Decimal, currency: str | None, language: str) -> str:
    """A number with the language's separators, and its currency where the language puts it."""
    if currency is not None:
        value = Decimal(value).quantize(Decimal("0.01"))
    text = f"{value:,}"
    if language == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    if currency is None:
        return text
    symbol = _SYMBOLS.get(currency, currency)
    return f"{text}\u00a0{symbol}" if language == "fr" else f"{symbol}{text}"


def display_date(moment: dt.datetime, item: Mapping[str, Any], language: str) -> str:
    """A date in the field's style, without a library of locales: two languages are enough here."""
    style = item.get("dateStyle", "PKDateStyleNone")
    names = _SHORT_MONTHS if style == "PKDateStyleMedium" else _MONTHS
    months = names.get(language, names["en"]).split()
    parts = []
    if style == "PKDateStyleShort":
        parts.append(moment.strftime("%d/%m/%Y" if language == "fr" else "%m/%d/%Y"))
    elif style != "PKDateStyleNone":
        month = months[moment.month - 1]
        if language == "fr":
            parts.append(f"{moment.day} {month} {moment.year}")
        else:
            parts.append(f"{month} {moment.day}, {moment.year}")
    if item.get("timeStyle", "PKDateStyleNone") != "PKDateStyleNone":
        parts.append(moment.strftime("%H:%M"))
    return " ".join(parts)


def read_document(members: Mapping[str, bytes]) -> dict[str, Any]:
    """pass.json as an object, numbers with a point as Decimal. Raises Refused."""
    try:
        document = json.loads(
            members["pass.json"].decode("utf-8"),
            parse_float=Decimal,
            object_pairs_hook=archive.unique_object,
        )
    except ValueError as error:
        raise Refused("pass-unreadable", str(error)) from error
    if not isinstance(document, dict):
        raise Refused("pass-unreadable", "pass.json is not an object")
    return document


def _read_strings(members: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    strings = {}
    for name, data in members.items():
        folder, _, file = name.partition("/")
        if file == "pass.strings":
            try:
                strings[folder.removesuffix(".lproj")] = parse_strings(data)
            except ValueError as error:
                raise Refused("strings-unreadable", f"{name}: {error}") from error
    return strings


def read_card(
    data: bytes,
    *,
    root: Path | None,
    developer_mode: bool = False,
    strict: bool = True,
    language: str = "en",
) -> Card:
    """Read a .pkpass file as a phone does.

    `root` is the certificate that signatures must lead to; None leaves the signature unchecked,
    for fleets of light phones. `developer_mode` lets the web service be plain http, as the
    switch in an iPhone's settings does. `strict` refuses blemishes too: what a phone would take
    but show wrongly. Raises Refused with the first broken rule.
    """
    members = archive.read_members(data)
    archive.check_manifest(members)
    document = read_document(members)
    if root is not None:
        signer = signature.verify(members["manifest.json"], members["signature"], root)
        for name, signed in (
            ("passTypeIdentifier", signer.pass_type_identifier),
            ("teamIdentifier", signer.team_identifier),
        ):
            if document.get(name) != signed:
                code = "signer-pass-type" if name == "passTypeIdentifier" else "signer-team"
                raise Refused(code, f"{name} is {document.get(name)!r}, signed for {signed!r}")
    strings = _read_strings(members)
    blemishes = (
        *rules.check_pass(document, strings, developer_mode=developer_mode),
        *images.check_images(members),
    )
    if strict and blemishes:
        raise Refused(blemishes[0].code, blemishes[0].detail)
    return Card(document, members, strings, blemishes, language)
