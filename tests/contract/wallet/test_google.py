"""Google Wallet against a service that checks every call by Google's own discovery document."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tessera.adapters.designs import Designs
from tessera.adapters.google.jwt import GoogleAccount
from tessera.adapters.google.wallet import SAVE_LINK_LENGTH_MAX, GoogleWalletCards
from tessera.application.card_ports import GoogleChange, GoogleFailure, Haste
from tessera.application.card_view import (
    BalanceLine,
    CardView,
    ExpiryLine,
    RewardLine,
    TierLine,
    VoucherLine,
)
from tools import testpki
from tools.google_standin.server import GoogleStandin
from tools.http_client import send_json
from tools.phone.android import AndroidPhone

POINTS = BalanceLine("points", "Coffee beans", 102, 0, "")
EUROS = BalanceLine("cashback", "Cashback", 1234, 2, "EUR")
STAMPS = BalanceLine("stamps", "Stamps", 3, 0, "", stamps=10)
VIEW = CardView(
    card="crd_5tn7spb123hy7fndkpya",
    code="17EEMRER93B4ETWY",
    active=True,
    programme="demo",
    design="tessera",
    language="en",
    name="Café Tessera",
    holder="Nadia F.",
    terms="1 bean per euro.",
    balances=(POINTS,),
    tier=TierLine("Status", "Bronze", "#8c5a2b"),
    expiry=ExpiryLine(POINTS, 60, 21_000),
    rewards=(RewardLine("Free coffee"),),
    next_reward=None,
    vouchers=(VoucherLine("ABC123", "Free coffee", 21_000),),
)


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("google")


@pytest.fixture
def google(state_dir: Path) -> Iterator[GoogleStandin]:
    with GoogleStandin(state_dir) as running:
        running.store.switches.rate_per_second = None
        yield running


@pytest.fixture
def account(google: GoogleStandin, state_dir: Path) -> GoogleAccount:
    secret = testpki.google_secret(testpki.ensure(state_dir), google.url)
    found = GoogleAccount.of(json.dumps(secret))
    assert found is not None
    return found


@pytest.fixture
def wallet(google: GoogleStandin, account: GoogleAccount) -> GoogleWalletCards:
    return wallet_on(google, account)


def wallet_on(google: GoogleStandin, account: GoogleAccount, **more: Any) -> GoogleWalletCards:
    return GoogleWalletCards(
        lambda: account,
        google.url,
        f"{google.url}/save",
        "https://cards.example",
        Designs(),
        **{"pace": AtOnce(), **more},
    )


class AtOnce:
    """No rate to keep to."""

    def wait(self, haste: Haste, patience_ms: int) -> None:
        """The call may begin."""


def update(wallet: GoogleWalletCards, view: CardView, *, notify: bool = False) -> None:
    """Update one card; the failure is raised."""
    for failure in wallet.update([GoogleChange(view, notify)], Haste.TILL, 1000).values():
        raise failure


def control(google: GoogleStandin, **switches: Any) -> None:
    assert send_json("POST", f"{google.url}/control", switches).status == 200


def calls(google: GoogleStandin) -> list[tuple[str, str, int]]:
    log = send_json("GET", f"{google.url}/log").json()
    found = log["calls"] if "calls" in log else log["requests"]
    return [(one["method"], one["path"].rpartition("/v1/")[2], one["status"]) for one in found]


def stored(google: GoogleStandin) -> dict[str, Any]:
    (found,) = send_json("GET", f"{google.url}/objects").json()["objects"]
    resource: dict[str, Any] = found["object"]
    return resource


def test_a_card_is_put_and_saved_by_a_short_link(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    # Lengths that Google cuts on small screens count as faults here.
    control(google, strict_lengths=True)
    wallet.put(VIEW)
    link = wallet.save_url(VIEW)
    public = link.replace(f"{google.url}/save", "https://pay.google.com/gp/v/save")
    assert len(public) <= SAVE_LINK_LENGTH_MAX
    phone = AndroidPhone("https://cards.example", google.url)
    card = phone.add_card(link)
    assert card.line("loyaltyPoints").text == "102"
    assert card.line("secondaryLoyaltyPoints").text == "Bronze"
    assert card.line("accountName").text == "Nadia F."
    assert "Free coffee: ABC123" in card.line("textModule:vouchers").text
    barcode = card.barcode()
    assert barcode is not None
    assert barcode.message == VIEW.code


@pytest.mark.parametrize(
    ("balance", "shown"),
    [
        (POINTS, {"int": 102}),
        (STAMPS, {"string": "3 / 10"}),
        (EUROS, {"money": {"micros": "12340000", "currencyCode": "EUR"}}),
        (BalanceLine("p", "Points", 12_345, 2, ""), {"string": "123.45"}),
    ],
)
def test_each_kind_of_balance_has_its_form(
    google: GoogleStandin, wallet: GoogleWalletCards, balance: BalanceLine, shown: dict[str, Any]
) -> None:
    wallet.put(replace(VIEW, balances=(balance,)))
    assert stored(google)["loyaltyPoints"]["balance"] == shown


def test_a_card_that_exists_is_brought_up_to_date(
    google: GoogleStandin, account: GoogleAccount, wallet: GoogleWalletCards
) -> None:
    wallet.put(VIEW)
    # Another container, which does not know what exists
    wallet_on(google, account).put(replace(VIEW, balances=(replace(POINTS, amount=7),)))
    assert stored(google)["loyaltyPoints"]["balance"] == {"int": 7}
    assert [status for _, _, status in calls(google)] == [200, 200, 409, 200, 409, 200]


def test_an_update_is_one_call(google: GoogleStandin, wallet: GoogleWalletCards) -> None:
    wallet.put(VIEW)
    before = len(calls(google))
    update(wallet, replace(VIEW, balances=(replace(POINTS, amount=7),)))
    assert len(calls(google)) == before + 1
    assert stored(google)["loyaltyPoints"]["balance"] == {"int": 7}


def test_what_a_card_no_longer_says_is_gone_from_it(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    wallet.put(VIEW)
    bare = replace(VIEW, tier=None, holder="", expiry=None, rewards=(), vouchers=(), terms="")
    update(wallet, bare)
    found = stored(google)
    assert "secondaryLoyaltyPoints" not in found
    assert "accountName" not in found
    assert found.get("textModulesData", []) == []


def test_a_balance_that_changes_its_form_has_one_form_only(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    wallet.put(VIEW)
    for balance in (STAMPS, EUROS, POINTS):
        update(wallet, replace(VIEW, balances=(balance,)))
        assert len(stored(google)["loyaltyPoints"]["balance"]) == 1


def test_what_a_programme_no_longer_shows_is_gone_from_its_class(
    google: GoogleStandin, account: GoogleAccount
) -> None:
    """It had a name in each language and a picture, and has one name and stamps."""
    many = replace(VIEW, names={"fr": "Le Café", "en": "The Café"})
    wallet_on(google, account).put(many)
    stamps = replace(VIEW, names={"": "Café"}, design="stamps", shared_design="stamps")
    wallet_on(google, account).put(stamps)
    (found,) = send_json("GET", f"{google.url}/objects").json()["objects"]
    assert found["class"]["programName"] == "Café"
    assert not {"localizedProgramName", "localizedIssuerName", "heroImage"} & found["class"].keys()


def test_an_object_that_google_lost_is_inserted_again(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    update(wallet, VIEW)
    assert stored(google)["loyaltyPoints"]["balance"] == {"int": 102}


def test_a_card_that_cannot_be_used_is_inactive(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    wallet.put(replace(VIEW, active=False))
    assert stored(google)["state"] == "INACTIVE"


def test_a_token_serves_many_calls_and_is_renewed_before_it_ends(
    google: GoogleStandin, account: GoogleAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [time.time()]
    wallet = wallet_on(google, account, wall_s=lambda: now_s[0])
    signed: list[str] = []
    sign = GoogleAccount.signed

    def counted(self: GoogleAccount, claims: Any) -> str:
        signed.append(claims["aud"])
        return sign(self, claims)

    monkeypatch.setattr(GoogleAccount, "signed", counted)
    wallet.put(VIEW)
    update(wallet, VIEW)
    assert len(signed) == 1
    now_s[0] += 3100
    # The stand-in refuses tokens from the future, so only the asking is seen here.
    with pytest.raises(GoogleFailure):
        update(wallet, VIEW)
    assert len(signed) == 2


@pytest.mark.parametrize(
    ("status", "code", "retry"),
    [
        (400, "request_refused", False),
        (403, "permission_denied", True),
        (429, "rate_exceeded", True),
        (500, "unavailable", True),
        (503, "unavailable", True),
    ],
)
def test_what_google_refuses_has_a_name(
    google: GoogleStandin, wallet: GoogleWalletCards, status: int, code: str, retry: bool
) -> None:
    wallet.put(VIEW)
    control(google, fail_next=[{"status": status, "times": 1}])
    with pytest.raises(GoogleFailure) as failure:
        update(wallet, VIEW)
    assert (failure.value.code, failure.value.retry) == (code, retry)


def test_a_token_that_google_forgot_is_renewed_at_once(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    wallet.put(VIEW)
    control(google, fail_next=[{"status": 401, "times": 1}])
    update(wallet, replace(VIEW, holder="N."))
    assert stored(google)["accountName"] == "N."


def test_an_account_that_google_does_not_know_has_no_token(
    google: GoogleStandin, account: GoogleAccount
) -> None:
    stranger = replace(account, client_email="stranger@elsewhere.iam.gserviceaccount.com")
    with pytest.raises(GoogleFailure):
        wallet_on(google, stranger).put(VIEW)


def test_nobody_listening_is_a_failure_to_try_again(
    google: GoogleStandin, account: GoogleAccount
) -> None:
    wallet = GoogleWalletCards(
        lambda: replace(account, token_uri="http://127.0.0.1:1/token"),
        "http://127.0.0.1:1",
        "",
        "",
        Designs(),
        AtOnce(),
    )
    with pytest.raises(GoogleFailure) as failure:
        wallet.put(VIEW)
    assert (failure.value.code, failure.value.retry) == ("unreachable", True)


def test_many_cards_are_updated_at_once(google: GoogleStandin, wallet: GoogleWalletCards) -> None:
    views = [replace(VIEW, card=f"crd_{number}") for number in range(12)]
    for view in views:
        wallet.put(view)
    changed = [replace(view, balances=(replace(POINTS, amount=7),)) for view in views]
    failures = wallet.update([GoogleChange(view) for view in changed], Haste.TILL, 1000)
    assert failures == {}
    objects = send_json("GET", f"{google.url}/objects").json()["objects"]
    assert {one["object"]["loyaltyPoints"]["balance"]["int"] for one in objects} == {7}


def test_of_many_cards_only_those_that_failed_are_named(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    views = [replace(VIEW, card=f"crd_{number}") for number in range(4)]
    for view in views:
        wallet.put(view)
    control(google, fail_next=[{"status": 503, "times": 1}])
    failures = wallet.update([GoogleChange(view) for view in views], Haste.TILL, 1000)
    assert [failure.code for failure in failures.values()] == ["unavailable"]


def test_the_holder_is_told_of_what_is_worth_telling(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    wallet.put(VIEW)
    AndroidPhone("https://cards.example", google.url).add_card(wallet.save_url(VIEW))
    for amount, notify in ((1, True), (2, False)):
        view = replace(VIEW, balances=(replace(POINTS, amount=amount),))
        update(wallet, view, notify=notify)
    told = send_json("GET", f"{google.url}/notifications").json()["notifications"]
    assert len(told) == 1


def test_a_banner_too_many_is_done_without(
    google: GoogleStandin, wallet: GoogleWalletCards
) -> None:
    wallet.put(VIEW)
    AndroidPhone("https://cards.example", google.url).add_card(wallet.save_url(VIEW))
    for amount in range(5):
        update(wallet, replace(VIEW, balances=(replace(POINTS, amount=amount),)), notify=True)
    assert stored(google)["loyaltyPoints"]["balance"] == {"int": 4}
    told = send_json("GET", f"{google.url}/notifications").json()["notifications"]
    assert len(told) == 3
