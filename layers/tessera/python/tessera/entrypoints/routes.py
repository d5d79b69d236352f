"""The one table of HTTP routes.

The routes of `template.yaml`, the OpenAPI document and the handlers are all made from it, so
that none of them can know a route that the others do not. It imports the standard library
only: a generator reads it without the packages that the functions need.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Auth(StrEnum):
    """Who vouches for the caller of a route."""

    KEY = "key"
    """The Lambda authorizer, by an API key in `Authorization: Bearer tk_...`."""

    CARD = "card"
    """The function itself, by what the card carries: Apple's pass token or a signed link."""

    NONE = "none"
    """Nobody: the route tells the same to everyone. A test pins the list of these."""


class Keyed(StrEnum):
    """What makes a request to the route the same request when it comes again (X-01)."""

    NO = "no"
    """Nothing: the route changes nothing, or changing twice changes nothing more."""

    HEADER = "header"
    """The `Idempotency-Key` header, which must be there."""

    SUBJECT = "subject"
    """What it names: a purchase's document, a settlement's hold. The header may be there."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path, and everything that is to be known of it from outside.

    `operation` names the binding in `tessera.entrypoints.<function>` that serves it and is the
    OpenAPI operationId. `request` and `answer` name models of `tessera.entrypoints.requests` and
    `tessera.entrypoints.answers`. `query` lists the query parameters that the route knows and
    `query_required` those of them that must be there; all others are refused. `refusals` are
    statuses beyond those that follow from the other columns. `own_protocol` marks paths whose
    protocol others wrote (Apple's web service): they are deployed like the rest and left out of
    OpenAPI.
    """

    method: str
    path: str
    function: str
    operation: str
    summary: str
    auth: Auth = Auth.KEY
    scope: str = ""
    request: str = ""
    answer: str = ""
    status: int = 200
    query: tuple[str, ...] = ()
    query_required: tuple[str, ...] = ()
    keyed: Keyed = Keyed.NO
    refusals: tuple[int, ...] = ()
    own_protocol: bool = False

    @property
    def key(self) -> str:
        """The route key of an HTTP API: `POST /v1/purchases`."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the path's parameters, in order."""
        return tuple(re.findall(r"{(\w+)\+?}", self.path))


