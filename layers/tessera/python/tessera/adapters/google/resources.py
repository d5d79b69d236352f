"""A card's view as Google's LoyaltyClass and LoyaltyObject (walletobjects v1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tessera.adapters.card_values import Wording
from tessera.adapters.designs import Design
from tessera.application.card_ports import GoogleNews
from tessera.application.card_text import code_text
from tessera.application.card_view import BalanceLine, CardView
from tessera.domain.codes import ROTATION_LENGTH, CodeForm, joined_code
from tessera.domain.programme.model import text_in
from tessera.domain.rotation import PERIOD_S

SHOWN_MAX = {"issuer": 20, "programme": 20, "label": 9, "holder": 20, "points": 7}
"""Characters that Google shows whole on small screens."""


def class_id(issuer: str, view: CardView) -> str:
    """The class of a programme."""
    return f"{issuer}.{view.programme}"


def object_id(issuer: str, view: CardView) -> str:
    """The object of a card."""
    return f"{issuer}.{view.card}"


def loyalty_class(
    issuer: str,
    view: CardView,
    design: Design,
    image_url: Callable[[str], str],
    callback_url: str = "",
) -> dict[str, Any]:
    """What all cards of a programme share, the same whoever's card it is taken from.

    `reviewStatus` is UNDER_REVIEW on every write: Google refuses to be told that it approved.
    """
    look: Mapping[str, str] = design.document["google"]
    names = view.names or {"": view.name}
    resource: dict[str, Any] = {
        "id": class_id(issuer, view),
        **_in_all_languages("issuerName", names, SHOWN_MAX["issuer"]),
        **_in_all_languages("programName", names, SHOWN_MAX["programme"]),
        "programLogo": _image(image_url(look["logo"])),
        "reviewStatus": "UNDER_REVIEW",
        "hexBackgroundColor": look["background"],
        "multipleDevicesAndHoldersAllowedStatus": "ONE_USER_ALL_DEVICES",
    }
    if callback_url:
        resource["callbackOptions"] = {"url": callback_url}
    places = design.document["apple"].get("locations")
    if isinstance(places, list):
        resource["merchantLocations"] = [
            {name: place[name] for name in ("latitude", "longitude")} for place in places
        ]
    if "hero" in look:
        resource["heroImage"] = _image(image_url(look["hero"]))
    return resource


def loyalty_object(
    issuer: str, wording: Wording, image_url: Callable[[str], str]
) -> dict[str, Any]:
    """The card of one member. A stamp card's picture has an address for each count, and a tier
    may have one of its own."""
    view = wording.view
    resource: dict[str, Any] = {
        "id": object_id(issuer, view),
        "classId": class_id(issuer, view),
        "state": "ACTIVE" if view.active else "INACTIVE",
        "accountId": view.code,
        "loyaltyPoints": {
            "label": _short(view.balance.name, "label", wording.say("Balance")),
            "balance": _balance(wording, view.balance),
        },
        **_barcode(view),
        "textModulesData": _texts(wording),
    }
    if view.shown.page and view.shown.form is not CodeForm.ROTATING:
        link = {"uri": view.shown.page, "description": wording.say("Changing code")}
        resource["linksModuleData"] = {"uris": [{"id": "code", **link}]}
    if view.holder:
        resource["accountName"] = view.holder[: SHOWN_MAX["holder"]]
    stamps = view.stamps if wording.design.stamp_art else None
    if stamps:
        shown = min(stamps.amount, stamps.stamps)
        picture = f"stamps-{max(0, shown)}-of-{stamps.stamps}.png"
        resource["heroImage"] = _image(image_url(picture))
    elif strip := wording.design.theme_strip(wording.design.theme_number(view.tier)):
        resource["heroImage"] = _image(image_url(f"hero-{strip}.png"))
    if view.tier:
        resource["secondaryLoyaltyPoints"] = {
            "label": _short(view.tier.group, "label", wording.say("Status")),
            "balance": {"string": view.tier.name},
        }
    return resource


def _barcode(view: CardView) -> dict[str, Any]:
    """The QR code; one that changes by itself leaves no still one beside it to be photographed.

    `patch_of` tells Google which of the two is gone when a programme changes its mind.
    """
    if view.shown.form is not CodeForm.ROTATING:
        return {
            "barcode": {
                "type": "QR_CODE",
                "value": view.qr,
                "alternateText": code_text(view.code),
            }
        }
    key = {"key": view.shown.rotation_secret.hex().upper(), "valueLength": ROTATION_LENGTH}
    return {
        "rotatingBarcode": {
            "type": "QR_CODE",
            "valuePattern": joined_code(view.code, "{totp_value_0}"),
            "totpDetails": {
                "algorithm": "TOTP_SHA1",
                "periodMillis": str(PERIOD_S * 1000),
                "parameters": [key],
            },
            "alternateText": code_text(view.code),
        }
    }


def class_message(news: GoogleNews) -> dict[str, Any]:
    """News as a message of the class, in every language that it has.

    Source: Google Wallet REST, `AddMessageRequest` and `Message`; English is what phones of other
    languages show.
    """
    kind = "TEXT_AND_NOTIFY" if news.notify else "TEXT"
    message: dict[str, Any] = {"id": news.id, "messageType": kind}
    for name, texts in (("header", news.headers), ("body", news.texts)):
        message |= _in_all_languages(name, texts)
    return {"message": message}


def _in_all_languages(
    name: str, texts: Mapping[str, str], shown_max: int | None = None
) -> dict[str, Any]:
    """A text of the class by its name: in English, and localised where there are several."""
    first = text_in(texts, "en")[:shown_max]
    if len(texts) < 2:
        return {name: first}
    localised = {
        "defaultValue": {"language": "en", "value": first},
        "translatedValues": [
            {"language": language, "value": text[:shown_max]}
            for language, text in sorted(texts.items())
            if language not in {"", "en"}
        ],
    }
    return {name: first, f"localized{name[0].upper()}{name[1:]}": localised}


_OPTIONAL_OF_CLASS = (
    "heroImage",
    "localizedIssuerName",
    "localizedProgramName",
    "merchantLocations",
)


_OPTIONAL = (
    "barcode",
    "rotatingBarcode",
    "linksModuleData",
    "accountName",
    "secondaryLoyaltyPoints",
    "heroImage",
)
_BALANCE_FORMS = ("int", "string", "money", "double")


def patch_of(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The object as a PATCH: what it no longer has is said to be gone, for Google merges."""
    gone: dict[str, Any] = dict.fromkeys(_OPTIONAL)
    patch = gone | dict(resource)
    for name in ("loyaltyPoints", "secondaryLoyaltyPoints"):
        points = patch.get(name)
        if points:
            forms = dict.fromkeys(_BALANCE_FORMS) | points["balance"]
            patch[name] = {**points, "balance": forms}
    return patch


