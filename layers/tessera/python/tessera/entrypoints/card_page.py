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
from tessera.domain.rotation import PERIOD_S
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
    body = _offer(language, offer, address, channel)
    return page(200, language, _title(language, offer), body, heading=offer.name)


def unavailable(language: str) -> WalletReply:
    """Somebody does not answer, or Google's rate is used up: the page asks again by itself."""
    words = _WORDS[language]
    body = f'<p class="lead">{words["preparing_more"]}</p>'
    return page(503, language, words["preparing"], body, {"Retry-After": "3", "Refresh": "3"})


def problem(status: int, found: Problem, language: str) -> WalletReply:
    """A problem as a page for people."""
    title, detail = str(found.body["title"]), str(found.body["detail"])
    body = f'<p class="lead">{html.escape(detail)}</p>'
    return page(status, language, title, body, found.headers)


def _code(services: CardServices, request: WalletRequest, link: str) -> WalletReply:
    """The code to be scanned; one that changes is fetched anew when its time is over."""
    language = preferred(request.headers.get("accept-language"))
    words = _WORDS[language]
    shown = show_code(services, link)
    headers: dict[str, str] = {}
    note, left = words["show"], ""
    if shown.left_ms is not None:
        # A second more: never the old value again because a clock is a little behind.
        headers["Refresh"] = str(shown.left_ms // 1000 + 1)
        note, left = words["changes"], _time_left(shown.left_ms)
    body = (
        f'<p class="lead">{note}</p><figure class="code">{qr_svg(shown.qr, words["code"])}'
        f"{left}<figcaption>{shown.spaced}</figcaption></figure>"
    )
    title = f"{words['title']} - {shown.name}"
    return page(200, language, title, body, headers, heading=shown.name)


def _time_left(left_ms: int) -> str:
    """A bar that runs out with the code, drawn without script and without an inline style."""
    share = left_ms * 100 // (PERIOD_S * 1000)
    return (
        '<svg class="left" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{share}" height="2" rx="1" fill="currentColor"><animate '
        f'attributeName="width" from="{share}" to="0" dur="{left_ms}ms" fill="freeze"/>'
        "</rect></svg>"
    )


def _title(language: str, offer: CardOffer) -> str:
    return f"{_WORDS[language]['title']} - {offer.name}"


def _offer(language: str, offer: CardOffer, address: str, channel: str) -> str:
    words = _WORDS[language]
    buttons = "".join(
        f'<a class="button" href="?wallet={wallet}&amp;via={channel}">{words[wallet]}</a>'
        for wallet, there in (("apple", offer.apple), ("google", offer.google))
        if there
    )
    return (
        f'<p class="lead">{words["lead"]}</p>{buttons}'
        f"<figure>{qr_svg(address, words['qr'])}<figcaption>{words['qr']}</figcaption></figure>"
        f'<p class="also"><a href="?show=code">{words["without"]}</a></p>'
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
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {side} {side}" '
        f'role="img" aria-label="{html.escape(label)}" shape-rendering="crispEdges">'
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
        "without": "Sans portefeuille : montrer le code ici",
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
        "without": "No wallet: show the code here",
        "preparing": "Your card is being prepared",
        "preparing_more": "This page reloads by itself in a moment.",
    },
}
