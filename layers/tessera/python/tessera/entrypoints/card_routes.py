"""Routes of cards that are lost, copied or given back."""

from __future__ import annotations

from tessera.entrypoints.route import Keyed, Route

_CARD = "/v1/cards/{card}"


def _route(action: str, operation: str, summary: str) -> Route:
    return Route(
        "POST",
        f"{_CARD}/{action}",
        "till_api",
        operation,
        summary,
        scope="cards:write",
        request="CardActionRequest",
        answer="ManagedCard",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    )


CARD_ROUTES: tuple[Route, ...] = (
    _route("block", "block_card", "Block a card: its code identifies nobody until it is opened"),
    _route("unblock", "unblock_card", "Open a blocked card again"),
    _route("reissue", "reissue_card", "Give a card another code, which its phones show at once"),
    _route("replace", "replace_card", "Void a lost card for ever and give its member another"),
)
