"""Fills the stack's secrets with keys made here and with the test accounts of Apple and Google."""

from __future__ import annotations

import json
import secrets as randomness

from tools import testpki
from tools.laptop.cloud import secrets_client
from tools.laptop.places import STAGE, Places

KEY_BYTES = 32


def fill(places: Places) -> None:
    """Give each secret that has no value one. What is there stays: cards and look-ups rest on it.

    Apple's and Google's are written again at every start, because the test chain is renewed
    before it ends and the token address follows the ports.
    """
    paths = testpki.ensure(places.state_dir)
    if not _has_value(places, "keys"):
        _put(places, "keys", new_keys())
    _put(places, "apple", testpki.apple_secret(paths))
    _put(places, "google", testpki.google_secret(paths, places.google_url))


def new_keys() -> dict[str, object]:
    """Fresh keys of 256 bits for look-ups, card tokens, card links and cursors."""
    return {
        "lookup": randomness.token_hex(KEY_BYTES),
        "card_token": {"1": randomness.token_hex(KEY_BYTES)},
        "card_link": {"1": randomness.token_hex(KEY_BYTES)},
        "cursor": randomness.token_hex(KEY_BYTES),
    }


def _has_value(places: Places, name: str) -> bool:
    client = secrets_client(places)
    try:
        answer = client.get_secret_value(SecretId=f"tessera/{STAGE}/{name}")
    except client.exceptions.ResourceNotFoundException:
        # AWS: a secret from the template has no version until somebody gives it a value.
        return False
    # MiniStack: it has one, which is empty.
    return bool(answer.get("SecretString"))


def _put(places: Places, name: str, value: object) -> None:
    secrets_client(places).put_secret_value(
        SecretId=f"tessera/{STAGE}/{name}", SecretString=json.dumps(value)
    )
