"""The table of routes is whole: each row can be served, documented and allowed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tessera.application.credentials import SCOPES
from tessera.entrypoints import admin_api, answers, design_api, requests, till_api
from tessera.entrypoints.routes import ROUTES, Auth, Keyed, Route, routes_of

BOUND = {
    "till_api": till_api.BINDINGS,
    "admin_api": admin_api.BINDINGS,
    "design_api": design_api.BINDINGS,
}
OURS = [route for route in ROUTES if not route.own_protocol]


def test_no_two_rows_answer_the_same() -> None:
    assert len({route.key for route in ROUTES}) == len(ROUTES)
    assert len({route.operation for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("function", sorted(BOUND))
def test_the_bindings_of_a_function_are_its_rows(function: str) -> None:
    assert set(BOUND[function]) == {route.operation for route in routes_of(function)}


@pytest.mark.parametrize("route", OURS, ids=lambda route: str(route.key))
def test_a_row_names_models_that_exist(route: Route) -> None:
    assert answers.model(route.answer).model_json_schema()
    if route.request:
        assert requests.model(route.request).model_json_schema()
    assert route.summary[0].isupper()
    assert not route.summary.endswith(".")
    assert set(route.query_required) <= set(route.query)


@pytest.mark.parametrize("route", OURS, ids=lambda route: str(route.key))
def test_whoever_needs_a_key_needs_a_scope(route: Route) -> None:
    if route.auth is Auth.KEY:
        assert route.scope in SCOPES
    else:
        assert not route.scope


def test_what_anybody_may_call_is_a_short_list() -> None:
    assert {route.key for route in ROUTES if route.auth is not Auth.KEY} == {
        "GET /v1/ping",
        "GET /v1/problems/{code}",
        "GET /v1/programmes/{programme}/description",
        "ANY /apple/{proxy+}",
        "GET /designs/{design}/{version}/{image}",
        "GET /images/{image}",
        "POST /google/callback",
        "GET /join/{token}",
        "POST /join/{token}",
        "GET /cards/{token}",
        "GET /print/{token}/{file}",
        "POST /v1/tills/enrol",
        "GET /assets/{release}/{file+}",
        "GET /till",
        "GET /till/{file}",
    }


def test_whatever_makes_something_has_an_identity_and_nothing_else_has() -> None:
    for route in OURS:
        assert (route.keyed is not Keyed.NO) == (route.status in {201, 202}), route.key
        assert route.status == 200 or route.method == "POST", route.key


def test_the_table_is_read_without_the_packages_that_functions_need() -> None:
    code = (
        "import sys, tessera.entrypoints.routes;"
        "print([m for m in sys.modules if m.split('.')[0] in"
        " {'pydantic', 'aws_lambda_powertools', 'botocore', 'pynamodb'}])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": "layers/tessera/python"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == "[]"
