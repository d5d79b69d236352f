"""The test chain has the shape of Apple's, is made once, and is private to its owner."""

from __future__ import annotations

import json
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import pytest

from tools import testpki


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> testpki.Paths:
    return testpki.ensure(tmp_path_factory.mktemp("pki"))


def openssl(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_openssl_follows_the_chain_from_the_pass_certificate_to_the_root(
    paths: testpki.Paths,
) -> None:
    told = openssl(
        "verify", "-purpose", "any", "-CAfile", paths.root, "-untrusted", paths.wwdr,
        paths.pass_certificate,
    )  # fmt: skip
    assert told.strip().endswith(": OK")


def test_the_subject_names_pass_type_and_team_and_the_issuer_is_g4(paths: testpki.Paths) -> None:
    subject = openssl(
        "x509", "-noout", "-subject", "-nameopt", "RFC2253", "-in", paths.pass_certificate
    )
    assert f"UID={testpki.PASS_TYPE_IDENTIFIER}" in subject
    assert f"OU={testpki.TEAM_IDENTIFIER}" in subject
    issuer = openssl("x509", "-noout", "-issuer", "-nameopt", "RFC2253", "-in", paths.wwdr)
    assert "Root" in issuer
    assert "OU=G4" in openssl(
        "x509", "-noout", "-issuer", "-nameopt", "RFC2253", "-in", paths.pass_certificate
    )


def test_the_push_servers_root_does_not_vouch_for_cards(paths: testpki.Paths) -> None:
    told = subprocess.run(
        ["openssl", "verify", "-purpose", "any", "-CAfile", paths.tls_root, "-untrusted",
         paths.wwdr, paths.pass_certificate],
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert told.returncode != 0


def test_nobody_else_may_read_a_key(paths: testpki.Paths) -> None:
    files = [path for name, path in asdict(paths).items() if name != "directory"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_programmes_that_start_together_agree_on_one_chain(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: testpki.ensure(tmp_path).pass_key.read_bytes(), range(4)))
    assert len(set(found)) == 1


def test_a_chain_that_lost_a_part_is_made_anew(tmp_path: Path) -> None:
    paths = testpki.ensure(tmp_path)
    before = paths.pass_key.read_bytes()
    paths.wwdr.unlink()
    testpki.ensure(tmp_path)
    assert paths.pass_key.read_bytes() != before


def test_the_secrets_hold_what_a_deployment_reads(paths: testpki.Paths) -> None:
    apple = testpki.apple_secret(paths)
    assert apple["pass_type_identifier"] == testpki.PASS_TYPE_IDENTIFIER
    assert apple["private_key_pem"].startswith("-----BEGIN PRIVATE KEY-----")
    google = testpki.google_secret(paths, "http://127.0.0.1:4572/")
    assert google["token_uri"] == "http://127.0.0.1:4572/token"
    account = json.loads(paths.service_account.read_text("utf-8"))
    assert google["client_email"] == account["client_email"]
