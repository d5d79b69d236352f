"""Records of the table's stream, as the changes that the outbox publishes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from tessera.adapters.dynamodb.rows import entry_of_item
from tessera.adapters.dynamodb.table import Value, unmarshal
from tessera.application.changes import Change, Notice


def change_of(image: Mapping[str, Any]) -> Change | None:
    """The change that a new row's image tells; None for a row that is no part of the outbox.

    Lambda hands images over as DynamoDB's JSON with binary values in base64. Raises KeyError,
    TypeError or ValueError for an image that is not a row of ours.
    """
    item = {name: _value(value) for name, value in image.items()}
    if item["t"] == "E":
        return entry_of_item(item)
    if item["t"] == "O":
        content = json.loads(str(item["c"]))
        at_ms = item["at"]
        assert isinstance(at_ms, int)
        return Notice(str(item["pk"])[2:], str(item["sk"])[2:], str(item["n"]), at_ms, content)
    return None


def _value(value: Mapping[str, Any]) -> Value:
    if "B" in value and isinstance(value["B"], str):
        return base64.b64decode(value["B"])
    return unmarshal(value)
