"""The form behind a poster's QR code, and the card at its end."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

from tessera.application.card_ports import CardServices
from tessera.application.join_programme import JoinForm, join_form, join_programme
from tessera.domain.canonical import Json
from tessera.domain.errors import InvalidInput
from tessera.entrypoints import requests, validation
from tessera.entrypoints.apple_service import WalletReply, WalletRequest
from tessera.entrypoints.json_text import check_text
from tessera.entrypoints.language import preferred
from tessera.entrypoints.pages import page
from tessera.entrypoints.problem import problem_of

FIELDS_MAX = 20
_PROFILE = ("first_name", "last_name", "email", "birthday")


def show(services: CardServices, request: WalletRequest, link: str) -> WalletReply:
    """The empty form."""
    language = _language(request)
    return _form(200, language, join_form(services, link, language), {}, "")


def submit(services: CardServices, request: WalletRequest, link: str) -> WalletReply:
    """The filled-in form: the card's button, or the form again with what is wrong in it."""
    language = _language(request)
    given = _given(request.body)
    try:
        address = _join(services, link, given, language)
    except InvalidInput as error:
        problem = problem_of(error, language, "")
        told = problem.body.get("errors") or [{"detail": problem.body["detail"]}]
        assert isinstance(told, list)
        detail = str(told[0]["detail"]) if isinstance(told[0], Mapping) else ""
        return _form(400, language, join_form(services, link, language), given, detail)
    words = _WORDS[language]
    body = (
        f'<p class="lead">{words["ready"]}</p>'
        f'<a class="button" href="{html.escape(address)}">{words["add"]}</a>'
    )
    return page(201, language, words["welcome"], body)


def _join(services: CardServices, link: str, given: Mapping[str, str], language: str) -> str:
    if given.get("website"):
        # A field that no person sees: machines fill in everything.
        raise InvalidInput("field_unknown", field="/website")
    if given.get("terms") != "yes":
        raise InvalidInput("terms_not_accepted", field="/terms")
    profile: dict[str, Json] = {name: given[name] for name in _PROFILE if given.get(name)}
    for name, value in profile.items():
        check_text(str(value), f"/{name}")
    profile["language"] = language
    validation.check(requests.model("ProfileRequest"), profile)
    marketing = given.get("marketing") == "yes"
    return join_programme(services, link, profile, given.get("once", ""), marketing=marketing)


def _given(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(body.decode(), strict_parsing=True, max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise InvalidInput("body_not_utf8") from error
    return {name: value.strip() for name, value in pairs}


def _language(request: WalletRequest) -> str:
    return preferred(request.headers.get("accept-language"))


def _form(
    status: int, language: str, form: JoinForm, given: Mapping[str, str], error: str
) -> WalletReply:
    words = _WORDS[language]
    told = f'<p class="error" role="alert">{html.escape(error)}</p>' if error else ""
    once = given.get("once") or form.once
    inputs = "".join(
        _input(name, words[name], kind, attributes, given.get(name, ""))
        for name, kind, attributes in (
            ("first_name", "text", 'required autocomplete="given-name" maxlength="64"'),
            ("last_name", "text", 'autocomplete="family-name" maxlength="64"'),
            ("email", "email", 'autocomplete="email" maxlength="254"'),
            ("birthday", "date", 'autocomplete="bday"'),
        )
    )
    terms = f'<p class="terms">{html.escape(form.terms)}</p>' if form.terms else ""
    body = (
        f'<p class="lead">{words["lead"]}</p>{told}'
        f'<form method="post"><input type="hidden" name="once" value="{html.escape(once)}">'
        '<p class="away" aria-hidden="true"><label>Website <input name="website" tabindex="-1" '
        f'autocomplete="off"></label></p>{inputs}{terms}'
        f"{_check('terms', words['agree'], required=True)}"
        f"{_check('marketing', words['marketing'], required=False)}"
        f'<button class="button">{words["join"]}</button></form>'
    )
    return page(status, language, form.name, body, form=True)


def _input(name: str, label: str, kind: str, attributes: str, value: str) -> str:
    return (
        f'<label for="{name}">{label}</label><input id="{name}" name="{name}" type="{kind}" '
        f'value="{html.escape(value)}" {attributes}>'
    )


def _check(name: str, label: str, *, required: bool) -> str:
    needed = " required" if required else ""
    return (
        f'<label class="check"><input type="checkbox" name="{name}" value="yes"{needed}> '
        f"<span>{label}</span></label>"
    )


_WORDS: Mapping[str, Mapping[str, str]] = json.loads(
    """{
 "fr": {
  "lead": "Votre carte de fidélité, sur votre téléphone dans une minute.",
  "first_name": "Prénom", "last_name": "Nom (facultatif)", "email": "E-mail (facultatif)",
  "birthday": "Date de naissance (facultatif)",
  "agree": "J’accepte les conditions du programme.",
  "marketing": "Je veux recevoir les offres par e-mail. Je peux changer d’avis à tout moment.",
  "join": "Obtenir ma carte", "welcome": "Bienvenue", "ready": "Votre carte est prête.",
  "add": "Ajouter ma carte au téléphone"
 },
 "en": {
  "lead": "Your loyalty card, on your phone within a minute.",
  "first_name": "First name", "last_name": "Last name (optional)", "email": "E-mail (optional)",
  "birthday": "Date of birth (optional)",
  "agree": "I accept the terms of the programme.",
  "marketing": "I want to receive offers by e-mail. I can change my mind at any time.",
  "join": "Get my card", "welcome": "Welcome", "ready": "Your card is ready.",
  "add": "Add my card to the phone"
 }
}"""
)
