"""The gateway knows the routes that the engine knows, and guards all but a short list."""

from __future__ import annotations

from pathlib import Path

import pytest

from tessera.entrypoints.routes import ROUTES, Auth, Route
from tools.template.__main__ import generate
from tools.template.blocks import TemplateError, routes_block
from tools.template.read import Template, resources

ROOT = Path(__file__).resolve().parents[2]

# Whoever adds a line here says in the review why anybody on the internet may call it. Card routes
# are guarded by the function itself: phones and links carry tokens that no gateway understands.
UNGUARDED = {
    "ANY /apple/{proxy+}",
    "GET /cards/{token}",
    "GET /print/{token}/{file}",
    # Images of card designs: Google fetches them.
    "GET /designs/{design}/{version}/{image}",
    "GET /images/{image}",
    "POST /google/callback",
    "GET /join/{token}",
    "POST /join/{token}",
    "GET /v1/ping",
    "GET /v1/problems/{code}",
    # What a programme promises is for whoever thinks of joining it. A test keeps
    # what is the merchant's own out of it.
    "GET /v1/programmes/{programme}/description",
    # A browser that is to be a till has the invitation's code and nothing else yet.
    "POST /v1/tills/enrol",
    # The pages of the faces: they hold no data, and whoever opens them still has to sign in.
    "GET /assets/{release}/{file+}",
    "GET /till",
    "GET /till/{file}",
}


def routes(template: Template) -> dict[str, Template]:
    return {
        route["Properties"]["RouteKey"]: route["Properties"]
        for route in resources(template, "AWS::ApiGatewayV2::Route").values()
    }


def test_the_gateway_has_exactly_the_routes_of_the_table(expanded: Template) -> None:
    assert set(routes(expanded)) == {route.key for route in ROUTES}


def test_each_route_reaches_its_function(expanded: Template) -> None:
    for route in ROUTES:
        target = routes(expanded)[route.key]["Target"]["Fn::Sub"]
        stem = "".join(part.capitalize() for part in route.function.split("_"))
        assert target == f"integrations/${{{stem}Integration}}"


def test_each_route_asks_the_authorizer_but_a_short_list(expanded: Template) -> None:
    unguarded = {
        key for key, route in routes(expanded).items() if route["AuthorizationType"] != "CUSTOM"
    }

    assert unguarded == UNGUARDED
    for key in set(routes(expanded)) - unguarded:
        assert routes(expanded)[key]["AuthorizerId"] == {"Ref": "KeyAuthorizer"}


def test_a_revoked_key_works_for_a_minute_at_most(expanded: Template) -> None:
    authorizer = expanded["Resources"]["KeyAuthorizer"]["Properties"]

    assert authorizer["AuthorizerResultTtlInSeconds"] <= 60
    # Without an identity source the gateway would cache one answer for everybody.
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_each_function_behind_the_gateway_lets_only_this_gateway_call_it(
    expanded: Template,
) -> None:
    for permission in resources(expanded, "AWS::Lambda::Permission").values():
        assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
        assert "${HttpApi}" in permission["Properties"]["SourceArn"]["Fn::Sub"]


def test_the_access_log_tells_no_path() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")

    # A card's path carries its token.
    assert "$context.path" not in template
    assert "$context.routeKey" in template


def test_generated_blocks_are_up_to_date() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")

    assert generate(template, ROUTES) == template, "make template"


@pytest.mark.parametrize(
    ("routes", "reason"),
    [
        ([Route("GET", "/a", "nowhere", "a", "")], "no function nowhere"),
        ([Route("GET", "/a", "till_api", "a", "")] * 2, "appears twice"),
    ],
)
def test_a_route_table_that_cannot_be_deployed_is_refused(routes: list[Route], reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        routes_block(routes, ["till_api"])


def test_a_route_of_unknown_guard_is_refused() -> None:
    class Odd:
        method, path, function, auth = "GET", "/a", "till_api", "perhaps"

    with pytest.raises(TemplateError, match="perhaps"):
        routes_block([Odd()], ["till_api"])
    assert set(Auth) == {"key", "card", "none"}
