"""Routes of card designs: uploading them, pushing them and news to cards that are out."""

from __future__ import annotations

from tessera.entrypoints.route import Keyed, Route

_FUNCTION = "design_api"
_PUSH = "/v1/programmes/{programme}/card-push"


def _steering(action: str, operation: str, summary: str) -> Route:
    return Route(
        "POST",
        f"{_PUSH}/{action}",
        _FUNCTION,
        operation,
        summary,
        scope="programmes:write",
        answer="CardFace",
        status=202,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    )


DESIGN_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/v1/card-designs",
        _FUNCTION,
        "upload_design",
        "Make a card design of colours, texts and images, and keep it; no card shows it yet",
        scope="programmes:write",
        request="DesignRequest",
        answer="MadeDesign",
        refusals=(404,),
    ),
    Route(
        "GET",
        "/v1/card-designs",
        _FUNCTION,
        "list_designs",
        "List the card designs that were uploaded",
        scope="programmes:read",
        answer="CardDesigns",
    ),
    Route(
        "POST",
        "/v1/uploads",
        _FUNCTION,
        "request_upload",
        "Say where an image that is too large for a request may be put, for ten minutes",
        scope="programmes:write",
        request="UploadRequest",
        answer="UploadTicket",
    ),
    Route(
        "POST",
        "/v1/images",
        _FUNCTION,
        "upload_image",
        "Keep an image of a balance or a reward, and say its name and its public address",
        scope="programmes:write",
        request="ImageRequest",
        answer="KeptImage",
        refusals=(404,),
    ),
    Route(
        "GET",
        _PUSH,
        _FUNCTION,
        "read_push",
        "Say what the cards of a programme share, and how far its last push came",
        scope="programmes:read",
        answer="CardFace",
        refusals=(404,),
    ),
    Route(
        "POST",
        _PUSH,
        _FUNCTION,
        "push_design",
        "Push a design to the cards that are out: to all, to some per cent, or to so many",
        scope="programmes:write",
        request="PushRequest",
        answer="CardFace",
        status=202,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/programmes/{programme}/card-news",
        _FUNCTION,
        "push_news",
        "Tell the holders of all cards of a programme something",
        scope="programmes:write",
        request="NewsRequest",
        answer="CardFace",
        status=202,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    _steering("pause", "pause_push", "Stop a push where it is; each card stays as it is"),
    _steering("resume", "resume_push", "Let a push that was paused go on"),
    _steering("roll-back", "roll_back_push", "Undo a push: cards show again what they did before"),
)
