"""The stack's first API key, which is made beside the API because none exists to make it with."""

from __future__ import annotations

import hashlib
import os
import secrets as randomness
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tools.laptop.cloud import client, outputs
from tools.laptop.places import LaptopError, Places

SECRET_BYTES: Final = 32


def ensure(places: Places) -> None:
    """Write the first key's row unless it is there, and keep the key in the state directory."""
    path = _path(places)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        key = f"tk_test_{randomness.token_urlsafe(SECRET_BYTES)}"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(key)
    _write_row(places, read(places))


def read(places: Places) -> str:
    """The first key. Raises `LaptopError` when there is none yet."""
    try:
        return _path(places).read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise LaptopError("this stack has no API key yet. Run: make run") from error


def _path(places: Places) -> Path:
    return places.state_dir / "secrets" / "admin-api-key"


def _write_row(places: Places, key: str) -> None:
    table = outputs(places)["TableName"]
    digest = hashlib.sha256(key.encode("ascii")).hexdigest()
    client(places, "dynamodb").put_item(
        TableName=table,
        Item={
            "pk": {"S": f"S#key#{digest}"},
            "sk": {"S": "S"},
            "t": {"S": "key"},
            "created_at": {"S": datetime.now(UTC).isoformat()},
        },
    )
