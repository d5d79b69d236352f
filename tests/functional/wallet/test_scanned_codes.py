"""What tills scan: every form of a code, and every way in which one can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tessera.application.services import Services
from tessera.application.shown_code import fresh_code
from tessera.application.writes import Card
from tessera.domain.codes import ALPHABET, read_code
from tessera.domain.rotation import rotation
from tessera.domain.signed_codes import SignedCode, programme_mark
from tests.fakes.gateway import Reply
from tests.functional.conftest import DEMO, Shop
from tools import verify_code

Publish = Callable[[dict[str, Any]], "Till"]
NOW_MS = 1_795_000_000_000
TYPED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class HandClock:
    """Wall time that stands until it is moved."""

    ms: int = NOW_MS

    def now_ms(self) -> int:
        return self.ms


@dataclass
class Till:
    """A till in front of the deployed functions, and what the card of its customer shows."""

    shop: Shop
    clock: HandClock
    member: dict[str, Any]
    secret: str | None = None

    @property
    def services(self) -> Services:
        return self.shop.container.services

    @property
    def card(self) -> Card:
        found = self.services.cards.find(self.member["card"]["id"])
        assert found is not None
        return found

    @property
    def code(self) -> str:
        return str(self.member["card"]["code"])

    def shown(self) -> str:
        """The changing code on the phone now."""
        return fresh_code(self.services.codes, self.card, self.clock.ms)[0]

    def scan(self, code: str, **more: Any) -> Reply:
        return self.shop.send("POST", "/v1/scans", {"code": code}, secret=self.secret, **more)

    def refused(self, code: str) -> str:
        """The problem with which a scan is refused."""
        reply = self.scan(code)
        assert reply.status != 200, f"{code} was taken for a code"
        return reply.code

    def redeem(self, key: str, **more: Any) -> Reply:
        body = {
            "member": {"id": self.member["member_id"]},
            "programme": "demo",
            "reward": "five-off",
            **more,
        }
        return self.shop.send("POST", "/v1/redemptions", body, key=key, secret=self.secret)

    def other(self, name: str, scopes: list[str] | None = None) -> Till:
        """Another till, with a key of its own."""
        secret = self.shop.issue_key(name, scopes or ["scans", "redemptions:write"])
        return replace(self, secret=secret)


@pytest.fixture
def publish(empty_shop: Shop) -> Publish:
    """Publish the demo programme with a section `codes`, and enrol a member."""

    def published(codes: dict[str, Any]) -> Till:
        document = {**DEMO, "codes": {"scans": UNPACED, **codes}}
        reply = empty_shop.send(
            "POST", "/v1/programmes/demo/publish", {"document": document}, key="publish"
        )
        assert reply.status == 201, reply.body
        clock = HandClock()
        container = empty_shop.container
        paces = replace(container.services.paces, wall_ms=clock.now_ms)  # type: ignore[type-var]
        services = replace(container.services, wall_clock=clock, paces=paces)
        vars(container)["services"] = services
        return Till(empty_shop, clock, empty_shop.enrol())

    return published


UNPACED = {
    "per_card": {"at_once": 1, "per_minute": 0},
    "per_till": {"at_once": 1, "per_minute": 0},
}


@pytest.fixture
def rotating(publish: Publish) -> Till:
    return publish({"form": "rotating"})


@pytest.fixture
def signed(publish: Publish) -> Till:
    return publish({"form": "signed", "valid_days": 30})


def seal(till: Till, *, key_id: int = 1, hours: int = 48, **more: Any) -> str:
    """A code signed as a card would show it."""
    keys = till.services.codes
    said = SignedCode(
        till.code,
        key_id,
        more.get("programme", programme_mark("demo")),
        till.clock.ms // 3_600_000 + hours,
        more.get("allowance", 60),
    )
    return f"{till.code}-{said.seal(keys.sign(1, said.message))}"


def slips(text: str) -> list[str]:
    """Every text that differs from a code in one character, as a person may type it."""
    alike = {"0": "0O", "1": "1IL"}
    return [
        text[:place] + character + text[place + 1 :]
        for place, right in enumerate(text)
        if right != "-"
        for character in TYPED
        if character not in alike.get(right, right)
    ]


# Identifying


@pytest.mark.requirement("Z-09", "K-10")
def test_every_single_slip_of_the_finger_is_noticed(publish: Publish) -> None:
    """16 places, 35 other characters each: by the check character, before anything is read."""
    till = publish({})
    assert till.scan(till.code).json["member_id"] == till.member["member_id"]
    wrong = slips(till.code)
    assert len(wrong) > 16 * 32
    assert not [text for text in wrong if read_code(text) is not None]
    # Through the door itself: one slip of each place.
    for text in wrong[:: len(TYPED) - 1]:
        assert till.refused(text) == "card_code_malformed"


@pytest.mark.requirement("Z-09")
def test_a_code_is_read_as_people_write_it(publish: Publish) -> None:
    till = publish({})
    spaced = " ".join(till.code[start : start + 4] for start in range(0, 16, 4)).lower()
    for written in (spaced, till.code.replace("0", "O"), till.code.replace("1", "l")):
        reply = till.scan(written)
        assert (reply.status, reply.json["code"]) == (200, till.code)


@pytest.mark.requirement("Z-09")
def test_what_is_cut_short_or_comes_from_elsewhere_is_no_code(publish: Publish) -> None:
    till = publish({})
    for length in range(1, 16):
        assert till.refused(till.code[:length]) == "card_code_malformed"
    foreign = ("4006381333931", "HTTPS://CARDS.EXAMPLE/CARDS/X", "WIFI:T:WPA;S:X;;", "{}", "é" * 16)
    for text in foreign:
        assert till.refused(text) == "card_code_malformed"
    stranger = "7Q4K9M2XRT7Q4K9"
    unknown = next(stranger + last for last in ALPHABET if read_code(stranger + last))
    assert till.refused(unknown) == "card_unknown"


# Codes that change


@pytest.mark.requirement("X-10")
def test_a_changing_code_becomes_a_scan_that_spending_cites(rotating: Till) -> None:
    assert rotating.redeem("bare").code == "scan_required"
    scan = rotating.scan(rotating.shown()).json
    assert scan["code"] == rotating.code
    assert scan["scan_expires_at"] == "2026-11-18T11:16:40.000Z"
    assert rotating.redeem("cited", scan_id=scan["scan_id"]).status == 201


@pytest.mark.requirement("X-10")
def test_a_changing_code_works_once_and_for_one_till(rotating: Till) -> None:
    shown = rotating.shown()
    first = rotating.scan(shown).json
    other = rotating.other("second")
    assert other.refused(shown) == "rotation_used"
    # The till that lost its answer asks again and hears the same.
    assert rotating.scan(shown).json["scan_id"] == first["scan_id"]
    # What another till overheard is no good to it.
    assert other.redeem("stolen", scan_id=first["scan_id"]).code == "scan_unknown"
    rotating.clock.ms += 30_000
    assert other.scan(rotating.shown()).status == 200


@pytest.mark.requirement("X-10")
@pytest.mark.parametrize(("off_s", "answer"), [(-30, 200), (0, 200), (30, 200)])
def test_a_phones_clock_may_be_one_step_off(rotating: Till, off_s: int, answer: int) -> None:
    shown = fresh_code(rotating.services.codes, rotating.card, NOW_MS + off_s * 1000)[0]
    assert rotating.scan(shown).status == answer


@pytest.mark.requirement("X-10")
def test_a_picture_of_a_changing_code_is_refused(rotating: Till) -> None:
    shown = rotating.shown()
    rotating.clock.ms += 60_000
    assert rotating.refused(shown) == "rotation_late"
    rotating.clock.ms += 3_600_000
    assert rotating.refused(shown) == "rotation_wrong"
    ahead = fresh_code(rotating.services.codes, rotating.card, rotating.clock.ms + 60_000)[0]
    assert rotating.refused(ahead) == "rotation_wrong"


@pytest.mark.requirement("X-10")
def test_every_slip_and_cut_of_a_changing_code_is_refused(rotating: Till) -> None:
    shown = rotating.shown()
    for text in slips(shown)[:: len(TYPED) // 3]:
        assert rotating.refused(text) in {"card_code_malformed", "rotation_wrong"}
    for length in range(17, len(shown)):
        if shown[:length] != f"{rotating.code}-":
            assert rotating.refused(shown[:length]) == "card_code_malformed"


@pytest.mark.requirement("X-10")
def test_a_value_of_another_card_is_refused(rotating: Till) -> None:
    other = replace(rotating, member=rotating.shop.enrol("c-2"))
    forged = f"{rotating.code}-{other.shown()[-8:]}"
    assert rotating.refused(forged) == "rotation_wrong"
    scan = other.scan(other.shown()).json["scan_id"]
    assert rotating.redeem("another", scan_id=scan).code == "scan_of_another"


@pytest.mark.requirement("X-10")
def test_a_scan_is_cited_within_ten_minutes(rotating: Till) -> None:
    scan = rotating.scan(rotating.shown()).json["scan_id"]
    rotating.clock.ms += 600_001
    assert rotating.redeem("late", scan_id=scan).code == "scan_expired"
    assert rotating.redeem("made-up", scan_id="scan_" + "0" * 24).code == "scan_unknown"


@pytest.mark.requirement("X-10")
def test_a_reissued_card_shows_other_values(rotating: Till) -> None:
    before = rotating.shown()
    card = rotating.member["card"]["id"]
    reply = rotating.shop.send("POST", f"/v1/cards/{card}/reissue", {}, key="copied")
    assert reply.status == 201
    renewed = replace(rotating, member={**rotating.member, "card": reply.json["card"]})
    assert rotating.refused(before) == "card_blocked"
    assert renewed.refused(renewed.code + before[-9:]) == "rotation_wrong"
    assert renewed.scan(renewed.shown()).status == 200


def test_the_values_are_those_of_rfc_6238() -> None:
    """Appendix B, SHA-1: what Google's phones and any authenticator would show."""
    secret = b"12345678901234567890"
    known = {
        59: "94287082",
        1111111109: "07081804",
        1234567890: "89005924",
        20000000000: "65353130",
    }
    for second, value in known.items():
        assert rotation(secret, second // 30) == value


# Spending


@pytest.mark.requirement("X-10")
def test_small_sums_are_spent_without_a_scan_and_large_ones_are_not(publish: Publish) -> None:
    till = publish({"step_up": [{"balance": "points", "above": 10}]})
    assert till.redeem("small").status == 201
    hold = {"member": {"id": till.member["member_id"]}, "programme": "demo", "balance": "points"}
    more = till.shop.send("POST", "/v1/holds", {**hold, "amount": 11}, key="large")
    assert (more.status, more.code) == (422, "scan_required")
    assert (more.json["required"], more.json["available"]) == (11, 10)
    scan = till.scan(till.shown()).json["scan_id"]
    body = {**hold, "amount": 11, "scan_id": scan}
    held = till.shop.send("POST", "/v1/holds", body, key="proved")
    assert held.status == 201, held.body
    # What was proved when it was set aside is not asked for again.
    settled = till.shop.send(
        "POST", f"/v1/holds/{held.json['holds'][0]['id']}/commit", key="settle"
    )
    assert settled.status == 201, settled.body


@pytest.mark.requirement("X-10")
def test_giving_points_away_is_spending_too(publish: Publish) -> None:
    till = publish({"step_up": [{"balance": "points", "above": 0}]})
    other = till.shop.enrol("c-2")
    body = {
        "member": {"id": till.member["member_id"]},
        "to": {"id": other["member_id"]},
        "programme": "demo",
        "balance": "points",
        "amount": 5,
    }
    assert till.shop.send("POST", "/v1/transfers", body, key="t").code == "scan_required"
    body["scan_id"] = till.scan(till.shown()).json["scan_id"]
    assert till.shop.send("POST", "/v1/transfers", body, key="t2").status == 201


# Signed codes


@pytest.mark.requirement("X-10")
def test_a_signed_code_is_verified_by_the_api_and_offline(signed: Till) -> None:
    text = seal(signed)
    assert len(text) == 137
    assert signed.scan(text).json["member_id"] == signed.member["member_id"]
    setup = signed.shop.send("GET", "/v1/setup").json
    (programme,) = setup["programmes"]
    assert programme["codes"]["form"] == "signed"
    told = verify_code.verified(text, setup, signed.clock.ms)
    assert (told.code, told.programme, told.allowance) == (signed.code, "demo", 60)


@pytest.mark.requirement("X-10")
def test_every_slip_and_cut_of_a_signed_code_is_refused_offline(signed: Till) -> None:
    """137 places; the API's door is tried with a slip of each."""
    text = seal(signed)
    setup = signed.shop.send("GET", "/v1/setup").json
    wrong = slips(text)
    assert len(wrong) > 136 * 32
    for slip in wrong[::7] + [text[:length] for length in range(17, len(text))]:
        if slip in {text, signed.code + "-"}:
            continue
        with pytest.raises(verify_code.CodeRefused):
            verify_code.verified(slip, setup, signed.clock.ms)
    for slip in wrong[:: len(TYPED) * 2]:
        assert signed.refused(slip) in {
            "card_code_malformed",
            "card_unknown",
            "code_key_unknown",
            "code_signature_wrong",
        }


@pytest.mark.requirement("X-10")
def test_forged_expired_and_foreign_signatures_are_refused(signed: Till) -> None:
    setup = signed.shop.send("GET", "/v1/setup").json
    other = replace(signed, member=signed.shop.enrol("c-2"))
    cases = {
        "code_expired": seal(signed, hours=0),
        "code_key_unknown": seal(signed, key_id=9),
        "code_signature_wrong": signed.code + "-" + seal(other).partition("-")[2],
    }
    for code, text in cases.items():
        assert signed.refused(text) == code
        with pytest.raises(verify_code.CodeRefused, match=code):
            verify_code.verified(text, setup, signed.clock.ms)
    foreign = seal(signed, programme=b"\0\0")
    assert signed.refused(foreign) == "code_signature_wrong"
    with pytest.raises(verify_code.CodeRefused, match="code_foreign"):
        verify_code.verified(foreign, setup, signed.clock.ms)


@pytest.mark.requirement("X-10")
def test_keys_rotate_and_old_ones_end(signed: Till) -> None:
    old = seal(signed)
    container = signed.shop.container
    one, two = b"1" * 32, b"2" * 32

    def keys(**secrets: bytes) -> None:
        codes = type(container.services.codes)({key[1:]: value for key, value in secrets.items()})  # type: ignore[call-arg]
        vars(container)["services"] = replace(container.services, codes=codes)

    known = container.services.codes.secrets["1"]  # type: ignore[attr-defined]
    keys(v1=known, v2=two)
    assert signed.scan(old).status == 200
    setup = signed.shop.send("GET", "/v1/setup").json
    assert [key["id"] for key in setup["code_keys"]] == [1, 2]
    # The time by which the till judges expiry is not the one that a trial can move.
    assert datetime.fromisoformat(setup["wall_now"]).timestamp() * 1000 == signed.clock.ms
    keys(v2=two)
    assert signed.refused(old) == "code_key_unknown"
    keys(v1=one, v2=two)
    assert signed.refused(old) == "code_signature_wrong"


@pytest.mark.requirement("X-11")
def test_spending_against_a_signed_code_is_capped(publish: Publish) -> None:
    """An outage: the till took what the code allowed, and hands it in afterwards."""
    till = publish(
        {
            "form": "signed",
            "step_up": [{"balance": "points", "above": 0}],
            "offline": {"balance": "points", "amount": 25},
        }
    )
    text = seal(till, allowance=60)
    assert till.redeem("o-0").code == "scan_required"
    assert till.redeem("o-1", signed_code=text).status == 201
    assert till.redeem("o-2", signed_code=text).status == 201
    third = till.redeem("o-3", signed_code=text)
    assert (third.status, third.code, third.json["available"]) == (422, "offline_cap_passed", 5)
    # The same request again is a replay, whatever is left.
    assert till.redeem("o-2", signed_code=text).headers["idempotent-replayed"] == "true"
    # A code signed since counts anew; one from before is a copy.
    later = seal(till, hours=72)
    assert till.redeem("o-4", signed_code=later).status == 201
    assert till.redeem("o-5", signed_code=seal(till, hours=24)).code == "offline_cap_passed"
    # What the card had when it was signed is a cap too.
    assert till.redeem("o-6", signed_code=seal(till, hours=96, allowance=9)).json["available"] == 9


@pytest.mark.requirement("X-11")
def test_an_outages_code_is_judged_as_of_when_it_was_shown(publish: Publish) -> None:
    till = publish({"form": "signed", "offline": {"balance": "points", "amount": 25}})
    now_ms = till.services.clock.now_ms()
    till.clock.ms = now_ms
    text = seal(till, hours=-1)
    assert till.redeem("now", signed_code=text).code == "code_expired"
    then = datetime.fromtimestamp(now_ms // 1000 - 3 * 3600, UTC).isoformat()
    assert till.redeem("then", signed_code=text, occurred_at=then).status == 201


def test_without_a_cap_nothing_is_spent_unseen(signed: Till) -> None:
    assert signed.redeem("x", signed_code=seal(signed)).code == "offline_spending_refused"


# How often


@pytest.mark.requirement("X-10")
def test_a_card_that_is_scanned_too_often_rests(publish: Publish) -> None:
    till = publish({"scans": {"per_card": {"at_once": 3, "per_minute": 6}}})
    assert [till.scan(till.code).status for _ in range(4)] == [200, 200, 200, 429]
    reply = till.scan(till.code)
    assert (reply.code, reply.headers["retry-after"]) == ("too_soon", "10")
    other = till.shop.enrol("c-2")["card"]["code"]
    assert till.scan(other).status == 200
    till.clock.ms += 10_000
    assert [till.scan(till.code).status for _ in range(2)] == [200, 429]
    till.clock.ms += 600_000
    assert [till.scan(till.code).status for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.requirement("X-10")
def test_a_till_that_scans_too_often_rests_and_others_go_on(publish: Publish) -> None:
    till = publish({"scans": {"per_till": {"at_once": 2, "per_minute": 60}}})
    codes = [till.shop.enrol(f"m-{number}")["card"]["code"] for number in range(3)]
    assert [till.scan(code).status for code in codes] == [200, 200, 429]
    assert till.scan(codes[0]).code == "till_too_soon"
    assert till.other("next").scan(codes[0]).status == 200


@pytest.mark.parametrize(
    ("codes", "field", "code"),
    [
        ({"form": "morse"}, "/codes/form", "value_unknown"),
        (
            {"step_up": [{"balance": "miles", "above": 1}]},
            "/codes/step_up/0/balance",
            "balance_unknown",
        ),
        ({"offline": {"balance": "points", "amount": 5}}, "/codes/offline", "offline_unsigned"),
        ({"scans": {"per_hour": 3}}, "/codes/scans/per_hour", "field_unknown"),
        ({"valid_days": 0}, "/codes/valid_days", "number_out_of_range"),
    ],
)
def test_a_programme_says_nothing_senseless_of_its_codes(
    empty_shop: Shop, codes: dict[str, Any], field: str, code: str
) -> None:
    document = {**DEMO, "codes": codes}
    reply = empty_shop.send(
        "POST", "/v1/programmes/demo/publish", {"document": document}, key="publish"
    )
    assert reply.status == 400
    assert (reply.code, reply.json["field"].removeprefix("/document")) == (code, field)
