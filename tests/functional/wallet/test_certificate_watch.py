"""Each day the stack says how long its certificates are good for, and an alarm listens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from functions.watch_certificates import app
from tessera import bootstrap
from tessera.settings import settings
from tests.fakes.gateway import Context
from tests.functional.conftest import REGION
from tools import testpki
from tools.template import read

ROOT = Path(__file__).parents[3]
DAY_MS = 86_400_000


@dataclass
class Noon:
    """A wall clock that a test sets."""

    ms: int

    def now_ms(self) -> int:
        return self.ms


@pytest.fixture
def secret(pki: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The Apple secret of a stack, to be broken."""
    for name, value in {
        "AWS_REGION": REGION,
        "TESSERA_STAGE": "dev",
        "TESSERA_APPLE_SECRET_ID": "apple",
    }.items():
        monkeypatch.setenv(name, value)
    content: dict[str, Any] = dict(testpki.apple_secret(testpki.ensure(pki)))
    monkeypatch.setattr(bootstrap, "read_secret", lambda _: json.dumps(content))
    return content


def watched(ahead_days: int = 0) -> tuple[dict[str, Any], bootstrap.Container]:
    """What the function tells so many days from now."""
    settings.cache_clear()
    bootstrap.container.cache_clear()
    container = bootstrap.container()
    now_ms = container.wall_clock.now_ms()
    vars(container)["wall_clock"] = Noon(now_ms + ahead_days * DAY_MS)
    event = json.loads((ROOT / "events/watch_certificates/schedule.json").read_text())
    context: Any = Context()
    try:
        return app.handler(event, context), container
    finally:
        bootstrap.container.cache_clear()


def metric(capsys: pytest.CaptureFixture[str]) -> list[float]:
    """The metric as CloudWatch reads it from the log, by the name and dimension of the alarm."""
    template = read.load((ROOT / "template.yaml").read_text())
    alarm = read.resources(template, "AWS::CloudWatch::Alarm")["CertificateAlarm"]["Properties"]
    (dimension,) = alarm["Dimensions"]
    found = []
    for line in capsys.readouterr().out.splitlines():
        content = json.loads(line)
        if "_aws" not in content or alarm["MetricName"] not in content:
            continue
        (told,) = content["_aws"]["CloudWatchMetrics"]
        assert told["Namespace"] == alarm["Namespace"]
        assert content[dimension["Name"]] == dimension["Value"]
        found += content[alarm["MetricName"]]
    return found


@pytest.mark.requirement("X-10")
def test_the_days_left_are_a_metric_that_the_alarm_reads(
    secret: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    told, _ = watched()
    days = told["days_left"]
    assert metric(capsys) == [min(days.values())]
    later, _ = watched(ahead_days=10)
    assert later["days_left"]["pass_type"] == days["pass_type"] - 10


def test_an_expired_certificate_is_named(
    secret: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    days, _ = watched()
    told, _ = watched(ahead_days=days["days_left"]["pass_type"] + 2)
    assert "certificate-expired" in told["rules"]
    assert min(metric(capsys)) < 0


def test_a_set_that_signs_nothing_has_no_day_left(
    secret: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    secret["private_key_pem"] = "no key"
    told, _ = watched()
    assert told["days_left"] == {"pass_type": 0}
    assert "key-format" in told["rules"]
    assert metric(capsys) == [0]


def test_a_stack_without_apple_tells_nothing(
    secret: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    secret.clear()
    told, _ = watched()
    assert (told, metric(capsys)) == ({}, [])


def test_the_schedule_comes_every_day() -> None:
    template = yaml.safe_dump(read.load((ROOT / "template.yaml").read_text()))
    assert "cron(30 6 * * ? *)" in template
