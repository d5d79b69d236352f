"""Settings are read on first use, and a missing one is named."""

from __future__ import annotations

import pytest

from tessera.settings import SettingMissing, Settings


def test_a_function_needs_only_what_it_asks_for() -> None:
    found = Settings({"TESSERA_TABLE_NAME": "table"})
    assert found.table_name == "table"
    with pytest.raises(SettingMissing, match="TESSERA_EVENT_BUS_NAME"):
        _ = found.event_bus_name


def test_a_blank_variable_is_a_missing_one() -> None:
    with pytest.raises(SettingMissing, match="TESSERA_TABLE_NAME"):
        _ = Settings({"TESSERA_TABLE_NAME": " "}).table_name


def test_a_stage_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SettingMissing, match="dev, staging, production"):
        _ = Settings({"TESSERA_STAGE": "prod"}).stage
    assert not Settings({"TESSERA_STAGE": "staging"}).is_production
    assert Settings({"TESSERA_STAGE": "production"}).is_production


def test_addresses_lose_their_slash_and_need_a_scheme() -> None:
    assert Settings({"TESSERA_PUBLIC_URL": "https://a.example/"}).public_url == "https://a.example"
    with pytest.raises(SettingMissing, match="TESSERA_PUBLIC_URL"):
        _ = Settings({"TESSERA_PUBLIC_URL": "a.example"}).public_url


def test_the_vendors_addresses_are_theirs_unless_told_otherwise() -> None:
    assert Settings({}).apns_url == "https://api.push.apple.com"
    assert Settings({}).google_wallet_url == "https://walletobjects.googleapis.com"
    assert Settings({}).google_save_url == "https://pay.google.com/gp/v/save"
    assert Settings({"TESSERA_APNS_URL": "https://127.0.0.1:1/"}).apns_url == "https://127.0.0.1:1"


def test_the_region_is_lambdas() -> None:
    assert Settings({"AWS_REGION": "eu-west-3"}).region == "eu-west-3"
    assert Settings({"AWS_DEFAULT_REGION": "eu-west-1"}).region == "eu-west-1"
