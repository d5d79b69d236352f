"""The doctor: one broken input per known failure, and a sound pass that passes."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from passbook import Finding, Signer, build, bundle, read_pass
from passbook.doctor import (
    KNOWN_FAILURES,
    CertificateFiles,
    examine_bundle,
    examine_certificates,
    examine_pass,
    examine_update,
    expiry_days,
)
from passbook.doctor.cli import main
from tests.fakes.pass_chain import NOW, PASS_TYPE, TEAM, Chain, issue
from tests.fakes.pass_files import images, png, store_card
from tests.unit.passbook.workshop import SIGNED_AT, Workshop


@pytest.fixture(scope="session")
def shop(chain: Chain) -> Workshop:
    return Workshop(chain)


def rules(findings: Iterable[Finding]) -> set[str]:
    return {one.rule for one in findings}


def card(**changes: object) -> dict[str, Any]:
    return {**store_card(), **changes}


def test_a_sound_pass_is_found_sound(shop: Workshop) -> None:
    assert shop.examine(shop.make(card())) == []
    assert shop.examine(build(card(), images(), shop.signer, signed_at=SIGNED_AT)) == []


def test_failure_1_a_pass_that_cannot_be_installed(shop: Workshop) -> None:
    document = card()
    del document["storeCard"]

    assert rules(shop.examine(shop.make(document))) == {"style-single"}


def test_failure_2_a_team_or_pass_type_of_another_certificate(shop: Workshop) -> None:
    document = card(teamIdentifier="ZZZZZ99999", passTypeIdentifier="pass.other.shop")

    assert rules(shop.examine(shop.make(document))) == {"team-mismatch", "pass-type-mismatch"}


def test_failure_3_an_old_intermediate(shop: Workshop, chain: Chain) -> None:
    old = issue("Worldwide Developer Relations Certification Authority", chain.root, unit="G3")
    leaf = issue("Pass Type ID: x", old, uid=PASS_TYPE, unit=TEAM, key=chain.leaf.key)
    signer = Signer.from_pem(leaf.pem, leaf.key_pem, old.pem)

    found = examine_pass(build(card(), images(), signer), NOW, root=shop.root)

    assert rules(found) == {"wwdr-generation"}


def test_failure_3_an_intermediate_left_out(shop: Workshop, chain: Chain) -> None:
    members = shop.members(card())
    members["signature"] = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(members["manifest.json"])
        .add_signer(chain.leaf.certificate, chain.leaf.key, hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature])
    )

    assert rules(shop.examine(shop.pack(members))) == {"wwdr-missing"}


@pytest.mark.parametrize(
    ("days_left", "rule", "severity"),
    [
        (-1, "certificate-expired", "error"),
        (6, "certificate-expires-7", "warning"),
        (29, "certificate-expires-30", "warning"),
        (89, "certificate-expires-90", "warning"),
    ],
)
def test_failure_3_a_certificate_near_or_past_its_end(
    chain: Chain, days_left: int, rule: str, severity: str
) -> None:
    files = CertificateFiles(
        chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem, root=chain.root.pem
    )
    end = chain.leaf.certificate.not_valid_after_utc
    now = end - timedelta(days=days_left, hours=1)

    found = examine_certificates(files, now)

    assert {(one.rule, one.severity) for one in found} == {(rule, severity)}
    assert {one.path for one in found} == {"certificate", "wwdr"}
    assert expiry_days(chain.leaf.certificate, now) == days_left


def test_failure_4_a_p12_that_does_not_open(chain: Chain) -> None:
    data = chain.leaf.p12(b"secret")[:-20]
    (found,) = examine_certificates(
        CertificateFiles(p12=data, wwdr=chain.wwdr.pem, password=b"secret"), NOW
    )

    assert found.rule == "p12-format"
    assert "openssl pkcs12 -legacy" in found.remedy


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"private_key": None}, "key-missing"),
        ({"certificate": None}, "key-missing"),
        ({"wwdr": None}, "wwdr-missing"),
        ({"private_key": b"nonsense"}, "key-format"),
    ],
)
def test_failure_5_a_key_that_is_missing_or_unreadable(
    chain: Chain, change: dict[str, bytes | None], rule: str
) -> None:
    sound: dict[str, bytes | None] = {
        "certificate": chain.leaf.pem,
        "private_key": chain.leaf.key_pem,
        "wwdr": chain.wwdr.pem,
    }

    assert rules(examine_certificates(CertificateFiles(**{**sound, **change}), NOW)) == {rule}


def test_failure_5_a_key_of_another_certificate_and_a_locked_one(chain: Chain) -> None:
    other = CertificateFiles(chain.leaf.pem, chain.root.key_pem, chain.wwdr.pem)
    locked = CertificateFiles(chain.leaf.pem, chain.leaf.encrypted_key_pem(b"x"), chain.wwdr.pem)

    assert rules(examine_certificates(other, NOW)) == {"key-mismatch"}
    assert rules(examine_certificates(locked, NOW)) == {"key-password"}


def test_failure_6_a_library_that_needs_a_compiler(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("boto3==1.44\npassbook==1.0.2\nM2Crypto\npassbook-extra==1\n")

    assert main([str(path)]) == 1
    shown = capsys.readouterr().out
    assert shown.count("requirement-obsolete") == 2
    assert "known failure 6" in shown


@pytest.mark.parametrize(
    "date", ["2027-01-01T10:00:00.000Z", "2027-01-01T10:00:00+0000", "2027-01-01T10:00:00ZZ"]
)
def test_failure_7_a_date_that_wallet_does_not_read(shop: Workshop, date: str) -> None:
    assert rules(shop.examine(shop.make(card(expirationDate=date)))) == {"date-format"}


def test_failure_8_a_pass_that_has_expired(shop: Workshop) -> None:
    document = card(expirationDate="2026-11-22T10:30:00+01:00")

    assert rules(shop.examine(shop.make(document))) == {"expired"}


def test_failure_9_an_icon_that_is_missing_or_no_png(shop: Workshop) -> None:
    bare = {name: data for name, data in images().items() if not name.startswith("icon")}
    fake = {**images(), "icon.png": b"\xff\xd8\xff\xe0" + b"\0" * 40}

    assert rules(shop.examine(shop.make(card(), bare))) == {"icon-missing"}
    assert rules(shop.examine(shop.make(card(), fake))) == {"image-format"}


def test_failure_10_a_strip_that_is_cropped(shop: Workshop) -> None:
    sizes = (("", 1), ("@2x", 2), ("@3x", 3))
    strips = {f"strip{suffix}.png": png(320 * at, 84 * at) for suffix, at in sizes}

    assert rules(shop.examine(shop.make(card(), {**images(), **strips}))) == {"strip-cropped"}


def test_failure_11_a_file_that_the_manifest_does_not_list(shop: Workshop) -> None:
    members = shop.members(card())

    late = {**members, "thumbnail.png": png(90, 90)}
    changed = {**members, "icon.png": png(29, 29) + b" "}
    lost = {name: data for name, data in members.items() if name != "strip.png"}
    assert "manifest-unlisted" in rules(shop.examine(shop.pack(late)))
    assert rules(shop.examine(shop.pack(changed))) == {"manifest-hash"}
    assert "manifest-extra" in rules(shop.examine(shop.pack(lost)))


def test_failure_11_folders_and_hidden_files(shop: Workshop) -> None:
    members = shop.members(card())

    untidy = {**members, "fr.lproj/": b"", ".DS_Store": b"x", "__MACOSX/._icon.png": b"x"}
    inside = {f"card/{name}": data for name, data in members.items()}
    assert rules(shop.examine(shop.pack(untidy))) == {
        "archive-folder",
        "archive-hidden",
        "manifest-unlisted",
    }
    (found,) = shop.examine(shop.pack(inside))
    assert (found.rule, "not the folder" in found.remedy) == ("member-missing", True)


def test_failure_12_a_short_token_no_token_and_plain_http(shop: Workshop) -> None:
    alone = card()
    del alone["authenticationToken"]

    for document, rule in (
        (card(authenticationToken="short"), "token-length"),
        (alone, "web-service-pair"),
        (card(webServiceURL="http://cards.example.com"), "url-scheme"),
    ):
        assert rules(shop.examine(shop.make(document))) == {rule}


def test_failure_13_an_address_that_ends_in_a_slash_or_in_v1(shop: Workshop) -> None:
    slash = card(webServiceURL="https://cards.example.com/apple/")
    version = card(webServiceURL="https://cards.example.com/apple/v1")

    assert rules(shop.examine(shop.make(slash))) == {"web-service-slash"}
    assert rules(shop.examine(shop.make(version))) == {"web-service-url"}


@pytest.mark.parametrize("host", ["localhost:4566", "192.168.1.5", "[::1]", "till.local"])
def test_failure_14_an_address_that_phones_cannot_reach(shop: Workshop, host: str) -> None:
    document = card(webServiceURL=f"https://{host}/apple")

    assert rules(shop.examine(shop.make(document))) == {"web-service-private"}


def test_failure_15_an_update_that_nobody_notices(shop: Workshop) -> None:
    before = shop.make(card())

    def update(**fields: object) -> list[Finding]:
        document = store_card()
        style = document["storeCard"]
        for group in ("headerFields", "secondaryFields"):
            for field in style[group]:
                if field["key"] in fields:
                    field["value"] = fields[field["key"]]
        return examine_update(before, shop.make(document))

    assert update(balance=43) == []
    assert rules(update()) == {"update-empty"}
    assert rules(update(tier="Silver")) == {"update-silent"}


def test_failure_15_a_banner_that_says_nothing(shop: Workshop) -> None:
    old, new = store_card(), store_card()
    for document in (old, new):
        document["storeCard"]["secondaryFields"][0]["changeMessage"] = "New tier"
    new["storeCard"]["secondaryFields"][0]["value"] = "Silver"
    alone = examine_update(shop.make(old), shop.make(new))
    new["storeCard"]["headerFields"][0]["value"] = 43
    both = examine_update(shop.make(old), shop.make(new))

    assert rules(alone) == {"update-placeholder"}
    assert rules(both) == {"update-placeholder", "update-many"}


def test_an_update_must_stay_the_same_card(shop: Workshop) -> None:
    other = shop.make(card(serialNumber="0123456789abcdef", authenticationToken="z" * 16))

    found = examine_update(shop.make(card()), other)

    assert {one.path for one in found if one.rule == "update-identity"} == {
        "serialNumber",
        "authenticationToken",
    }


def test_failure_17_a_serial_used_twice_or_counted(shop: Workshop) -> None:
    twice = bundle({"a": shop.make(card()), "b": shop.make(card(description="Another"))})

    assert rules(examine_bundle(twice, NOW, root=shop.root)) == {"serial-duplicate"}
    assert rules(shop.examine(shop.make(card(serialNumber="00042")))) == {"serial-entropy"}


def google_link(**claims: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    body = {
        "iss": "x@y.iam.gserviceaccount.com",
        "aud": "google",
        "typ": "savetowallet",
        "payload": {"loyaltyObjects": [{"id": "3388000000022222222.m1", "classId": "3.c"}]},
        **claims,
    }
    return f"https://pay.google.com/gp/v/save/{part({'alg': 'RS256'})}.{part(body)}.c2ln"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"type": "authorized_user"}, "google-account"),
        ({"client_email": "me@gmail.com"}, "google-account"),
        ({"token_uri": ""}, "google-account"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----MIIE"}, "google-key"),
    ],
)
def test_failure_18_an_account_that_google_denies(
    chain: Chain, tmp_path: Path, change: dict[str, str], rule: str
) -> None:
    account = {
        "type": "service_account",
        "client_email": "wallet@shop.iam.gserviceaccount.com",
        "private_key": chain.leaf.key_pem.decode(),
        "token_uri": "https://oauth2.googleapis.com/token",
    }

    assert run(tmp_path, "account.json", json.dumps(account)) == []
    assert run(tmp_path, "account.json", json.dumps({**account, **change})) == [rule]


@pytest.mark.parametrize(
    ("link", "rules_found"),
    [
        (google_link(), []),
        (google_link(aud="https://google.com"), ["google-link-claim"]),
        (google_link(padding="x" * 2000), ["google-link-length"]),
        (google_link(payload={}), ["google-link-payload"]),
        (google_link(payload={"loyaltyObjects": [{"id": "m1"}]}), ["google-object-id"]),
        ("https://pay.google.com/gp/v/save/abc", ["google-link"]),
    ],
)
def test_failure_19_a_save_link_that_google_refuses(
    tmp_path: Path, link: str, rules_found: list[str]
) -> None:
    assert run(tmp_path, "link.txt", link) == rules_found


@pytest.mark.parametrize(
    ("change", "rules_found"),
    [
        ({}, []),
        ({"reviewStatus": "APPROVED"}, ["google-review-status"]),
        ({"programLogo": {"sourceUri": {"uri": "http://x.example/l.png"}}}, ["google-image"]),
        ({"heroImage": {"sourceUri": {"uri": "https://localhost/h.png"}}}, ["google-image"]),
        ({"issuerName": None}, ["google-class"]),
    ],
)
def test_failure_20_a_class_that_google_refuses(
    tmp_path: Path, change: dict[str, object], rules_found: list[str]
) -> None:
    document = {
        "id": "3388000000022222222.club",
        "issuerName": "Café",
        "programName": "Club",
        "programLogo": {"sourceUri": {"uri": "https://x.example/logo.png"}},
        "reviewStatus": "UNDER_REVIEW",
        **change,
    }
    full = {key: value for key, value in document.items() if value is not None}

    assert run(tmp_path, "class.json", json.dumps(full)) == rules_found


def run(tmp_path: Path, name: str, text: str) -> list[str]:
    """The rules that the command line reports for one file."""
    (tmp_path / name).write_text(text)
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        status = main([str(tmp_path / name), "--json", "--now", NOW.isoformat()])
    found = [json.loads(line)["rule"] for line in out.getvalue().splitlines()]
    assert status == (1 if found else 0)
    return found


def test_each_known_failure_is_examined_here_or_said_to_be_seen_live_only() -> None:
    tests = "\n".join(name for name in globals() if name.startswith("test_failure_"))

    assert [one.number for one in KNOWN_FAILURES] == list(range(1, 21))
    for one in KNOWN_FAILURES:
        assert (f"test_failure_{one.number}_" in tests) == (one.where != "live"), one
        assert bool(one.rules) == (one.where != "live"), one


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"signature": None}, "signature-missing"),
        ({"signature": b"-----BEGIN PKCS7-----"}, "signature-format"),
        ({"manifest.json": None}, "member-missing"),
        ({"manifest.json": b"{}"}, "signature-manifest"),
    ],
)
def test_signatures_that_phones_refuse(
    shop: Workshop, change: dict[str, bytes | None], rule: str
) -> None:
    members = {**shop.members(card()), **change}
    kept = {name: data for name, data in members.items() if data is not None}

    assert rule in rules(shop.examine(shop.pack(kept)))


def test_a_signature_with_a_flipped_bit_is_found(shop: Workshop) -> None:
    members = shop.members(card())
    members["signature"] = members["signature"][:-1] + bytes([members["signature"][-1] ^ 1])

    assert rules(shop.examine(shop.pack(members))) == {"signature-invalid"}


def test_an_attached_signature_is_a_warning(shop: Workshop, chain: Chain) -> None:
    members = shop.members(card())
    members["signature"] = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(members["manifest.json"])
        .add_signer(chain.leaf.certificate, chain.leaf.key, hashes.SHA256())
        .add_certificate(chain.wwdr.certificate)
        .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    )

    assert rules(shop.examine(shop.pack(members))) == {"signature-attached"}


def test_a_chain_that_is_not_apples_is_noticed_without_its_root(chain: Chain) -> None:
    files = CertificateFiles(chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem)
    stranger = CertificateFiles(
        chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem, root=chain.leaf.pem
    )

    assert rules(examine_certificates(files, NOW)) == {"wwdr-not-apple"}
    assert rules(examine_certificates(stranger, NOW)) == {"chain"}


def test_the_configuration_is_compared_with_the_certificate(chain: Chain) -> None:
    files = CertificateFiles(
        chain.leaf.pem, chain.leaf.key_pem, chain.wwdr.pem, root=chain.root.pem
    )

    found = examine_certificates(
        files, NOW, pass_type_identifier="pass.other", team_identifier="ZZZZZ99999"
    )

    assert rules(found) == {"pass-type-mismatch", "team-mismatch"}
    assert examine_certificates(files, NOW, pass_type_identifier=PASS_TYPE) == []


def test_the_command_line_reads_certificates_and_compares_cards(
    shop: Workshop,
    chain: Chain,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, data in (
        ("cert.pem", chain.leaf.pem),
        ("key.pem", chain.leaf.encrypted_key_pem(b"secret")),
        ("wwdr.pem", chain.wwdr.pem),
        ("root.pem", chain.root.pem),
        ("card.pkpass", shop.make(card())),
        ("old.pkpass", shop.make(card(logoText="Before"))),
    ):
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY_PASSWORD", "secret")
    asked = "card.pkpass --certificate cert.pem --key key.pem --wwdr wwdr.pem --root root.pem"
    asked += f" --password-env KEY_PASSWORD --team {TEAM} --now 2026-11-22T10:00"

    assert main(asked.split()) == 0
    assert capsys.readouterr().out == "0 error(s), 0 warning(s)\n"
    assert main([*asked.split(), "--before", "old.pkpass"]) == 0
    assert "update-silent (known failure 15)" in capsys.readouterr().out


def test_the_command_line_says_how_it_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 2
    assert main([str(tmp_path / "absent")]) == 2
    assert main(["--list"]) == 0
    assert "20. Google refuses" in capsys.readouterr().out


def test_a_pass_mangled_on_its_way_is_told_apart(shop: Workshop, tmp_path: Path) -> None:
    encoded = base64.b64encode(shop.make(card())).decode()

    assert run(tmp_path, "card.pkpass", encoded) == ["file-kind"]
    assert read_pass(base64.b64decode(encoded)).document == card()
