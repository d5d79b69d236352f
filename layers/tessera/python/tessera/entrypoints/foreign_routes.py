"""Routes that speak a protocol of others: Apple's, browsers'. They stay out of OpenAPI."""

from __future__ import annotations

from tessera.entrypoints.route import Auth, Route

_WALLET = "wallet_api"
_WEB = "web"

FOREIGN_ROUTES: tuple[Route, ...] = (
    Route(
        "ANY",
        # Not /apple/v1/...: a phone doubles the slash of a base address that ends in one.
        "/apple/{proxy+}",
        _WALLET,
        "apple",
        "Apple's web service for passes",
        auth=Auth.CARD,
        own_protocol=True,
    ),
    Route(
        "GET",
        "/designs/{design}/{version}/{image}",
        _WALLET,
        "design_image",
        "An image of a card design, which Google fetches",
        auth=Auth.NONE,
        own_protocol=True,
    ),
    Route(
        "GET",
        "/images/{image}",
        _WALLET,
        "image",
        "An image of a balance or a reward, for everybody, for ever",
        auth=Auth.NONE,
        own_protocol=True,
    ),
    Route(
        "GET",
        "/join/{token}",
        _WALLET,
        "join_form",
        "The form behind a poster's QR code",
        auth=Auth.CARD,
        own_protocol=True,
    ),
    Route(
        "POST",
        "/join/{token}",
        _WALLET,
        "join",
        "The form as it was filled in: a new member, and the button that adds his card",
        auth=Auth.CARD,
        own_protocol=True,
    ),
    Route(
        "GET",
        "/print/{token}/{file}",
        _WALLET,
        "print",
        "A poster, counter sign, staff sheet or plastic card, as PDF or SVG",
        auth=Auth.CARD,
        own_protocol=True,
    ),
    Route(
        "POST",
        "/google/callback",
        _WALLET,
        "google_callback",
        "Google says that a card was saved or taken off, and signs it",
        auth=Auth.CARD,
        own_protocol=True,
    ),
    Route(
        "GET",
        "/cards/{token}",
        _WALLET,
        "card",
        "The card itself, as the caller's phone wants it",
        auth=Auth.CARD,
        own_protocol=True,
    ),
    Route(
        "GET",
        "/till",
        _WEB,
        "till_page",
        "The till's page",
        auth=Auth.NONE,
        own_protocol=True,
    ),
    Route(
        "GET",
        "/till/{file}",
        _WEB,
        "till_file",
        "Its service worker and manifest, whose addresses browsers remember",
        auth=Auth.NONE,
        own_protocol=True,
    ),
    Route(
        "GET",
        "/assets/{release}/{file+}",
        _WEB,
        "asset",
        "A file of the pages, by an address that holds its release's hash",
        auth=Auth.NONE,
        own_protocol=True,
    ),
)
