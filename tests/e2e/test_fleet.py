"""A handful of the phones of `make fleet`, on a bad day at Apple's, through what is deployed.

A thousand of them, with readers that die and messages that come twice, are in
`tests/functional/wallet/test_fleet.py`.
"""

from __future__ import annotations

import random

import pytest

from tools.api_client import Api
from tools.demo.loading import load
from tools.fleet.day import Day
from tools.fleet.report import Report
from tools.laptop import Stack

PHONES = 30
SEED = 28


@pytest.mark.requirement("K-04")
def test_phones_hear_of_each_change_and_fetch_it_once(stack: Stack) -> None:
    with Api(stack.api_url, stack.admin_key) as api:
        load(api)
    day = Day(stack, PHONES, random.Random(SEED), Report(PHONES, SEED), workers=2)

    day.enrol()
    day.install()
    with day.awake(), day.weather.changing():
        day.shop()
        day.settle()

    report = day.conclude()
    assert report.faults() == []
    assert report.fetches == PHONES - report.gone
    assert report.apns_answers["410"] >= report.gone
