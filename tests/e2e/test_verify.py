"""The ledger of the deployed stack: a night signs its root, and tampering shows against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.api_client import Api
from tools.demo.loading import expect, publish
from tools.laptop import Stack
from tools.laptop.cloud import client, outputs

ROOT = Path(__file__).resolve().parents[2]


def verified(stack: Stack, *arguments: str) -> tuple[int, str]:
    """What `tessera verify` answers."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.tessera", "verify", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "TESSERA_PORT_BASE": str(stack.places.port_base),
            "TESSERA_STATE_DIR": str(stack.places.state_dir),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def night(stack: Stack) -> dict[str, Any]:
    """One run of the nightly function, under its own role."""
    answer = client(stack.places, "lambda").invoke(
        FunctionName="tessera-verify_ledger", Payload=b"{}"
    )
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told


@pytest.mark.requirement("X-09")
def test_a_chain_computed_anew_shows_against_the_signed_root(stack: Stack) -> None:
    with Api(stack.api_url, stack.admin_key) as api:
        publish(api, "demo")
        joined = expect(
            api.post("/v1/members", {"programme": "demo", "external_id": "ada"}, key="join ada")
        )
        member = joined.body["member_id"]
        told = night(stack)
        assert told["done"] is True
        assert told["breaks"] == 0
        code, text = verified(stack)
        assert code == 0, text
        assert "signed" in text
        dynamodb, table = client(stack.places, "dynamodb"), outputs(stack.places)["TableName"]
        key = {"pk": {"S": f"M#{member}"}, "sk": {"S": "0#A#demo#-"}}
        row = dynamodb.get_item(TableName=table, Key=key)["Item"]
        dynamodb.put_item(TableName=table, Item={**row, "h": {"B": bytes(32)}})
        code, text = verified(stack, "--account", f"{member}.demo")
        assert code == 1
        assert f"head at {member}.demo.-.1" in text
        dynamodb.put_item(TableName=table, Item=row)
        assert verified(stack, "--account", f"{member}.demo")[0] == 0