_TILL = "till_api"
_ADMIN = "admin_api"
_WALLET = "wallet_api"
_WEB = "web"
_MEMBER = "/v1/members/{member_id}"

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/v1/ping",
        _TILL,
        "ping",
        "Say that the API is there",
        auth=Auth.NONE,
        answer="Pong",
    ),
    Route(
        "GET",
        "/v1/problems/{code}",
        _TILL,
        "describe_problem",
        "Say what a problem's code means",
        auth=Auth.NONE,
        answer="ProblemDescription",
        refusals=(404,),
    ),
    Route(
        "GET",
        "/v1/setup",
        _TILL,
        "till_setup",
        "Say what a till must know: its rights and stores, and the programmes",
        scope="scans",
        answer="Setup",
    ),
    Route(
        "POST",
        "/v1/scans",
        _TILL,
        "scan_card",
        "Greet the member whose card was scanned, and say what he has",
        scope="scans",
        request="ScanRequest",
        answer="Scan",
        refusals=(404, 409),
    ),
    Route(
        "POST",
        "/v1/quotes",
        _TILL,
        "quote_purchase",
        "Say what a purchase would earn and cost, and why, without recording it",
        scope="purchases:write",
        request="QuoteRequest",
        answer="Quote",
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/purchases",
        _TILL,
        "record_purchase",
        "Record a purchase and credit what it earns",
        scope="purchases:write",
        request="PurchaseRequest",
        answer="Receipt",
        status=201,
        keyed=Keyed.SUBJECT,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/purchases/undo",
        _TILL,
        "undo_purchase",
        "Take a whole sale back within ten minutes",
        scope="purchases:write",
        request="UndoRequest",
        answer="CreditNote",
        status=201,
        keyed=Keyed.SUBJECT,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/returns",
        _TILL,
        "record_return",
        "Record a credit note and undo what its lines did",
        scope="purchases:write",
        request="ReturnRequest",
        answer="CreditNote",
        status=201,
        keyed=Keyed.SUBJECT,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/redemptions",
        _TILL,
        "redeem_reward",
        "Give a member a reward and debit its price",
        scope="redemptions:write",
        request="RedemptionRequest",
        answer="Redemption",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/awards",
        _TILL,
        "award_reward",
        "Give a member a reward by hand",
        scope="redemptions:write",
        request="AwardRequest",
        answer="Redemption",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/holds",
        _TILL,
        "open_hold",
        "Set value aside until it is committed, cancelled or its time is up",
        scope="redemptions:write",
        request="HoldRequest",
        answer="Hold",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/holds/{hold}/commit",
        _TILL,
        "commit_hold",
        "Spend what a hold set aside",
        scope="redemptions:write",
        answer="Settlement",
        status=201,
        keyed=Keyed.SUBJECT,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/holds/{hold}/cancel",
        _TILL,
        "cancel_hold",
        "Free what a hold set aside",
        scope="redemptions:write",
        answer="Settlement",
        status=201,
        keyed=Keyed.SUBJECT,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/vouchers/{code}/validate",
        _TILL,
        "validate_voucher",
        "Say what using a voucher would give, without using it",
        scope="redemptions:write",
        request="VoucherRequest",
        answer="VoucherValue",
        refusals=(404, 422),
    ),
    Route(
        "POST",
        "/v1/vouchers/{code}/redeem",
        _TILL,
        "use_voucher",
        "Use a voucher outside a recorded sale",
        scope="redemptions:write",
        request="VoucherRequest",
        answer="Outcome",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/events",
        _TILL,
        "record_event",
        "Let the programme's rules react to something that a member did",
        scope="events:write",
        request="EventRequest",
        answer="Outcome",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/transfers",
        _TILL,
        "transfer_value",
        "Move value from one member to another, its validity unchanged",
        scope="transfers:write",
        request="TransferRequest",
        answer="Pair",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/members",
        _TILL,
        "enrol_member",
        "Enrol a member in a programme and issue his card",
        scope="members:write",
        request="EnrolmentRequest",
        answer="Enrolment",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "GET",
        _MEMBER,
        _TILL,
        "read_member",
        "Greet a member: programmes, cards, and no more of his profile than a clerk needs",
        scope="members:read",
        answer="Member",
        refusals=(404,),
    ),
    Route(
        "GET",
        f"{_MEMBER}/balances",
        _TILL,
        "read_balances",
        "Read a member's balances as of now",
        scope="members:read",
        answer="Balances",
        query=("programme",),
        refusals=(404,),
    ),
    Route(
        "GET",
        f"{_MEMBER}/lots",
        _TILL,
        "read_lots",
        "Read the open lots behind a member's balances, with their last days",
        scope="members:read",
        answer="Lots",
        query=("programme",),
        refusals=(404,),
    ),
    Route(
        "GET",
        f"{_MEMBER}/account",
        _TILL,
        "read_account_at",
        "Read one account as it was, or will be, at an instant",
        scope="members:read",
        answer="AccountAt",
        query=("programme", "partition", "at"),
        query_required=("programme", "at"),
        refusals=(404,),
    ),
    Route(
        "GET",
        f"{_MEMBER}/entries",
        _TILL,
        "read_entries",
        "Read a member's ledger, newest entry first",
        scope="members:read",
        answer="Entries",
        query=("programme", "partition", "limit", "cursor"),
        query_required=("programme",),
        refusals=(404,),
    ),
    Route(
        "GET",
        f"{_MEMBER}/rewards",
        _TILL,
        "read_rewards",
        "List the rewards within a member's reach, and what the others lack",
        scope="members:read",
        answer="Rewards",
        query=("programme",),
        refusals=(404,),
    ),
    Route(
        "GET",
        f"{_MEMBER}/vouchers",
        _TILL,
        "read_vouchers",
        "List the vouchers that a member can still use",
        scope="members:read",
        answer="Vouchers",
        query=("programme",),
        refusals=(404,),
    ),
    Route(
        "GET",
        f"{_MEMBER}/tiers",
        _TILL,
        "read_tiers",
        "Read a member's tiers and the way to the next",
        scope="members:read",
        answer="Tiers",
        query=("programme",),
        refusals=(404,),
    ),
    Route(
        "POST",
        "/v1/programmes/{programme}/publish",
        _ADMIN,
        "publish_programme",
        "Publish a new version of a programme",
        scope="programmes:write",
        request="PublicationRequest",
        answer="Publication",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(409, 422),
    ),
    Route(
        "GET",
        "/v1/programmes/{programme}",
        _ADMIN,
        "read_programme",
        "Read the version of a programme that is in force",
        scope="programmes:read",
        answer="Programme",
        refusals=(404,),
    ),
    Route(
        "POST",
        "/v1/adjustments",
        _ADMIN,
        "adjust_balance",
        "Add to a member's balance, or take from it, by hand",
        scope="adjustments:write",
        request="AdjustmentRequest",
        answer="Outcome",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/purchases/move",
        _ADMIN,
        "move_purchase",
        "Move a sale to the member to whom it belongs",
        scope="purchases:move",
        request="MoveRequest",
        answer="MovedPurchase",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/merges",
        _ADMIN,
        "merge_members",
        "Make two members one, with nothing lost",
        scope="members:merge",
        request="MergeRequest",
        answer="Pair",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(404, 409, 422),
    ),
    Route(
        "POST",
        "/v1/api-keys",
        _ADMIN,
        "issue_api_key",
        "Issue an API key; its secret is in this answer only",
        scope="keys:write",
        request="ApiKeyRequest",
        answer="IssuedApiKey",
        status=201,
        keyed=Keyed.HEADER,
        refusals=(422,),
    ),
    Route(
        "GET",
        "/v1/api-keys",
        _ADMIN,
        "list_api_keys",
        "List the API keys, without their secrets",
        scope="keys:write",
        answer="ApiKeys",
        query=("limit", "cursor"),
    ),
    Route(
        "DELETE",
        "/v1/api-keys/{credential}",
        _ADMIN,
        "revoke_api_key",
        "Revoke an API key; it is refused everywhere within 60 seconds",
        scope="keys:write",
        answer="ApiKey",
        refusals=(404,),
    ),
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


def routes_of(function: str) -> tuple[Route, ...]:
    """The routes that a function serves, in the order of the table."""
    return tuple(route for route in ROUTES if route.function == function)
