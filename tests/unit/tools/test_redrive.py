"""Dead letters are delivered again by a command that first says what it would do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tools import redrive


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("sqs")


def filled(sqs: Any, name: str, count: int) -> dict[str, str]:
    urls = {
        one: sqs.create_queue(QueueName=f"shop-{one}")["QueueUrl"]
        for one in ("cards", f"{name}-dead")
    }
    for number in range(count):
        body = {"detail-type": "purchase.recorded", "detail": {"member": f"mem_{number}"}}
        sqs.send_message(QueueUrl=urls[f"{name}-dead"], MessageBody=json.dumps(body))
    return urls


def left(sqs: Any, url: str) -> int:
    name = "ApproximateNumberOfMessages"
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    return int(found[name])


def test_without_go_nothing_changes(sqs: Any, capsys: pytest.CaptureFixture[str]) -> None:
    urls = filled(sqs, "cards", 3)
    assert redrive.main(["--stack", "shop"]) == 0
    assert redrive.main(["cards", "--stack", "shop"]) == 0
    said = capsys.readouterr().out
    assert "3 messages, the first: purchase.recorded (3)" in said
    assert "mem_" not in said
    assert (left(sqs, urls["cards-dead"]), left(sqs, urls["cards"])) == (3, 0)


@pytest.mark.parametrize("name", ["cards", "events"])
def test_with_go_they_are_delivered_again(sqs: Any, name: str) -> None:
    urls = filled(sqs, name, 23)
    assert redrive.main([name, "--go", "--limit", "12", "--stack", "shop"]) == 0
    assert (left(sqs, urls[f"{name}-dead"]), left(sqs, urls["cards"])) == (11, 12)
    assert redrive.main([name, "--go", "--stack", "shop"]) == 0
    assert (left(sqs, urls[f"{name}-dead"]), left(sqs, urls["cards"])) == (0, 23)


def test_all_queues_at_once_are_not_redriven(sqs: Any) -> None:
    with pytest.raises(SystemExit):
        redrive.main(["--go", "--stack", "shop"])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"card": "crd_1", "version": 3}', "card, version"),
        ("{", "not JSON"),
        ("[1]", "not an object"),
    ],
)
def test_kinds_tell_no_value(body: str, kind: str) -> None:
    assert redrive.kind_of(body) == kind
