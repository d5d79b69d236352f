"""Twenty broken inputs, one per known failure: the doctor names each, and says what to do.

docs/reference/doctor.md is what it said; `make doctor-page` writes the page anew.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from passbook import Signer, build, bundle
from passbook.doctor import KNOWN_FAILURES
from tests.fakes.pass_chain import NOW, PASS_TYPE, TEAM, Chain, issue, make_chain
from tests.fakes.pass_files import images, png, store_card
from tests.functional.wallet.conftest import CardShop
from tests.functional.wallet.test_live_doctor import link, looked
from tests.unit.passbook.workshop import Workshop
from tools.doctor.__main__ import main
from tools.http_client import Response

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/doctor.md"
HEAD = """\
# What the doctor says of twenty broken cards

One input for each known failure, broken on purpose, and what `make doctor` says of it. The same
rules judge designs before they are kept; `--live` looks for the twenty on a deployed stack, in
French or English ([how](../how-to/cards.md#when-phones-refuse-a-card)). Written by
`make doctor-page`, and held to the doctor by a test.

| | what happens | broken input | the doctor says | and what to do |
|---|---|---|---|---|
"""

__all__ = ["link"]  # the fixture of the live doctor


@dataclass(frozen=True)
class Bench:
    """Where inputs are broken, with a test chain in place of Apple's."""

    shop: Workshop
    directory: Path

    @property
    def chain(self) -> Chain:
        return self.shop.chain

    def keep(self, name: str, content: bytes | str) -> str:
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def card(self, files: Mapping[str, bytes] | None = None, **changes: object) -> list[str]:
        document = {**store_card(), **changes}
        kept = {key: value for key, value in document.items() if value is not None}
        return [self.keep("card.pkpass", self.shop.make(kept, files))]

    def json(self, name: str, **content: object) -> list[str]:
        return [self.keep(name, json.dumps(content))]


def old_intermediate(bench: Bench) -> list[str]:
    chain = bench.chain
    old = issue("Worldwide Developer Relations Certification Authority", chain.root, unit="G3")
    leaf = issue("Pass Type ID: x", old, uid=PASS_TYPE, unit=TEAM, key=chain.leaf.key)
    signer = Signer.from_pem(leaf.pem, leaf.key_pem, old.pem)
    return [bench.keep("card.pkpass", build(store_card(), images(), signer))]


def damaged_p12(bench: Bench) -> list[str]:
    wwdr = bench.keep("wwdr.pem", bench.chain.wwdr.pem)
    return ["--p12", bench.keep("key.p12", bench.chain.leaf.p12(b"secret")[:-20]), "--wwdr", wwdr]


def key_of_another(bench: Bench) -> list[str]:
    chain = bench.chain
    files = {"certificate": chain.leaf.pem, "key": chain.root.key_pem, "wwdr": chain.wwdr.pem}
    return [
        part
        for name, content in files.items()
        for part in (f"--{name}", bench.keep(f"{name}.pem", content))
    ]


def unlisted_file(bench: Bench) -> list[str]:
    members = {**bench.shop.members(store_card()), ".DS_Store": b"x"}
    return [bench.keep("card.pkpass", bench.shop.pack(members))]


def silent_update(bench: Bench) -> list[str]:
    before = bench.keep("yesterday.pkpass", bench.shop.make(store_card()))
    document = store_card()
    for field in document["storeCard"]["secondaryFields"]:
        if field["key"] == "tier":
            field["value"] = "Silver"
    return [bench.keep("card.pkpass", bench.shop.make(document)), "--before", before]


def same_serial(bench: Bench) -> list[str]:
    one, other = bench.shop.make(store_card()), bench.shop.make(store_card())
    return [bench.keep("cards.pkpasses", bundle({"a": one, "b": other}))]


def strip_of_another_shape(bench: Bench) -> list[str]:
    sizes = (("", 1), ("@2x", 2), ("@3x", 3))
    strips = {f"strip{suffix}.png": png(320 * at, 84 * at) for suffix, at in sizes}
    return bench.card({**images(), **strips})


def save_link(bench: Bench) -> list[str]:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    said = {
        "iss": "x@y.iam.gserviceaccount.com",
        "aud": "google",
        "typ": "savetowallet",
        "payload": {"loyaltyObjects": [{"id": "m1"}]},
    }
    text = f"https://pay.google.com/gp/v/save/{part({'alg': 'RS256'})}.{part(said)}.c2ln"
    return [bench.keep("link.txt", text)]


BROKEN: Mapping[int, tuple[str, Callable[[Bench], list[str]]]] = {
    1: ("a pass of no style", lambda bench: bench.card(storeCard=None)),
    2: ("a pass of another team", lambda bench: bench.card(teamIdentifier="ZZZZZ99999")),
    3: ("signed under WWDR G3", old_intermediate),
    4: ("a `.p12` that was cut short", damaged_p12),
    5: ("the key of another certificate", key_of_another),
    6: (
        "a requirements.txt with M2Crypto",
        lambda bench: [bench.keep("requirements.txt", "M2Crypto==0.41\n")],
    ),
    7: (
        "`2027-01-01T10:00:00.000Z`",
        lambda bench: bench.card(expirationDate="2027-01-01T10:00:00.000Z"),
    ),
    8: (
        "a date that is past",
        lambda bench: bench.card(expirationDate="2026-11-22T10:30:00+01:00"),
    ),
    9: (
        "a pass without icon.png",
        lambda bench: bench.card({"logo.png": images()["logo.png"]}),
    ),
    10: ("a strip of 320 x 84", strip_of_another_shape),
    11: (".DS_Store in the archive", unlisted_file),
    12: ("a token of five characters", lambda bench: bench.card(authenticationToken="short")),
    13: (
        "an address that ends in a slash",
        lambda bench: bench.card(webServiceURL="https://cards.example.com/apple/"),
    ),
    14: (
        "an address that phones can't reach",
        lambda bench: bench.card(webServiceURL="https://192.168.1.5/apple"),
    ),
    15: ("a field that changes without changeMessage", silent_update),
    17: ("two cards of one serial number", same_serial),
    18: (
        "an account that is no service account",
        lambda bench: bench.json(
            "account.json",
            type="service_account",
            client_email="me@gmail.com",
            private_key=bench.chain.leaf.key_pem.decode(),
            token_uri="https://oauth2.googleapis.com/token",
        ),
    ),
    19: ("an object id without the issuer", save_link),
    20: (
        "a class sent as APPROVED",
        lambda bench: bench.json(
            "class.json",
            id="3388000000022222222.club",
            issuerName="Café",
            programName="Club",
            programLogo={"sourceUri": {"uri": "https://x.example/logo.png"}},
            reviewStatus="APPROVED",
        ),
    ),
}
LIVE = (16, "a service that registers a phone twice")


@pytest.fixture(scope="module")
def chain() -> Chain:
    return make_chain()


def findings(bench: Bench, number: int, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What the command says of an input, in its own words."""
    root = bench.keep("root.pem", bench.chain.root.pem)
    given = [*BROKEN[number][1](bench), "--root", root, "--now", NOW.isoformat(), "--json"]
    status = main(given)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == (1 if any(one["severity"] == "error" for one in found) else 0), found
    return found


def twice(method: str, url: str, answer: Response) -> Response:
    new = method == "POST" and "/registrations/" in url and answer.status == 200
    return replace(answer, status=201) if new else answer


def row(number: int, broken: str, says: str, remedy: str) -> str:
    symptom = next(one.symptom for one in KNOWN_FAILURES if one.number == number)
    return "| " + " | ".join((str(number), symptom, broken, says, remedy)) + " |\n"


@pytest.mark.requirement("X-10")
def test_each_of_the_twenty_is_named_with_its_remedy(
    chain: Chain,
    tmp_path: Path,
    cards: CardShop,
    link: str,
    capsys: pytest.CaptureFixture[str],
    pytestconfig: pytest.Config,
) -> None:
    bench = Bench(Workshop(chain), tmp_path)
    rules = {one.number: one.rules for one in KNOWN_FAILURES}
    rows = {}
    for number, (broken, _) in BROKEN.items():
        found = [one for one in findings(bench, number, capsys) if one["rule"] in rules[number]]
        assert found, f"nothing is said of failure {number}: {broken}"
        first = found[0]
        assert first["remedy"], first
        rows[number] = row(
            number, broken, f"`{first['rule']}`: {first['message']}", first["remedy"]
        )
    number, broken = LIVE
    (trouble, *_) = looked(cards, link, twice)[number].troubles
    says, _, remedy = trouble.text.partition(". ")
    rows[number] = row(number, broken, f"`--live`: {says}.", remedy)
    assert sorted(rows) == [one.number for one in KNOWN_FAILURES] == [*range(1, 21)]

    page = HEAD + "".join(rows[number] for number in sorted(rows))
    if pytestconfig.getoption("--write-doctor"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text("utf-8") == page, "make doctor-page"
