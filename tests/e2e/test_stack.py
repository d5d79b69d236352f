"""The template, deployed and called from outside."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from tools.laptop import Stack
from tools.laptop.cloud import client, outputs
from tools.laptop.places import HOST

ROOT = Path(__file__).resolve().parents[2]


def call(
    stack: Stack, method: str, path: str, key: str | None = None
) -> tuple[int, dict[str, Any]]:
    """Call the API as a till does; Python resolves no *.localhost, so its name is a header."""
    connection = http.client.HTTPConnection(HOST, stack.places.cloud_port, timeout=30)
    headers = {"Host": f"{stack.places.api_host}:{stack.places.cloud_port}"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_the_api_answers(stack: Stack) -> None:
    status, body = call(stack, "GET", "/v1/ping")

    assert status == 200
    assert body["service"] == "tessera"


def test_nobody_comes_in_without_a_key(stack: Stack) -> None:
    status, _ = call(stack, "GET", "/v1/api-keys")

    assert status == 401


def test_a_wrong_key_is_refused(stack: Stack) -> None:
    status, _ = call(stack, "GET", "/v1/api-keys", "tk_test_" + "A" * 43)

    assert status == 403


def test_the_first_key_opens(stack: Stack) -> None:
    status, body = call(stack, "GET", "/v1/api-keys", stack.admin_key)

    assert status == 200
    assert "first key" in {key["label"] for key in body["api_keys"]}


@pytest.mark.requirement("K-01")
def test_each_function_starts_with_what_its_layers_bring(stack: Stack) -> None:
    functions = client(stack.places, "lambda")
    names = [found["FunctionName"] for found in functions.list_functions()["Functions"]]

    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert {"functions", "layers", "wallet_assets", "events", "tests"} <= folders
    assert len(names) == len(list((ROOT / "functions").glob("*/app.py")))
    for name in names:
        # An empty event is refused by most; a function that cannot be imported says so.
        answer = functions.invoke(FunctionName=f"{name}:live", Payload=b"{}")
        assert b"Worker init failed" not in answer["Payload"].read(), name


def test_the_stack_tells_where_everything_is(stack: Stack) -> None:
    told = outputs(stack.places)

    assert told["ApiUrl"] == stack.api_url
    assert told["CardsQueueUrl"].endswith("/tessera-cards")
    assert told["OccasionsQueueUrl"].endswith("/tessera-occasions")
    assert told["TableName"].startswith("tessera-Table")
