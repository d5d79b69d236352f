"""Writes the OpenAPI 3.1 document of the API: docs/reference/openapi.json.

It is made from the table of routes and the models that check requests, so that it can't promise
what the functions don't do. `--check` writes nothing and fails where the file is stale. Part of
`make reference`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

import tessera
from tessera.entrypoints import answers, requests
from tessera.entrypoints.http_request import BODY_BYTES_MAX
from tessera.entrypoints.routes import ROUTES, Auth, Keyed, Route

FILE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "openapi.json"
SCHEMAS = "#/components/schemas/"

_QUERY: Mapping[str, dict[str, Any]] = {
    "reader": {
        "schema": {"type": "string", "enum": ["auditor", "cashier", "member"]},
        "description": "For whom reasons are put into words; data are for an auditor only.",
    },
    "revision": {
        "schema": {"type": "integer", "minimum": 1},
        "description": "The revision that the caller has seen.",
    },
    "channel": {
        "description": "By what people come: `poster`, `window`, `flyer`. Reports count by it.",
        "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,31}$"},
    },
    "programme": {"schema": {"type": "string"}, "description": "One programme only."},
    "partition": {
        "schema": {"type": "string", "default": "-"},
        "description": 'The store group whose account is meant; "-" where stores share accounts.',
    },
    "store": {
        "schema": {"type": "string"},
        "description": "The store that asks, where accounts are apart by store.",
    },
    "limit": {
        "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 25},
        "description": "Elements on one page.",
    },
    "cursor": {
        "schema": {"type": "string"},
        "description": "`next` of the page before, unchanged.",
    },
    "language": {
        "schema": {"type": "string", "enum": ["fr", "en"]},
        "description": "The language of the sentences, where it is not that of Accept-Language.",
    },
    "from": {
        "schema": {"type": "string", "format": "date"},
        "description": "The first day; 30 days before the last where absent.",
    },
    "to": {
        "schema": {"type": "string", "format": "date"},
        "description": "The last day; today where absent.",
    },
    "format": {
        "schema": {"type": "string", "enum": ["pdf", "svg"], "default": "pdf"},
        "description": "A page for a printer, or a drawing to go on with.",
    },
    "at": {
        "schema": {"type": "string", "format": "date-time"},
        "description": "An instant, past or future. Write `+` of an offset as `%2B`.",
    },
}

_STATUSES: Mapping[int, str] = {
    400: "The request breaks its schema, or states something impossible",
    401: "Nobody known is calling. A missing header is answered by the gateway, in its own form",
    403: "The caller may not. An unknown, expired or revoked key is answered by the gateway",
    404: "What was named does not exist",
    409: "What was named exists in a state that excludes the request",
    413: "The body is too large",
    415: "The body is not announced as JSON",
    422: "A rule of the programme refuses, or the key or document came before with another body",
    429: "Too often; send it again after `Retry-After` seconds. What is answered by the gateway "
    "comes in its own form",
    500: "A fault of ours: report its request id",
    503: "The outcome is not known: send the same request again, after `Retry-After` seconds",
}


def document() -> dict[str, Any]:
    """The whole document."""
    ours = [route for route in ROUTES if not route.own_protocol]
    paths: dict[str, dict[str, Any]] = {}
    for route in ours:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tessera",
            "version": tessera.__version__,
            "summary": "Loyalty programmes for tills, web shops and their partners",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"api_key": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(ours),
            "securitySchemes": {
                "api_key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: `Authorization: Bearer tk_live_…`.",
                }
            },
            "headers": {
                "Idempotent-Replayed": {
                    "schema": {"const": "true"},
                    "description": "The answer that was given before, byte for byte.",
                },
                "X-Request-Id": {
                    "schema": {"type": "string"},
                    "description": "Names the request in our logs.",
                },
            },
        },
    }


_DESCRIPTION = f"""\
Amounts are integers in the smallest unit of their currency or balance. Times are RFC 3339 with \
an offset. Errors are RFC 9457 problems with a stable `code`; `docs/reference/errors.md` lists \
them. `Accept-Language` chooses English or French. A body has at most {BODY_BYTES_MAX} bytes of \
JSON, without floats and without doubled keys; fields that are not named here are refused. \
What changes something is done once: send it again, with the same `Idempotency-Key` or document, \
until it is answered. Keys are revoked everywhere within 60 seconds."""


def _schemas(routes: Sequence[Route]) -> dict[str, Any]:
    """Every model that a route names, and those within them."""
    asked = {requests.model(route.request) for route in routes if route.request}
    told = {answers.model(route.answer) for route in routes} | {answers.Problem}
    models = [(model, "validation") for model in asked]
    models += [(model, "serialization") for model in told]
    models.sort(key=lambda item: item[0].__name__)
    _, found = models_json_schema(
        models,  # type: ignore[arg-type]
        ref_template=SCHEMAS + "{model}",
    )
    return dict(sorted(found["$defs"].items()))


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.function],
    }
    if route.auth is Auth.NONE:
        operation["security"] = []
    if route.scope:
        operation["description"] = f"Needs the scope `{route.scope}`."
        operation["x-scope"] = route.scope
    parameters = _parameters(route)
    if parameters:
        operation["parameters"] = parameters
    if route.request:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": SCHEMAS + route.request}}},
        }
    operation["responses"] = _responses(route)
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in route.parameters
    ]
    found += [
        {"name": name, "in": "query", "required": name in route.query_required, **_QUERY[name]}
        for name in route.query
    ]
    if route.keyed is not Keyed.NO:
        by_header = route.keyed is Keyed.HEADER
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": by_header,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "description": "What makes a request the same one when it comes again."
                if by_header
                else "Not needed: what the request names makes it the same one for ever.",
            }
        )
    return found


def _responses(route: Route) -> dict[str, Any]:
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if route.keyed is not Keyed.NO:
        headers["Idempotent-Replayed"] = {"$ref": "#/components/headers/Idempotent-Replayed"}
    done = {
        "description": "Done" if route.status == 201 else "Found",
        "headers": headers,
        "content": {"application/json": {"schema": {"$ref": SCHEMAS + route.answer}}},
    }
    statuses = {429, 500, 503, *route.refusals}
    if route.auth is Auth.KEY:
        statuses |= {401, 403}
    if route.request:
        statuses |= {400, 413, 415}
    if route.query or route.keyed is not Keyed.NO:
        statuses.add(400)
    problem = {"application/problem+json": {"schema": {"$ref": SCHEMAS + "Problem"}}}
    refused: dict[str, Any] = {}
    for status in sorted(statuses):
        refused[str(status)] = {"description": _STATUSES[status]}
        if status != 429:
            refused[str(status)]["content"] = problem
    return {str(route.status): done, **refused}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the file was or is now up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    check = parser.parse_args(arguments).check
    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return 0
    if check:
        print(f"{FILE.name} is stale. Run: make reference", file=sys.stderr)
        return 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
