"""Problems: complete in both languages, and silent about what callers may not see."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import tessera
from tessera.domain import errors
from tessera.domain.errors import (
    Conflict,
    InvalidInput,
    KeyReused,
    Refused,
    TesseraError,
    Unauthenticated,
    Unavailable,
)
from tessera.entrypoints import faults
from tessera.entrypoints.faults import Fault, InvalidBody
from tessera.entrypoints.problem import FAULTS_MAX, bug, describe, problem_of, status_of
from tessera.entrypoints.texts import LANGUAGES, TEXTS
from tessera.entrypoints.validation import CODES

ROOT = Path(tessera.__file__).parent
ERRORS = {
    name
    for module in (errors, faults)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, TesseraError)
}
HELPERS = {"fail": 0, "_Refusal": 0, "PydanticCustomError": 0, "_refusal": 1, "_look_up": 2}
"""Functions that make an error from a code, and the place of the code in their arguments."""


def raised_codes() -> Iterator[tuple[str, str]]:
    """Every code that an error is made of, written out or by way of a name `code`."""
    places = dict.fromkeys(ERRORS, 0) | HELPERS
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            found: ast.expr | None = None
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                place = places.get(name, len(node.args))
                found = node.args[place] if place < len(node.args) else None
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
                found = node.value if isinstance(node.value, ast.IfExp | ast.Constant) else None
            for part in _outcomes(found) if found else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def _outcomes(expression: ast.expr) -> Iterator[ast.expr]:
    """What an expression can be: itself, or either branch of a conditional."""
    if isinstance(expression, ast.IfExp):
        yield from _outcomes(expression.body)
        yield from _outcomes(expression.orelse)
    else:
        yield expression


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_that_is_raised_has_its_sentences() -> None:
    missing = {code: place for code, place in raised_codes() if code not in TEXTS}
    assert missing == {}


def test_every_code_of_the_schemas_has_its_sentences() -> None:
    codes = {code for code, _ in CODES.values()} | {"value_malformed"}
    assert codes <= TEXTS.keys()


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_both_languages_say_the_same_with_the_same_parameters(code: str) -> None:
    texts = TEXTS[code]
    assert set(texts) == set(LANGUAGES)
    assert all(text.title and text.detail for text in texts.values())
    assert parameters(texts["en"].detail) == parameters(texts["fr"].detail)
    assert not any(parameters(text.title) for text in texts.values())
    assert texts["en"].title != texts["fr"].title


def test_each_class_has_the_status_that_the_api_promises() -> None:
    statuses = {
        "InvalidInput": 400,
        "Unauthenticated": 401,
        "Forbidden": 403,
        "NotFound": 404,
        "Conflict": 409,
        "KeyReused": 422,
        "Refused": 422,
    }
    assert {name: status_of(getattr(errors, name)("x")) for name in statuses} == statuses
    assert status_of(Unavailable()) == 503
    assert status_of(faults.BodyTooLarge("body_too_large")) == 413
    assert status_of(faults.NotJson("media_type_unsupported")) == 415
    assert status_of(InvalidBody([Fault("/a", "field_missing", {})])) == 400


def test_a_refusal_says_what_is_required_available_and_missing() -> None:
    problem = problem_of(Refused("card_blocked", required=100, available=42), "fr", "r-1")
    assert problem.status == 422
    assert {"required": 100, "available": 42, "missing": 58}.items() <= problem.body.items()
    assert problem.body["title"] == TEXTS["card_blocked"]["fr"].title
    assert problem.headers["Content-Language"] == "fr"


def test_a_refusal_that_is_not_about_an_amount_names_none() -> None:
    body = problem_of(Refused("card_blocked"), "en", "r-1").body
    assert not {"required", "available", "missing"} & body.keys()


def test_try_again_says_when() -> None:
    problem = problem_of(Unavailable(retry_after_s=7), "en", "r-1")
    assert (problem.status, problem.headers["Retry-After"]) == (503, "7")


def test_an_unknown_caller_is_told_how_to_be_known() -> None:
    problem = problem_of(Unauthenticated("credential_missing"), "en", "r-1")
    assert (problem.status, problem.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_replay_under_another_body_is_not_a_plain_conflict() -> None:
    assert isinstance(KeyReused("request_differs"), Conflict)
    assert problem_of(KeyReused("request_differs"), "en", "r-1").status == 422


def test_faults_are_listed_up_to_a_limit() -> None:
    found = [Fault(f"/lines/{index}", "field_missing", {}) for index in range(FAULTS_MAX + 9)]
    body = problem_of(InvalidBody(found), "en", "r-1").body
    assert body["field"] == "/lines/0"
    assert isinstance(body["errors"], list)
    assert len(body["errors"]) == FAULTS_MAX
    assert body["errors"][1] == {
        "field": "/lines/1",
        "code": "field_missing",
        "detail": TEXTS["field_missing"]["en"].detail,
    }


def test_a_sentence_lacks_a_parameter_rather_than_the_answer() -> None:
    detail = problem_of(InvalidInput("text_too_long"), "en", "r-1").body["detail"]
    assert detail == "The text has more than … characters."


def test_a_bug_tells_its_request_and_nothing_else() -> None:
    problem = bug("en", "r-1")
    assert problem.status == 500
    assert problem.body == {
        "type": "/v1/problems/internal_error",
        "title": "Something is broken here",
        "status": 500,
        "code": "internal_error",
        "detail": "This is our fault. Report the request id r-1.",
        "request_id": "r-1",
    }


def test_a_problem_describes_itself_at_its_type() -> None:
    kind = problem_of(InvalidInput("basket_empty"), "fr", "r-1").body["type"]
    assert kind == "/v1/problems/basket_empty"
    found = describe("basket_empty", "fr")
    assert found is not None
    assert found["title"] == "Le panier est vide"
    assert describe("nothing_like_it", "en") is None