def class_patch_of(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The class as a PATCH, which says what another design or name no longer has."""
    gone: dict[str, Any] = dict.fromkeys(_OPTIONAL_OF_CLASS)
    return gone | dict(resource)


def forgotten_object(issuer: str, card: str) -> dict[str, Any]:
    """A PATCH after which an object says no more than that there was a card, which is over."""
    shown = (*_OPTIONAL, "accountId", "loyaltyPoints", "textModulesData")
    return dict.fromkeys(shown) | {"id": f"{issuer}.{card}", "state": "EXPIRED"}


def _balance(wording: Wording, line: BalanceLine) -> dict[str, Any]:
    """A balance in the form that fits it: money, a whole number, or text."""
    if line.currency:
        micros = line.amount * 10 ** (6 - line.decimals)
        return {"money": {"micros": str(micros), "currencyCode": line.currency}}
    if line.decimals or line.stamps:
        return {"string": wording.balance(line)}
    return {"int": line.amount}


def _texts(wording: Wording) -> list[dict[str, str]]:
    """The back of the card: at most ten texts, those without content left out."""
    view = wording.view
    found: list[tuple[str, str, str | None]] = [
        ("reward", wording.say("NEXT REWARD"), wording.next_reward),
        ("rewards", wording.say("Your rewards"), wording.rewards),
        ("vouchers", wording.say("Your vouchers"), wording.vouchers),
        ("expiry", wording.say("Next to expire"), wording.expiry),
    ]
    found += [
        (f"balance-{line.id}", line.name, wording.balance(line)) for line in view.balances[1:5]
    ]
    found.append(("terms", wording.say("Terms"), view.terms or None))
    return [{"id": name, "header": header, "body": body} for name, header, body in found if body]


def _short(text: str, limit: str, fallback: str) -> str:
    return text if len(text) <= SHOWN_MAX[limit] else fallback[: SHOWN_MAX[limit]]


def _image(url: str) -> dict[str, Any]:
    return {"sourceUri": {"uri": url}}
