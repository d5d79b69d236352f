"""The environment of the functions, typed and read on first use.

Nothing is read when this module is imported, and a function only needs the variables that it
asks for: `publish_changes` runs without the address of Google.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

STAGES = ("dev", "staging", "production")


class SettingMissing(RuntimeError):
    """A variable that the function needs is absent or makes no sense: a fault of deployment."""


class Settings:
    """The variables of one process, each read when it is asked for."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def _required(self, name: str) -> str:
        value = self._environment.get(name, "").strip()
        if not value:
            raise SettingMissing(f"the environment variable {name} is not set")
        return value

    def _url(self, name: str, default: str = "") -> str:
        value = self._environment.get(name, "").strip() or default or self._required(name)
        if not value.startswith(("https://", "http://")):
            raise SettingMissing(f"the environment variable {name} is not a web address")
        return value.rstrip("/")

    @property
    def stage(self) -> str:
        """`dev`, `staging` or `production`."""
        value = self._required("TESSERA_STAGE")
        if value not in STAGES:
            raise SettingMissing(f"TESSERA_STAGE is one of {', '.join(STAGES)}")
        return value

    @property
    def is_production(self) -> bool:
        """Whether clocks can't be moved here and keys are live ones."""
        return self.stage == "production"

    @property
    def region(self) -> str:
        """The region in which the function runs; Lambda sets it."""
        return self._environment.get("AWS_REGION") or self._required("AWS_DEFAULT_REGION")

    @property
    def table_name(self) -> str:
        """The one table."""
        return self._required("TESSERA_TABLE_NAME")

    @property
    def event_bus_name(self) -> str:
        """The bus on which changes are published."""
        return self._required("TESSERA_EVENT_BUS_NAME")

    @property
    def oidc_issuer(self) -> str:
        """The identity provider of the staff; empty where only API keys let anybody in.

        It is compared with what tokens say, letter by letter: some end in a slash.
        """
        value = self._environment.get("TESSERA_OIDC_ISSUER", "").strip()
        if value and not value.startswith(("https://", "http://")):
            raise SettingMissing("the environment variable TESSERA_OIDC_ISSUER is no web address")
        return value

    @property
    def oidc_audience(self) -> str:
        """The application that staff tokens must have been issued to."""
        return self._environment.get("TESSERA_OIDC_AUDIENCE", "").strip()

    @property
    def oidc_roles_claim(self) -> str:
        """The claim of a staff token that lists its bearer's roles."""
        return self._environment.get("TESSERA_OIDC_ROLES_CLAIM", "").strip() or "cognito:groups"

    @property
    def occasions_queue_url(self) -> str:
        """The queue of members for whom an occasion has come."""
        return self._required("TESSERA_OCCASIONS_QUEUE_URL")

    @property
    def cards_queue_url(self) -> str:
        """The queue of members whose cards may have changed."""
        return self._required("TESSERA_CARDS_QUEUE_URL")

    @property
    def google_queue_url(self) -> str:
        """The queue of cards that Google must learn of because somebody bought something."""
        return self._required("TESSERA_GOOGLE_QUEUE_URL")

    @property
    def google_campaigns_queue_url(self) -> str:
        """The queue of cards that Google must learn of when nobody waits for it."""
        return self._required("TESSERA_GOOGLE_CAMPAIGNS_QUEUE_URL")

    @property
    def pushes_queue_url(self) -> str:
        """The queue in which pushes of designs and news take their turns."""
        return self._required("TESSERA_PUSHES_QUEUE_URL")

    @property
    def assets_bucket(self) -> str:
        """The bucket of what merchants upload."""
        return self._required("TESSERA_ASSETS_BUCKET")

    @property
    def roots_bucket(self) -> str:
        """The bucket in which each night's signed root is locked."""
        return self._required("TESSERA_ROOTS_BUCKET")

    @property
    def roots_key_id(self) -> str:
        """The key in KMS that signs them."""
        return self._required("TESSERA_ROOTS_KEY_ID")

    @property
    def public_url(self) -> str:
        """The API's address as phones and browsers see it, without a slash at its end."""
        return self._url("TESSERA_PUBLIC_URL")

    @property
    def keys_secret_id(self) -> str:
        """The secret that holds our own keys: look-ups, card tokens, card links, cursors."""
        return self._required("TESSERA_KEYS_SECRET_ID")

    @property
    def apple_secret_id(self) -> str:
        """The secret that holds Apple's certificate and key."""
        return self._required("TESSERA_APPLE_SECRET_ID")

    @property
    def google_secret_id(self) -> str:
        """The secret that holds Google's service account."""
        return self._required("TESSERA_GOOGLE_SECRET_ID")

    @property
    def apns_url(self) -> str:
        """Apple's push service."""
        return self._url("TESSERA_APNS_URL", "https://api.push.apple.com")

    @property
    def google_wallet_url(self) -> str:
        """Google's wallet service."""
        return self._url("TESSERA_GOOGLE_WALLET_URL", "https://walletobjects.googleapis.com")

    @property
    def google_save_url(self) -> str:
        """Where a phone opens a link that saves a card."""
        return self._url("TESSERA_GOOGLE_SAVE_URL", "https://pay.google.com/gp/v/save")

    @property
    def google_keys_url(self) -> str:
        """Where the keys are by which Google's callbacks are checked: beside the save links."""
        parts = urlsplit(self.google_save_url)
        return f"{parts.scheme}://{parts.netloc}/gp/m/issuer/keys"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings(os.environ)
