"""The smart link of a card: the right wallet for the phone that opens it, a page elsewhere.

The page shows the programme's name and nothing of the member: the link may be forwarded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from tessera.application.card_funnel import Wallet, channel_of
from tessera.application.card_ports import CardServices
from tessera.application.download_card import (
    CardOffer,
    download_apple_card,
    google_save_url,
    offer_card,
)
from tessera.application.show_code import show_code
from tessera.entrypoints.apple_service import WalletReply, WalletRequest, card_reply
from tessera.entrypoints.language import preferred
from tessera.entrypoints.pages import page
from tessera.entrypoints.problem import Problem

_IN_APP = re.compile(r"FBAN|FBAV|Instagram|Line/|MicroMessenger|Snapchat|TikTok", re.IGNORECASE)
"""Browsers inside other applications: they can't open a card, so they get the page."""


def wallet_of(user_agent: str) -> Wallet | None:
    """The wallet of the phone that asks; None for a computer, or a browser that has none."""
    if "WalletPasses/" in user_agent:
        return Wallet.APPLE
    if _IN_APP.search(user_agent):
        return None
    if re.search(r"\b(iPhone|iPod|iPad)\b", user_agent):
        return Wallet.APPLE
    return Wallet.GOOGLE if re.search(r"\bAndroid\b", user_agent) else None


def card(services: CardServices, request: WalletRequest, link: str) -> WalletReply:
    """Answer the smart link; `?wallet=apple` and `?wallet=google` ask for one by name."""
    if request.query.get("show") == "code":
        return _code(services, request, link)
    asked = request.query.get("wallet")
    wallet = (
        Wallet(asked)
        if asked in {Wallet.APPLE, Wallet.GOOGLE}
        else wallet_of(request.headers.get("user-agent", ""))
    )
    channel = channel_of(request.query.get("via"))
    if wallet is Wallet.APPLE and (asked or services.apple.available):
        return card_reply(download_apple_card(services, link, channel))
    if wallet is Wallet.GOOGLE and (asked or services.google.available):
        return WalletReply(302, headers={"Location": google_save_url(services, link, channel)})
    language = preferred(request.headers.get("accept-language"))
    offer = offer_card(services, link)
    address = services.core.links.card_url(services.core.links.card_of(link))
    if channel != channel_of(None):
        address += f"?via={channel}"
    return page(200, language, _title(language, offer), _offer(language, offer, address, channel))


def unavailable(language: str) -> WalletReply:
    """Google does not answer, or its rate is used up: the page asks again by itself."""
    words = _WORDS[language]
    body = f'<h1>{words["preparing"]}</h1><p class="lead">{words["preparing_more"]}</p>'
    return page(503, language, words["preparing"], body, {"Retry-After": "3", "Refresh": "3"})


def problem(status: int, found: Problem, language: str) -> WalletReply:
    """A problem as a page for people."""
    title, detail = str(found.body["title"]), str(found.body["detail"])
    body = f'<h1>{html.escape(title)}</h1><p class="lead">{html.escape(detail)}</p>'
    return page(status, language, title, body, found.headers)


def _code(services: CardServices, request: WalletRequest, link: str) -> WalletReply:
    """The code to be scanned; one that changes is fetched anew when its time is over."""
    language = preferred(request.headers.get("accept-language"))
    words = _WORDS[language]
    shown = show_code(services, link)
    headers: dict[str, str] = {}
    note = words["show"]
    if shown.left_ms is not None:
        # A second more: never the old value again because a clock is a little behind.
        headers["Refresh"] = str(shown.left_ms // 1000 + 1)
        note = words["changes"]
    body = (
        f'<h1>{html.escape(shown.name)}</h1><p class="lead">{note}</p>'
        f'<figure class="code">{qr_svg(shown.qr, words["code"])}'
        f"<figcaption>{shown.spaced}</figcaption></figure>"
    )
    return page(200, language, f"{words['title']} - {shown.name}", body, headers)


def _title(language: str, offer: CardOffer) -> str:
    return f"{_WORDS[language]['title']} - {offer.name}"


def _offer(language: str, offer: CardOffer, address: str, channel: str) -> str:
    words = _WORDS[language]
    buttons = "".join(
        f'<p><a class="button" href="?wallet={wallet}&amp;via={channel}">{words[wallet]}</a></p>'
        for wallet, there in (("apple", offer.apple), ("google", offer.google))
        if there
    )
    return (
        f'<h1>{html.escape(offer.name)}</h1><p class="lead">{words["lead"]}</p>{buttons}'
        f"<figure>{qr_svg(address, words['qr'])}<figcaption>{words['qr']}</figcaption></figure>"
    )


def qr_svg(text: str, label: str) -> str:
    """A QR code as one path, without styles, so that a strict policy lets it through."""
    import qrcode

    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    side = len(rows)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'aria-label="{html.escape(label)}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "title": "Votre carte",
        "lead": "Ajoutez votre carte de fidélité à votre téléphone.",
        "apple": "Ajouter à Apple Wallet",
        "google": "Ajouter à Google Wallet",
        "qr": "Scannez ce code avec votre téléphone",
        "code": "Code de votre carte",
        "show": "Montrez ce code à la caisse.",
        "changes": "Montrez ce code à la caisse. Il change toutes les trente secondes.",
        "preparing": "Votre carte se prépare",
        "preparing_more": "Cette page se recharge d’elle-même dans un instant.",
    },
    "en": {
        "title": "Your card",
        "lead": "Add your loyalty card to your phone.",
        "apple": "Add to Apple Wallet",
        "google": "Add to Google Wallet",
        "qr": "Scan this code with your phone",
        "code": "The code of your card",
        "show": "Show this code at the till.",
        "changes": "Show this code at the till. It changes every thirty seconds.",
        "preparing": "Your card is being prepared",
        "preparing_more": "This page reloads by itself in a moment.",
    },
}
