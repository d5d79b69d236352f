"""The deployed functions on moto: the table is made from template.yaml's own definition."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from functions.admin_api import app as admin_api
from functions.authorizer import app as authorizer
from functions.design_api import app as design_api
from functions.till_api import app as till_api
from tessera import bootstrap, bootstrap_authorizer
from tessera.adapters.dynamodb.table import DynamoTable, Item, unmarshal_item
from tessera.application.credentials import SCOPES
from tessera.entrypoints import observability
from tests.fakes.card_pushes import Album, Box, Drawer, RecordedPushes
from tests.fakes.gateway import Context, Gateway, Reply
from tools import first_key
from tools.oidc_standin.people import AUDIENCE, ROLES_CLAIM
from tools.oidc_standin.server import OidcStandin
from tools.template import read

ROOT = Path(__file__).parents[2]
REGION = "eu-west-3"
TABLE = "tessera-test"
PUBLIC_URL = "https://cards.example"
DEMO: dict[str, Any] = yaml.safe_load((ROOT / "programmes/demo.yaml").read_text())
DEMO["rewards"].append(
    {
        "id": "five-off",
        "kind": "discount",
        "name": {"fr": "5 € offerts", "en": "5 EUR off"},
        "worth": {"discount": "5.00"},
        "price": {"balance": "points", "amount": 10},
        "code": {"mode": "generated"},
    }
)

_STACK_KEYS = {
    "lookup": "1a" * 32,
    "card_token": {"1": "2b" * 32},
    "card_link": {"1": "3c" * 32},
    "cursor": "4d" * 32,
}
_KEYWORDS = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
)


@cache
def client(service: str) -> Any:
    """A client that outlives its test: making one takes longer than most tests."""
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


@cache
def shared_table() -> DynamoTable:
    """The functions' own client of the table, for the same reason."""
    return DynamoTable(TABLE, REGION)


@dataclass
class Shop:
    """A stack with a published programme and a till whose key may do everything."""

    gateway: Gateway
    container: bootstrap.Container
    keys: dict[str, str] = field(default_factory=dict)
    staff: OidcStandin | None = None

    def as_staff(self, person: str, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        """Send a request as one of the demo staff: maud, paul, antoine, alice, nadia."""
        return self.gateway.send(method, path, body, secret=self.token(person), **more)

    def token(self, person: str) -> str:
        """What one of the demo staff is given when he signs in."""
        assert self.staff is not None
        return self.staff.token(person)

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Reply:
        """Send a request as the all-powerful key."""
        return self.gateway.send(method, path, body, **more)

    def enrol(self, external_id: str = "c-1", **more: Any) -> dict[str, Any]:
        """Enrol a member in the demo programme; gives the answer."""
        body = {"programme": "demo", "external_id": external_id, **more}
        reply = self.send("POST", "/v1/members", body, key=f"enrol-{external_id}")
        assert reply.status == 201, reply.body
        return reply.json

    def issue_key(self, name: str, scopes: list[str], **more: Any) -> str:
        """Issue an API key and give its secret."""
        body = {"label": name, "scopes": scopes, **more}
        reply = self.send("POST", "/v1/api-keys", body, key=f"issue-{name}")
        assert reply.status == 201, reply.body
        self.keys[name] = reply.json["id"]
        secret: str = reply.json["secret"]
        return secret

    def rows(self) -> list[Item]:
        """Every row of the table, in the order of their keys."""
        found = [
            unmarshal_item(item)
            for page in client("dynamodb").get_paginator("scan").paginate(TableName=TABLE)
            for item in page["Items"]
        ]
        return sorted(found, key=lambda item: (str(item["pk"]), str(item["sk"])))


@pytest.fixture(scope="session")
def table_definition() -> dict[str, Any]:
    """The table's properties as template.yaml has them."""
    template = read.load((ROOT / "template.yaml").read_text())
    properties = read.resources(template, "AWS::DynamoDB::Table")["Table"]["Properties"]
    return {name: properties[name] for name in _KEYWORDS}


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcStandin]:
    """The staff's identity provider, on loopback."""
    with OidcStandin(tmp_path_factory.mktemp("oidc")) as standin:
        yield standin


@pytest.fixture
def empty_shop(
    table_definition: dict[str, Any], provider: OidcStandin, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    """The stack as deployed, with its first key and nothing else."""
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "TESSERA_STAGE": "dev",
        "TESSERA_TABLE_NAME": TABLE,
        "TESSERA_PUBLIC_URL": PUBLIC_URL,
        "TESSERA_KEYS_SECRET_ID": "tessera/dev/keys",
        "TESSERA_OIDC_ISSUER": provider.issuer,
        "TESSERA_OIDC_AUDIENCE": AUDIENCE,
        "TESSERA_OIDC_ROLES_CLAIM": ROLES_CLAIM,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client("dynamodb").create_table(TableName=TABLE, **table_definition)
        client("secretsmanager").create_secret(
            Name="tessera/dev/keys", SecretString=json.dumps(_STACK_KEYS)
        )
        bootstrap.container.cache_clear()
        container = bootstrap.container()
        bootstrap_authorizer.container.cache_clear()
        for wired in (container, bootstrap_authorizer.container()):
            vars(wired)["table"] = shared_table()
        vars(container).update(
            design_vault=Drawer(),
            image_vault=Album(),
            upload_box=Box(),
            push_queue=RecordedPushes(),
        )
        secret = first_key.new_key(live=False)
        assert first_key.issue(container.table, secret, live=False)
        gateway = Gateway(
            {
                "till_api": till_api.handler,
                "admin_api": admin_api.handler,
                "design_api": design_api.handler,
            },
            authorizer.handler,
            secret,
            Context(),
        )
        yield Shop(gateway, container, staff=provider)
    bootstrap.container.cache_clear()
    bootstrap_authorizer.container.cache_clear()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the functions write to their logs from here on."""
    written = io.StringIO()
    for function in ("till_api", "admin_api", "authorizer"):
        for handler in observability.logger_of(function).handlers:
            if isinstance(handler, logging.StreamHandler):
                monkeypatch.setattr(handler, "stream", written)
    return written


@pytest.fixture
def shop(empty_shop: Shop) -> Shop:
    """The stack with the demo programme in force."""
    reply = empty_shop.send(
        "POST", "/v1/programmes/demo/publish", {"document": DEMO}, key="publish-demo"
    )
    assert reply.status == 201, reply.body
    return empty_shop


@pytest.fixture
def member(shop: Shop) -> dict[str, Any]:
    """A member with his welcome points; the answer to his enrolment."""
    return shop.enrol()


EVERY_SCOPE = list(SCOPES)
