"""The OpenAPI document: current, whole, and true of the samples that the tests send."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tessera.entrypoints.routes import ROUTES
from tests.fakes.gateway import EVENTS, sample
from tools import generate_errors, generate_openapi

DOCUMENT = generate_openapi.document()


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(part) for part in node.values()))
    if isinstance(node, list):
        return set().union(*(references(part) for part in node))
    return set()


def test_the_generated_pages_are_current() -> None:
    assert generate_openapi.main(["--check"]) == 0
    assert generate_errors.main(["--check"]) == 0


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        node: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_every_schema_is_one() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_is_documented_once() -> None:
    documented = [
        operation["operationId"]
        for path in DOCUMENT["paths"].values()
        for operation in path.values()
    ]
    assert sorted(documented) == sorted(
        route.operation for route in ROUTES if not route.own_protocol
    )


def test_every_path_names_its_parameters() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            told = [item for item in operation.get("parameters", []) if item["in"] == "path"]
            assert [item["name"] for item in told] == re.findall(r"{(\w+)}", path)
            assert all(item["required"] for item in told)


@pytest.mark.parametrize(
    "name",
    sorted(path.relative_to(EVENTS).as_posix()[:-5] for path in EVENTS.glob("*_api/*.json")),
)
def test_a_sample_is_what_the_document_asks_for(name: str) -> None:
    event = sample(name)
    route = next(route for route in ROUTES if route.key == event["routeKey"])
    if not route.request:
        return
    schema = {
        "$ref": f"#/components/schemas/{route.request}",
        "components": DOCUMENT["components"],
    }
    validator = Draft202012Validator(schema)
    body = json.loads(event["body"])
    validator.validate(body)
    with pytest.raises(ValidationError):
        validator.validate(body | {"colour": "red"})
