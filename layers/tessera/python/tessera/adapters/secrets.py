"""Secrets from Secrets Manager, read once per container."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


class SecretMissing(LookupError):
    """Nobody has filled the secret in yet."""


@lru_cache(maxsize=8)
def read_secret(secret_id: str) -> str:
    """The secret's text. The client is botocore's, which every function already ships.

    Raises SecretMissing for one that has no value: the template makes secrets empty.
    """
    import botocore.session
    from botocore.exceptions import ClientError

    client: Any = botocore.session.get_session().create_client("secretsmanager")
    try:
        answer = client.get_secret_value(SecretId=secret_id)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise SecretMissing(secret_id) from error
        raise
    return str(answer["SecretString"])


@dataclass(frozen=True, slots=True)
class KeySecrets:
    """The stack's own keys. Those that are versioned can be rotated: new ones are added."""

    lookup: bytes
    card_token: Mapping[str, bytes]
    card_link: Mapping[str, bytes]
    cursor: bytes
    card_code: Mapping[str, bytes]
    """What codes are derived from; the cards' tokens' secrets where the stack has none of its
    own, for every use derives a key of its own."""

    @classmethod
    def of(cls, text: str) -> KeySecrets:
        """The keys of the secret's JSON, each at least 32 bytes; ValueError for a shorter one."""
        content = json.loads(text)
        found = cls(
            lookup=bytes.fromhex(content["lookup"]),
            card_token=_versions(content["card_token"]),
            card_link=_versions(content["card_link"]),
            cursor=bytes.fromhex(content["cursor"]),
            card_code=_versions(content.get("card_code") or content["card_token"]),
        )
        versioned = (found.card_token, found.card_link, found.card_code)
        keys = [found.lookup, found.cursor, *(key for one in versioned for key in one.values())]
        if any(len(key) < 32 for key in keys):
            raise ValueError("a key of the stack is shorter than 32 bytes")
        return found


def _versions(content: Mapping[str, str]) -> dict[str, bytes]:
    return {version: bytes.fromhex(key) for version, key in content.items()}
